package store_test

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/store"
	"payferbot/store/redistest"
	"payferbot/store/smalldisk"
)

var floods = flag.Int("floods", 20, "how often the disk is filled up and emptied again")

// onSmallDisk tells the test that it runs on the small disk at this folder.
const onSmallDisk = "PAYFERBOT_TEST_ON_SMALL_DISK"

// A disk is filled up again and again under those who write, with a little room
// left, by chance: now nothing fits, now the small things do, now the file cannot grow.
func TestAFullDiskTakesNothingHalfAndGoesOnWithRoom(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(onSmallDisk)
	if folder != "" {
		fillAndEmpty(t, folder, *seed)
		return
	}
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano()) >> 8
	}
	folder = t.TempDir()
	args := []string{"-test.run=^" + t.Name() + "$", "-test.v", fmt.Sprint("-floods=", *floods), fmt.Sprint("-seed=", s)}
	cmd := smalldisk.Command(folder, 24<<20, append(os.Environ(), onSmallDisk+"="+folder), os.Args[0], args...)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("go test ./store -run %s -floods %d -seed %d: %v\n%s", t.Name(), *floods, s, err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "floods") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

func fillAndEmpty(t *testing.T, folder string, seed uint64) {
	dir, dice := filepath.Join(folder, "data"), rand.New(rand.NewPCG(seed, 0))
	s := openSmall(t, dir, seed)
	var crowd []*writer
	for id := range lanes {
		crowd = append(crowd, &writer{lane: lane{seed, id}, holds: holds{}})
	}
	refused := 0
	for flood := range *floods {
		smalldisk.Fill(t, folder, dice.Int64N(32<<10))
		refused += all(t, s, crowd, 20)
		if flood%5 == 0 { // a start on a full disk
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openSmall(t, dir, seed)
		}
		look(t, s, crowd)
		smalldisk.Clear(t, folder)
		if err := s.Ping(t.Context()); err != nil {
			t.Fatalf("there is room again, but: %v", err)
		}
		if n := all(t, s, crowd, 2); n != 0 {
			t.Fatalf("%d writes were refused for want of room, but there is room", n)
		}
		look(t, s, crowd)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sound(filepath.Join(dir, "payferbot.db")); err != nil {
		t.Error(err)
	}
	done := 0
	for _, w := range crowd {
		done += w.n
	}
	t.Logf("%d floods, %d writes acknowledged, %d refused", *floods, done, refused)
	if refused < *floods {
		t.Errorf("only %d writes were refused in %d floods", refused, *floods)
	}
}

func openSmall(t *testing.T, dir string, seed uint64) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir, Keys: keysOf(seed), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writer is a lane with what the store must hold of it now.
type writer struct {
	lane
	holds
	n int
}

// all lets them write side by side, each until it did some steps or was refused
// for want of room. It gives how many were refused; the same step comes again.
func all(t *testing.T, s *store.Store, crowd []*writer, steps int) (refused int) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, w := range crowd {
		wg.Go(func() {
			for range steps {
				next := w.step(w.n + 1)
				err := w.do(s, next)
				if errors.Is(err, kassa.ErrFull) {
					mu.Lock()
					refused++
					mu.Unlock()
					return
				}
				if err != nil {
					t.Errorf("lane %d, step %d: %v", w.id, next.n, err)
					return
				}
				w.n++
				w.take(next)
			}
		})
	}
	wg.Wait()
	return refused
}

// look compares: what was acknowledged is there, of what was refused nothing.
func look(t *testing.T, s *store.Store, crowd []*writer) {
	t.Helper()
	letters, err := allLetters(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range crowd {
		is, err := w.found(s, letters)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(is, w.holds) {
			t.Fatalf("lane %d holds after step %d:\n%v\nwant\n%v", w.id, w.n, is, w.holds)
		}
	}
}

func TestARedisOutOfMemorySaysSoAndGoesOnWithRoom(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, store.Options{RedisURL: server.URL()})
	put := func() error { return lane{1, 1}.do(s, lane{1, 1}.step(1)) }
	if err := put(); err != nil {
		t.Fatal(err)
	}
	limit := func(bytes string) {
		if err := server.Client().ConfigSet(t.Context(), "maxmemory", bytes).Err(); err != nil {
			t.Fatal(err)
		}
	}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	hold := func(who string, at time.Duration) bool {
		held, _ := s.Hold(t.Context(), who, noon.Add(at), noon.Add(at+5*time.Second)) // another's error says that there is no room
		return held
	}
	if !hold("a", 0) {
		t.Fatal("nobody holds the inbox, and it is not to be had")
	}
	limit("1")
	if !hold("a", time.Minute) || hold("b", time.Minute) {
		t.Error("the inbox does not stay with the one who has it, so that nobody tells people that there is no room")
	}
	for what, err := range map[string]error{"update": put(), "ping": s.Ping(t.Context())} {
		if !errors.Is(err, kassa.ErrFull) || !strings.Contains(err.Error(), "Redis has no memory left") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if is, err := (lane{1, 1}).found(s, nil); err != nil || !maps.Equal(is, lane{1, 1}.after(1)) {
		t.Errorf("what is there cannot be read: %v, %v", is, err)
	}
	limit("0")
	for what, err := range map[string]error{"update": put(), "ping": s.Ping(t.Context())} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
