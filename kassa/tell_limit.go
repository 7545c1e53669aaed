package kassa

import (
	"sync"
	"time"
)

// tellLimit is BOT_RATE: what Telegram takes from one bot over all chats. The
// bucket is in the store, for several processes may speak for one bot; each
// draws a handful at a time, so that not every message costs a write there.
type tellLimit struct {
	rate float64 // a second; 0: no rate of our own

	mu    sync.Mutex
	left  int       // drawn and not used yet
	until time.Time // when what is left is no longer ours
	held  time.Time // when news had to wait last
}

// ration is what one worker has of the bot's rate for its next message: one in
// hand, or what it draws in the Tx that begins the message. Nothing of it
// is used before the Tx is done: see settle.
type ration struct {
	limit  *tellLimit
	inHand bool
	drawn  int
}

// steady is how much of the rate is used on average. A handful goes at once, and the network
// bunches up what was apart: with the rest left free, no second at Telegram holds more than the rate.
const steady = 0.8

// gap is the time that one message takes of the rate.
func (l *tellLimit) gap() time.Duration {
	return time.Duration(float64(time.Second) / (steady * l.rate))
}

// handful is how many a process draws at once.
func (l *tellLimit) handful() int { return max(1, int(l.rate/10)) }

// span is the time that a handful takes. The bucket holds no more, and what was
// drawn is not used later than that: so nothing was saved up when many wait.
func (l *tellLimit) span() time.Duration { return time.Duration(l.handful()) * l.gap() }

// pressTime is how long after news had to wait edits leave the rate to them.
const pressTime = time.Second

// press notes that news have to wait for the rate.
func (l *tellLimit) press(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = now
}

// pressed tells that news had to wait a moment ago.
func (l *tellLimit) pressed(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Sub(l.held) < pressTime
}

// ration takes one of those drawn before, if there is one left.
func (l *tellLimit) ration(now time.Time) *ration {
	r := &ration{limit: l}
	if l.rate <= 0 {
		r.inHand = true
		return r
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.have(now) > 0 {
		l.left--
		r.inHand = true
	}
	return r
}

// have is how many are left. The caller holds mu.
func (l *tellLimit) have(now time.Time) int {
	if !now.Before(l.until) {
		l.left = 0
	}
	return l.left
}

// draw has what one message needs, or says how long the bucket stays empty. An
// answer to a person is urgent: it does not wait, and what it takes is missing
// from what follows, though not for long.
func (r *ration) draw(tx Tx, now time.Time, urgent bool) (wait time.Duration, err error) {
	r.drawn = 0
	if r.inHand {
		return 0, nil
	}
	tally, err := tx.Tally()
	if err != nil {
		return 0, err
	}
	l := r.limit
	gap := l.gap()
	tally = later(tally, now.Add(-l.span()))
	r.drawn = min(int(now.Sub(tally)/gap), l.handful())
	if r.drawn < 1 && !urgent {
		r.drawn = 0
		return tally.Add(gap).Sub(now), nil
	}
	r.drawn = max(r.drawn, 1)
	tally = tally.Add(time.Duration(r.drawn) * gap)
	if most := now.Add(max(time.Second, gap)); tally.After(most) {
		tally = most
	}
	tx.SetTally(ceil(tally))
	return 0, nil
}

// settle ends the ration: used for a message, or given back. What was drawn
// beyond one message serves the next ones.
func (r *ration) settle(used bool, now time.Time) {
	l := r.limit
	if l.rate <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !used && r.inHand:
		l.left = l.have(now) + 1
	case used && r.drawn > 1:
		l.left, l.until = l.have(now)+r.drawn-1, now.Add(l.span())
	}
}

// ceil is the time in whole milliseconds, as queues keep it, and not before it.
func ceil(t time.Time) time.Time { return t.Add(time.Millisecond - 1).Truncate(time.Millisecond) }
