package bot

import (
	"sync"
	"time"
)

const (
	// perMinute is how many invoices one person, and one chat, may ask for in a minute.
	perMinute = 20
	// checkGap is the least time between two questions about one order.
	checkGap = 2 * time.Second
	// mostKeys bounds what one window remembers.
	mostKeys = 10_000
)

// limits are our manners with people. They are kept in memory: a restart may
// forgive a minute's worth.
type limits struct {
	users   *window[int64]
	chats   *window[int64]
	checks  *window[string]
	groups  *window[int64] // answers to commands in groups, which are not served yet
	puzzled *window[int64] // answers to stickers and the like
}

func newLimits() *limits {
	return &limits{
		users:   newWindow[int64](perMinute, time.Minute),
		chats:   newWindow[int64](perMinute, time.Minute),
		checks:  newWindow[string](1, checkGap),
		groups:  newWindow[int64](3, time.Minute),
		puzzled: newWindow[int64](1, 10*time.Minute),
	}
}

// window lets through so many events of a key in any stretch of a length.
type window[K comparable] struct {
	most int
	span time.Duration

	mu   sync.Mutex
	seen map[K][]time.Time // the latest events let through, at most most, oldest first
}

func newWindow[K comparable](most int, span time.Duration) *window[K] {
	return &window[K]{most: most, span: span, seen: map[K][]time.Time{}}
}

// take lets one event through and counts it, or tells that it is too many.
func (w *window[K]) take(key K, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	events, known := w.seen[key]
	for len(events) > 0 && !events[0].Add(w.span).After(now) {
		events = events[1:]
	}
	if len(events) >= w.most {
		return false
	}
	if !known {
		w.makeRoom(now)
	}
	w.seen[key] = append(events, now)
	return true
}

// makeRoom forgets keys whose time is over when there are too many, and any one
// key if that does not help.
func (w *window[K]) makeRoom(now time.Time) {
	if len(w.seen) < mostKeys {
		return
	}
	for key, events := range w.seen {
		if !events[len(events)-1].Add(w.span).After(now) {
			delete(w.seen, key)
		}
	}
	for key := range w.seen {
		if len(w.seen) < mostKeys {
			return
		}
		delete(w.seen, key)
	}
}
