package store_test

import (
	"fmt"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

// engines runs a benchmark on both.
func engines(b *testing.B, bench func(*testing.B, *store.Store)) {
	b.Run("bolt", func(b *testing.B) { bench(b, open(b, store.Options{DataDir: b.TempDir()})) })
	b.Run("redis", func(b *testing.B) { bench(b, open(b, store.Options{RedisURL: redistest.Start(b).URL()})) })
}

// issue is the write of a command: an invoice with all that leads to it, its
// place in due, a debt and the peer's counter.
func issue(s *store.Store, peer kassa.PeerID, order string) func(kassa.Tx) error {
	return func(tx kassa.Tx) error {
		p, err := tx.Peer(peer)
		if err != nil {
			p = kassa.Peer{ID: peer, At: kassa.Address{Inline: string(peer)}}
		}
		p.Last++
		tx.PutPeer(p)
		tx.PutInvoice(kassa.Invoice{
			Order: order, Peer: peer, Number: p.Last, Shop: "772211", Asked: 5000000, Origin: kassa.Origin(order),
			State: kassa.Creating, Created: moment, Views: []kassa.View{{Peer: peer}},
		})
		tx.SetDue("772211", order, moment)
		tx.Owe(peer, order, moment)
		return nil
	}
}

func BenchmarkUpdate(b *testing.B) {
	engines(b, func(b *testing.B, s *store.Store) {
		n := 0
		for b.Loop() {
			n++
			if err := s.Update(b.Context(), issue(s, "p1", fmt.Sprint("order", n))); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkUpdateFromManyChats(b *testing.B) {
	engines(b, func(b *testing.B, s *store.Store) {
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			peer := kassa.NewPeerID()
			for n := 0; pb.Next(); n++ {
				if err := s.Update(b.Context(), issue(s, peer, fmt.Sprint(peer, n))); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkDueBy(b *testing.B) {
	const open, due, batch = 100_000, 100, 1000
	engines(b, func(b *testing.B, s *store.Store) {
		for n := 0; n < open; n += batch {
			err := s.Update(b.Context(), func(tx kassa.Tx) error {
				for i := n; i < n+batch; i++ {
					at := moment.Add(time.Hour + time.Duration(i)*time.Millisecond)
					if i < due {
						at = moment
					}
					tx.SetDue("772211", fmt.Sprintf("order%011d", i), at)
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			err := s.View(b.Context(), func(tx kassa.Tx) error {
				queue, err := tx.DueBy(moment, 2*due)
				if len(queue) != due {
					b.Fatalf("%d are due, want %d", len(queue), due)
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
