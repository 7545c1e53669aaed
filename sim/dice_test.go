package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"
)

// dice are a seed's. Every throw has a name, and what comes up depends on the
// name and on how often it was thrown alone: not on what happens elsewhere in the world.
type dice struct {
	seed uint64

	mu     sync.Mutex
	thrown map[string]int
}

func newDice(seed uint64) *dice { return &dice{seed: seed, thrown: map[string]int{}} }

// roll gives the throw of that name.
func (d *dice) roll(name string) *throw {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.thrown[name]++
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(d.thrown[name]) + " " + name)) // never fails
	return &throw{rand.New(rand.NewPCG(d.seed, h.Sum64()))}
}

// throw is one throw, of which any number of things may be read, always the same ones.
type throw struct{ rand *rand.Rand }

// once in so many throws; never for 0.
func (t *throw) once(in int) bool { return in > 0 && t.rand.IntN(in) == 0 }

// chance is true for this share of throws.
func (t *throw) chance(share float64) bool { return t.rand.Float64() < share }

// below is a number from 0 up to, not including, n.
func (t *throw) below(n int) int { return t.rand.IntN(n) }

// between is a duration from one to the other.
func (t *throw) between(from, to time.Duration) time.Duration {
	return from + time.Duration(t.rand.Int64N(int64(to-from)+1))
}

// pick chooses one of the things.
func pick[T any](t *throw, from ...T) T { return from[t.below(len(from))] }
