package kassa

import (
	"testing"
	"time"

	"payferbot/money"
	"payferbot/payfer"
)

// events are all that can happen to an invoice.
var events = map[string]func(*Invoice){
	"created":       func(i *Invoice) { i.created(payfer.Payment{Unique: 5_000_150}, nil, noon) },
	"created, mute": func(i *Invoice) { i.created(payfer.Payment{SumDoubt: true}, nil, noon) },
	"refused":       func(i *Invoice) { i.refused(RefusedAmount, noon) },
	"lost":          func(i *Invoice) { i.lost() },
	"missing":       func(i *Invoice) { i.missing(noon) },
	"pending":       func(i *Invoice) { i.found(payfer.Status{State: payfer.Pending}, nil, noon) },
	"pending, sum":  func(i *Invoice) { i.found(payfer.Status{State: payfer.Pending, Unique: 5_000_150}, nil, noon) },
	"paid":          func(i *Invoice) { i.found(payfer.Status{State: payfer.Paid, Paid: 5_000_150}, nil, noon) },
	"expired":       func(i *Invoice) { i.found(payfer.Status{State: payfer.Expired}, nil, noon) },
	"cancelled":     func(i *Invoice) { i.found(payfer.Status{State: payfer.Cancelled}, nil, noon) },
	"strange":       func(i *Invoice) { i.found(payfer.Status{State: "refunded"}, nil, noon) },
}

// moves is the whole machine: from a state, the events that leave it. All
// others must leave the state alone.
var moves = map[State]map[string]State{
	Creating: {
		"created": Pending, "created, mute": Unknown, "refused": Rejected, "lost": Unknown, "missing": Absent,
		"pending": Unknown, "pending, sum": Pending, "paid": Paid, "expired": Absent, "cancelled": Absent,
	},
	Unknown:   {"created": Pending, "missing": Absent, "pending, sum": Pending, "paid": Paid, "expired": Absent, "cancelled": Absent},
	Pending:   {"paid": Paid, "expired": Expired, "cancelled": Cancelled},
	Absent:    {"paid": Paid},
	Expired:   {"paid": Paid},
	Cancelled: {"paid": Paid},
	Rejected:  {"paid": Paid},
	Paid:      {},
}

func TestEveryEventInEveryState(t *testing.T) {
	t.Parallel()
	for from, leave := range moves {
		for name, happen := range events {
			inv := Invoice{State: from, Created: noon.Add(-time.Minute), Asked: 5_000_000}
			if from == Pending || from == Expired || from == Cancelled {
				inv.Unique = 5_000_150
			}
			happen(&inv)
			want, moved := leave[name]
			if !moved {
				want = from
			}
			if inv.State != want {
				t.Errorf("%s, then %q: %s, want %s", from, name, inv.State, want)
			}
			late := from == Absent || from == Expired || from == Cancelled || from == Rejected
			if name == "paid" && from != Paid && inv.Late != late {
				t.Errorf("%s, then paid: late is %t", from, inv.Late)
			}
		}
	}
}

func TestFactsOfCreateMergeIntoAnyState(t *testing.T) {
	t.Parallel()
	utc, _ := newZones("UTC")
	for from := range moves {
		inv := Invoice{State: from}
		inv.created(payfer.Payment{Unique: 5_000_150, ExpireAt: "2026-11-23T07:15:00"}, utc, noon)
		if inv.Unique != 5_000_150 || !inv.Expires.Equal(noon.Add(15*time.Minute)) {
			t.Errorf("%s: unique %v, expires %v after create's reply", from, inv.Unique, inv.Expires)
		}
	}
}

func TestASumOtherThanAskedIsAMismatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		unique, came money.Amount
		doubt        bool
		mismatch     bool
		sumDoubt     bool
	}{
		{"exact", 5_000_150, 5_000_150, false, false, false},
		{"a tiyin less", 5_000_150, 5_000_149, false, true, false},
		{"a flat sum", 5_000_150, 5_000_000, false, true, false},
		{"more", 5_000_150, 6_000_000, false, true, false},
		{"unreadable", 5_000_150, 0, true, false, true},
		{"not told", 5_000_150, 0, false, false, true},
		{"unique never known, enough came", 0, 5_000_150, false, false, false},
		{"unique never known, less came", 0, 4_999_900, false, true, false},
	} {
		inv := Invoice{State: Pending, Asked: 5_000_000, Unique: c.unique}
		inv.found(payfer.Status{State: payfer.Paid, Paid: c.came, SumDoubt: c.doubt}, nil, noon)
		if inv.State != Paid || inv.Mismatch != c.mismatch || inv.SumDoubt != c.sumDoubt {
			t.Errorf("%s: %s, mismatch %t, doubt %t", c.name, inv.State, inv.Mismatch, inv.SumDoubt)
		}
	}
}

func TestPastItsExpiryAPendingInvoiceIsOverdue(t *testing.T) {
	t.Parallel()
	inv := pendingInvoice()
	pending := payfer.Status{State: payfer.Pending}
	inv.found(pending, nil, inv.Expires.Add(-time.Second))
	if inv.Overdue {
		t.Error("overdue before its time")
	}
	before := inv.Face()
	inv.found(pending, nil, inv.Expires.Add(5*time.Second))
	if !inv.Overdue || inv.Face() == before {
		t.Error("past its expiry the message must change")
	}
}
