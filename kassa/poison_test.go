package kassa_test

import (
	"errors"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

func TestAPeerWithNothingButPoisonHearsNewThingsSoon(t *testing.T) {
	w := bolt(t)
	bad, fresh := w.issue().Order, w.issue().Order
	w.pass(10 * time.Second)
	w.chat.refuse = poison(kassa.Announce, bad)
	w.settle(bad)
	w.pass(4 * time.Minute)
	w.settle(fresh)
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 1 }); took > 1100*time.Millisecond {
		t.Errorf("told after %s", took)
	}
	w.wantTold(77, []string{fresh}, 1, 0)
	w.chat.refuse = nil
	w.pass(10 * time.Minute)
	w.wantTold(77, []string{bad}, 0, 1)
}

func TestAnyNumberOfNewsThatWaitDoNotHideAFreshOne(t *testing.T) {
	w := bolt(t)
	w.group()
	fresh := w.issue().Order
	w.crowd(60)
	w.chat.refuse = func(d kassa.Delivery) error {
		if d.Kind == kassa.Announce && d.Invoice.Order != fresh {
			return errors.New("read: connection reset")
		}
		return nil
	}
	w.pass(3 * time.Minute)
	w.settle(fresh)
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 1 }); took > 6*time.Second {
		t.Errorf("told after %s", took)
	}
}

func TestNewsDoNotWaitForAnEditThatIsAlwaysLost(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	w.chat.refuse = poison(kassa.Edit, order)
	w.pass(40 * time.Minute) // expired, and it cannot be shown
	w.settle(order)
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 1 }); took > 5*time.Second {
		t.Errorf("told after %s", took)
	}
	w.wantTold(77, []string{order}, 1, 0)
}

func TestNewsDoNotWaitForAMessageThatIsAlwaysLost(t *testing.T) {
	w := bolt(t)
	w.chat.refuse = func(d kassa.Delivery) error {
		if d.Kind == kassa.Show && d.View.Photo {
			return errors.New("the upload takes too long")
		}
		return nil
	}
	order := w.issue().Order
	w.pass(5 * time.Minute)
	w.settle(order)
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 1 }); took > 20*time.Second {
		t.Errorf("told after %s", took)
	}
	w.pass(10 * time.Minute)
	w.wantTold(77, []string{order}, 0, 1) // two photos that say paid may have arrived
	if m := w.chat.in(77, kassa.Show); len(m) != 1 || m[0].photo || m[0].state != kassa.Paid {
		t.Errorf("messages %+v, want a text that says paid", m)
	}
}

func TestNewsDoNotSitOutTheWaitOfAnEdit(t *testing.T) {
	w := bolt(t)
	w.group()
	gone, order := w.issue().Order, w.issue().Order
	w.pass(time.Minute)
	w.issue()
	w.issue()
	w.gate.payments[gone].state = payfer.Cancelled
	_, err := w.desk.Check(w.ctx(), w.peer, gone)
	w.must(err)
	w.work() // the edit has to wait for the group's pace
	w.now = w.now.Add(100 * time.Millisecond)
	w.settle(order)
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 1 }); took > 1100*time.Millisecond {
		t.Errorf("told after %s", took)
	}
}
