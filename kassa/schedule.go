package kassa

import (
	"hash/fnv"
	"math"
	"strconv"
	"time"
)

const (
	// patience is how long a create may be under way before nobody can be
	// waiting for its reply any more: the client gives up after 10 s.
	patience = 15 * time.Second
	// soon is how long after the command a second attempt is still what the
	// person at the counter wants.
	soon = time.Minute
	// watchAfter is how long an invoice is watched after its expiry, and
	// watchBlind after its creation where the expiry is not known.
	watchAfter = 72 * time.Hour
	watchBlind = 96 * time.Hour
)

// afterExpiry are the checks after an expiry. From the last one on they come
// every six hours: 17 in all, which with the 23 before a 15-minute expiry keeps
// an invoice that nobody pays at 40 checks.
var afterExpiry = []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// afterHint are the checks after a webhook, beside the one at once: Payfer may
// send it before its own check knows.
var afterHint = []time.Duration{10 * time.Second, 30 * time.Second, 2 * time.Minute}

// hintRun is how long a run of hinted checks lasts; a hint within it gets its
// check at once but does not begin the run anew.
const hintRun = 150 * time.Second

// nextCheck is when Payfer is to be asked next; zero: never again. Jitter in
// [-1, 1] spreads the checks before expiry by ten per cent, so that invoices
// made together are not asked about together.
func (inv *Invoice) nextCheck(now time.Time, jitter float64) time.Time {
	if inv.Stranger() {
		return inv.strangerCheck(now)
	}
	switch inv.State {
	case Paid, Rejected:
		return time.Time{}
	case Creating:
		return later(inv.Started.Add(patience), now)
	}
	next := inv.planned(now, jitter)
	if inv.Failed > 0 {
		next = earliest(next, now.Add(retryAfter(inv.Failed)))
	}
	return earliest(next, inv.hinted(now))
}

// hinted is the next check of a run of hinted ones; zero where none is left.
func (inv *Invoice) hinted(now time.Time) time.Time {
	if inv.Hinted.IsZero() {
		return time.Time{}
	}
	if inv.Checked.Before(inv.Hinted) {
		return now
	}
	return firstAfter(now, inv.Hinted, afterHint)
}

// planned is the next check that nothing but time asks for.
func (inv *Invoice) planned(now time.Time, jitter float64) time.Time {
	age := now.Sub(inv.Created)
	if inv.Expires.IsZero() || inv.State == Unknown { // while somebody waits to hear, the expiry tells nothing
		return until(inv.Created.Add(watchBlind), now.Add(inv.blindStep(age, jitter)))
	}
	if inv.State == Pending && now.Before(inv.Expires) {
		step := stretch(clamp(age/6, 15*time.Second, 5*time.Minute), jitter)
		return earliest(now.Add(step), inv.Expires)
	}
	from := inv.Expires
	if !inv.Ended.IsZero() {
		from = earliest(from, inv.Ended) // cancelled before its time
	}
	if next := firstAfter(now, from, afterExpiry); !next.IsZero() {
		return next
	}
	const every = 6 * time.Hour
	last := from.Add(afterExpiry[len(afterExpiry)-1])
	return until(from.Add(watchAfter), last.Add((now.Sub(last)/every+1)*every))
}

// blindStep is the pause while no expiry is known. In the first minute of an
// unknown outcome somebody stands at the counter and waits.
func (inv *Invoice) blindStep(age time.Duration, jitter float64) time.Duration {
	if inv.State == Unknown && age < soon {
		return clamp(age/3, 2*time.Second, 10*time.Second)
	}
	return stretch(clamp(age/6, 15*time.Second, 6*time.Hour), jitter)
}

// retryAfter is the pause after the nth check in a row that Payfer did not answer.
func retryAfter(n int) time.Duration {
	return clamp(15*time.Second<<min(n-1, 10), 15*time.Second, 5*time.Minute)
}

// jitter is where in [-1, 1] this invoice stands at its present check. It
// follows from the order code, which is random, so that the same life of an
// invoice has the same checks however often it is played.
func (inv *Invoice) jitter() float64 {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(inv.Asks) + " " + inv.Order)) // never fails; what comes last is mixed least, and the code needs no mixing
	return 2*float64(h.Sum64()>>11)/(1<<53) - 1
}

func firstAfter(now, from time.Time, steps []time.Duration) time.Time {
	for _, step := range steps {
		if at := from.Add(step); at.After(now) {
			return at
		}
	}
	return time.Time{}
}

// until is the time at, or zero when it lies beyond the end.
func until(end, at time.Time) time.Time {
	if at.After(end) {
		return time.Time{}
	}
	return at
}

// earliest is the earlier of two times, of which zero means never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func clamp(d, low, high time.Duration) time.Duration { return max(low, min(d, high)) }

func stretch(d time.Duration, jitter float64) time.Duration {
	return time.Duration(math.Round(float64(d) * (1 + jitter/10)))
}
