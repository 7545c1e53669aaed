package sim

import (
	"context"
	"flag"
	"testing"
	"testing/synctest"
	"time"

	"payferbot/kassa"
	"payferbot/money"
)

var badDays = flag.Duration("bad", time.Hour, "how long Payfer is of no use in the tests of its bad days")

// badDay is one process with open invoices, and a long time in which Payfer is of no use.
func badDay(t *testing.T, kind string, judge func(t *testing.T, w *world, asked int)) {
	const invoices = 30
	dir := quickDir(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, plan{processes: 1, shops: 1, chats: 3, rate: 30, zone: time.UTC, expiry: 30 * time.Minute}, dir)
		p := w.boot("p1.1")
		w.processes = []*process{p}
		for i := range invoices {
			o := w.owners[i%len(w.owners)]
			_, err := p.desk.Issue(context.Background(), kassa.Command{
				Peer: o.peer, Origin: kassa.MessageOrigin(o.chat, i, 1), Amount: money.Amount(20_000+i) * money.Som, By: 1,
			})
			w.must(err)
			elapse(2 * time.Second)
		}
		elapse(time.Minute)
		began := time.Now()
		w.calmFrom = began.Add(*badDays)
		w.plan.episodes = []episode{{atPayfer, kind, began, w.calmFrom}}
		before := w.asked()
		w.payAll(20 * time.Minute)
		elapse(time.Until(w.calmFrom))
		during := w.asked() - before
		if told := w.told(); told > 0 {
			t.Errorf("%d payments were announced while nobody could know of them", told)
		}
		elapse(time.Hour)
		if told := w.told(); told != invoices {
			t.Errorf("an hour later %d of %d payments were announced", told, invoices)
		}
		judge(t, w, during)
		p.stop()
		<-p.ended
		w.tasks.Wait()
		w.judge()
		for _, f := range w.faults {
			t.Error(f)
		}
		w.must(w.store.Close())
	})
}

// asked is how often check has reached Payfer, whatever it answered.
func (w *world) asked() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.checks
}

// told is how many payments were announced.
func (w *world) told() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.said {
		if s.kind == kassa.Announce {
			n++
		}
	}
	return n
}

// seldom is the most that thirty orders may cost: each is asked about every
// five minutes while Payfer does not answer, and somewhat more often at first.
func seldom() int { return 30 * (int(*badDays/(5*time.Minute)) + 40) }

func TestPayferIsMendedForHours(t *testing.T) {
	badDay(t, "refuses", func(t *testing.T, _ *world, asked int) {
		t.Logf("asked %d times in %v of maintenance", asked, *badDays)
		if asked > seldom() {
			t.Errorf("Payfer was asked %d times while it was being mended, want at most %d", asked, seldom())
		}
	})
}

func TestPayferIsSilentForHours(t *testing.T) {
	badDay(t, "silent", func(t *testing.T, _ *world, asked int) {
		t.Logf("asked %d times in %v of silence", asked, *badDays)
		if asked > seldom() {
			t.Errorf("Payfer was asked %d times while it was silent, want at most %d", asked, seldom())
		}
	})
}

// The kassa is paused, its chats hear of it once, and once that all is well again.
func TestPayferRefusesTheKeyForHours(t *testing.T) {
	badDay(t, "revokes", func(t *testing.T, w *world, asked int) {
		t.Logf("asked %d times in %v with a refused key", asked, *badDays)
		if most := int(*badDays/(10*time.Minute)) + 10; asked > most {
			t.Errorf("Payfer was asked %d times with a key that it refuses, want at most %d: one in ten minutes", asked, most)
		}
		for _, o := range w.owners {
			if got := w.warned[o.chat]; len(got) != 2 || !got[0] || got[1] {
				t.Errorf("chat %d was told that the key is refused, and how it stands since: %v, want true, false", o.chat, got)
			}
		}
	})
}
