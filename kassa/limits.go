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

// askLimits paces the questions to Payfer, kassa by kassa. A question that
// must wait is put off, never dropped.
type askLimits struct {
	mu    sync.Mutex
	shops map[ShopID]*askLimit
}

type askLimit struct{ scheduled, hinted, refused *rate.Limiter }

func newAskLimits() *askLimits { return &askLimits{shops: map[ShopID]*askLimit{}} }

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

// take uses up one question, or says how long the next one must wait at least.
func (l *askLimits) take(at line, now time.Time) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.prune(now)
	limit := l.shops[at.shop]
	if limit == nil {
		limit = &askLimit{
			scheduled: rate.NewLimiter(scheduledPerSecond, 1),
			hinted:    rate.NewLimiter(hintedPerSecond, hintedBurst),
			refused:   rate.NewLimiter(rate.Every(refusedPause), refusedBurst),
		}
		l.shops[at.shop] = limit
	}
	bucket := limit.scheduled
	switch {
	case at.refused:
		bucket = limit.refused
	case at.hinted:
		bucket = limit.hinted
	}
	// Strangers leave half of what the bucket holds: however many webhooks are
	// forged, one for an order of ours finds it free.
	free := !at.stranger || bucket.TokensAt(now) >= float64(1+bucket.Burst()/2)
	if free && bucket.AllowN(now, 1) {
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
		if limit.hinted.TokensAt(now) >= hintedBurst && limit.scheduled.TokensAt(now) >= 1 && limit.refused.TokensAt(now) >= refusedBurst {
			delete(l.shops, id)
		}
	}
}

// Telegram takes one message a second in a private chat and twenty a minute in a
// group, edits counted. In a group we keep below that, so that there is always
// room for an answer to somebody who asks.
const (
	privateGap = 1250 * time.Millisecond // between claims; what is sent takes now more, now less time to arrive
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
