package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/store"
)

// give writes a grant.
func give(code string) func(kassa.Tx) error {
	return func(tx kassa.Tx) error {
		tx.PutGrant(kassa.Grant{Code: code, Until: moment})
		return nil
	}
}

// giveBy looks at a peer and writes a grant.
func giveBy(peer kassa.PeerID, code string) func(kassa.Tx) error {
	return func(tx kassa.Tx) error {
		if _, err := tx.Peer(peer); err != nil {
			return err
		}
		return give(code)(tx)
	}
}

func update(t *testing.T, s *store.Store, fn func(kassa.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// updateUnheard writes, and the answer is lost.
func updateUnheard(t *testing.T, s *store.Store, p *proxy, fn func(kassa.Tx) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	p.loseReply(cancel)
	if err := s.Update(ctx, fn); err == nil {
		t.Fatal("its answer was lost, and it went well")
	}
}

func wantGiven(t *testing.T, s *store.Store, codes ...string) {
	t.Helper()
	for _, code := range codes {
		err := s.View(t.Context(), func(tx kassa.Tx) error {
			_, err := tx.Grant(code)
			return err
		})
		if err != nil {
			t.Errorf("grant %s: %v", code, err)
		}
	}
}

// tornLine is a store over a proxy, whose Redis forgets what is written in lose.
func tornLine(t *testing.T) (s *store.Store, p *proxy, lose func(write func())) {
	t.Helper()
	server, lose := tornServer(t)
	p = startProxy(t, server.Socket())
	return open(t, store.Options{RedisURL: p.url(), Keys: newKeys(t)}), p, lose
}

// Of two that rest on the same record, the one that changed it was sent first and arrived
// last. A new connection leaves it at that.
func TestWhatRedisForgotIsBroughtBackInTheOrderInWhichItWasApplied(t *testing.T) {
	s, p, lose := tornLine(t)
	issues(t, s, 1, 1)
	lose(func() {
		held, release := p.hold("order2")
		defer release()
		var late errgroup.Group
		late.Go(func() error { return s.Update(t.Context(), issue(s, "p1", "order2")) })
		<-held
		update(t, s, giveBy("p1", "given"))
		release()
		if err := late.Wait(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // each costs one of the connections that there are
			updateUnheard(t, s, p, give("unheard"))
		}
		update(t, s, give("over another connection"))
	})
	wantGiven(t, s, "given", "unheard", "over another connection")
	wantIssued(t, s, "p1", 2)
}

// The same where the process has not heard that one of them was applied, but another
// that rests on it was.
func TestWhatNobodyConfirmedIsBroughtBackInItsPlace(t *testing.T) {
	for name, play := range map[string]func(*testing.T, *store.Store, *proxy){
		"it rests on what is changed after it": func(t *testing.T, s *store.Store, p *proxy) {
			updateUnheard(t, s, p, giveBy("p1", "given"))
			issues(t, s, 2, 1)
			update(t, s, give("unrelated"))
		},
		"it changes what another rests on": func(t *testing.T, s *store.Store, p *proxy) {
			update(t, s, giveBy("p1", "given"))
			update(t, s, give("unrelated"))
			updateUnheard(t, s, p, issue(s, "p1", "order2"))
		},
		"it moves what another finds moved": func(t *testing.T, s *store.Store, p *proxy) {
			issues(t, s, 2, 1)
			updateUnheard(t, s, p, ready("p1", moment.Add(time.Second)))
			update(t, s, ready("p1", moment.Add(time.Minute)))
			update(t, s, give("given"))
			update(t, s, give("unrelated"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, lose := tornLine(t)
			issues(t, s, 1, 1)
			lose(func() {
				play(t, s, p)
				update(t, s, func(tx kassa.Tx) error {
					if _, err := tx.Grant("given"); err != nil {
						return err
					}
					if _, err := tx.InvoiceNumbered("p1", 2); err != nil {
						return err
					}
					at, err := tx.Ready("p1")
					tx.SetReady("p1", at.Add(time.Hour))
					tx.PutGrant(kassa.Grant{Code: "rests on all", Until: moment})
					return err
				})
			})
			wantGiven(t, s, "given", "unrelated", "rests on all")
			wantIssued(t, s, "p1", 2)
		})
	}
}

// ready moves a peer's next turn, having looked at it.
func ready(peer kassa.PeerID, to time.Time) func(kassa.Tx) error {
	return func(tx kassa.Tx) error {
		_, err := tx.Ready(peer)
		tx.SetReady(peer, to)
		return err
	}
}

// What was brought back once stands where the server put it then: its number is another.
func TestWhatIsBroughtBackTwiceHasItsNewPlace(t *testing.T) {
	server, lose := tornServer(t)
	keys := newKeys(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	other := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	issues(t, s, 1, 1)
	lose(func() {
		for n := range 5 {
			update(t, other, give(fmt.Sprint("other", n)))
		}
		update(t, s, giveBy("p1", "given"))
	})
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	lose(func() { issues(t, s, 2, 1) })
	wantGiven(t, s, "given")
	wantIssued(t, s, "p1", 2)
}

// A write whose answer was lost was done all the same, and another rests on it.
func TestWhatRestsOnAWriteThatNobodyConfirmedIsBroughtBackWithIt(t *testing.T) {
	s, p, lose := tornLine(t)
	issues(t, s, 1, 2)
	lose(func() {
		updateUnheard(t, s, p, issue(s, "p1", "order 3"))
		issues(t, s, 4, 2)
	})
	err := s.View(t.Context(), func(tx kassa.Tx) error {
		_, err := tx.InvoiceNumbered("p1", 5)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	wantIssued(t, s, "p1", 5)
}
