package storetest

import (
	"context"
	"errors"
	"time"

	"payferbot/kassa"
)

// Each of these lets another writer come between a tx's reads and its commit.
var conflictRules = []rule{
	{"a record read and changed by another makes fn run again", func(k *kit) {
		k.putPeers(market)
		k.runs(2, func(tx kassa.Tx) {
			p, err := tx.Peer(market.ID)
			k.must(err)
			p.Last++
			tx.PutPeer(p)
		}, func(tx kassa.Tx) {
			p, _ := tx.Peer(market.ID)
			p.Last += 100
			tx.PutPeer(p)
		})
		k.see(func(tx kassa.Tx) {
			p, err := tx.Peer(market.ID)
			k.same(p.Last, err, market.Last+101)
		})
	}},
	{"a record read and written by nobody but another makes fn run again, too", func(k *kit) {
		k.putPeers(market)
		k.runs(2, func(tx kassa.Tx) {
			_, err := tx.Peer(market.ID)
			k.must(err)
			tx.PutInvoice(tea)
		}, func(tx kassa.Tx) { tx.PutPeer(market) })
	}},
	{"a record that was not there and is now makes fn run again", func(k *kit) {
		k.runs(2, func(tx kassa.Tx) {
			if _, err := tx.InvoiceFrom(tea.Origin); errors.Is(err, kassa.ErrNotFound) {
				mine := tea
				mine.Order = "mine"
				tx.PutInvoice(mine)
			}
		}, func(tx kassa.Tx) { tx.PutInvoice(tea) })
		k.see(func(tx kassa.Tx) { // one origin never makes two
			k.leads(tx, tea)
			inv, err := tx.Invoice("mine")
			k.missing(inv, err)
		})
	}},
	{"a peer put unread is not put over another's change unseen", func(k *kit) {
		moved := market
		moved.At = chat(-200)
		k.putPeers(market)
		k.runs(2, func(tx kassa.Tx) { tx.PutPeer(market) }, func(tx kassa.Tx) { tx.PutPeer(moved) })
		k.see(func(tx kassa.Tx) {
			p, err := tx.PeerAt(moved.At)
			k.missing(p, err) // the place that the change made is seen, and left
		})
	}},
	{"what fn did not read does not make it run again", func(k *kit) {
		k.putPeers(market)
		k.runs(1, func(tx kassa.Tx) { tx.PutInvoice(tea) }, func(tx kassa.Tx) { tx.PutPeer(market) })
	}},
	{"an Update that only reads runs once", func(k *kit) {
		k.putPeers(market)
		k.runs(1, func(tx kassa.Tx) {
			_, err := tx.Peer(market.ID)
			k.must(err)
		}, func(tx kassa.Tx) { tx.PutPeer(market) })
	}},
	{"due read by Due or DueBy and then set must be the same", func(k *kit) {
		for _, read := range []func(kassa.Tx){
			func(tx kassa.Tx) { tx.Due("a") },
			func(tx kassa.Tx) { tx.DueBy(at(9), 9) },
		} {
			k.due("a", at(1))
			k.runs(2, func(tx kassa.Tx) {
				read(tx)
				tx.SetDue("s", "a", at(5))
			}, func(tx kassa.Tx) { tx.SetDue("s", "a", at(2)) })
		}
	}},
	{"due read as never and then set must still be never", func(k *kit) {
		k.runs(2, func(tx kassa.Tx) {
			tx.Due("a")
			tx.SetDue("s", "a", at(5))
		}, func(tx kassa.Tx) { tx.SetDue("s", "a", at(2)) })
	}},
	{"due read and not set, or set and not read, is free", func(k *kit) {
		k.due("a", at(1))
		k.runs(1, func(tx kassa.Tx) {
			tx.DueBy(at(9), 9)
			tx.SetDue("s", "b", at(5))
		}, func(tx kassa.Tx) { tx.SetDue("s", "a", at(2)) })
		k.runs(1, func(tx kassa.Tx) { tx.SetDue("s", "a", at(5)) }, func(tx kassa.Tx) { tx.SetDue("s", "a", at(3)) })
	}},
	{"ready read by Ready or ReadyBy and then set or rested must be the same", func(k *kit) {
		reads := []func(kassa.Tx){
			func(tx kassa.Tx) { tx.Ready("p1") },
			func(tx kassa.Tx) { tx.ReadyBy(at(9), 9) },
		}
		ends := []func(kassa.Tx){
			func(tx kassa.Tx) { tx.SetReady("p1", at(5)) },
			func(tx kassa.Tx) { tx.SetReady("p1", never) },
			func(tx kassa.Tx) { tx.Rest("p1", at(5)) },
		}
		for _, read := range reads {
			for _, end := range ends {
				k.do(func(tx kassa.Tx) { tx.SetReady("p1", at(1)) })
				k.runs(2, func(tx kassa.Tx) {
					read(tx)
					end(tx)
				}, func(tx kassa.Tx) { tx.SetReady("p1", at(2)) })
			}
		}
	}},
	{"the tally read and then set must be the same", func(k *kit) {
		for _, to := range []time.Time{at(5), never} {
			for _, was := range []time.Time{at(1), never} {
				k.do(func(tx kassa.Tx) { tx.SetTally(was) })
				k.runs(2, func(tx kassa.Tx) {
					tx.Tally()
					tx.SetTally(to)
				}, func(tx kassa.Tx) { tx.SetTally(at(2)) })
				k.tally(to)
			}
		}
	}},
	{"the tally read and not set, or set and not read, is free", func(k *kit) {
		k.runs(1, func(tx kassa.Tx) {
			tx.Tally()
			tx.PutInvoice(tea)
		}, func(tx kassa.Tx) { tx.SetTally(at(2)) })
		k.runs(1, func(tx kassa.Tx) { tx.SetTally(at(5)) }, func(tx kassa.Tx) { tx.SetTally(at(3)) })
	}},
	{"a grant read must be the same: of two that use it one sees it used", func(k *kit) {
		g := voucher
		g.Used = ""
		k.do(func(tx kassa.Tx) { tx.PutGrant(g) })
		use := func(who string) func(kassa.Tx) {
			return func(tx kassa.Tx) {
				g, err := tx.Grant(voucher.Code)
				k.must(err)
				if g.Used == "" {
					g.Used = who
					tx.PutGrant(g)
				}
			}
		}
		k.runs(2, use("one"), use("other"))
		k.see(func(tx kassa.Tx) {
			g, err := tx.Grant(voucher.Code)
			k.same(g.Used, err, "other")
		})
	}},
	{"an invoice that is owed and was not read does not make fn run again", func(k *kit) {
		k.putInvoice(tea)
		k.do(func(tx kassa.Tx) { tx.Owe(market.ID, tea.Order, at(1)) })
		for tries, read := range []bool{false, true} { // read, it does
			k.runs(1+tries, func(tx kassa.Tx) {
				_, err := tx.Owed(market.ID, 9)
				k.must(err)
				if read {
					_, err = tx.Invoice(tea.Order)
					k.must(err)
				}
				tx.PutPeer(market)
			}, func(tx kassa.Tx) { tx.PutInvoice(tea) })
		}
	}},
	{"a debt never waits for who has the peer", func(k *kit) {
		k.runs(1, func(tx kassa.Tx) {
			tx.Ready("p1")
			tx.Owe("p1", "a", at(1))
		}, func(tx kassa.Tx) { tx.SetReady("p1", at(2)) })
		k.ready("p1", at(2))
	}},
	{"of the last two to leave, one sees that nobody is left", func(k *kit) {
		k.putPeers(kassa.Peer{ID: "p1", At: chat(1), Shop: teashop.ID})
		k.do(func(tx kassa.Tx) {
			tx.PutShop(teashop)
			tx.SetDue(teashop.ID, "a", at(1))
		})
		leave := func(tx kassa.Tx) {
			links, _ := tx.Links(teashop.ID)
			watched, _ := tx.Watched(teashop.ID)
			if len(links)+watched > 1 {
				return
			}
			s, _ := tx.Shop(teashop.ID)
			s.Key = ""
			tx.PutShop(s)
		}
		k.runs(2, func(tx kassa.Tx) {
			leave(tx)
			tx.SetDue(teashop.ID, "a", never)
		}, func(tx kassa.Tx) {
			leave(tx)
			tx.PutPeer(kassa.Peer{ID: "p1", At: chat(1)})
		})
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.same(s.Key.Reveal(), err, "")
		})
	}},
	{"links read are a set: one gone and one come is a change", func(k *kit) {
		k.putPeers(kassa.Peer{ID: "p1", At: chat(1), Shop: teashop.ID}, kassa.Peer{ID: "p2", At: chat(2)})
		k.runs(2, func(tx kassa.Tx) {
			tx.Links(teashop.ID)
			tx.PutInvoice(tea)
		}, func(tx kassa.Tx) {
			tx.PutPeer(kassa.Peer{ID: "p1", At: chat(1)})
			tx.PutPeer(kassa.Peer{ID: "p2", At: chat(2), Shop: teashop.ID})
		})
	}},
	{"links read are a set: one more is a change", func(k *kit) {
		k.runs(2, func(tx kassa.Tx) {
			tx.Links(teashop.ID)
			tx.PutInvoice(tea)
		}, func(tx kassa.Tx) { tx.PutPeer(kassa.Peer{ID: "p1", At: chat(1), Shop: teashop.ID}) })
	}},
	{"watched read must be the same", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, "a", at(1)) })
		for _, change := range []func(kassa.Tx){
			func(tx kassa.Tx) { tx.SetDue(teashop.ID, "b", at(1)) },
			func(tx kassa.Tx) { tx.SetDue(teashop.ID, "b", never) },
		} {
			k.runs(2, func(tx kassa.Tx) {
				tx.Watched(teashop.ID)
				tx.PutInvoice(tea)
			}, change)
		}
		k.runs(1, func(tx kassa.Tx) {
			tx.Watched(teashop.ID)
			tx.PutInvoice(tea)
		}, func(tx kassa.Tx) { tx.SetDue(teashop.ID, "a", at(2)) })
	}},
	{"the context bounds how often fn runs", func(k *kit) {
		k.putPeers(market)
		ctx, cancel := context.WithCancel(k.ctx)
		runs := 0
		err := k.store.Update(ctx, func(tx kassa.Tx) error {
			if runs++; runs == 5 {
				cancel()
			}
			p, err := tx.Peer(market.ID)
			tx.PutPeer(p)
			k.putPeers(p) // another comes between, every time
			return err
		})
		if !errors.Is(err, context.Canceled) || runs > 5 {
			k.Errorf("got %v after %d runs, want context.Canceled after 5", err, runs)
		}
	}},
}

// runs runs fn as an Update, lets between come before the commit of its first
// run, and wants fn to have run so often.
func (k *kit) runs(want int, fn, between func(kassa.Tx)) {
	k.Helper()
	runs := 0
	k.do(func(tx kassa.Tx) {
		fn(tx)
		if runs++; runs == 1 {
			k.do(between)
		}
	})
	if runs != want {
		k.Fatalf("fn ran %d times, want %d", runs, want)
	}
}
