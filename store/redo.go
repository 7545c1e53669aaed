package store

import (
	"cmp"
	"slices"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
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

// redo is what this process had Redis write lately.
type redo struct {
	mu   sync.Mutex
	kept []*written // in the order in which they were sent
	size int
	open map[string]*written // by nonce: those of which nobody knows whether they were done
	last int64               // the highest nth of all
}

// written is a batch that was sent.
type written struct {
	batch *batch
	at    time.Time
	size  int
	done  bool                    // it was acknowledged, or found done
	nth   int64                   // the how manieth it was that the server applied
	unfit goredis.UniversalClient // of the server which it did not fit any more; nil: none
}

// old tells that it is not to be brought back any more, by one clock or the other: that on the wall
// may be set, the other one stops while a machine sleeps, and Redis' marks end meanwhile.
func (w *written) old(now time.Time) bool {
	return now.Sub(w.at) > redoTime || now.Round(0).Sub(w.at.Round(0)) > redoTime
}

// begin notes a batch that is about to be sent; nil: it is not kept.
func (r *redo) begin(b *batch, now time.Time) *written {
	w := &written{batch: b, at: now, size: b.size()}
	if b.passing || w.size > redoSize {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[string]*written{}
	}
	r.kept, r.open[b.nonce] = append(r.kept, w), w
	r.size += w.size
	for r.size > redoSize || len(r.kept) > redoMost || r.kept[0].old(now) {
		r.size -= r.kept[0].size
		delete(r.open, r.kept[0].batch.nonce)
		r.kept[0] = nil
		r.kept = r.kept[1:]
	}
	return w
}

// settle notes that a batch was applied as the nth, or that it did not fit: 0.
func (r *redo) settle(w *written, nth int64) {
	if w == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.open, w.batch.nonce)
	if w.done = nth > 0; w.done {
		w.nth, r.last = nth, max(nth, r.last)
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

// saw notes records that were read: whoever wrote one did so, though nobody may have
// heard of it. It stands after all that are known by now, and before what will rest on it.
func (r *redo) saw(records []record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, found := range records {
		if w := r.open[found.revision]; w != nil {
			w.done, w.nth = true, r.last
			delete(r.open, found.revision)
		}
	}
}

// all are those to be brought back, that are young enough and were done, in the order in
// which they were applied.
func (r *redo) all(now time.Time) (list []*written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.kept {
		if w.done && !w.old(now) {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(a, b *written) int { return cmp.Compare(a.nth, b.nth) })
	return list
}

// misfits notes those that a server holds no place for.
func (r *redo) misfits(list []*written, of goredis.UniversalClient) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range list {
		w.unfit = of
	}
}

// fresh are all but those that are known to be misfits there.
func (r *redo) fresh(now time.Time, of goredis.UniversalClient) []*written {
	list := r.all(now)
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(list, func(w *written) bool { return w.unfit == of })
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
