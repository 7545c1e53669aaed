package kassa_test

import (
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
)

func TestAGroupThatMovesInMidBurstLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.group()
		open := w.issue().Order
		orders := w.crowd(70)
		w.deliver() // fifty of them
		told := len(w.chat.of(kassa.Announce))
		w.chat.moved[yard] = palace
		w.pass(time.Minute)
		w.must(w.desk.Move(w.ctx(), yard, palace)) // Telegram's own word of it comes late, and twice
		w.must(w.desk.Move(w.ctx(), yard, palace))
		w.settle(open)
		w.pass(time.Hour)
		if told != 50 || len(w.chat.wrong) > 0 {
			t.Errorf("%d told before the move; %v", told, w.chat.wrong)
		}
		seen := map[string]int{}
		for _, n := range w.chat.of(kassa.Announce) {
			seen[n.order]++
		}
		for _, o := range append(orders, open) {
			if seen[o] != 1 {
				t.Errorf("№%d was told %d times", w.invoice(o).Number, seen[o])
			}
		}
		if w.at(palace) != w.peer {
			t.Error("the supergroup is another peer")
		}
		if inv := w.issue(); inv.Number != 72 || len(w.chat.in(palace, kassa.Show)) != 1 {
			t.Errorf("№%d shown %d times in the new place", inv.Number, len(w.chat.in(palace, kassa.Show)))
		}
	})
}

func TestAMoveWhileAMessageIsOnItsWayIsNotTakenBack(t *testing.T) {
	for name, fate := range map[string]func(*call) error{
		"arrived": func(*call) error { return nil },
		"lost":    arrivedUnheard,
		"refused": answers(kassa.SendError{Fate: kassa.Moved, MovedTo: palace}),
		"busy":    answers(kassa.SendError{Fate: kassa.Flooded, Wait: time.Second}),
	} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			w.group()
			orders := w.crowd(6)
			w.chat.fault = append(w.chat.fault, func(c *call) error {
				w.must(w.desk.Move(w.ctx(), yard, palace))
				return fate(c)
			})
			w.pass(5 * time.Minute)
			if len(w.chat.wrong) > 0 {
				t.Error(w.chat.wrong)
			}
			seen := map[string]int{}
			for _, n := range w.chat.of(kassa.Announce) {
				seen[n.order]++
				if n.chat == palace && n.again != (name == "lost") {
					t.Errorf("№%d marked %t", n.number, n.again)
				}
			}
			for _, o := range orders {
				if want := map[bool]int{true: 2, false: 1}[name == "lost"]; seen[o] != want {
					t.Errorf("№%d was told %d times, want %d", w.invoice(o).Number, seen[o], want)
				}
			}
			if w.at(palace) != w.peer {
				t.Error("the supergroup is another peer")
			}
		})
	}
}

func TestAnOpenQRIsNotShownAnewInTheSupergroupButANoticeWaitedForIs(t *testing.T) {
	w := bolt(t)
	w.group()
	w.gate.tells = true
	order := unknown(t, w, replyLost)
	w.pass(0)
	w.must(w.desk.Move(w.ctx(), yard, palace))
	w.pass(time.Minute)
	if m := w.wantOne(palace, kassa.Show); m.order != order || !m.photo {
		t.Errorf("the supergroup sees %+v, want the QR that somebody waits for", m)
	}
	if m := w.wantOne(yard, kassa.Show); m.edits != 0 {
		t.Error("the notice left behind was edited")
	}
}

func TestWhatWasToAnswerAMessageOfTheOldGroupAnswersNothingInTheNew(t *testing.T) {
	w := bolt(t)
	w.group()
	var last kassa.View
	w.chat.refuse = func(d kassa.Delivery) error { last = d.View; return nil }
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Moved, MovedTo: palace}))
	c := w.command()
	c.Answer, c.Thread = 55, 7
	inv, err := w.desk.Issue(w.ctx(), c)
	w.must(err)
	w.pass(time.Minute)
	w.wantOne(palace, kassa.Show)
	defer func() {
		w.settle(inv.Order)
		w.pass(time.Minute)
		if m := w.wantOne(palace, kassa.Show); m.state != kassa.Paid {
			t.Errorf("the message in the new place says %s: it counts as left behind", m.state)
		}
	}()
	if last.Answers != 0 || last.Thread != 0 {
		t.Errorf("it answers %d in topic %d: in the new place these are others'", last.Answers, last.Thread)
	}
}

