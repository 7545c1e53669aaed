package kassa_test

import (
	"errors"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
	"payferbot/store"
)

// bolt runs a test on a fresh embedded store.
func bolt(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return newWorld(t, openStore(t, store.Options{DataDir: quickDir(t)}))
}

// wantPaid holds the chat to the promise: one message that shows the invoice as
// paid, one announcement that answers it.
func wantPaid(t *testing.T, w *world, order string) {
	t.Helper()
	inv := w.invoice(order)
	if inv.State != kassa.Paid {
		t.Fatalf("invoice is %s, want paid", inv.State)
	}
	shown, news := w.chat.of(kassa.Show), w.chat.of(kassa.Announce)
	if len(shown) != 1 || !shown[0].photo || shown[0].state != kassa.Paid {
		t.Errorf("messages of the invoice: %+v, want one photo that says paid", shown)
	}
	if len(news) != 1 || news[0].replyTo != shown[0].id {
		t.Errorf("announcements: %+v, want one that answers message %d", news, shown[0].id)
	}
}

func TestOneSale(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		inv := w.issue()
		if inv.State != kassa.Pending || inv.Number != 1 || inv.Unique == 0 {
			t.Fatalf("issued: %+v", inv)
		}
		w.gate.pay(inv.Order)
		for range 20 {
			w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
		}
		w.pass(10 * time.Second)
		wantPaid(t, w, inv.Order)
		if w.gate.asked != 1 {
			t.Errorf("Payfer was asked %d times, want once", w.gate.asked)
		}
		w.pass(200 * time.Hour)
		wantPaid(t, w, inv.Order)
	})
}

func TestALostWebhookOnlyDelaysTheNews(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.pass(time.Minute)
	w.gate.pay(inv.Order)
	w.pass(20 * time.Second)
	wantPaid(t, w, inv.Order)
}

func TestTheSameCommandTwiceIsOneInvoice(t *testing.T) {
	w := bolt(t)
	c := w.command()
	first, err := w.desk.Issue(w.ctx(), c)
	w.must(err)
	again, err := w.desk.Issue(w.ctx(), c)
	w.must(err)
	if first.Order != again.Order || len(w.gate.creates) != 1 || len(w.chat.of(kassa.Show)) != 1 {
		t.Errorf("orders %s and %s, %d creates, %d messages", first.Order, again.Order, len(w.gate.creates), len(w.chat.messages))
	}
}

func TestAForgedWebhookIsWorthOneQuestion(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, "nobodysorder"))
	w.work()
	if w.gate.asked != 2 || len(w.chat.of(kassa.Announce)) != 0 { // one about each
		t.Errorf("asked %d times, announced %d", w.gate.asked, len(w.chat.of(kassa.Announce)))
	}
	if err := w.desk.Hint(w.ctx(), "nobodystoken", inv.Order); !errors.Is(err, kassa.ErrNotFound) {
		t.Errorf("an unknown token gives %v", err)
	}
}

func TestACheckBegunBeforeAHintLeavesTheOrderDue(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.now = w.now.Add(time.Minute)
	w.gate.check = append(w.gate.check, func(*call) error {
		return w.desk.Hint(w.ctx(), w.shop.Token, inv.Order) // paid just after Payfer looked
	})
	w.work()
	if w.gate.asked != 2 {
		t.Errorf("Payfer was asked %d times, want the hint to be worth a question of its own", w.gate.asked)
	}
}

func TestAHintReachesOnlyOrdersOfItsKassa(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	other, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: 78}, "ru")
	w.must(err)
	foreign, err := w.desk.Link(w.ctx(), other.ID, payfer.Credentials{ShopID: "shop_2", ShopKey: "key-1"})
	w.must(err)
	w.must(w.desk.Hint(w.ctx(), foreign.Token, inv.Order))
	w.work()
	if w.gate.asked != 0 {
		t.Errorf("another kassa's webhook made us ask %d times", w.gate.asked)
	}
}

func TestTenThousandForgedWebhooksKeepToThePace(t *testing.T) {
	w := bolt(t)
	var orders []string
	for range 10 {
		orders = append(orders, w.issue().Order)
		w.now = w.now.Add(time.Second)
	}
	w.work()
	before, began := w.gate.asked, w.now
	for i := range 10_000 {
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, orders[i%len(orders)]))
		if i%10 == 0 {
			w.now = w.now.Add(2 * time.Millisecond)
			w.work()
		}
	}
	took := w.now.Sub(began)
	cap := 60 + int(took.Seconds()*5) + int(took.Seconds()*1) + 1
	if asked := w.gate.asked - before; asked > cap {
		t.Errorf("Payfer was asked %d times in %v, want at most %d", asked, took, cap)
	}
	if n := len(w.chat.of(kassa.Announce)); n != 0 {
		t.Errorf("%d announcements of forged payments", n)
	}
}

