package store

import (
	"cmp"
	"slices"
	"strconv"
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
	open map[*written]bool // of those nobody knows whether they were done
}

// written is a batch that was sent.
type written struct {
	batch *batch
	at    time.Time
	size  int
	ended time.Time               // when whoever wrote it stopped waiting for the answer; zero: not yet
	nth   int64                   // the how manieth it was that the server applied; 0: nobody knows that it did
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
		r.open = map[*written]bool{}
	}
	r.kept, r.open[w] = append(r.kept, w), true
	r.size += w.size
	for r.size > redoSize || len(r.kept) > redoMost || r.kept[0].old(now) {
		r.size -= r.kept[0].size
		delete(r.open, r.kept[0])
		r.kept[0] = nil
		r.kept = r.kept[1:]
	}
	return w
}

// settle notes that a batch was applied as the nth, or that it did not fit: 0.
func (r *redo) settle(w *written, nth int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settled(w, nth)
}

// settled is settle for who holds mu.
func (r *redo) settled(w *written, nth int64) {
	if w == nil {
		return
	}
	delete(r.open, w)
	if w.nth = nth; nth > 0 {
		return
	}
	for i := len(r.kept) - 1; i >= 0; i-- { // it is among the last, as a rule
		if r.kept[i] == w {
			r.kept = slices.Delete(r.kept, i, i+1)
			r.size -= w.size
			return
		}
	}
}

// doubted are others than this one of which nobody knows whether they were done: it may
// rest on them.
func (r *redo) doubted(this *written) (others []*written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.open {
		if w != this {
			others = append(others, w)
		}
		if len(others) == redoAtOnce {
			break
		}
	}
	return others
}

// heard is settle with what stands in the marks of the others, if the batch was applied. An
// other that ended long ago and has no mark will have none.
func (r *redo) heard(w *written, nth int64, others []*written, marks []any, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settled(w, nth)
	for i, mark := range marks {
		other, number := others[i], markNumber(mark)
		gone := !other.ended.IsZero() && now.Sub(other.ended) > redoEnd
		if r.open[other] && (number > 0 || gone) {
			r.settled(other, number)
		}
	}
}

// end notes that nobody waits for its answer any more. One that was refused was not done: it
// is to take no room from those that were.
func (r *redo) end(w *written, refused bool, now time.Time) {
	if w == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w.ended = now
	if refused && r.open[w] {
		r.settled(w, 0)
	}
}

// found notes what a server has in the marks of the list, and gives those that it has not.
func (r *redo) found(list []*written, marks []any) (missing []*written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, mark := range marks {
		if number := markNumber(mark); number > 0 {
			list[i].nth = number
		} else {
			missing = append(missing, list[i])
		}
	}
	return missing
}

// markNumber reads a mark; 0: there is none.
func markNumber(mark any) (nth int64) {
	if text, ok := mark.(string); ok {
		nth, _ = strconv.ParseInt(text, 10, 64)
	}
	return nth
}

// all are those to be brought back, that are young enough and were done, in the order in
// which they were applied.
func (r *redo) all(now time.Time) (list []*written) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.kept {
		if w.nth > 0 && !w.old(now) {
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
