package kassa_test

import (
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
)

func TestManyNewsOfAChatAreToldFiftyInAMessage(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.group()
		orders := w.crowd(120)
		w.deliver()
		if news := w.chat.of(kassa.Announce); len(news) != 50 || news[0].told != 50 || news[0].replyTo != 0 {
			t.Fatalf("the first message tells %d news", len(news))
		}
		w.pass(20 * time.Second)
		w.wantTold(yard, orders, 1, 0)
		if n := w.chat.sends(kassa.Announce); n != 3 {
			t.Errorf("120 news in %d messages, want 3", n)
		}
	})
}

func TestTheMessagesOfGatheredNewsAreEditedOneByOne(t *testing.T) {
	w := bolt(t)
	w.group()
	orders := w.crowd(55)
	w.pass(6 * time.Minute) // 55 edits, one in four and a half seconds
	w.wantTold(yard, orders, 1, 0)
	for _, m := range w.chat.in(yard, kassa.Show) {
		if m.state != kassa.Paid {
			t.Fatalf("the message of №%d still says %s", m.number, m.state)
		}
	}
}

func TestThreeNewsAreToldOneByOneEachUnderItsInvoice(t *testing.T) {
	w := bolt(t)
	w.group()
	orders := w.crowd(3)
	w.pass(time.Minute)
	w.wantTold(yard, orders, 1, 0)
	for _, n := range w.chat.of(kassa.Announce) {
		if shown := w.chat.find(yard, n.replyTo); n.told != 1 || shown == nil || shown.order != n.order {
			t.Errorf("news %+v, want one alone that answers its invoice", n)
		}
	}
}

func TestNewsOutOfTheOrdinaryAreToldByThemselves(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(6)
	odd := w.issue().Order
	w.gate.payWith(odd, 1_000)
	_, err := w.desk.Check(w.ctx(), w.peer, odd)
	w.must(err)
	w.pass(2 * time.Minute)
	w.wantTold(77, append(orders, odd), 1, 0)
	for _, n := range w.chat.of(kassa.Announce) {
		if want := 6; n.order == odd && n.told != 1 || n.order != odd && n.told != want {
			t.Errorf("№%d was told with %d others", n.number, n.told-1)
		}
	}
}

func TestAllOfAGatheredMessageAreMarkedWhereItsReplyWasLost(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(60)
	w.chat.fault = append(w.chat.fault, arrivedUnheard)
	w.deliver()
	first := w.chat.of(kassa.Announce)
	w.pass(2 * time.Minute)
	for _, n := range first {
		w.wantTold(77, []string{n.order}, 1, 1)
	}
	for _, o := range orders {
		if told := append([]message(nil), w.chat.of(kassa.Announce)...); len(told) == 0 {
			t.Errorf("%s was not told", o)
		}
	}
	if n := len(w.chat.of(kassa.Announce)); n != 60+len(first) {
		t.Errorf("%d news told, want 60 and the %d repeats", n, len(first))
	}
}

func TestAllOfAGatheredMessageAreMarkedAfterADeathBeforeItsRecord(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		orders := w.crowd(20)
		w.chat.fault = append(w.chat.fault, func(c *call) error {
			c.happen()
			panic(died{})
		})
		func() {
			defer func() { _ = recover() }()
			w.deliver()
		}()
		w.start()
		w.pass(time.Minute)
		w.wantTold(77, orders, 1, 1)
	})
}

func TestADeathBeforeAGatheredMessageLosesNothing(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(20)
	w.chat.fault = append(w.chat.fault, func(*call) error { panic(died{}) })
	func() {
		defer func() { _ = recover() }()
		w.deliver()
	}()
	w.start()
	w.pass(time.Minute)
	w.wantTold(77, orders, 0, 1)
}

func TestNewsRefusedAmongOthersAreToldAloneAndOnlyTheOneAtFaultIsGivenUp(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(10)
	bad := orders[4]
	w.chat.refuse = func(d kassa.Delivery) error {
		if d.Kind == kassa.Announce && holds(d, bad) {
			return answers(kassa.SendError{Fate: kassa.Refused})(nil)
		}
		return nil
	}
	w.pass(2 * time.Minute)
	w.wantTold(77, append(append([]string(nil), orders[:4]...), orders[5:]...), 1, 0)
	w.wantTold(77, []string{bad}, 0, 0)
	if s := w.chat.find(77, w.invoice(bad).Views[0].Message).state; s != kassa.Paid {
		t.Errorf("the message of the news given up still says %s", s)
	}
}

