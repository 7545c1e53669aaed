package store_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"payferbot/store"
	"payferbot/store/powercut"
)

// How often the power is cut, and to see a failure again.
var (
	cuts  = flag.Int("cuts", 100, "how often the power is cut")
	seed  = flag.Uint64("seed", 0, "what is written before the power is cut, and what is left on the disk; 0: something new")
	trace = flag.String("trace", "", "the record of a program's life in which the power is cut; empty: a new one")
)

// cutsOfALife is how often the power is cut in one record of a program's life.
const cutsOfALife = 250

func TestPowerCutsLoseNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano()) >> 8
	}
	for left := *cuts; left > 0; left, s = left-cutsOfALife, s+1 {
		cutLife(t, s, min(left, cutsOfALife))
	}
}

// cutLife lets the writer live once and cuts the power in that life again and again.
func cutLife(t *testing.T, seed uint64, cuts int) {
	t.Helper()
	file, base := *trace, filepath.Join(os.TempDir(), fmt.Sprint("payferbot-powercut-", seed))
	if file == "" {
		file = live(t, seed, base)
	}
	tr, err := powercut.Read(file, base)
	if err != nil {
		t.Fatal(err)
	}
	moments, acknowledged, dir := tr.Moments(), 0, t.TempDir()
	for k := range cuts {
		dice := rand.New(rand.NewPCG(seed, uint64(k)))
		cut := moments[dice.IntN(len(moments))]
		into := filepath.Join(dir, fmt.Sprint(k))
		if err := tr.Disk(cut, dice, into); err != nil {
			t.Fatal(err)
		}
		acks := acksIn(t, tr.Said(cut))
		for _, n := range acks {
			acknowledged += n
		}
		if err := judge(filepath.Join(into, "new", "data"), seed, acks); err != nil {
			t.Errorf("cut %d, after line %d of %d: %v", k, cut, tr.Lines, err)
			replay := fmt.Sprintf("go test ./store -run TestPowerCutsLoseNothingThatWasAcknowledged -cuts %d -seed %d -trace %s", cuts, seed, kept(t, file, seed))
			fmt.Println("FAILED CUT: " + replay)
			return
		}
		os.RemoveAll(into)
	}
	t.Logf("seed %d: %d cuts in %d lines, %d acknowledged steps looked for", seed, cuts, tr.Lines, acknowledged)
}

// live records the writer's life in the folder and gives the record.
func live(t *testing.T, seed uint64, base string) string {
	t.Helper()
	if err := os.Mkdir(base, 0o700); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", asWriter, filepath.Join(base, "new", "data"), seed))
	file := filepath.Join(t.TempDir(), "record")
	powercut.Record(t, file, program)
	return file
}

// kept puts the record of a failure where it stays.
func kept(t *testing.T, file string, seed uint64) string {
	t.Helper()
	if file == *trace {
		return file
	}
	raw, err := os.ReadFile(file)
	stays := filepath.Join(os.TempDir(), fmt.Sprintf("payferbot-powercut-%d.strace", seed))
	if err == nil {
		err = os.WriteFile(stays, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return stays
}

// acksIn gives the last acknowledged step of each lane.
func acksIn(t *testing.T, said string) (acks [lanes]int) {
	t.Helper()
	for line := range strings.Lines(said) {
		var id, n int
		if _, err := fmt.Sscan(line, &id, &n); err != nil {
			t.Fatalf("the writer said %q: %v", line, err)
		}
		if acks[id] != n-1 {
			t.Fatalf("lane %d: step %d was acknowledged after step %d", id, n, acks[id])
		}
		acks[id] = n
	}
	return acks
}

// judge opens what the disk held and tells what is wrong with it. Each lane must
// be where its last acknowledged step left it or, whole as well, one step
// further: the power may go before the acknowledgement of what is done.
func judge(dir string, seed uint64, acks [lanes]int) (err error) {
	defer func() {
		if r := recover(); r != nil { // bbolt's answer to pages that are none
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	s, err := store.Open(context.Background(), store.Options{DataDir: dir, Keys: keysOf(seed), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	err = lanesHold(s, seed, acks)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = sound(filepath.Join(dir, "payferbot.db"))
	}
	return err
}

func lanesHold(s *store.Store, seed uint64, acks [lanes]int) error {
	letters, err := allLetters(context.Background(), s)
	if err != nil {
		return err
	}
	for id, n := range acks {
		l := lane{seed, id}
		is, err := l.found(s, letters)
		if err != nil {
			return err
		}
		if !maps.Equal(is, l.after(n)) {
			if !maps.Equal(is, l.after(min(n+1, steps))) {
				return fmt.Errorf("lane %d holds neither what it held at step %d nor at the next:\n%v\nwant\n%v", id, n, is, l.after(n))
			}
			n++
		}
		if id == 0 && n < steps { // and life goes on
			if err := l.do(s, l.step(n+1)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sound looks through the file for pages that nothing leads to, or two things.
func sound(file string) error {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bbolt.Tx) (bad error) {
		for err := range tx.Check() { // to its end: it is another goroutine's
			bad = err
		}
		return bad
	})
}
