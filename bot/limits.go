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
	// guestAnswers is how many refusals and the like one person gets from the bot in
	// a group in a minute: nobody is to fill the group with them.
	guestAnswers = 6
	// perQuery is how many offers one person may have drawn up in a minute: each
	// letter of a note that is typed slowly makes one.
	perQuery = 90
	// mostKeys bounds what one window remembers.
	mostKeys = 10_000
)

// limits are our manners with people. They are kept in memory: a restart may
// forgive a minute's worth.
type limits struct {
	users   *window[int64]
	chats   *window[int64]
	checks  *window[string]
	denied  *window[guestOf] // who was found to be no admin a moment ago
	guests  *window[guestOf] // answers in a group to those who need not be of the staff
	puzzled *window[int64]   // answers to stickers and the like
	offers  *window[string]  // invoices by one offer
	queries *window[int64]   // what is typed after the bot's name
}

// guestOf is one person in one group.
type guestOf struct{ chat, person int64 }

func newLimits() *limits {
	return &limits{
		users:   newWindow[int64](perMinute, time.Minute),
		chats:   newWindow[int64](perMinute, time.Minute),
		checks:  newWindow[string](1, checkGap),
		denied:  newWindow[guestOf](1, deniedTime),
		guests:  newWindow[guestOf](guestAnswers, time.Minute),
		puzzled: newWindow[int64](1, 10*time.Minute),
		offers:  newWindow[string](perMinute, time.Minute),
		queries: newWindow[int64](perQuery, time.Minute),
	}
}

// deniedTime is how long one who is no admin is not asked about again.
const deniedTime = 3 * time.Second

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

// full tells whether one more event would be too many; it counts none.
func (w *window[K]) full(key K, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	within := 0
	for _, at := range w.seen[key] {
		if at.Add(w.span).After(now) {
			within++
		}
	}
	return within >= w.most
}

// makeRoom forgets keys whose time is over when there are too many, and any
// tenth of the rest if that does not help: to look through all of them for each new one
// would take long just when many come.
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
		if len(w.seen) < mostKeys*9/10 {
			return
		}
		delete(w.seen, key)
	}
}
