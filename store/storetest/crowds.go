package storetest

import (
	"fmt"
	"sync"

	"payferbot/kassa"
)

// crowd is how many work at once.
const crowd = 8

var crowdRules = []rule{
	{"of many that count together none is lost", func(k *kit) {
		const each = 25
		k.putPeers(kassa.Peer{ID: "p1", At: chat(1)})
		k.together(func(int) error {
			for range each {
				if err := k.store.Update(k.ctx, func(tx kassa.Tx) error {
					p, err := tx.Peer("p1")
					p.Last++
					tx.PutPeer(p)
					return err
				}); err != nil {
					return err
				}
			}
			return nil
		})
		k.see(func(tx kassa.Tx) {
			p, err := tx.Peer("p1")
			k.same(p.Last, err, crowd*each)
		})
	}},
	{"what an Update commits rests on one moment", func(k *kit) {
		// Movers shift between two records and keep the sum; watchers write down the sum that they read.
		const each, sum = 15, 1000
		k.putPeers(kassa.Peer{ID: "a", At: chat(1), Last: sum}, kassa.Peer{ID: "b", At: chat(2)})
		k.together(func(i int) error {
			for range each {
				if err := k.store.Update(k.ctx, func(tx kassa.Tx) error {
					a, err := tx.Peer("a")
					if err != nil {
						return err
					}
					b, err := tx.Peer("b")
					if i%2 == 0 {
						a.Last, b.Last = a.Last-1, b.Last+1
						tx.PutPeer(a)
						tx.PutPeer(b)
					} else {
						tx.PutPeer(kassa.Peer{ID: kassa.PeerID(fmt.Sprint("seen", i)), At: chat(int64(10 + i)), Last: a.Last + b.Last})
					}
					return err
				}); err != nil {
					return err
				}
				if i%2 == 1 {
					k.see(func(tx kassa.Tx) {
						p, err := tx.Peer(kassa.PeerID(fmt.Sprint("seen", i)))
						if p.Last != sum {
							k.Errorf("committed the sum %d, error %v, want %d", p.Last, err, sum)
						}
					})
				}
			}
			return nil
		})
	}},
	{"of those that make a peer one makes it", func(k *kit) {
		k.together(func(i int) error {
			return k.store.Update(k.ctx, func(tx kassa.Tx) error {
				if _, err := tx.PeerAt(chat(5)); err == nil {
					return nil
				}
				tx.PutPeer(kassa.Peer{ID: kassa.PeerID(fmt.Sprint("p", i)), At: chat(5)})
				return nil
			})
		})
		made := 0
		k.see(func(tx kassa.Tx) {
			for i := range crowd {
				if _, err := tx.Peer(kassa.PeerID(fmt.Sprint("p", i))); err == nil {
					made++
				}
			}
		})
		k.same(made, nil, 1)
	}},
	{"each that is ready is claimed by exactly one", func(k *kit) {
		const peers = 40
		k.do(func(tx kassa.Tx) {
			for i := range peers {
				tx.SetReady(kassa.PeerID(fmt.Sprint("p", i)), at(i/10))
			}
		})
		var mu sync.Mutex
		claims := map[string]int{}
		k.together(func(int) error {
			for {
				id, err := k.claim()
				if err != nil || id == "" {
					return err
				}
				mu.Lock()
				claims[id]++
				mu.Unlock()
			}
		})
		k.same(len(claims), nil, peers)
		for id, n := range claims {
			if n != 1 {
				k.Errorf("%s was claimed %d times", id, n)
			}
		}
	}},
	{"a debt made while its peer comes to rest is not lost", func(k *kit) {
		for round := range 150 {
			k.do(func(tx kassa.Tx) {
				tx.Owe("p1", "a", at(0))
				tx.SetReady("p1", at(60)) // claimed
			})
			k.together2(
				func(tx kassa.Tx) {
					tx.Ready("p1")
					tx.Shown("p1", "a")
					tx.Rest("p1", at(30))
				},
				func(tx kassa.Tx) { tx.Owe("p1", "b", at(20)) },
			)
			k.see(func(tx kassa.Tx) {
				owed, err := tx.Owed("p1", 9)
				k.same(owed, err, []string{"b"})
				ready, err := tx.Ready("p1")
				if err != nil || ready.IsZero() {
					k.Fatalf("round %d: something is owed and the peer has no place in ready (%v)", round, err)
				}
			})
			k.do(func(tx kassa.Tx) { tx.Shown("p1", "b") })
		}
	}},
	{"a tx of many writes is as whole as one of few", func(k *kit) {
		const many = 300
		k.do(func(tx kassa.Tx) {
			for i := range many {
				tx.PutInvoice(kassa.Invoice{Order: fmt.Sprint("o", i), Peer: "p1", Number: i + 1, Created: at(i)})
				tx.Owe("p1", fmt.Sprint("o", i), at(i))
			}
		})
		k.see(func(tx kassa.Tx) {
			all, err := tx.History("p1", at(0), at(many), many+1)
			k.same(len(all), err, many)
			owed, err := tx.Owed("p1", many+1)
			k.same(len(owed), err, many)
		})
	}},
}

// claim takes the first that is ready; empty: nobody is.
func (k *kit) claim() (id string, err error) {
	err = k.store.Update(k.ctx, func(tx kassa.Tx) error {
		id = ""
		queue, err := tx.ReadyBy(at(9), 3)
		if err != nil || len(queue) == 0 {
			return err
		}
		id = queue[0].ID
		tx.SetReady(kassa.PeerID(id), at(60))
		return nil
	})
	return id, err
}

// together runs fn in a crowd, and ends when all have ended.
func (k *kit) together(fn func(i int) error) {
	k.Helper()
	var wg sync.WaitGroup
	gate := make(chan struct{})
	errs := make([]error, crowd)
	for i := range crowd {
		wg.Go(func() {
			<-gate
			errs[i] = fn(i)
		})
	}
	close(gate)
	wg.Wait()
	for _, err := range errs {
		k.must(err)
	}
}

// together2 runs two Updates at the same time.
func (k *kit) together2(fns ...func(kassa.Tx)) {
	k.Helper()
	var wg sync.WaitGroup
	gate := make(chan struct{})
	errs := make([]error, len(fns))
	for i, fn := range fns {
		wg.Go(func() {
			<-gate
			errs[i] = k.store.Update(k.ctx, func(tx kassa.Tx) error {
				fn(tx)
				return nil
			})
		})
	}
	close(gate)
	wg.Wait()
	for _, err := range errs {
		k.must(err)
	}
}