func TestNewsThatAreAlwaysLostAmongOthersKeepNobodyForLong(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(10)
	bad := orders[4]
	w.chat.refuse = poison(kassa.Announce, bad)
	took := w.wait(10*time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 9 })
	if took > 3*time.Minute {
		t.Errorf("%d of the nine others told after %s", len(w.chat.of(kassa.Announce)), took)
	}
	w.chat.refuse = nil
	w.pass(10 * time.Minute)
	w.wantTold(77, orders, 0, 1)
}

func TestFreshNewsAreNotGatheredWithWhatWasLost(t *testing.T) {
	w := bolt(t)
	fresh := w.issue().Order
	orders := w.crowd(10)
	w.chat.refuse = poison(kassa.Announce, orders[0])
	w.deliver()
	w.now = w.now.Add(2 * time.Second) // what was lost may be tried again
	w.settle(fresh)
	w.deliver()
	w.wantTold(77, []string{fresh}, 1, 0)
	w.chat.refuse = nil
	w.pass(time.Minute)
	w.wantTold(77, orders, 0, 1)
	w.wantTold(77, []string{fresh}, 1, 0)
}

func TestEditsGetTheirTurnWhileNewsAndAnswersNeverEnd(t *testing.T) {
	w := bolt(t)
	w.issue()
	w.pass(2 * time.Second)
	gone := w.issue().Order
	w.pass(5 * time.Second)
	w.gate.payments[gone].state = payfer.Cancelled
	_, err := w.desk.Check(w.ctx(), w.peer, gone)
	w.must(err)
	cancelled := func() bool { return w.chat.find(77, w.invoice(gone).Views[0].Message).state == kassa.Cancelled }
	for begun := w.now; !cancelled(); {
		order := w.issue().Order // a sale every three seconds: an answer and news, and no moment for an edit
		w.settle(order)
		for range 30 {
			w.now = w.now.Add(100 * time.Millisecond)
			if len(w.chat.of(kassa.Announce)) == len(w.chat.of(kassa.Show))-2 {
				break
			}
			w.deliver()
		}
		if w.now.Sub(begun) > 3*time.Minute {
			t.Fatal("the message of the cancelled invoice keeps its QR for as long as the shop sells")
		}
	}
}

func TestEditsDoNotOvertakeNewsBeforeTheirTime(t *testing.T) {
	w := bolt(t)
	w.crowd(3)
	for range 3 {
		w.deliver()
		w.now = w.now.Add(time.Second)
	}
	for i, m := range w.chat.of(kassa.Show) {
		if m.edits > 0 {
			t.Errorf("message %d was edited while news waited", i)
		}
	}
	if n := len(w.chat.of(kassa.Announce)); n != 3 {
		t.Errorf("%d news told, want 3", n)
	}
}

func TestAnEditThatIsNoneAnyMoreDoesNotTakeTheOthersTurn(t *testing.T) {
	w := bolt(t)
	odd := w.crowdOf(120)
	w.crowdOf(3)
	gone := w.issue().Order
	w.pass(2 * time.Minute)
	for _, card := range []string{"8600123456789012", ""} { // it came and went before any message could be edited
		_, err := w.desk.SetCard(w.ctx(), w.peer, card, "")
		w.must(err)
	}
	w.now = w.now.Add(time.Second)
	w.gate.payments[gone].state = payfer.Cancelled
	for _, order := range append([]string{gone}, odd...) {
		if order != gone {
			w.gate.payWith(order, 1_000) // told one by one
		}
		_, err := w.desk.Check(w.ctx(), w.peer, order)
		w.must(err)
	}
	for range 45 {
		w.deliver()
		w.now = w.now.Add(time.Second)
	}
	if n := len(w.chat.of(kassa.Announce)); n > 60 {
		t.Fatal("too much is told: the test wants more news than one look finds")
	}
	if s := w.chat.find(77, w.invoice(gone).Views[0].Message).state; s != kassa.Cancelled {
		t.Errorf("the message says %s: its edit starves behind some that are none", s)
	}
}

// crowdOf issues n invoices.
func (w *world) crowdOf(n int) (orders []string) {
	for range n {
		orders = append(orders, w.issue().Order)
	}
	return orders
}
