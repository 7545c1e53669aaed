package kassa_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
	"payferbot/store"
)

// offer is one of 50 000 so'm.
func (w *world) offer() string {
	w.t.Helper()
	code, shop, err := w.desk.Offer(w.ctx(), w.peer, 7, 50_000*money.Som, "choy")
	w.must(err)
	if shop.Key != "" {
		w.t.Error("the offer gives the kassa's key away")
	}
	return code
}

func (w *world) takeUp(code, inline string) kassa.Invoice {
	w.t.Helper()
	inv, err := w.desk.TakeUp(w.ctx(), code, inline)
	w.must(err)
	w.work()
	return w.invoice(inv.Order)
}

func TestAnOfferTakenUpIsLiveInBothPlaces(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		code := w.offer()
		if again := w.offer(); again != code {
			t.Errorf("the same offer is %s and %s", code, again)
		}
		if len(w.gate.creates) != 0 {
			t.Fatal("Payfer heard of an offer")
		}
		inv := w.takeUp(code, "in1")
		if again := w.takeUp(code, "in1"); again.Order != inv.Order {
			t.Errorf("a second press made %s beside %s", again.Order, inv.Order)
		}
		other := w.takeUp(code, "in2")
		if other.Order == inv.Order || other.Number != 2 || inv.Note != "choy" || inv.By != 7 {
			t.Errorf("issued %+v and %+v", inv, other)
		}
		w.shows("in1", inv, kassa.StandsPending)

		w.gate.pay(inv.Order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
		w.pass(time.Minute)
		w.shows("in1", inv, kassa.StandsPaid)
		w.shows("in2", other, kassa.StandsPending)
		if n := len(w.chat.of(kassa.Announce)); n != 1 || len(w.chat.wrong) != 0 {
			t.Errorf("%d announcements; %v", n, w.chat.wrong)
		}
	})
}

// shows holds an inline message to the invoice as it stands, with the owner's own picture of it.
func (w *world) shows(inline string, inv kassa.Invoice, want kassa.Standing) {
	w.t.Helper()
	seen := w.chat.inline[inline]
	if len(seen) == 0 {
		w.t.Fatalf("%s was never edited", inline)
	}
	last := seen[len(seen)-1]
	if last.order != inv.Order || last.face != want || last.picture != "picture of "+inv.Order+" "+string(want) || !last.guest {
		w.t.Errorf("%s shows %+v, want %s", inline, last, want)
	}
}

func TestWhatNoOfferIsGoodFor(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		code := w.offer()
		for _, sum := range []money.Amount{0, kassa.MinAmount - 1, kassa.MaxAmount + 1} {
			if _, _, err := w.desk.Offer(w.ctx(), w.peer, 7, sum, ""); !errors.Is(err, kassa.ErrAmount) {
				t.Errorf("an offer of %s: %v", sum, err)
			}
		}
		if _, err := w.desk.Accept(w.ctx(), code, 7, "x"); !errors.Is(err, kassa.ErrNotFound) {
			t.Errorf("taken for an invitation: %v", err)
		}
		if _, err := w.desk.Redeem(w.ctx(), w.peer, code, "x"); !errors.Is(err, kassa.ErrNotFound) {
			t.Errorf("taken for a voucher: %v", err)
		}
		invitation, err := w.desk.Invite(w.ctx(), w.peer, 0)
		w.must(err)
		for _, wrong := range []string{"", "none", invitation.Code} {
			if _, err := w.desk.TakeUp(w.ctx(), wrong, "in1"); !errors.Is(err, kassa.ErrNotFound) {
				t.Errorf("%q was taken up: %v", wrong, err)
			}
		}
		_, _, err = w.desk.Unlink(w.ctx(), w.peer)
		w.must(err)
		if _, err := w.desk.TakeUp(w.ctx(), code, "in1"); !errors.Is(err, kassa.ErrNotLinked) {
			t.Errorf("of a kassa that is not linked any more: %v", err)
		}
		_, err = w.desk.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
		w.must(err)
		w.now = w.now.Add(24 * time.Hour)
		if _, err := w.desk.TakeUp(w.ctx(), code, "in1"); !errors.Is(err, kassa.ErrNotFound) {
			t.Errorf("a day later: %v", err)
		}
		if len(w.gate.creates) != 0 {
			t.Errorf("Payfer heard of %v", w.gate.creates)
		}
	})
}

func TestAnInlineMessageDoesWithoutTheOwnersChat(t *testing.T) {
	w := bolt(t)
	w.chat.shut[77] = true
	inv := w.takeUp(w.offer(), "in1")
	w.pass(5 * time.Second)
	seen := w.chat.inline["in1"]
	if last := seen[len(seen)-1]; last.face != kassa.StandsPending || last.picture != "" {
		t.Errorf("it shows %+v", last)
	}
	w.gate.pay(inv.Order)
	w.pass(time.Minute)
	seen = w.chat.inline["in1"]
	if last := seen[len(seen)-1]; last.face != kassa.StandsPaid {
		t.Errorf("it shows %+v", last)
	}
}

