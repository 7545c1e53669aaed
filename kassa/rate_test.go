package kassa_test

import (
	"strconv"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
)

// queue has one paid invoice, not announced yet, in each of n private chats.
func queue(w *world, n int) (orders []string) {
	w.t.Helper()
	home := w.peer
	for i := range n {
		w.peer = w.at(int64(2000 + i))
		_, err := w.desk.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
		w.must(err)
		orders = append(orders, w.issue().Order)
	}
	w.peer = home
	w.pass(2 * time.Minute)
	w.settle(orders...)
	w.now = w.now.Add(5 * time.Minute)
	return orders
}

// most is how many of the calls fall into one second at most.
func most(called []time.Time) (n int) {
	for i, at := range called {
		k := 0
		for _, other := range called[i:] {
			if other.Sub(at) < time.Second {
				k++
			}
		}
		n = max(n, k)
	}
	return n
}

// run lets desks work side by side in steps of some milliseconds.
func run(w *world, d, step time.Duration, desks ...*kassa.Desk) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(step) {
		for range 50 {
			sent := 0
			for _, desk := range desks {
				n, err := desk.DeliverOnce(w.ctx())
				w.must(err)
				sent += n
			}
			if sent == 0 {
				break
			}
		}
	}
}

func TestTwoProcessesTogetherKeepToTheBotsRate(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		queue(w, 60)
		w.rate = 20
		w.start()
		one := w.desk
		w.start()
		w.chat.called = nil
		run(w, 3*time.Second, 10*time.Millisecond, one, w.desk)
		if n := most(w.chat.called); n > 20 {
			t.Errorf("%d messages within a second, want no more than 20", n)
		}
		if n := len(w.chat.called); n < 45 {
			t.Errorf("%d messages in three seconds, want four fifths of 60", n)
		}
	})
}

func TestTheBotsRateIsKeptAndUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate        float64
		chats       int
		in          time.Duration
		least, most int // messages in that time, and in a second of it
	}{
		{0, 40, time.Second, 40, 80},
		{0.5, 5, 10100 * time.Millisecond, 4, 1},
		{1, 5, 5100 * time.Millisecond, 4, 1},
		{30, 60, 2 * time.Second, 46, 30},
	} {
		t.Run(strconv.FormatFloat(c.rate, 'g', -1, 64), func(t *testing.T) {
			w := bolt(t)
			queue(w, c.chats)
			w.rate = c.rate
			w.start()
			w.chat.called = nil
			run(w, c.in, 10*time.Millisecond, w.desk)
			if got := w.chat.called; len(got) < c.least || most(got) > c.most {
				t.Errorf("%d messages, %d in one second; want at least %d, and at most %d", len(got), most(got), c.least, c.most)
			}
		})
	}
}

// The messages of chats that know already are brought up to date afterwards.
func TestNewsInManyChatsGoBeforeEditsInOthers(t *testing.T) {
	w := bolt(t)
	const chats = 40
	queue(w, chats)
	w.rate = 10
	w.start()
	run(w, 5500*time.Millisecond, 10*time.Millisecond, w.desk)
	if n := len(w.chat.of(kassa.Announce)); n != chats {
		t.Errorf("%d announcements after the time of forty, want %d", n, chats)
	}
	run(w, 8*time.Second, 10*time.Millisecond, w.desk)
	edited := 0
	for _, m := range w.chat.of(kassa.Show) {
		edited += m.edits
	}
	if edited != chats {
		t.Errorf("%d messages were brought up to date, want %d", edited, chats)
	}
}

// Found in review: what answers had used was owed to the bucket for ever, and
// thirty-one answers in a row ended all announcements.
func TestAnyNumberOfAnswersDelaysNewsForAMomentOnly(t *testing.T) {
	for _, rate := range []float64{0.5, 2, 30} {
		t.Run(strconv.FormatFloat(rate, 'g', -1, 64), func(t *testing.T) {
			w := bolt(t)
			w.rate = rate
			w.start()
			var orders []string
			for range 100 {
				orders = append(orders, w.issue().Order)
			}
			if n := len(w.chat.of(kassa.Show)); n != 100 {
				t.Fatalf("%d answers, want 100: they wait for nothing", n)
			}
			w.now = w.now.Add(3 * time.Minute)
			w.settle(orders[0])
			w.pass(10 * time.Second)
			w.wantTold(77, orders[:1], 1, 0)
		})
	}
}

func TestAnswersAreCountedThoughTheyDoNotWait(t *testing.T) {
	w := bolt(t)
	queue(w, 60)
	w.rate = 20
	w.start()
	home := w.peer
	for i := range 20 {
		w.peer = w.at(int64(2000 + i))
		w.issue()
	}
	w.peer = home
	if n := len(w.chat.of(kassa.Show)); n != 80 {
		t.Fatalf("%d answers, want all at once", n-60)
	}
	run(w, 600*time.Millisecond, 10*time.Millisecond, w.desk)
	if n := len(w.chat.of(kassa.Announce)); n > 6 {
		t.Errorf("%d announcements right after twenty answers", n)
	}
	run(w, 8*time.Second, 10*time.Millisecond, w.desk)
	if n := len(w.chat.of(kassa.Announce)); n != 60 {
		t.Errorf("%d announcements, want 60", n)
	}
}

func TestAChatThatWaitsForItsOwnPaceUsesNothingOfTheBotsRate(t *testing.T) {
	w := bolt(t)
	w.group()
	odd := w.crowdOf(10)
	queue(w, 10)
	for _, o := range odd {
		w.gate.payWith(o, 1_000) // out of the ordinary: told one by one, at the group's pace
		_, err := w.desk.Check(w.ctx(), w.peer, o)
		w.must(err)
	}
	w.rate = 1
	w.start()
	w.chat.called = nil
	run(w, 25*time.Second, 50*time.Millisecond, w.desk)
	if n := len(w.chat.called); n < 18 {
		t.Errorf("%d messages in 25 seconds", n)
	}
}
