package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
)

func TestAnUpdateWhoseReplyIsLostHappensOnce(t *testing.T) {
	server, keys := redistest.Start(t), newKeys(t)
	direct := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	p := startProxy(t, server.Socket())
	s := open(t, store.Options{RedisURL: p.url(), Keys: keys})

	p.loseReply(func() {})
	if tries := count(t, s); tries != 1 || p.losses() != 1 {
		t.Errorf("fn ran %d times and %d replies were lost, want 1 and 1", tries, p.losses())
	}
	if n := counted(t, direct); n != 1 {
		t.Errorf("counted %d, want 1", n)
	}
}

func TestAnUpdateWhoseReplyIsLostHappensOnceThoughAnotherWroteSince(t *testing.T) {
	server, keys := redistest.Start(t), newKeys(t)
	direct := open(t, store.Options{RedisURL: server.URL(), Keys: keys})
	p := startProxy(t, server.Socket())
	s := open(t, store.Options{RedisURL: p.url(), Keys: keys})

	// When the client sends its script again, the records no longer bear its nonce.
	p.loseReply(func() { count(t, direct) })
	if tries := count(t, s); tries != 1 || p.losses() != 1 {
		t.Errorf("fn ran %d times and %d replies were lost, want 1 and 1", tries, p.losses())
	}
	if n := counted(t, direct); n != 2 {
		t.Errorf("counted %d, want 2", n)
	}
}

func TestAClaimWhoseReplyIsLostIsStillTheClaimers(t *testing.T) {
	server, keys := redistest.Start(t), newKeys(t)
	p := startProxy(t, server.Socket())
	s := open(t, store.Options{RedisURL: p.url(), Keys: keys})
	set := func(at time.Time) (tries int) {
		err := s.Update(t.Context(), func(tx kassa.Tx) error {
			tries++
			_, _ = tx.Ready("p1")
			tx.SetReady("p1", at)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tries
	}
	set(moment)
	p.loseReply(func() {})
	if tries := set(moment.Add(time.Minute)); tries != 1 || p.losses() != 1 {
		t.Errorf("fn ran %d times and %d replies were lost, want 1 and 1", tries, p.losses())
	}
}

func TestWhatRedisTookSurvivesItsDeath(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, store.Options{RedisURL: server.URL()})
	for range 20 {
		count(t, s)
	}
	server.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := s.Ping(ctx); err == nil {
		t.Error("ping found a dead redis well")
	}
	server.Restart()
	if n := counted(t, s); n != 20 {
		t.Errorf("counted %d, want 20", n)
	}
	count(t, s) // the restarted server does not know the script: it is sent whole
	if n := counted(t, s); n != 21 {
		t.Errorf("counted %d, want 21", n)
	}
}

func TestBotsThatShareARedisDoNotMeet(t *testing.T) {
	server := redistest.Start(t)
	a := open(t, store.Options{RedisURL: server.URL(), Namespace: "a"})
	b := open(t, store.Options{RedisURL: server.URL(), Namespace: "b"})
	count(t, a)
	count(t, a)
	count(t, b)
	if x, y := counted(t, a), counted(t, b); x != 2 || y != 1 {
		t.Errorf("counted %d and %d, want 2 and 1", x, y)
	}
}

func TestEveryKeyInRedisIsInOneSlotOfACluster(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, store.Options{RedisURL: server.URL(), Namespace: "bot"})
	count(t, s)
	err := s.Update(t.Context(), func(tx kassa.Tx) error {
		tx.PutInvoice(kassa.Invoice{Order: "a{b}", Peer: "p1", Number: 1, Origin: "o"})
		tx.SetDue("s{}", "a", moment)
		tx.Owe("p1", "a", moment)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	names, err := server.Client().Keys(t.Context(), "*").Result()
	if err != nil || len(names) < 8 {
		t.Fatalf("keys %q, error %v", names, err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "{payferbot:bot}:") {
			t.Errorf("key %q is outside the hash tag", name)
		}
	}
}

func TestOnlyMarksOfWhatIsDoneExpireInRedis(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, store.Options{RedisURL: server.URL()})
	count(t, s)
	client := server.Client()
	names := client.Keys(t.Context(), "*").Val()
	for _, name := range names {
		life := client.PTTL(t.Context(), name).Val()
		if mark := strings.HasPrefix(name, "{payferbot}:done:"); mark != (life > 0) {
			t.Errorf("key %q lives for %v", name, life)
		}
	}
}

func TestARedisThatEvictsIsRefused(t *testing.T) {
	server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	_, err := store.Open(t.Context(), store.Options{RedisURL: server.URL(), Keys: newKeys(t)})
	var eviction *store.EvictionError
	if !errors.As(err, &eviction) || eviction.Policy != "allkeys-lru" {
		t.Fatalf("got %v, want an EvictionError with allkeys-lru", err)
	}
	if !strings.Contains(err.Error(), "allkeys-lru") || !strings.Contains(err.Error(), "noeviction") {
		t.Errorf("%q names not both what it is and what it takes", err)
	}
}

func TestARedisWithoutAnAppendOnlyFileIsWarnedOf(t *testing.T) {
	for setting, want := range map[string]bool{"no": true, "yes": false} {
		server := redistest.Start(t, "--appendonly", setting)
		var log bytes.Buffer
		open(t, store.Options{RedisURL: server.URL(), Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := strings.Contains(log.String(), "append-only"); got != want {
			t.Errorf("appendonly %s: warned %t, want %t: %s", setting, got, want, log.String())
		}
	}
}

func TestARedisThatMayLoseTheLastSecondsIsWarnedOf(t *testing.T) {
	for policy, want := range map[string]bool{"always": false, "everysec": true, "no": true} {
		server := redistest.Start(t, "--appendfsync", policy)
		var log bytes.Buffer
		open(t, store.Options{RedisURL: server.URL(), Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := strings.Contains(log.String(), "power cut"); got != want {
			t.Errorf("appendfsync %s: warned %t, want %t: %s", policy, got, want, log.String())
		}
	}
	server := redistest.Start(t, "--rename-command", "CONFIG", "")
	var log bytes.Buffer
	open(t, store.Options{RedisURL: server.URL(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "does not tell its appendfsync") || strings.Contains(log.String(), "WARN") {
		t.Errorf("CONFIG barred: %s", log.String())
	}
}

func TestARedisThatHidesItsSetUpIsWarnedOfAndUsed(t *testing.T) {
	server := redistest.Start(t, "--rename-command", "INFO", "", "--rename-command", "CONFIG", "")
	var log bytes.Buffer
	s := open(t, store.Options{RedisURL: server.URL(), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "does not tell") {
		t.Errorf("no warning: %s", log.String())
	}
	count(t, s)
}

func TestARedisThatIsNotThereIsToldSoonAndWithoutItsPassword(t *testing.T) {
	const password = "CANARY-password"
	from := time.Now()
	_, err := store.Open(t.Context(), store.Options{RedisURL: fmt.Sprintf("redis://:%s@127.0.0.1:1", password), Keys: newKeys(t)})
	if err == nil || !strings.Contains(err.Error(), "does not answer") || strings.Contains(err.Error(), password) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(from); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestANamespaceIsAPlainWord(t *testing.T) {
	_, err := store.Open(t.Context(), store.Options{RedisURL: "redis://127.0.0.1:1", Keys: newKeys(t), Namespace: "a}b"})
	if err == nil || !strings.Contains(err.Error(), `"a}b"`) {
		t.Errorf("got %v", err)
	}
}
