package kassa

import "payferbot/money"

// Standing is what an invoice looks like to people. It is finer than State: it
// says also what is out of the ordinary about the money.
type Standing string

// The standings.
const (
	StandsCreating   Standing = "creating"
	StandsPending    Standing = "pending"
	StandsNoSum      Standing = "no_sum" // pending, but Payfer's exact sum was unreadable
	StandsWithdrawn  Standing = "withdrawn"
	StandsOverdue    Standing = "overdue"
	StandsExpired    Standing = "expired"
	StandsCancelled  Standing = "cancelled"
	StandsRejected   Standing = "rejected"
	StandsUnknown    Standing = "unknown"
	StandsAbsent     Standing = "absent"
	StandsPaidBefore Standing = "paid_before" // the other attempt was paid: nothing to do here
	StandsPaid       Standing = "paid"
	StandsAbandoned  Standing = "abandoned" // paid, but as the attempt that was given up
	StandsRecalled   Standing = "recalled"  // paid, though the shop had withdrawn it
	StandsLate       Standing = "late"
	StandsMismatch   Standing = "mismatch"
	StandsRepeat     Standing = "repeat"
	StandsDoubt      Standing = "doubt" // paid, the sum is not known
)

// Standing chooses the one that most needs a person's attention where several would do.
func (inv *Invoice) Standing() Standing {
	switch {
	case inv.State == Paid:
		return inv.paidStanding()
	case inv.PaidBefore:
		return StandsPaidBefore
	case inv.Withdrawn:
		return StandsWithdrawn
	case inv.State == Pending && inv.Overdue:
		return StandsOverdue
	case inv.State == Pending && inv.Unique <= 0:
		return StandsNoSum
	}
	switch inv.State {
	case Creating, Pending, Rejected, Absent, Expired, Cancelled:
		return Standing(inv.State)
	}
	return StandsUnknown
}

func (inv *Invoice) paidStanding() Standing {
	switch {
	case !inv.SumKnown():
		return StandsDoubt
	case inv.Repeat:
		return StandsRepeat
	case inv.Mismatch:
		return StandsMismatch
	case inv.Next != "":
		return StandsAbandoned
	case inv.Withdrawn:
		return StandsRecalled
	case inv.Late:
		return StandsLate
	}
	return StandsPaid
}

// SumKnown tells whether a paid invoice may claim what really came.
func (inv *Invoice) SumKnown() bool { return inv.Paid > 0 && !inv.SumDoubt }

// Payable tells whether a customer may be shown this invoice's sum and QR now.
func (inv *Invoice) Payable() bool { return inv.Standing() == StandsPending }

// ToPay is what the customer has to transfer, as far as it is known.
func (inv *Invoice) ToPay() money.Amount {
	if inv.Unique > 0 {
		return inv.Unique
	}
	return inv.Asked
}
