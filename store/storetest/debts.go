package storetest

import (
	"time"

	"payferbot/kassa"
)

var debtRules = []rule{
	{"a debt makes its peer ready", func(k *kit) {
		k.owed("p1", 9)
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(3)) })
		k.owed("p1", 9, "a")
		k.owed("p2", 9)
		k.ready("p1", at(3))
		k.ready("p2", never)
	}},
	{"a debt leaves the place that the peer has in ready", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetReady("p1", at(60)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(3)) })
		k.ready("p1", at(60))
	}},
	{"debts are told oldest first, and stay as old as they are", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "b", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(2)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "b", at(3)) })
		k.owed("p1", 9, "b", "a")
		k.owed("p1", 1, "b")
		k.owed("p1", 0)
	}},
	{"debts since a time are told with their age, oldest first", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.Owe("p1", "c", at(3))
			tx.Owe("p1", "b", at(2))
			tx.Owe("p1", "a", at(2))
			tx.Owe("p1", "old", at(1))
			tx.Owe("p2", "d", at(9))
		})
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "old", at(5)) }) // it stays as old as it is
		a, b, c := kassa.Queued{ID: "a", At: at(2)}, kassa.Queued{ID: "b", At: at(2)}, kassa.Queued{ID: "c", At: at(3)}
		k.owedSince("p1", at(2), 9, a, b, c)
		k.owedSince("p1", at(2), 2, a, b)
		k.owedSince("p1", at(2).Add(time.Millisecond), 9, c)
		k.owedSince("p1", at(2), 0)
		k.owedSince("p3", never, 9)
		k.owedSince("p1", never, 1, kassa.Queued{ID: "old", At: at(1)})
	}},
	{"an invoice that is owed reads as this tx wrote it", func(k *kit) {
		k.putInvoice(tea)
		k.do(func(tx kassa.Tx) { tx.Owe(market.ID, tea.Order, at(1)) })
		k.do(func(tx kassa.Tx) {
			paid := tea
			paid.State = kassa.Paid
			tx.PutInvoice(paid)
			_, err := tx.Owed(market.ID, 9)
			k.must(err)
			inv, err := tx.Invoice(tea.Order)
			k.same(inv.State, err, kassa.Paid) // its own draft, not what lies in the store
		})
	}},
	{"what was shown is owed no more, and the peer stays ready", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.Owe("p1", "a", at(1))
			tx.Owe("p1", "b", at(1))
		})
		k.do(func(tx kassa.Tx) {
			tx.Shown("p1", "a")
			tx.Shown("p1", "never owed")
		})
		k.owed("p1", 9, "b")
		k.ready("p1", at(1))
	}},
	{"rest makes ready whom something is owed", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Rest("p1", at(5)) })
		k.ready("p1", at(5))
	}},
	{"rest takes the place of whom nothing is owed", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetReady("p1", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Rest("p1", at(5)) })
		k.ready("p1", never)
	}},
	{"rest comes after the tx's other writes, whichever was said first", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(1)) })
		k.do(func(tx kassa.Tx) {
			tx.Rest("p1", at(5))
			tx.Shown("p1", "a")
			tx.SetReady("p1", at(7))
		})
		k.ready("p1", never)
		k.do(func(tx kassa.Tx) {
			tx.Rest("p1", at(6))
			tx.Owe("p1", "b", at(2))
		})
		k.ready("p1", at(6))
	}},
}

func (k *kit) owedSince(peer kassa.PeerID, since time.Time, limit int, want ...kassa.Queued) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.OwedSince(peer, since, limit)
		k.alike(got, err, want)
	})
}

func (k *kit) owed(peer kassa.PeerID, limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Owed(peer, limit)
		k.alike(got, err, want)
	})
}
