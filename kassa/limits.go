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

// tellLimit is BOT_RATE: what Telegram takes from one bot over all chats.
type tellLimit struct{ bucket *rate.Limiter }

func newTellLimit(perSecond float64) *tellLimit {
	if perSecond <= 0 {
		return &tellLimit{rate.NewLimiter(rate.Inf, 1)}
	}
	return &tellLimit{rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))}
}

// wait is how long news must wait now; it uses nothing up.
func (l *tellLimit) wait(now time.Time) time.Duration {
	missing := 1 - l.bucket.TokensAt(now)
	if l.bucket.Limit() == rate.Inf || missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(l.bucket.Limit()) * float64(time.Second))
}

// spend counts one message. Answers to people never wait, but what they use is
// borrowed from the news that follows.
func (l *tellLimit) spend(now time.Time) { l.bucket.ReserveN(now, 1) }

// Telegram's limits within one chat: one message a second in a private chat and
// twenty a minute in a group, with a few at once.
const (
	privateGap = time.Second
	groupGap   = 3500 * time.Millisecond
	paceBurst  = 3
)

func (p *Peer) gap() time.Duration {
	if p.At.Private() || p.At.Inline != "" {
		return privateGap
	}
	return groupGap
}

// freeAt is when the chat may take another message that can wait.
func (p *Peer) freeAt() time.Time { return p.Pace.Add(-(paceBurst - 1) * p.gap()) }

// spent counts one message against the chat's allowance.
func (p *Peer) spent(now time.Time) { p.Pace = later(p.Pace, now).Add(p.gap()) }