func TestAWebhookBeforeCreatesReplyIsAnnouncedOnce(t *testing.T) {
	w := bolt(t)
	var order string
	w.gate.create = append(w.gate.create, func(c *call) error {
		c.happen()
		order = c.order
		w.gate.pay(order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, order))
		w.work() // the webhook's check comes round while create's reply is under way
		delete(w.gate.payments, order)
		return nil // and Create goes on to answer
	})
	w.gate.tells = true
	inv, err := w.desk.Issue(w.ctx(), w.command())
	w.must(err)
	w.gate.pay(inv.Order)
	w.pass(time.Minute)
	wantPaid(t, w, inv.Order)
	if len(w.gate.creates) != 1 {
		t.Errorf("%d creates", len(w.gate.creates))
	}
}

func TestWhileCreateIsUnderWayItsOrderIsNotAskedAbout(t *testing.T) {
	w := bolt(t)
	w.gate.create = append(w.gate.create, func(c *call) error {
		c.happen() // Payfer knows it already, though its check does not tell the sum
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, c.order))
		w.work()
		return nil
	})
	w.issue()
	if asked := w.gate.asked; asked != 0 || len(w.gate.creates) != 1 {
		t.Errorf("asked %d times, %d creates: the answer under way was given up", asked, len(w.gate.creates))
	}
}

func TestAnExpiredInvoicePaidLateIsAnnouncedAsLate(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.pass(20 * time.Minute)
	if got := w.chat.of(kassa.Show)[0].state; got != kassa.Expired {
		t.Fatalf("the message says %s, want expired", got)
	}
	w.gate.pay(inv.Order)
	w.pass(7 * time.Hour)
	wantPaid(t, w, inv.Order)
	if !w.invoice(inv.Order).Late {
		t.Error("not marked late")
	}
}

func TestPayfersRefusalIsTheAnswer(t *testing.T) {
	for kind, want := range map[payfer.Kind]kassa.Refusal{
		payfer.ErrUnsent: kassa.RefusedUnreachable, payfer.ErrAmount: kassa.RefusedAmount, payfer.ErrInactive: kassa.RefusedInactive,
		payfer.ErrCredentials: kassa.RefusedCredentials, payfer.ErrMaintenance: kassa.RefusedMaintenance, payfer.ErrRefused: kassa.RefusedOther,
	} {
		t.Run(string(kind), func(t *testing.T) {
			w := bolt(t)
			w.gate.create = append(w.gate.create, fails(kind))
			inv := w.issue()
			if inv.State != kassa.Rejected || inv.Refusal != want {
				t.Errorf("invoice %s for %q, want rejected for %q", inv.State, inv.Refusal, want)
			}
			if shown := w.chat.of(kassa.Show); len(shown) != 1 || shown[0].photo {
				t.Errorf("messages %+v, want one text", shown)
			}
			w.pass(200 * time.Hour)
			if w.gate.asked != 0 {
				t.Errorf("asked %d times about what does not exist", w.gate.asked)
			}
			renewed, err := w.desk.Renew(w.ctx(), w.peer, inv.Order, 1)
			w.must(err)
			again, err := w.desk.Renew(w.ctx(), w.peer, inv.Order, 1)
			w.must(err)
			if renewed.Order != again.Order || w.invoice(renewed.Order).State != kassa.Pending {
				t.Errorf("pressing twice made %s and %s", renewed.Order, again.Order)
			}
		})
	}
}

func TestSumsOutsideTheLimitsAreRefusedUnsaved(t *testing.T) {
	w := bolt(t)
	for _, sum := range []money.Amount{0, kassa.MinAmount - 1, kassa.MaxAmount + 1} {
		c := w.command()
		c.Amount = sum
		if _, err := w.desk.Issue(w.ctx(), c); !errors.Is(err, kassa.ErrAmount) {
			t.Errorf("%v: %v", sum, err)
		}
	}
	if len(w.gate.creates) != 0 {
		t.Error("Payfer was asked all the same")
	}
}
