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
)

// askLimits paces the questions to Payfer, kassa by kassa. A question that
// must wait is put off, never dropped.
type askLimits struct {
	mu    sync.Mutex
	shops map[ShopID]*askLimit
}

type askLimit struct{ scheduled, hinted *rate.Limiter }

func newAskLimits() *askLimits { return &askLimits{shops: map[ShopID]*askLimit{}} }

// take uses up one question, or says how long the next one must wait at least.
func (l *askLimits) take(shop ShopID, hinted bool, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.prune(now)
	limit := l.shops[shop]
	if limit == nil {
		limit = &askLimit{
			scheduled: rate.NewLimiter(scheduledPerSecond, 1),
			hinted:    rate.NewLimiter(hintedPerSecond, hintedBurst),
		}
		l.shops[shop] = limit
	}
	bucket := limit.scheduled
	if hinted {
		bucket = limit.hinted
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Duration(float64(time.Second) / float64(bucket.Limit()))
}

// prune forgets kassas that were quiet long enough to have all their allowance back.
func (l *askLimits) prune(now time.Time) {
	const many = 1000
	if len(l.shops) < many {
		return
	}
	for id, limit := range l.shops {
		if limit.hinted.TokensAt(now) >= hintedBurst && limit.scheduled.TokensAt(now) >= 1 {
			delete(l.shops, id)
		}
	}
}

// tellLimit is BOT_RATE: what Telegram takes from one bot over all chats. The
// bucket is in the store, for several processes may speak for one bot; each
// draws a handful at a time, so that not every message costs a write there.
type tellLimit struct {
	rate float64 // a second; 0: no rate of our own

	mu    sync.Mutex
	left  int // drawn and not used yet; below zero: used and not drawn yet
	until time.Time
}

// handful is how many a process draws at once.
func (l *tellLimit) handful() int { return max(1, int(l.rate/10)) }

// reserve draws what one more message needs, in the Tx that begins it. A wait
// says that the bucket is empty, and for how long; an answer to a person does
// not wait for it (urgent), but what it uses is missing from what follows.
// What was drawn is the worker's once the Tx is done: see spend.
func (l *tellLimit) reserve(tx Tx, now time.Time, urgent bool) (drawn int, wait time.Duration, err error) {
	if l.rate <= 0 {
		return 0, 0, nil
	}
	l.mu.Lock()
	left := l.have(now)
	l.mu.Unlock()
	if urgent || left > 0 {
		return 0, 0, nil
	}
	tally, err := tx.Tally()
	if err != nil {
		return 0, 0, err
	}
	gap := time.Duration(float64(time.Second) / l.rate)
	tally = later(tally, now.Add(-max(time.Second, gap)))
	there := int(now.Sub(tally) / gap)
	if drawn = min(there, l.handful()-left); left+drawn < 1 {
		return 0, tally.Add(time.Duration(1-left) * gap).Sub(now), nil
	}
	tx.SetTally(tally.Add(time.Duration(drawn) * gap).Truncate(time.Millisecond))
	return drawn, 0, nil
}

// have is what was drawn and may be used. What a process did not use for a
// second is no longer its own. The caller holds mu.
func (l *tellLimit) have(now time.Time) int {
	if !now.Before(l.until) {
		l.left = min(l.left, 0)
	}
	return l.left
}

// spend counts one message, with what was drawn for it.
func (l *tellLimit) spend(drawn int, now time.Time) {
	if l.rate <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left, l.until = l.have(now)+drawn-1, now.Add(time.Second)
}

// Telegram takes one message a second in a private chat and twenty a minute in a
// group, edits counted. In a group we keep below that, so that there is always
// room for an answer to somebody who asks.
const (
	privateGap = time.Second
	groupGap   = 4500 * time.Millisecond
	mostBehind = time.Minute // after which Telegram has forgotten what was sent
)

func (p *Peer) gap() time.Duration {
	if p.At.Private() || p.At.Inline != "" {
		return privateGap
	}
	return groupGap
}

// atOnce is how many messages of a kind a chat takes one after the other, before
// they have to keep the gap: news do not wait for what was shown or edited just before.
func (p *Peer) atOnce(k Kind) int {
	switch {
	case k != Announce:
		return 1
	case p.gap() == groupGap:
		return 3
	}
	return 2
}

// freeAt is when the chat may take another message of the kind.
func (p *Peer) freeAt(k Kind) time.Time {
	return p.Pace.Add(-time.Duration(p.atOnce(k)-1) * p.gap())
}

// spent counts one message against the chat's allowance.
func (p *Peer) spent(now time.Time) {
	p.Pace = later(p.Pace, now).Add(p.gap())
	if most := now.Add(mostBehind); p.Pace.After(most) {
		p.Pace = most
	}
}
