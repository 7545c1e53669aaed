package storetest

import (
	"time"

	"payferbot/kassa"
)

var invoiceRules = []rule{
	{"an unknown invoice is not found", func(k *kit) {
		k.see(func(tx kassa.Tx) {
			inv, err := tx.Invoice("nothing")
			k.missing(inv, err)
			inv, err = tx.InvoiceFrom("nowhere")
			k.missing(inv, err)
			inv, err = tx.InvoiceNumbered("p1", 1)
			k.missing(inv, err)
		})
	}},
	{"an invoice comes back as it was put, by order, origin and number", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutInvoice(tea) })
		k.see(func(tx kassa.Tx) { k.leads(tx, tea) })
	}},
	{"a tx sees the invoice that it put", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutInvoice(tea)
			k.leads(tx, tea)
		})
	}},
	{"a number is the chat's own", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutInvoice(tea) })
		k.see(func(tx kassa.Tx) {
			inv, err := tx.InvoiceNumbered("another", tea.Number)
			k.missing(inv, err)
			inv, err = tx.InvoiceNumbered(tea.Peer, tea.Number+1)
			k.missing(inv, err)
		})
	}},
	{"origin and number lead to the attempt that nothing replaced", func(k *kit) {
		first, second := attempts()
		k.do(func(tx kassa.Tx) { tx.PutInvoice(tea) })
		k.do(func(tx kassa.Tx) {
			tx.PutInvoice(second)
			tx.PutInvoice(first) // after it: the order within a tx must not matter
		})
		k.see(func(tx kassa.Tx) { k.leads(tx, second) })
		first.State = kassa.Paid
		k.do(func(tx kassa.Tx) { tx.PutInvoice(first) })
		k.see(func(tx kassa.Tx) { k.leads(tx, second) })
	}},
	{"history is the peer's, newest first, from inclusive, to exclusive", func(k *kit) {
		for i, order := range []string{"a", "b", "c", "d"} {
			k.putInvoice(kassa.Invoice{Order: order, Peer: "p1", Created: at(i)})
		}
		k.putInvoice(kassa.Invoice{Order: "z", Peer: "p2", Created: at(1)})
		for _, c := range []struct {
			from, to time.Time
			limit    int
			want     []string
		}{
			{at(0), at(4), 9, []string{"d", "c", "b", "a"}},
			{at(1), at(3), 9, []string{"c", "b"}},
			{at(0), at(4), 2, []string{"d", "c"}},
			{time.Time{}, at(2), 1, []string{"b"}},
			{at(0), at(0), 9, nil},
			{at(3), at(0), 9, nil},
			{at(0), at(4), 0, nil},
			{at(9), at(10), 9, nil},
			{at(0), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), 1, []string{"d"}},
		} {
			k.history("p1", c.from, c.to, c.limit, c.want...)
		}
		k.history("p2", at(0), at(4), 9, "z")
		k.history("p3", at(0), at(4), 9)
	}},
	{"history holds an order once, and at its latest place", func(k *kit) {
		k.putInvoice(kassa.Invoice{Order: "a", Peer: "p1", Created: at(1)})
		k.putInvoice(kassa.Invoice{Order: "b", Peer: "p1", Created: at(2)})
		k.putInvoice(kassa.Invoice{Order: "a", Peer: "p1", Created: at(1), State: kassa.Paid})
		k.history("p1", at(0), at(9), 9, "b", "a")
	}},
	{"history leaves out an attempt that was replaced, unless it was paid", func(k *kit) {
		first, second := attempts()
		k.putInvoice(tea)
		k.putInvoice(first)
		k.putInvoice(second)
		k.history(tea.Peer, at(0), at(99), 9, second.Order)
		first.State = kassa.Paid
		k.putInvoice(first)
		k.history(tea.Peer, at(0), at(99), 9, second.Order, first.Order)
	}},
	{"history before 1970 is in order, too", func(k *kit) {
		old := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)
		k.putInvoice(kassa.Invoice{Order: "a", Peer: "p1", Created: old})
		k.putInvoice(kassa.Invoice{Order: "b", Peer: "p1", Created: old.Add(time.Hour)})
		k.putInvoice(kassa.Invoice{Order: "c", Peer: "p1", Created: time.UnixMilli(0).UTC()})
		k.history("p1", time.Time{}, at(0), 9, "c", "b", "a")
	}},
}

// tea is an invoice with everything filled in.
var tea = kassa.Invoice{
	Order: "teateateateateat", Peer: market.ID, Number: 12, Shop: "772211", Asked: 5000000, Note: "choy <2 ta> \u2028 🍵", By: 42,
	Origin: kassa.MessageOrigin(-100, 7, 1), State: kassa.Expired,
	Created: at(10), Started: at(11), Unique: 5000150, Expires: at(12), Ended: at(13), Paid: 5000100, PaidAt: at(14), Refusal: kassa.RefusedOther,
	Late: true, Mismatch: true, Repeat: true, SumDoubt: true, Overdue: true, PaidBefore: true, Prior: "before",
	Hinted: at(15), Checked: at(16), Asks: 7,
	Views: []kassa.View{
		{Peer: market.ID, Message: 8, Photo: true, Stale: 7, Shown: "face", Announced: true},
		{Peer: "other", Copy: true, Broken: "too old"},
	},
}

// attempts are tea, replaced, and the attempt that replaced it.
func attempts() (first, second kassa.Invoice) {
	first, second = tea, tea
	second.Order, second.Prior, second.Created = "teateateateatea2", first.Order, at(11)
	first.Next = second.Order
	return first, second
}

// leads wants all ways to lead to the invoice.
func (k *kit) leads(tx kassa.Tx, want kassa.Invoice) {
	k.Helper()
	inv, err := tx.Invoice(want.Order)
	k.same(inv, err, want)
	inv, err = tx.InvoiceFrom(want.Origin)
	k.same(inv, err, want)
	inv, err = tx.InvoiceNumbered(want.Peer, want.Number)
	k.same(inv, err, want)
}

func (k *kit) putInvoice(inv kassa.Invoice) {
	k.Helper()
	k.do(func(tx kassa.Tx) { tx.PutInvoice(inv) })
}

func (k *kit) history(peer kassa.PeerID, from, to time.Time, limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.History(peer, from, to, limit)
		k.same(orders(got), err, append([]string{}, want...))
	})
}