func TestAnInvoiceIssuedAgainIsPointedTo(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		old := w.issue()
		if got, err := w.desk.Renew(w.ctx(), w.peer, old.Order, 7); err != nil || got.Order != old.Order {
			t.Errorf("one that waits for money is renewed: %s, %v", got.Order, err)
		}
		w.gate.payments[old.Order].state = payfer.Expired
		w.pass(time.Hour)
		inv, err := w.desk.Renew(w.ctx(), w.peer, old.Order, 7)
		w.must(err)
		again, err := w.desk.Renew(w.ctx(), w.peer, old.Order, 7)
		w.must(err)
		w.pass(time.Minute)
		old, inv = w.invoice(old.Order), w.invoice(inv.Order)
		if inv.Order == old.Order || again.Order != inv.Order || inv.Asked != old.Asked || inv.Note != old.Note {
			t.Errorf("renewed as %+v and %+v", inv, again)
		}
		if old.Renewed != inv.Order || old.RenewedAs != inv.Number || old.Views[0].Shown != old.Face() {
			t.Errorf("the old one points to %s, №%d, and shows %q", old.Renewed, old.RenewedAs, old.Views[0].Shown)
		}
		if inv.Views[0].Answers != old.Views[0].Message {
			t.Errorf("the new message answers %d, want %d", inv.Views[0].Answers, old.Views[0].Message)
		}
		w.gate.pay(old.Order) // money for the old one is still told
		w.pass(73 * time.Hour)
		if old = w.invoice(old.Order); old.State != kassa.Paid || !old.Late || !old.Views[0].Announced {
			t.Errorf("the old one, paid late: %+v", old)
		}
	})
}

// A customer may pay both the invoice and the one that was issued in its place:
// whichever comes second must not look like another sale.
func TestMoneyForBothOfAnInvoiceIssuedAgainIsTold(t *testing.T) {
	for name, oldFirst := range map[string]bool{"the old one first": true, "the new one first": false} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			old := w.issue()
			w.gate.payments[old.Order].state = payfer.Expired
			w.pass(time.Hour)
			inv, err := w.desk.Renew(w.ctx(), w.peer, old.Order, 7)
			w.must(err)
			first, second := old.Order, inv.Order
			if !oldFirst {
				first, second = second, first
			}
			for _, order := range []string{first, second} {
				w.gate.pay(order)
				w.must(w.desk.Hint(w.ctx(), w.shop.Token, order))
				w.pass(time.Minute)
			}
			one, two := w.invoice(first), w.invoice(second)
			if one.Repeat || two.Standing() != kassa.StandsRepeat || two.RepeatOf != one.Number {
				t.Errorf("the first stands as %s, the second as %s, of №%d", one.Standing(), two.Standing(), two.RepeatOf)
			}
		})
	}
}

// between is a store in which something happens right before the first write.
type between struct {
	kassa.Store
	happen func()
}

func (b *between) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	if happen := b.happen; happen != nil {
		b.happen = nil
		happen()
	}
	return b.Store.Update(ctx, fn)
}

func TestMoneyThatComesInTheMomentOfThePressIssuesNothing(t *testing.T) {
	w := bolt(t)
	old := w.issue()
	w.gate.payments[old.Order].state = payfer.Expired
	w.pass(time.Hour)
	late := w.desk
	w.store = &between{w.store, func() {
		w.gate.pay(old.Order)
		_, err := late.Check(w.ctx(), w.peer, old.Order)
		w.must(err)
	}}
	w.start()
	got, err := w.desk.Renew(w.ctx(), w.peer, old.Order, 7)
	if err != nil || got.Order != old.Order || got.State != kassa.Paid || len(w.gate.creates) != 1 {
		t.Errorf("issued again as %s, %s (%v): %d creates", got.Order, got.State, err, len(w.gate.creates))
	}
}

func TestAnOfferIsOfItsOwnKassaAlsoWhereAnotherIsLinkedInThatMoment(t *testing.T) {
	w := bolt(t)
	code, before := w.offer(), w.desk
	w.store = &between{w.store, func() {
		_, err := before.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_2", ShopKey: "key-1"})
		w.must(err)
	}}
	w.start()
	inv, err := w.desk.TakeUp(w.ctx(), code, "in1")
	if !errors.Is(err, kassa.ErrNotLinked) || len(w.gate.creates) != 0 {
		t.Errorf("issued by kassa %s (%v)", inv.Shop, err)
	}
}

// Whoever presses the button first may say that it is his own kassa's.
func TestAPostedOfferIsNotExchangedForAnother(t *testing.T) {
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		code := w.offer()
		thief, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: 66}, "uz")
		w.must(err)
		_, err = w.desk.Link(w.ctx(), thief.ID, payfer.Credentials{ShopID: "shop_2", ShopKey: "key-1"})
		w.must(err)
		forged, _, err := w.desk.Offer(w.ctx(), thief.ID, 66, 50_000*money.Som, "choy")
		w.must(err)

		w.must(w.desk.Posted(w.ctx(), forged, 7, "in1")) // not his to post
		w.must(w.desk.Posted(w.ctx(), code, 7, "in1"))
		if inv, err := w.desk.TakeUp(w.ctx(), forged, "in1"); !errors.Is(err, kassa.ErrNotFound) {
			t.Errorf("the message became one of kassa %s (%v)", inv.Shop, err)
		}
		if inv := w.takeUp(code, "in1"); inv.Shop != w.shop.ID {
			t.Errorf("issued by kassa %s", inv.Shop)
		}
	})
}

// Once money has come for the sale, nobody is sent on to pay the one issued in its place.
func TestOnlyWhatCameToNothingIsSuperseded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		inv  kassa.Invoice
		want bool
	}{
		{kassa.Invoice{State: kassa.Expired}, false},
		{kassa.Invoice{State: kassa.Expired, Renewed: "next"}, true},
		{kassa.Invoice{State: kassa.Absent, Renewed: "next"}, true},
		{kassa.Invoice{State: kassa.Pending, Withdrawn: true, Renewed: "next"}, true},
		{kassa.Invoice{State: kassa.Paid, Renewed: "next"}, false},
		{kassa.Invoice{State: kassa.Absent, PaidBefore: true, Renewed: "next"}, false},
	} {
		if got := c.inv.Superseded(); got != c.want {
			t.Errorf("%+v is superseded: %t", c.inv, got)
		}
	}
}
