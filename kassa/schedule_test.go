package kassa

import (
	"testing"
	"time"

	"payferbot/payfer"
)

var noon = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// checksOf lives through an invoice's schedule and gives the times of its
// checks, each answered as the gateway would at that time.
func checksOf(inv Invoice, jitter float64, answer func(time.Time) payfer.State) (at []time.Time) {
	zs, _ := newZones("UTC")
	for now := inv.nextCheck(inv.Created, jitter); !now.IsZero() && len(at) < 1000; now = inv.nextCheck(now, jitter) {
		at = append(at, now)
		inv.answer(payfer.Status{State: answer(now), Paid: inv.Unique}, nil, zs, now)
	}
	return at
}

func pendingInvoice() Invoice {
	return Invoice{State: Pending, Created: noon, Started: noon, Unique: 5_000_150, Asked: 5_000_000, Expires: noon.Add(15 * time.Minute)}
}

func TestAnInvoiceNobodyPaysCostsAtMostFortyChecks(t *testing.T) {
	t.Parallel()
	for _, jitter := range []float64{-1, -0.5, 0, 0.5, 1} {
		expires := pendingInvoice().Expires
		at := checksOf(pendingInvoice(), jitter, func(now time.Time) payfer.State {
			if now.Before(expires) {
				return payfer.Pending
			}
			return payfer.Expired
		})
		if len(at) > 40 || len(at) < 30 {
			t.Errorf("jitter %v: %d checks, want at most 40 and no fewer than the schedule's 30", jitter, len(at))
		}
		last := at[len(at)-1].Sub(expires)
		if last < 66*time.Hour || last > 72*time.Hour {
			t.Errorf("jitter %v: the last check comes %v after expiry, want it in the last six hours of 72", jitter, last)
		}
		asked := map[time.Duration]bool{}
		for _, a := range at {
			asked[a.Sub(expires)] = true
		}
		for _, want := range append([]time.Duration{0, 8 * time.Hour}, afterExpiry...) {
			if !asked[want] {
				t.Errorf("jitter %v: no check at expiry + %v", jitter, want)
			}
		}
	}
}

func TestAPaidInvoiceIsNotAskedAboutAgain(t *testing.T) {
	t.Parallel()
	inv := pendingInvoice()
	inv.Hinted = noon
	at := checksOf(inv, 0, func(time.Time) payfer.State { return payfer.Paid })
	if len(at) != 1 || !at[0].Equal(noon) {
		t.Errorf("checks at %v, want one, at the hint", at)
	}
}

func TestAHintIsCheckedAtOnceAndThreeTimesMore(t *testing.T) {
	t.Parallel()
	inv := pendingInvoice()
	inv.Hinted = noon
	at := checksOf(inv, 0, func(time.Time) payfer.State { return payfer.Pending })
	asked := map[time.Duration]bool{}
	for _, a := range at {
		asked[a.Sub(noon)] = true
	}
	for _, want := range append([]time.Duration{0}, afterHint...) {
		if !asked[want] {
			t.Errorf("no check %v after the hint, only at %v", want, at[:8])
		}
	}
}

func TestWhereTheExpiryIsUnknownWatchingEndsAfterFourDays(t *testing.T) {
	t.Parallel()
	inv := pendingInvoice()
	inv.Expires = time.Time{}
	at := checksOf(inv, 1, func(time.Time) payfer.State { return payfer.Pending })
	if last := at[len(at)-1].Sub(noon); last > 96*time.Hour || last < 84*time.Hour {
		t.Errorf("the last check comes after %v, want it at the end of 96 h", last)
	}
	if len(at) > 80 {
		t.Errorf("%d checks, want them to grow rarer", len(at))
	}
}

func TestWhilePayferIsSilentItIsAskedSoonAgain(t *testing.T) {
	t.Parallel()
	inv := pendingInvoice()
	late := inv.Expires.Add(20 * time.Hour) // the plan alone would wait for hours
	for n := 1; n < 30; n++ {
		inv.Failed = n
		if wait := inv.nextCheck(late, 0).Sub(late); wait > 5*time.Minute || wait < 15*time.Second {
			t.Errorf("after %d silences in a row the wait is %v, want 15 s … 5 min", n, wait)
		}
	}
}

func TestJitterSpreadsInvoicesAndChecks(t *testing.T) {
	const many = 2000
	var quarters [4]int
	seen := map[float64]bool{}
	for i := range many {
		inv := Invoice{Order: NewOrder(), Asks: i % 5}
		j := inv.jitter()
		if j < -1 || j >= 1 || j != inv.jitter() {
			t.Fatalf("order %s has the jitter %v, then %v", inv.Order, j, inv.jitter())
		}
		seen[j] = true
		quarters[int((j+1)*2)]++
		if inv.Asks++; inv.jitter() == j {
			t.Errorf("order %s has the same jitter at its next check", inv.Order)
		}
	}
	for q, n := range quarters {
		if n < many/5 || len(seen) < many {
			t.Errorf("%d of %d in quarter %d, %d different", n, many, q, len(seen))
		}
	}
}