func TestASupergroupMetBeforeTheMoveWasHeardOfKeepsItsKassa(t *testing.T) {
	for _, heard := range []string{"by word", "by refusal"} {
		t.Run(heard, func(t *testing.T) {
			w := bolt(t)
			w.group()
			order := w.issue().Order
			old := w.peer
			_, _, err := w.desk.Unlink(w.ctx(), old)
			w.must(err)
			there := w.at(palace)
			_, err = w.desk.Link(w.ctx(), there, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
			w.must(err)
			if heard == "by word" {
				w.must(w.desk.Move(w.ctx(), yard, palace))
			}
			w.chat.moved[yard] = palace
			w.pass(10 * time.Second)
			w.settle(order)
			w.pass(time.Minute)
			w.wantTold(palace, []string{order}, 1, 0)
			if w.at(palace) != there {
				t.Error("the supergroup lost its kassa to the group that had none")
			}
		})
	}
}

func TestAPeerThatComesBackWhileAMessageIsOnItsWayIsServedOn(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(3)
	w.chat.fault = append(w.chat.fault, func(*call) error {
		w.must(w.desk.Park(w.ctx(), w.peer, "kicked"))
		w.must(w.desk.Back(w.ctx(), w.peer))
		return nil
	})
	if took := w.wait(time.Minute, func() bool { return len(w.chat.of(kassa.Announce)) == 3 }); took > 4*time.Second {
		t.Errorf("all told after %s", took)
	}
	w.wantTold(77, orders, 1, 0)
}

// Found by an end-to-end test: what had arrived just before brought the chat back.
func TestAPeerParkedWhileAMessageIsOnItsWayStaysParked(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	w.settle(order)
	w.chat.fault = append(w.chat.fault, func(c *call) error {
		w.must(w.desk.Park(w.ctx(), w.peer, "kicked"))
		return nil
	})
	w.work()
	parked, err := w.desk.Parked(w.ctx(), 10)
	w.must(err)
	if len(parked) != 1 {
		t.Errorf("parked: %+v", parked)
	}
}

func TestAParkedPeerIsListedHearsNothingAndThenAll(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		orders := w.crowd(12)
		w.must(w.desk.Park(w.ctx(), w.peer, "kicked"))
		w.pass(10 * time.Minute)
		if len(w.chat.called) != 0 {
			t.Errorf("%d messages to a chat that is parked", len(w.chat.called))
		}
		parked, err := w.desk.Parked(w.ctx(), 10)
		w.must(err)
		if len(parked) != 1 || parked[0].ID != w.peer || parked[0].Parked != "kicked" {
			t.Errorf("parked: %+v", parked)
		}
		w.must(w.desk.Back(w.ctx(), w.peer))
		w.must(w.desk.Back(w.ctx(), w.peer))
		w.pass(time.Minute)
		w.wantTold(77, orders, 1, 0)
		if parked, err = w.desk.Parked(w.ctx(), 10); err != nil || len(parked) != 0 {
			t.Errorf("still parked: %+v, %v", parked, err)
		}
	})
}

// Found by the model: the message left behind was taken away in the new place,
// where its number was another's.
func TestAVisitAfterTheMoveTakesNothingAwayInTheNewPlace(t *testing.T) {
	w := bolt(t)
	w.group()
	order := w.issue().Order
	w.must(w.desk.Move(w.ctx(), yard, palace))
	w.issue() // has the number there that the other had
	_, err := w.desk.Visit(w.ctx(), w.peer, order)
	w.must(err)
	w.pass(time.Minute)
	if len(w.chat.wrong) > 0 || len(w.chat.in(palace, kassa.Show)) != 2 {
		t.Errorf("%v; messages %+v", w.chat.wrong, w.chat.in(palace, kassa.Show))
	}
}
