package store_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

// While a master is being replaced the old one goes on, and connections may lead to
// either. Whatever is acknowledged meanwhile stands in the new one.
func TestWhatIsWrittenWhileTheMasterIsReplacedStandsInTheNewOne(t *testing.T) {
	old, addr := redistest.StartTCP(t, "--repl-diskless-sync-delay", "0")
	fresh := redistest.Start(t)
	p := startProxy(t, old.Socket())
	keys := newKeys(t)
	s := open(t, store.Options{RedisURL: p.url(), Keys: keys})
	issues(t, s, 1, 2)
	follow(t, fresh, addr)
	if n, err := old.Client().Wait(t.Context(), 1, 10*time.Second).Result(); err != nil || n != 1 {
		t.Fatalf("%d replicas follow, error %v", n, err)
	}
	if err := fresh.Client().ReplicaOf(t.Context(), "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}

	p.turn(fresh.Socket())
	issues(t, s, 3, 2) // to the old one, over the connection that there is
	const peers, each = 12, 40
	var crowd errgroup.Group
	for i := range peers {
		crowd.Go(func() error {
			for n := range each {
				if err := s.Update(t.Context(), issue(s, kassa.PeerID(fmt.Sprint("crowd", i)), fmt.Sprintf("order %d of %d", n, i))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := crowd.Wait(); err != nil {
		t.Fatal(err)
	}

	other := open(t, store.Options{RedisURL: fresh.URL(), Keys: keys})
	wantIssued(t, other, "p1", 4)
	for i := range peers {
		wantIssued(t, other, kassa.PeerID(fmt.Sprint("crowd", i)), each)
	}
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
