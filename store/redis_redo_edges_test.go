package store_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

// A command's letter was discarded for what came of it. Where that does not fit any
// more the letter waits again.
func TestALetterIsDiscardedOnceMoreOnlyWithWhatCameOfIt(t *testing.T) {
	for name, another := range map[string]bool{"nobody wrote since": false, "another wrote since": true} {
		t.Run(name, func(t *testing.T) {
			server, lose := tornServer(t)
			keys := newKeys(t)
			s := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
			issues(t, s, 1, 1)
			receive(t, s, 7)
			lose(func() {
				issues(t, s, 2, 1)
				if err := s.Discard(t.Context(), 7); err != nil {
					t.Fatal(err)
				}
			})
			if another {
				other := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
				issues(t, other, 2, 1)
			}
			want := 0
			if another {
				want = 1
			}
			if waiting, err := s.Waiting(t.Context()); err != nil || len(waiting) != want {
				t.Errorf("letters that wait: %d, error %v; want %d", waiting, err, want)
			}
			if n, ok := whole(t, s); n != 2 || !ok {
				t.Errorf("%d invoices, whole: %t; want 2", n, ok)
			}
		})
	}
}

func receive(t *testing.T, s *store.Store, ids ...int64) {
	t.Helper()
	var letters []kassa.Letter
	for _, id := range ids {
		letters = append(letters, kassa.Letter{ID: id, Body: []byte("/invoice")})
	}
	if _, err := s.Receive(t.Context(), letters, moment); err != nil {
		t.Fatal(err)
	}
}

