package sim

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
)

// How many lives are played, and which.
var (
	seeds = flag.Int("seeds", 10, "how many lives the simulator plays")
	seed  = flag.Uint64("seed", 1, "the first life's seed; the others follow it")
	twice = flag.Int("twice", 3, "how many of them are played twice")
	story = flag.String("story", "", "a file to write the last life's story to")
)

// Whatever befalls it, the promise holds: every payment is announced, once, and
// nothing else ever is.
func TestWholeLives(t *testing.T) {
	one(t)
	var sum tally
	for s := *seed; s < *seed+uint64(*seeds); s++ {
		w := play(t, s)
		sum.add(w)
		if len(w.faults) > 0 {
			t.Errorf("seed %d: %s\n%s", s, strings.Join(w.faults, "\n"), w.plan)
			fmt.Printf("FAILED SEED: go test ./sim -run TestWholeLives -seeds 1 -seed %d -story story.txt\n%s\n", s, w.faults[0])
		}
	}
	t.Log(sum)
}

// Seeds that were red once. What they found has its test in kassa as well, for a seed
// plays another life as soon as the dice are thrown in another order.
func TestLivesThatBrokeThePromiseOnce(t *testing.T) {
	one(t)
	for seed, found := range map[uint64]string{
		154:  "a kassa whose orders Payfer does not know stayed paused though its key was good again",
		1108: "a chat opened while a refusal was on its way was parked",
		8220: "the judge did not know that a process which stood still may have sent what another sends again",
		9945: "nor that one which waits for the store has not written down yet what it said",
	} {
		if w := play(t, seed); len(w.faults) > 0 {
			t.Errorf("seed %d, %s: %s", seed, found, strings.Join(w.faults, "\n"))
		}
	}
}

// one lets goroutines run one at a time, in an order of their own: a seed is then a life.
func one(t *testing.T) {
	was := runtime.GOMAXPROCS(1)
	t.Cleanup(func() { runtime.GOMAXPROCS(was) })
}

// play plays the life of a seed.
func play(t *testing.T, seed uint64) *world {
	t.Helper()
	var w *world
	t.Run(fmt.Sprint("seed-", seed), func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		dir := quickDir(t)
		synctest.Test(t, func(t *testing.T) {
			w = newWorld(t, seed, dir)
			w.live()
			w.must(w.store.Close())
		})
	})
	if *story != "" {
		if err := os.WriteFile(*story, []byte(strings.Join(w.lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// tally sums up what the lives came to.
type tally struct{ lives, commands, payments, paid, announced, repeats, deaths, checks int }

func (s *tally) add(w *world) {
	s.lives++
	s.commands += len(w.letters)
	s.payments += len(w.payments)
	for _, p := range w.payments {
		if p.paid > 0 {
			s.paid++
		}
	}
	s.announced += w.announced
	s.repeats += w.repeats
	s.deaths += w.deaths
	s.checks += w.checks
}

func (s tally) String() string {
	return fmt.Sprintf("%d lives: %d processes ended, %d commands, %d payments made, %d paid, %d announced, %d marked repeats, %d checks",
		s.lives, s.deaths, s.commands, s.payments, s.paid, s.announced, s.repeats, s.checks)
}

// A seed is a life: played twice, it is the same one to the microsecond.
func TestASeedIsALife(t *testing.T) {
	one(t)
	same := 0
	for s := *seed; s < *seed+uint64(*twice); s++ {
		a, b := play(t, s), play(t, s)
		if a.digest() == b.digest() {
			same++
			continue
		}
		for i := range min(len(a.lines), len(b.lines)) {
			if a.lines[i] != b.lines[i] {
				t.Logf("seed %d parts after %d lines:\n%s\n---\n%s", s, i, strings.Join(a.lines[max(0, i-6):min(i+3, len(a.lines))], "\n"), strings.Join(b.lines[i:min(i+3, len(b.lines))], "\n"))
				break
			}
		}
	}
	t.Logf("%d of %d lives were the same", same, *twice)
}
