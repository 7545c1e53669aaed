package store_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

// A torn server has forgotten the last that was written; so has a new master.
func tornServer(t *testing.T) (server *redistest.Server, lose func(write func())) {
	t.Helper()
	server = redistest.Start(t, "--appendfsync", "always")
	return server, func(write func()) {
		t.Helper()
		before := server.Length()
		write()
		server.LosePower(int64(server.Length() - before))
	}
}

// issues makes so many invoices, beginning with that number.
func issues(t *testing.T, s *store.Store, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		update(t, s, issue(s, "p1", fmt.Sprint("order", i)))
	}
}

func TestWhatRedisForgotIsBroughtBackByTheProcessThatWroteIt(t *testing.T) {
	server, lose := tornServer(t)
	keys := newKeys(t)
	log := &bytes.Buffer{}
	s := open(t, store.Options{RedisURL: server.URL(), Keys: keys, Log: slog.New(slog.NewTextHandler(log, nil))})
	issues(t, s, 1, 2)
	letter := kassa.Letter{ID: 7, Body: []byte("a letter")}
	lose(func() {
		issues(t, s, 3, 5)
		if _, err := s.Receive(t.Context(), []kassa.Letter{letter}, moment); err != nil {
			t.Fatal(err)
		}
	})
	other := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	if n, _ := whole(t, other); n != 2 {
		t.Fatalf("Redis knows %d invoices, want the two that it did not forget", n)
	}

	if n, ok := whole(t, s); n != 7 || !ok {
		t.Errorf("at its first look after that the process finds %d invoices, whole: %t", n, ok)
	}
	if n, ok := whole(t, other); n != 7 || !ok {
		t.Errorf("others find %d invoices, whole: %t", n, ok)
	}
	if waiting, err := other.Waiting(t.Context()); err != nil || len(waiting) != 1 || waiting[0] != letter.ID {
		t.Errorf("letters that wait: %d, error %v", waiting, err)
	}
	if said := log.String(); !strings.Contains(said, `"of the last"=9 forgotten=6 "brought back"=6`) {
		t.Errorf("the log says %q", said)
	}
}

// Whoever wrote in between had not seen what was forgotten: that stays as it is.
func TestWhatOthersWroteSinceIsNotOverwrittenByWhatRedisForgot(t *testing.T) {
	server, lose := tornServer(t)
	keys := newKeys(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	issues(t, s, 1, 2)
	lose(func() {
		issues(t, s, 3, 3)
		update(t, s, give("mine"))
	})
	other := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	update(t, other, issue(other, "p1", "another's"))

	err := s.View(t.Context(), func(tx kassa.Tx) error {
		p, err := tx.Peer("p1")
		if err != nil || p.Last != 3 {
			t.Errorf("the peer counts %d invoices, error %v", p.Last, err)
		}
		if inv, err := tx.InvoiceNumbered("p1", 3); err != nil || inv.Origin != "another's" {
			t.Errorf("№3 is %+v, error %v", inv, err)
		}
		_, err = tx.Grant("mine")
		return err
	})
	if err != nil {
		t.Errorf("what nobody else touched: %v", err)
	}
}

// What a second process wrote on top of what the first one had written is
// brought back by both together.
func TestWhatTwoProcessesWroteIsBroughtBackByBoth(t *testing.T) {
	server, lose := tornServer(t)
	keys := newKeys(t)
	one := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	two := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	issues(t, one, 1, 1)
	lose(func() {
		issues(t, one, 2, 1)
		issues(t, two, 3, 1)
		issues(t, one, 4, 1)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		n, ok := whole(t, two)
		if other, _ := whole(t, one); n == 4 && other == 4 && ok {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d invoices are known, whole: %t; want 4", n, ok)
		}
	}
}
