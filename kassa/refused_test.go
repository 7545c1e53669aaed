package kassa_test

import (
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

func TestAKassaWhoseKeyIsRefusedIsPausedAndItsChatsAreToldOnce(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	other, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: 78}, "ru")
	w.must(err)
	_, err = w.desk.Link(w.ctx(), other.ID, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
	w.must(err)
	w.gate.key = "key-2"
	w.gate.pay(order)
	w.pass(6 * time.Hour)
	asked := w.gate.asked
	for _, chat := range []int64{77, 78} {
		if n := len(w.chat.in(chat, kassa.Warn)); n != 1 {
			t.Errorf("chat %d was warned %d times", chat, n)
		}
	}
	if asked > 45 { // once in ten minutes, and a few to be sure
		t.Errorf("asked %d times in six hours with a key that is refused", asked)
	}
	_, err = w.desk.Link(w.ctx(), other.ID, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-2"})
	w.must(err)
	w.pass(5 * time.Second)
	wantPaid(t, w, order)
	if there, here := len(w.chat.in(77, kassa.Warn)), len(w.chat.in(78, kassa.Warn)); there != 2 || here != 1 {
		t.Errorf("%d and %d messages: want the one chat told that it works again, the other was told by its /link", there, here)
	}
}

func TestAKassaThatIsGoodAgainByItselfHearsOfAllThatCame(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(0)
	for range 30 {
		orders = append(orders, w.issue().Order)
	}
	w.gate.key = "key-2" // refused, as an inactive kassa is
	w.pass(time.Hour)
	for _, o := range orders {
		w.gate.pay(o)
	}
	w.gate.key = "key-1"
	w.pass(13 * time.Minute)
	w.wantTold(77, orders, 1, 0)
	if n := len(w.chat.in(77, kassa.Warn)); n != 2 {
		t.Errorf("%d messages about the kassa, want one that it is refused and one that it is good", n)
	}
}

// Payfer does not know the one order that is left to ask about. That is an answer
// too, which it gives to a good key alone. Found by the simulator, seed 154 of November 2026.
func TestAKassaIsGoodAgainThoughPayferKnowsNoneOfItsOrders(t *testing.T) {
	w := bolt(t)
	w.gate.create = append(w.gate.create, fails(payfer.ErrUnknown)) // never arrived
	w.gate.check = append(w.gate.check, fails(payfer.ErrUnknown))
	_, err := w.desk.Issue(w.ctx(), w.command())
	w.must(err)
	w.gate.key = "key-2"
	w.pass(time.Hour)
	w.gate.key = "key-1"
	w.pass(13 * time.Minute)
	shop, err := w.desk.ShopOf(w.ctx(), w.peer)
	w.must(err)
	if n := len(w.chat.in(77, kassa.Warn)); n != 2 || !shop.Refused.IsZero() {
		t.Errorf("%d messages about the kassa, refused since %v: want one that it is refused and one that it is good", n, shop.Refused)
	}
}

func TestOneRefusalAlarmsNobody(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	w.gate.check = append(w.gate.check, fails(payfer.ErrCredentials))
	w.pass(5 * time.Minute)
	w.gate.pay(order)
	w.pass(5 * time.Minute)
	wantPaid(t, w, order)
	if n := len(w.chat.in(77, kassa.Warn)); n != 0 {
		t.Errorf("warned %d times of one answer that was wrong", n)
	}
}

func TestAVoucherWithANewKeyTellsTheOtherChatsThatTheKassaIsGoodAgain(t *testing.T) {
	w := bolt(t)
	w.issue()
	w.gate.key = "key-2"
	w.pass(time.Hour)
	group, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: -100}, "ru")
	w.must(err)
	g, err := w.desk.Vouch(w.ctx(), group.ID, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-2"})
	w.must(err)
	_, err = w.desk.Redeem(w.ctx(), group.ID, g.Code, "posted")
	w.must(err)
	if n := len(w.chat.in(77, kassa.Warn)); n != 2 {
		t.Errorf("%d messages: want the chat told that it is refused, and that it is good again", n)
	}
}