// What is put in its place blindly and then taken away stays away.
func TestWhatWasGivenIsNotGivenAgainAfterItWasTaken(t *testing.T) {
	server, lose := tornServer(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
	update(t, s, give("before"))
	lose(func() {
		update(t, s, func(tx kassa.Tx) error {
			tx.Owe("p1", "order", moment)
			return nil
		})
		update(t, s, func(tx kassa.Tx) error {
			tx.Shown("p1", "order")
			return give("shown")(tx)
		})
	})
	wantGiven(t, s, "before", "shown")
	err := s.View(t.Context(), func(tx kassa.Tx) error {
		owed, err := tx.Owed("p1", 10)
		if len(owed) != 0 {
			t.Errorf("owed again: %q", owed)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Telegram sent a letter once more, with a new one, after it was discarded.
func TestALetterThatCameWithOneThatWasDiscardedIsBroughtBack(t *testing.T) {
	server, lose := tornServer(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
	receive(t, s, 7)
	lose(func() {
		if err := s.Discard(t.Context(), 7); err != nil {
			t.Fatal(err)
		}
		receive(t, s, 7, 8)
	})
	if waiting, err := s.Waiting(t.Context()); err != nil || len(waiting) != 1 || waiting[0] != 8 {
		t.Errorf("letters that wait: %d, error %v; want 8", waiting, err)
	}
}

// A Redis that takes no writes for now may be read. When it does again, what it
// had forgotten goes before whatever is new.
func TestWhatRedisForgotGoesBeforeWhatIsNewThoughItTookNothingAtFirst(t *testing.T) {
	for name, setting := range map[string]string{
		"no replicas": "min-replicas-to-write",
		"no memory":   "maxmemory",
	} {
		t.Run(name, func(t *testing.T) {
			server, lose := tornServer(t)
			s := open(t, store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
			issues(t, s, 1, 2)
			lose(func() { issues(t, s, 3, 2) })
			config := server.Client()
			configure(t, config, setting, "1")
			if n, ok := whole(t, s); n != 2 || !ok {
				t.Errorf("a Redis that refuses writes is read as %d invoices, whole: %t; want 2", n, ok)
			}
			if err := s.Update(t.Context(), issue(s, "p1", "refused")); err == nil {
				t.Error("it takes a write")
			}
			configure(t, config, setting, "0")
			issues(t, s, 5, 1)
			if n, ok := whole(t, s); n != 5 || !ok {
				t.Errorf("afterwards there are %d invoices, whole: %t; want 5", n, ok)
			}
		})
	}
}

func configure(t *testing.T, client *goredis.Client, setting, value string) {
	t.Helper()
	if err := client.ConfigSet(t.Context(), setting, value).Err(); err != nil {
		t.Fatal(err)
	}
}

// overtaken is a store so many of whose writes Redis forgot and another process has
// overtaken since: none of them fits any more.
func overtaken(t *testing.T, n int) (*redistest.Server, *store.Store) {
	t.Helper()
	server, lose := tornServer(t)
	keys := newKeys(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	issues(t, s, 1, 1)
	lose(func() { issues(t, s, 2, n) })
	other := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	update(t, other, issue(other, "p1", "another's"))
	return server, s
}

// Whatever number of writes does not fit any more, a new connection costs few questions.
func TestWritesThatNoLongerFitCostANewConnectionFewQuestions(t *testing.T) {
	const forgotten = 600
	server, s := overtaken(t, forgotten)
	const readsForm = `total_reads_processed:(\d+)`
	client := server.Client()
	before := told(t, client, "stats", readsForm)
	if n, ok := whole(t, s); n != 2 || !ok {
		t.Errorf("%d invoices, whole: %t; want 2", n, ok)
	}
	if reads := told(t, client, "stats", readsForm) - before; reads > forgotten/4 {
		t.Errorf("Redis was asked some %d times", reads)
	}
}

// told is a number that the server tells of itself.
func told(t *testing.T, client *goredis.Client, section, form string) int {
	t.Helper()
	info, err := client.Info(t.Context(), section).Result()
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(form).FindStringSubmatch(info)
	if found == nil {
		t.Fatalf("INFO %s tells no %s", section, form)
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The same for many callers at once, and many writes: each connection finds out soon what is
// of no use there, and is used.
func TestThousandsOfWritesThatNoLongerFitKeepNobodyOut(t *testing.T) {
	const forgotten = 2500
	server, s := overtaken(t, forgotten)
	var crowd errgroup.Group
	for i := range 32 {
		crowd.Go(func() error {
			return s.Update(t.Context(), issue(s, kassa.PeerID(fmt.Sprint("crowd", i)), fmt.Sprint("crowd order ", i)))
		})
	}
	if err := crowd.Wait(); err != nil {
		t.Error(err)
	}
	if n := told(t, server.Client(), "commandstats", `cmdstat_evalsha:calls=(\d+)`); n > 2*forgotten {
		t.Errorf("%d writes were tried, want each once", n)
	}
}

// An impatient question does not end what the server is owed.
func TestWhatIsOwedOutlivesAnImpatientQuestion(t *testing.T) {
	server, lose := tornServer(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
	issues(t, s, 1, 2)
	lose(func() { issues(t, s, 3, 2) })
	config := server.Client()
	configure(t, config, "min-replicas-to-write", "1")
	var crowd errgroup.Group
	for range 6 { // connections that are made while it refuses
		crowd.Go(func() error {
			_, err := s.Waiting(t.Context())
			return err
		})
	}
	if err := crowd.Wait(); err != nil {
		t.Fatal(err)
	}
	configure(t, config, "min-replicas-to-write", "0")
	if err := config.Do(t.Context(), "CLIENT", "PAUSE", "400", "WRITE").Err(); err != nil {
		t.Fatal(err)
	}
	hurry, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Ping(hurry); err == nil {
		t.Error("the question was answered in time")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s.Update(ctx, issue(s, "p1", "order 5")) != nil && ctx.Err() == nil {
	}
	wantIssued(t, s, "p1", 5)
}

// What the server refuses is no reason to forget what it is owed.
func TestRefusedWritesDoNotPushOutWhatIsOwed(t *testing.T) {
	server, lose := tornServer(t)
	s := open(t, store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
	issues(t, s, 1, 2)
	lose(func() { issues(t, s, 3, 2) })
	configure(t, server.Client(), "min-replicas-to-write", "1")
	letters := make([]kassa.Letter, 100)
	for i := range letters {
		letters[i] = kassa.Letter{ID: int64(i + 1), Body: make([]byte, 2000)}
	}
	for range 45 { // a poll that is tried again, 9 MB in all
		if _, err := s.Receive(t.Context(), letters, moment); err == nil {
			t.Fatal("it takes letters")
		}
	}
	configure(t, server.Client(), "min-replicas-to-write", "0")
	issues(t, s, 5, 1)
	if n, ok := whole(t, s); n != 5 || !ok {
		t.Errorf("afterwards there are %d invoices, whole: %t; want 5", n, ok)
	}
}
