package sim

import (
	"context"
	"flag"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"payferbot/kassa"
	"payferbot/money"
)

var dayLength = flag.Duration("day", 20*time.Minute, "how long trade goes on in the test of memory")

// Trade goes on and on, and the memory that it takes does not grow.
func TestADayOfTradeTakesNoMoreMemoryThanItsFirstHours(t *testing.T) {
	dir := quickDir(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, plan{processes: 1, shops: 4, chats: 12, rate: 30, zone: time.UTC, expiry: 5 * time.Minute}, dir)
		p := w.boot("p1.1")
		w.processes = []*process{p}
		quarter := *dayLength / 4
		sales := 0
		first := w.trade(p, quarter, &sales)
		before := first
		for n := 2; n <= 4; n++ {
			now := w.trade(p, quarter, &sales)
			t.Logf("after %v: %d invoices so far, heap %d KiB, %d goroutines (after the first quarter %d KiB, %d)",
				time.Duration(n)*quarter, sales, now.heap>>10, now.goroutines, first.heap>>10, first.goroutines)
			if now.heap > first.heap+remembered || now.goroutines > first.goroutines {
				t.Errorf("memory grows: %+v after a quarter, %+v after %v", first, now, time.Duration(n)*quarter)
			}
			if n == 4 && now.heap > before.heap+before.heap/10+slack {
				t.Errorf("memory still grows in the last quarter: from %+v to %+v", before, now)
			}
			before = now
		}
		p.stop()
		<-p.ended
		w.tasks.Wait()
		for _, f := range w.faults {
			t.Error(f)
		}
		w.must(w.store.Close())
	})
}

const (
	// remembered is what a process keeps in mind of its last ten thousand messages and
	// numbers, on purpose and bounded; see recall in package kassa.
	remembered = 3 << 20
	// slack is what a heap of this size differs by between two looks at it.
	slack = 256 << 10
)

// size is what the process takes.
type size struct {
	heap       uint64
	goroutines int
}

// trade lets people buy for a while, every ten seconds, and gives what the process takes
// when all of it is over and this world has forgotten it.
func (w *world) trade(p *process, while time.Duration, sales *int) size {
	for end := time.Now().Add(while); time.Now().Before(end); elapse(10 * time.Second) {
		o := w.owners[*sales%len(w.owners)]
		*sales++
		n := *sales
		w.async(func() {
			inv, err := p.desk.Issue(context.Background(), kassa.Command{
				Peer: o.peer, Origin: kassa.MessageOrigin(o.chat, n, 1), Amount: money.Amount(20_000+n%1000) * money.Som, By: 1,
			})
			w.must(err)
			elapse(w.dice.roll("hesitates").between(time.Second, 4*time.Minute))
			w.mu.Lock()
			pay := w.payments[inv.Order]
			w.mu.Unlock()
			w.pay(pay, pay.unique)
		})
	}
	elapse(10 * time.Minute)
	w.forget()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return size{m.HeapAlloc, runtime.NumGoroutine()}
}

// forget drops what this world remembers: all of it is paid and told.
func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.payments)
	clear(w.deeds)
	clear(w.foretold)
	clear(w.said)
	clear(w.plain)
	w.orders, w.lines = nil, nil
	w.dice.mu.Lock()
	clear(w.dice.thrown)
	w.dice.mu.Unlock()
	for _, r := range w.rooms {
		clear(r.messages)
	}
}
