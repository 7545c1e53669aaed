package kassa

import (
	"time"

	"payferbot/money"
	"payferbot/payfer"
)

// The moves of the state machine. Each is told facts and the time, changes the
// invoice and nothing else.

// created merges what create told. Its facts are taken in any state, since
// check may have been faster; the state moves only from where people wait.
func (inv *Invoice) created(p payfer.Payment, zs zones, now time.Time) {
	if p.Unique != 0 {
		inv.Unique = p.Unique
	}
	inv.expires(p.ExpireAt, zs, now)
	switch {
	case inv.State == Paid:
		inv.Mismatch = inv.mismatched()
	case inv.State != Creating && inv.State != Unknown:
	case inv.Unique == 0:
		inv.State = Unknown // accepted, but nobody can be told what to transfer
	default:
		inv.State = Pending
	}
}

// refused ends an invoice that Payfer would not make, or never heard of.
func (inv *Invoice) refused(why Refusal, now time.Time) {
	if inv.State == Creating {
		inv.State, inv.Refusal, inv.Ended = Rejected, why, now
	}
}

// lost says that create's reply never came: the payment may exist or not.
func (inv *Invoice) lost() {
	if inv.State == Creating {
		inv.State = Unknown
	}
}

// found merges what check told.
func (inv *Invoice) found(s payfer.Status, zs zones, now time.Time) {
	if inv.Unique == 0 {
		inv.Unique = s.Unique
	}
	inv.expires(s.ExpireAt, zs, now)
	switch s.State {
	case payfer.Paid:
		inv.pay(s, zs, now)
	case payfer.Pending:
		inv.stillPending(now)
	case payfer.Expired:
		inv.end(Expired, now)
	case payfer.Cancelled:
		inv.end(Cancelled, now)
	}
}

// missing says that Payfer does not know the order. Of a pending one that
// cannot be true, so it changes nothing there.
func (inv *Invoice) missing(now time.Time) {
	if inv.State == Creating || inv.State == Unknown {
		inv.State, inv.Ended = Absent, now
	}
}

// giveUp ends the wait for a create whose reply was lost: from now on only
// money can change the invoice.
func (inv *Invoice) giveUp(now time.Time) { inv.missing(now) }

// tick says that nobody is to pay any more once the time is up, whether Payfer
// answers or not.
func (inv *Invoice) tick(now time.Time) {
	inv.Overdue = inv.State == Pending && !inv.Expires.IsZero() && !now.Before(inv.Expires)
}

func (inv *Invoice) stillPending(now time.Time) {
	switch {
	case inv.State == Pending:
		inv.tick(now)
	case inv.State != Creating && inv.State != Unknown:
	case inv.Unique == 0:
		inv.State = Unknown
	default:
		inv.State = Pending
	}
}

func (inv *Invoice) end(as State, now time.Time) {
	switch inv.State {
	case Pending:
		inv.State, inv.Ended, inv.Overdue = as, now, false
	case Creating, Unknown:
		inv.missing(now) // nobody was ever told a sum: there is nothing to expire
	}
}

func (inv *Invoice) pay(s payfer.Status, zs zones, now time.Time) {
	if inv.State == Paid {
		return
	}
	inv.Late = inv.State == Expired || inv.State == Cancelled || inv.State == Absent || inv.State == Rejected
	inv.State, inv.Ended, inv.Overdue = Paid, now, false
	inv.Paid = s.Paid
	inv.PaidAt = zs.of(inv.Zone).past(s.PaidAt, now)
	if inv.PaidAt.Before(inv.Started.Add(-skew)) { // an expiry that was hours ahead made another zone seem right
		inv.PaidAt = zs.past(s.PaidAt, now)
	}
	inv.SumDoubt = s.SumDoubt || s.Paid == 0
	inv.Mismatch = inv.mismatched()
}

// mismatched compares what came with what was asked. Where the unique amount
// never reached us, only less than the plain sum is surely wrong.
func (inv *Invoice) mismatched() bool {
	if inv.SumDoubt || inv.State != Paid {
		return false
	}
	if inv.Unique == 0 {
		return inv.Paid < inv.Asked
	}
	return inv.Paid != inv.Unique
}

func (inv *Invoice) expires(s payfer.Stamp, zs zones, now time.Time) {
	if s == "" || !inv.Expires.IsZero() {
		return
	}
	inv.Expires, inv.Zone = zs.future(s, now)
}

// The sums that an invoice may ask for: those that Payfer takes.
const (
	MinAmount = payfer.MinSom * money.Som
	MaxAmount = payfer.MaxSom * money.Som
)
