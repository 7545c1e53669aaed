package kassa

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Payfer's limits are not documented; these are the manners we keep with it.
const (
	scheduledPerSecond = 1
	hintedPerSecond    = 5
	hintedBurst        = 60
	// A kassa whose key Payfer refuses is asked about twice, to be sure, and then
	// once in a while.
	refusedPause = 10 * time.Minute
	refusedBurst = 2
)

// asking paces the questions to Payfer, kassa by kassa. A question that must
// wait is put off, never dropped: it gets a place in its line, and when the time of
// that place has come it is put, whoever has come to the line since. Without
// places all that waits would be put off again and again, each time with a write to
// the store.
type asking struct {
	mu    sync.Mutex
	shops map[ShopID]*manners
}

// manners are what is kept with one kassa.
type manners struct{ scheduled, hinted, strange, refused *queueing }

func newAsking() *asking { return &asking{shops: map[ShopID]*manners{}} }

func newManners() *manners {
	hinted := rate.NewLimiter(hintedPerSecond, hintedBurst)
	return &manners{
		scheduled: newQueueing(rate.NewLimiter(scheduledPerSecond, 1), 0),
		hinted:    newQueueing(hinted, 0),
		// Strangers leave half of what the bucket holds: however many webhooks are
		// forged, one for an order of ours finds it free.
		strange: newQueueing(hinted, hintedBurst/2),
		refused: newQueueing(rate.NewLimiter(rate.Every(refusedPause), refusedBurst), 0),
	}
}

// line is in which line a question stands.
type line struct {
	shop     ShopID
	hinted   bool
	refused  bool // Payfer refuses the kassa's key
	stranger bool // it is about an order that is not ours
}

// line is where the next question about the invoice stands. That about a
// stranger is always a webhook's doing.
func (inv *Invoice) line(now time.Time, refused bool) line {
	return line{inv.Shop, inv.Stranger() || now.Sub(inv.Hinted) < hintRun, refused, inv.Stranger()}
}

// take lets the question about the order be put now, and is zero then, or says when its turn is.
func (a *asking) take(at line, order string, now time.Time) (turn time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.prune(now)
	m := a.shops[at.shop]
	if m == nil {
		m = newManners()
		a.shops[at.shop] = m
	}
	if at.refused {
		return m.refused.take(order, now)
	}
	m.refused.disperse() // the key is good: those who waited for that have no more to wait for
	switch {
	case at.stranger:
		return m.strange.take(order, now)
	case at.hinted:
		return m.hinted.take(order, now)
	}
	return m.scheduled.take(order, now)
}

// prune forgets kassas that were quiet long enough to have all their allowance back.
func (a *asking) prune(now time.Time) {
	const many = 1000
	if len(a.shops) < many {
		return
	}
	for id, m := range a.shops {
		if m.scheduled.idle(now) && m.hinted.idle(now) && m.strange.idle(now) && m.refused.idle(now) {
			delete(a.shops, id)
		}
	}
}

// queueing is one line: a bucket of questions, and who waits for the next.
type queueing struct {
	bucket *rate.Limiter
	spare  int // what it leaves in the bucket, for others

	places map[string]time.Time // whose turn is when
	last   time.Time            // the last turn given out: until then nobody passes those who wait
}

func newQueueing(bucket *rate.Limiter, spare int) *queueing {
	return &queueing{bucket: bucket, spare: spare, places: map[string]time.Time{}}
}

func (q *queueing) take(order string, now time.Time) (turn time.Time) {
	place, waited := q.places[order]
	if waited && place.After(now) {
		return place
	}
	delete(q.places, order)
	if (waited || !q.last.After(now)) && q.draw(now) {
		return time.Time{}
	}
	if waited { // others have drawn from the same bucket: it stays the first of its line
		turn = ceil(now.Add(q.gap()))
	} else {
		turn = ceil(later(q.last, now).Add(q.gap()))
		q.last = turn
	}
	q.tidy(now)
	q.places[order] = turn
	return turn
}

// tidy clears away, now and then, the places of those who never came: they were
// asked about otherwise meanwhile.
func (q *queueing) tidy(now time.Time) {
	const many = 1000
	if len(q.places) < many || len(q.places)%many > 0 {
		return
	}
	for order, turn := range q.places {
		if turn.Before(now.Add(-time.Minute)) {
			delete(q.places, order)
		}
	}
}

// draw takes one question from the bucket, if it may.
func (q *queueing) draw(now time.Time) bool {
	return q.bucket.TokensAt(now) >= float64(1+q.spare) && q.bucket.AllowN(now, 1)
}

// gap is the time that one question takes of the bucket.
func (q *queueing) gap() time.Duration {
	return time.Duration(float64(time.Second) / float64(q.bucket.Limit()))
}

// disperse sends away all who wait.
func (q *queueing) disperse() {
	clear(q.places)
	q.last = time.Time{}
}

// idle tells that nobody waits, and that the bucket is full again.
func (q *queueing) idle(now time.Time) bool {
	return !q.last.After(now) && q.bucket.TokensAt(now) >= float64(q.bucket.Burst())
}
