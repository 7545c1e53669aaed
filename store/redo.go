package store

import (
	"slices"
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

// redo is what this process had Redis write lately, in the order in which it was sent.
type redo struct {
	mu   sync.Mutex
	kept []*written
	size int
}

// written is a batch that was sent, and when that was by the clock on the wall: the other one
// stops while a machine sleeps, and Redis' marks end meanwhile.
type written struct {
	batch *batch
	at    time.Time
	size  int
	done  bool // and acknowledged; false: there is no answer yet, or never was one
}

// begin notes a batch that is about to be sent; nil: it is not kept.
func (r *redo) begin(b *batch, now time.Time) *written {
	w := &written{batch: b, at: now.Round(0), size: b.size()}
	if b.passing || w.size > redoSize {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, w)
	r.size += w.size
	for r.size > redoSize || len(r.kept) > redoMost || w.at.Sub(r.kept[0].at) > redoTime {
		r.size -= r.kept[0].size
		r.kept[0] = nil
		r.kept = r.kept[1:]
	}
	return w
}

// settle notes that a batch was acknowledged, or that it did not fit.
func (r *redo) settle(w *written, fits bool) {
	if w == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.done = fits; fits {
		return
	}
	for i := len(r.kept) - 1; i >= 0; i-- { // it is among the last
		if r.kept[i] == w {
			r.kept = slices.Delete(r.kept, i, i+1)
			r.size -= w.size
			return
		}
	}
}

// all are those to be brought back, the oldest first, that are young enough: what was
// acknowledged, and what must have been done for all that nobody heard so, because
// something later found it there.
func (r *redo) all(now time.Time) (batches []*batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := map[string]bool{}
	for _, w := range r.kept {
		for _, want := range w.batch.revisions {
			found[want.revision] = true
		}
	}
	for _, w := range r.kept {
		if now.Round(0).Sub(w.at) <= redoTime && (w.done || found[w.batch.nonce]) {
			batches = append(batches, w.batch)
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
