package kassa_test

import (
	"testing"
	"time"

	"payferbot/kassa"
)

// withdraw takes the invoice back.
func (w *world) withdraw(order string) kassa.Invoice {
	w.t.Helper()
	inv, err := w.desk.Withdraw(w.ctx(), w.peer, order)
	w.must(err)
	return inv
}

func TestAWithdrawnInvoiceSaysSoEverywhereAndIsWatchedOn(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	w.visit(client, order)
	w.pass(10 * time.Second)
	w.withdraw(order)
	w.withdraw(order)
	w.pass(10 * time.Second)
	for _, chat := range []int64{77, client} {
		if m := w.wantOne(chat, kassa.Show); m.face != kassa.StandsWithdrawn || m.edits != 1 {
			t.Errorf("chat %d sees %+v", chat, m)
		}
	}
	w.visit(client+1, order)
	w.visit(client, order)
	w.visit(77, order)
	w.pass(time.Hour) // long past its expiry
	for _, chat := range []int64{77, client, client + 1} {
		if m := w.wantOne(chat, kassa.Show); m.photo || m.face != kassa.StandsWithdrawn {
			t.Errorf("chat %d sees %+v, want no QR", chat, m)
		}
	}
	w.settle(order)
	w.pass(time.Minute)
	for _, chat := range []int64{77, client, client + 1} {
		w.wantTold(chat, []string{order}, 1, 0)
		if n := w.wantOne(chat, kassa.Announce); n.face != kassa.StandsRecalled {
			t.Errorf("chat %d is told %s", chat, n.face)
		}
	}
}

func TestAnInvoiceWithdrawnBeforeItWasShownHasNoQR(t *testing.T) {
	w := bolt(t)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 10 * time.Second}))
	order := w.issue().Order
	w.withdraw(order)
	w.pass(time.Minute)
	if m := w.wantOne(77, kassa.Show); m.photo || m.face != kassa.StandsWithdrawn {
		t.Errorf("the chat sees %+v", m)
	}
}

func TestAnInvoiceWithdrawnWhileItsMessageIsOnItsWayIsEdited(t *testing.T) {
	w := bolt(t)
	w.chat.fault = append(w.chat.fault, func(c *call) error {
		w.withdraw(c.order)
		return nil
	})
	w.issue()
	w.pass(time.Minute)
	if m := w.wantOne(77, kassa.Show); m.face != kassa.StandsWithdrawn {
		t.Errorf("the chat sees %+v", m)
	}
}

func TestWhatDoesNotWaitForMoneyIsNotWithdrawn(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	w.pass(time.Minute)
	if inv := w.withdraw(order); inv.Withdrawn || inv.State != kassa.Paid {
		t.Errorf("%+v", inv)
	}
	_, second := abandoned2(w)
	if inv := w.withdraw(second); inv.Withdrawn {
		t.Error("an invoice was withdrawn whose other attempt was paid")
	}
}

// abandoned2 is an invoice whose first attempt was given up and then paid.
func abandoned2(w *world) (first, second string) {
	w.t.Helper()
	w.gate.create = append(w.gate.create, replyLost)
	second = w.issue().Order
	first = w.invoice(second).Prior
	if first == "" {
		w.t.Fatal("the test wants two attempts")
	}
	w.settle(first)
	return first, second
}

func TestWithdrawnInvoicesArePaidOneByOneAmongMany(t *testing.T) {
	w := bolt(t)
	orders := w.crowdOf(8)
	w.pass(time.Minute)
	w.withdraw(orders[3])
	w.pass(time.Minute)
	w.settle(orders...)
	w.pass(time.Minute)
	w.wantTold(77, orders, 1, 0)
	for _, n := range w.chat.of(kassa.Announce) {
		if alone := n.told == 1; alone != (n.order == orders[3]) || alone != (n.face == kassa.StandsRecalled) {
			t.Errorf("№%d, %s, was told among %d", n.number, n.face, n.told)
		}
	}
}
