package kassa_test

import (
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

// flooded is a number of chats with an invoice each that is paid, of which
// the first few meet Telegram's limit.
func flooded(t *testing.T, w *world, chats, floods int) (orders []string) {
	for n := range chats {
		peer, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: int64(1000 + n)}, "uz")
		w.must(err)
		_, err = w.desk.Link(w.ctx(), peer.ID, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
		w.must(err)
		c := w.command()
		c.Peer = peer.ID
		inv, err := w.desk.Issue(w.ctx(), c)
		w.must(err)
		orders = append(orders, inv.Order)
	}
	w.pass(10 * time.Second)
	for range floods {
		w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 20 * time.Second}))
	}
	for _, o := range orders {
		w.settle(o)
	}
	return orders
}

func TestAStormOfFloodsPausesTheWholeBot(t *testing.T) {
	w := bolt(t)
	flooded(t, w, 10, 3)
	w.pass(19 * time.Second)
	if n := len(w.chat.of(kassa.Announce)); n > 1 { // the three may have been settled one by one
		t.Errorf("%d chats were told while Telegram forbids the bot", n)
	}
	w.issue()
	if len(w.chat.in(77, kassa.Show)) != 1 {
		t.Error("an answer waits for the storm")
	}
	w.pass(10 * time.Second)
	if n := len(w.chat.of(kassa.Announce)); n != 10 {
		t.Errorf("%d of 10 told after the storm", n)
	}
}

func TestTwoFloodedChatsAreNoStorm(t *testing.T) {
	w := bolt(t)
	flooded(t, w, 10, 2)
	w.pass(5 * time.Second)
	if n := len(w.chat.of(kassa.Announce)); n != 8 {
		t.Errorf("%d of the 8 others told", n)
	}
}
