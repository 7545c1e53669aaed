package store_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

var tears = flag.Int("tears", 12, "how often the test of the torn file cuts into a transaction")

// A transaction stands in Redis' file as one MULTI … EXEC. Wherever in it the
// file ends, Redis drops it whole when it starts again, and nothing before it.
func TestATornFileDropsTransactionsWhole(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "always") // otherwise a busy disk may keep it from the file for a while
	keys := newKeys(t)
	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	last := 0
	for range *tears {
		s := open(t, store.Options{RedisURL: server.URL(), Keys: keys}) // one that has written nothing yet, and so brings nothing back
		before := 0
		for range 3 {
			last++
			before = server.Length()
			if err := s.Update(t.Context(), issue(s, "p1", fmt.Sprint("order", last))); err != nil {
				t.Fatal(err)
			}
		}
		length := server.Length() - before // of the last transaction
		cut := 1 + dice.IntN(length)
		server.LosePower(int64(cut))
		last--
		fresh := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
		if n, ok := whole(t, fresh); n != last || !ok {
			t.Errorf("cut %d of %d bytes: the peer counts %d invoices, want %d; all there: %t", cut, length, n, last, ok)
		}
	}
}

// whole tells how many invoices the peer counts, and whether these and no more are there.
func whole(t *testing.T, s *store.Store) (n int, ok bool) {
	t.Helper()
	err := s.View(t.Context(), func(tx kassa.Tx) error {
		p, err := tx.Peer("p1")
		if err != nil {
			return err
		}
		owed, err := tx.Owed("p1", 1000)
		if err != nil {
			return err
		}
		due, err := tx.DueBy(moment, 1000)
		if err != nil {
			return err
		}
		_, here := tx.InvoiceNumbered("p1", p.Last)
		_, beyond := tx.InvoiceNumbered("p1", p.Last+1)
		_, origin := tx.InvoiceFrom(kassa.Origin(fmt.Sprint("order", p.Last+1)))
		n = p.Last
		ok = len(owed) == n && len(due) == n && here == nil && errors.Is(beyond, kassa.ErrNotFound) && errors.Is(origin, kassa.ErrNotFound)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, ok
}
