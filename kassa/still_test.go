package kassa_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"payferbot/kassa"
)

// halting is a store after whose next Update the process stands still, for as long
// as meanwhile takes.
type halting struct {
	kassa.Store
	meanwhile func()
}

func (s *halting) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	err := s.Store.Update(ctx, fn)
	if meanwhile := s.meanwhile; meanwhile != nil {
		s.meanwhile = nil
		meanwhile()
	}
	return err
}

// twoDesks are two processes on one store, and an invoice that was just found to be
// paid. The first one's Updates go through the halting store.
func twoDesks(t *testing.T) (w *world, first, second *kassa.Desk, s *halting) {
	w = bolt(t)
	second = w.desk
	s = &halting{Store: w.store}
	w.store = s
	w.start()
	inv := w.issue()
	w.gate.pay(inv.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.now = w.now.Add(2 * time.Second)
	_, err := w.desk.WatchOnce(w.ctx())
	w.must(err)
	return w, w.desk, second, s
}

// told counts the announcements.
func (w *world) told() (all, marked int) {
	for _, m := range w.chat.messages {
		if m.kind != kassa.Announce {
			continue
		}
		all++
		if m.again {
			marked++
		}
	}
	return all, marked
}

// A process that was stopped between its claim and its send has lost the claim when
// it goes on. Whoever took the chat over has sent the message by then.
func TestClaimThatRanOutBeforeTheSendIsNotUsed(t *testing.T) {
	w, first, second, s := twoDesks(t)
	s.meanwhile = func() {
		w.now = w.now.Add(13 * time.Second)
		_, err := second.DeliverOnce(w.ctx())
		w.must(err)
	}
	_, err := first.DeliverOnce(w.ctx())
	w.must(err)
	w.pass(time.Minute)
	if all, marked := w.told(); all != 1 || marked != 1 {
		t.Errorf("told %d times, %d of them marked as perhaps a repeat; want one, marked", all, marked)
	}
}

// A worker that outlived its claim and learns then that its message was not
// taken says nothing of the message that its successor has on its way.
func TestLateRefusalDoesNotHideThatAnotherSendIsUnderWay(t *testing.T) {
	w, first, second, _ := twoDesks(t)
	refused := func(*call) error {
		return &kassa.SendError{Fate: kassa.Flooded, Wait: time.Second, Err: errors.New("too many requests")}
	}
	died := func(c *call) error {
		c.happen()
		panic(died{})
	}
	w.chat.fault = append(w.chat.fault, func(c *call) error {
		w.now = w.now.Add(13 * time.Second)
		w.chat.fault = append(w.chat.fault, died)
		func() {
			defer func() { _ = recover() }()
			_, _ = second.DeliverOnce(w.ctx())
		}()
		return refused(c)
	})
	_, err := first.DeliverOnce(w.ctx())
	w.must(err)
	w.pass(time.Minute)
	if all, marked := w.told(); all != 2 || marked != 2 {
		t.Errorf("told %d times, %d of them marked as perhaps a repeat; want two, both marked", all, marked)
	}
}
