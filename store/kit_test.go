package store_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
)

var moment = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// open opens a store and closes it when the test ends.
func open(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	if o.Keys == nil {
		o.Keys = newKeys(t)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newKeys(t testing.TB) *secret.Keyring {
	t.Helper()
	k, err := secret.ParseKeys(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// count adds one to the counter of a peer and tells how often it had to try.
func count(t testing.TB, s *store.Store) (tries int) {
	t.Helper()
	tries, err := increment(s)
	if err != nil {
		t.Error(err)
	}
	return tries
}

func increment(s *store.Store) (tries int, err error) {
	err = s.Update(context.Background(), func(tx kassa.Tx) error {
		tries++
		p, err := tx.Peer("p1")
		if err != nil && !errors.Is(err, kassa.ErrNotFound) {
			return err
		}
		p.ID, p.Last = "p1", p.Last+1
		tx.PutPeer(p)
		return nil
	})
	return tries, err
}

func counted(t testing.TB, s *store.Store) (n int) {
	t.Helper()
	err := s.View(context.Background(), func(tx kassa.Tx) error {
		p, err := tx.Peer("p1")
		n = p.Last
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
