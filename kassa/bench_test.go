package kassa_test

import (
	"fmt"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
	"payferbot/store/redistest"
)

func BenchmarkIssue(b *testing.B) {
	onEachStore(b, func(b *testing.B, s *store.Store) {
		w := newWorld(b, s)
		for b.Loop() {
			w.now = w.now.Add(2 * time.Second)
			if _, err := w.desk.Issue(w.ctx(), w.command()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWatchPass is one pass of the watcher over 100 000 open invoices, of
// which 100, each of another kassa, are due; Payfer answers at once.
func BenchmarkWatchPass(b *testing.B) {
	const open, due = 100_000, 100
	onEachStore(b, func(b *testing.B, s *store.Store) {
		w := newWorld(b, s)
		fill(w, open, due)
		for b.Loop() {
			b.StopTimer()
			w.now = w.now.Add(10 * time.Second)
			w.must(s.Update(w.ctx(), func(tx kassa.Tx) error {
				for i := range due {
					tx.SetDue(benchShop(i), benchOrder(i), w.now)
				}
				return nil
			}))
			b.StartTimer()
			before := w.gate.asked
			for n := 1; n > 0; {
				var err error
				n, err = w.desk.WatchOnce(w.ctx())
				w.must(err)
			}
			if got := w.gate.asked - before; got != due {
				b.Fatalf("%d checks, want %d", got, due)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/due, "µs/check")
	})
}

func benchOrder(i int) string      { return fmt.Sprintf("order%011d", i) }
func benchShop(i int) kassa.ShopID { return kassa.ShopID(fmt.Sprintf("shop_%d", i%100)) }

// fill puts open invoices of a hundred kassas into the store, none due for hours.
func fill(w *world, open, kassas int) {
	w.t.Helper()
	far := w.now.Add(1000 * time.Hour)
	w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
		for i := range kassas {
			tx.PutShop(kassa.Shop{ID: benchShop(i), Key: "key-1", Token: fmt.Sprint("token", i)})
		}
		return nil
	}))
	for i := 0; i < open; i += 1000 {
		w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
			for n := i; n < i+1000; n++ {
				inv := kassa.Invoice{
					Order: benchOrder(n), Peer: w.peer, Number: n + 1, Shop: benchShop(n), Asked: 5_000_000, Unique: 5_000_000,
					Origin: kassa.MessageOrigin(1, n, 1), State: kassa.Pending, Created: w.now, Expires: far,
				}
				tx.PutInvoice(inv)
				tx.SetDue(inv.Shop, inv.Order, far)
			}
			return nil
		}))
	}
	for i := range kassas {
		w.gate.payments[benchOrder(i)] = &payment{state: payfer.Pending, expires: far}
	}
}

func onEachStore(b *testing.B, bench func(*testing.B, *store.Store)) {
	b.Helper()
	b.Run("bolt", func(b *testing.B) { bench(b, openStore(b, store.Options{DataDir: b.TempDir()})) })
	b.Run("redis", func(b *testing.B) { bench(b, openStore(b, store.Options{RedisURL: redistest.Start(b).URL()})) })
}
