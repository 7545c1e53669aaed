package store_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
	"payferbot/store/redistest"
)

// succession is a master whose replica was just promoted: it goes on all the same, and
// over the proxy one gets to it until p.turn.
func succession(t *testing.T, keys *secret.Keyring) (s *store.Store, p *proxy, old, fresh *redistest.Server) {
	t.Helper()
	old, addr := redistest.StartTCP(t, "--repl-diskless-sync-delay", "0")
	fresh = redistest.Start(t)
	p = startProxy(t, old.Socket())
	s = open(t, store.Options{RedisURL: p.url(), Keys: keys})
	issues(t, s, 1, 1)
	follow(t, fresh, addr)
	if n, err := old.Client().Wait(t.Context(), 1, 10*time.Second).Result(); err != nil || n != 1 {
		t.Fatalf("%d replicas follow, error %v", n, err)
	}
	if err := fresh.Client().ReplicaOf(t.Context(), "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	return s, p, old, fresh
}

// A crowd needs more connections than there are: so many peers, and orders of each.
const peers, each = 12, 40

func crowd(ctx context.Context, s *store.Store, name string) error {
	var all errgroup.Group
	for i := range peers {
		all.Go(func() error {
			for n := range each {
				if err := s.Update(ctx, issue(s, kassa.PeerID(fmt.Sprint(name, i)), fmt.Sprintf("%s order %d of %d", name, n, i))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return all.Wait()
}

// throng sends crowds for longer than another server is not believed, or until something
// arrives there. Some of them may be told to come again.
func throng(t *testing.T, s *store.Store, server *redistest.Server) {
	t.Helper()
	applied := func() string { return server.Client().Get(t.Context(), "{payferbot}:applied").Val() }
	before := applied()
	for began := time.Now(); time.Since(began) < 2*time.Second && applied() == before; {
		_ = crowd(t.Context(), s, began.String()+time.Since(began).String())
	}
}

// While a master is being replaced the old one goes on, and connections may lead to
// either. Whatever is acknowledged meanwhile stands in the new one.
func TestWhatIsWrittenWhileTheMasterIsReplacedStandsInTheNewOne(t *testing.T) {
	keys := newKeys(t)
	s, p, _, fresh := succession(t, keys)
	p.turn(fresh.Socket())
	issues(t, s, 2, 2) // to the old one, over the connection that there is
	if err := crowd(t.Context(), s, "crowd"); err != nil {
		t.Fatal(err)
	}
	other := open(t, store.Options{RedisURL: fresh.URL(), Keys: keys})
	wantIssued(t, other, "p1", 3)
	for i := range peers {
		wantIssued(t, other, kassa.PeerID(fmt.Sprint("crowd", i)), each)
	}
}

// A sentinel that has not heard yet leads back to the old master, which holds what was
// since written otherwise to the new one. What rests on that would be lost with it.
func TestTheOldMasterIsNotBelievedToBeBack(t *testing.T) {
	keys := newKeys(t)
	s, p, old, fresh := succession(t, keys)
	update(t, s, give("of the old one")) // which is brought back first of all
	p.loseReply(func() {                 // the old one has done order 2, and the new one is met
		p.turn(fresh.Socket())
		issues(t, s, 3, 1)
	})
	issues(t, s, 2, 1)
	p.turn(old.Socket())
	throng(t, s, old)
	issues(t, s, 4, 1)
	p.turn(fresh.Socket())
	throng(t, s, fresh)
	other := open(t, store.Options{RedisURL: fresh.URL(), Keys: keys})
	wantIssued(t, other, "p1", 4)
}

func wantIssued(t *testing.T, s *store.Store, id kassa.PeerID, n int) {
	t.Helper()
	err := s.View(t.Context(), func(tx kassa.Tx) error {
		p, err := tx.Peer(id)
		if err != nil {
			return err
		}
		owed, err := tx.Owed(id, 1000)
		if p.Last != n || len(owed) != n {
			t.Errorf("%s counts %d invoices and is owed %d, want %d", id, p.Last, len(owed), n)
		}
		return err
	})
	if err != nil {
		t.Errorf("%s: %v", id, err)
	}
}

// follow makes the server a replica.
func follow(t *testing.T, server *redistest.Server, addr string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Client().ReplicaOf(t.Context(), host, port).Err(); err != nil {
		t.Fatal(err)
	}
}
