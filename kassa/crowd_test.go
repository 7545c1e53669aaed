package kassa_test

import (
	"errors"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

// at gives the peer of a chat.
func (w *world) at(chat int64) kassa.PeerID {
	w.t.Helper()
	peer, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: chat}, "uz")
	w.must(err)
	return peer.ID
}

// group makes a linked group the chat that the world's commands come from.
func (w *world) group() {
	w.t.Helper()
	w.peer = w.at(yard)
	_, err := w.desk.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
	w.must(err)
}

// The chats of these tests, beside 77, the shop's own.
const (
	yard   = -500     // a group
	palace = -1000500 // the supergroup that it becomes
	client = 901      // the first customer's chat
)

// crowd has n invoices paid, and Payfer found to say so, while nobody is told yet.
func (w *world) crowd(n int) (orders []string) {
	w.t.Helper()
	for range n {
		orders = append(orders, w.issue().Order)
	}
	w.pass(2 * time.Minute) // the chat has its allowance back
	w.settle(orders...)
	return orders
}

// settle pays the orders and has the watcher find it, delivering nothing.
func (w *world) settle(orders ...string) {
	w.t.Helper()
	for _, order := range orders {
		w.gate.pay(order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, order))
	}
	for range 100 {
		_, err := w.desk.WatchOnce(w.ctx())
		w.must(err)
		if w.allPaid(orders) {
			return
		}
		w.now = w.now.Add(time.Second)
	}
	w.t.Fatal("the watcher does not find the money")
}

func (w *world) allPaid(orders []string) bool {
	for _, order := range orders {
		if w.invoice(order).State != kassa.Paid {
			return false
		}
	}
	return true
}

// deliver makes one delivery to each peer that is ready.
func (w *world) deliver() {
	w.t.Helper()
	_, err := w.desk.DeliverOnce(w.ctx())
	w.must(err)
}

// wantTold holds that a chat heard of each order so often, marked or not.
func (w *world) wantTold(chat int64, orders []string, unmarked, marked int) {
	w.t.Helper()
	if len(w.chat.wrong) > 0 {
		w.t.Error(w.chat.wrong)
	}
	fresh, again := map[string]int{}, map[string]int{}
	for _, n := range w.chat.in(chat, kassa.Announce) {
		if n.again {
			again[n.order]++
		} else {
			fresh[n.order]++
		}
	}
	for _, o := range orders {
		if fresh[o] != unmarked || again[o] != marked {
			w.t.Errorf("order %s was told %d times and %d times as a repeat, want %d and %d", o, fresh[o], again[o], unmarked, marked)
		}
	}
}

// holds tells whether the delivery tells of the order, alone or among others.
func holds(d kassa.Delivery, order string) bool {
	for _, also := range d.Also {
		if also.Invoice.Order == order {
			return true
		}
	}
	return d.Invoice.Order == order
}

// poison is a message that Telegram never takes nor refuses.
func poison(kind kassa.Kind, order string) func(kassa.Delivery) error {
	return func(d kassa.Delivery) error {
		if d.Kind == kind && holds(d, order) {
			return errors.New("read: connection reset")
		}
		return nil
	}
}

// wait moves time on and delivers, as a process at work does, while the test looks on.
func (w *world) wait(d time.Duration, until func() bool) time.Duration {
	w.t.Helper()
	begun := w.now
	for !until() && w.now.Sub(begun) < d {
		w.now = w.now.Add(50 * time.Millisecond)
		w.work()
	}
	return w.now.Sub(begun)
}
