package store

import (
	"sync"
	"time"
)

const (
	// redoTime, redoMost and redoSize bound what is kept. A master that was replaced
	// takes writes for up to nine seconds and a disk is behind by two, but a machine
	// that lost its power is back only after minutes. Redis must remember longer than that
	// what was applied: markLife.
	redoTime = 8 * time.Minute
	redoMost = 10_000
	redoSize = 8 << 20
)

// redo is what this process had acknowledged lately, in that order.
type redo struct {
	mu   sync.Mutex
	kept []acknowledged
	size int
}

// acknowledged is a batch, and when that was by the clock on the wall: the other one
// stops while a machine sleeps, and Redis' marks end meanwhile.
type acknowledged struct {
	batch *batch
	at    time.Time
	size  int
}

// keep notes a batch that was acknowledged, unless there is no room for it.
func (r *redo) keep(b *batch, now time.Time) {
	a := acknowledged{batch: b, at: now.Round(0), size: b.size()}
	if b.passing || a.size > redoSize {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, a)
	r.size += a.size
	for r.size > redoSize || len(r.kept) > redoMost || a.at.Sub(r.kept[0].at) > redoTime {
		r.size -= r.kept[0].size
		r.kept[0] = acknowledged{}
		r.kept = r.kept[1:]
	}
}

// all are those that are young enough to be brought back, the oldest first.
func (r *redo) all(now time.Time) (batches []*batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.kept {
		if now.Round(0).Sub(a.at) <= redoTime {
			batches = append(batches, a.batch)
		}
	}
	return batches
}

// size is about what a batch takes in memory.
func (b *batch) size() int {
	const step = 100
	n := step * (1 + len(b.revisions) + len(b.scores) + len(b.counts) + len(b.deletes) + len(b.moves) + len(b.rests))
	for _, p := range b.puts {
		n += step + len(p.key) + len(p.data)
	}
	return n
}
