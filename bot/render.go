package bot

import (
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

// How much of foreign text a message shows, in characters.
const (
	shopLength     = 64
	noteLength     = 200
	listNoteLength = 40
)

// page is a message ready to be sent, or the new face of one that was.
type page struct {
	HTML     string                       // text or caption, for parse_mode HTML
	Keyboard *models.InlineKeyboardMarkup // nil: none, an edit takes the old one away
	Photo    []byte                       // PNG, only for the first send of a photo
}

// renderer puts invoices into words. It asks nobody and changes nothing.
type renderer struct {
	book      *locales.Book
	bot       string // our username, without the @
	publicURL string // where customers reach us; empty: nowhere
	now       func() time.Time
}

// look is which of its faces an invoice shows to people; it is also the last
// part of the keys state.* and check.*.
type look string

const (
	lookCreating   look = "creating"
	lookPending    look = "pending"
	lookNoSum      look = "no_sum" // pending, but Payfer's exact sum was unreadable
	lookOverdue    look = "overdue"
	lookExpired    look = "expired"
	lookCancelled  look = "cancelled"
	lookRejected   look = "rejected"
	lookUnknown    look = "unknown"
	lookAbsent     look = "absent"
	lookPaidBefore look = "paid_before" // the other attempt was paid: nothing to do here
	lookPaid       look = "paid"
	lookAbandoned  look = "abandoned" // paid, but as the attempt that was given up
	lookLate       look = "late"
	lookMismatch   look = "mismatch"
	lookRepeat     look = "repeat"
	lookDoubt      look = "doubt" // paid, the sum is not known
)

// lookOf chooses the face. Where several would do, the one that most needs a
// person's attention wins.
func lookOf(inv kassa.Invoice) look {
	switch {
	case inv.State == kassa.Paid:
		return paidLook(inv)
	case inv.PaidBefore:
		return lookPaidBefore
	case inv.State == kassa.Pending && inv.Overdue:
		return lookOverdue
	case inv.State == kassa.Pending && inv.Unique <= 0:
		return lookNoSum
	}
	switch inv.State {
	case kassa.Creating, kassa.Pending, kassa.Rejected, kassa.Absent, kassa.Expired, kassa.Cancelled:
		return look(inv.State)
	}
	return lookUnknown
}

func paidLook(inv kassa.Invoice) look {
	switch {
	case !sumKnown(inv):
		return lookDoubt
	case inv.Repeat:
		return lookRepeat
	case inv.Mismatch:
		return lookMismatch
	case inv.Next != "":
		return lookAbandoned
	case inv.Late:
		return lookLate
	}
	return lookPaid
}

// sumKnown tells whether a paid invoice may claim what really came.
func sumKnown(inv kassa.Invoice) bool { return inv.Paid > 0 && !inv.SumDoubt }

// payable tells whether a customer may be shown this invoice's sum and QR now.
func payable(inv kassa.Invoice) bool { return lookOf(inv) == lookPending }

// dueSum is what the customer has to transfer, as far as it is known.
func dueSum(inv kassa.Invoice) money.Amount {
	if inv.Unique > 0 {
		return inv.Unique
	}
	return inv.Asked
}

// shopName is the kassa's name as messages show it; its shop_id where Payfer
// told no name that can be seen.
func shopName(s kassa.Shop) string {
	if name := locales.Foreign(s.Name, shopLength); name != "" {
		return name
	}
	return locales.Foreign(string(s.ID), shopLength)
}

// args are what nearly every text about an invoice takes.
func (r *renderer) args(lang string, inv kassa.Invoice) locales.Args {
	until := ""
	if !inv.Expires.IsZero() {
		until = r.when(lang, inv.Expires)
	}
	sum := dueSum(inv)
	if inv.State == kassa.Paid {
		sum = inv.Paid
	}
	diff := inv.Paid - dueSum(inv)
	return locales.Args{
		"Number": inv.Number, "Sum": sum.String(), "Until": until,
		"Asked": dueSum(inv).String(), "Paid": inv.Paid.String(), "Diff": max(diff, -diff).String(), "More": diff > 0,
	}
}

// state answers "how does it stand" in one plain sentence, short enough for a
// toast (200 characters).
func (r *renderer) state(lang string, inv kassa.Invoice) string {
	return r.book.Plain(lang, "check."+string(listed(lookOf(inv))), r.args(lang, inv))
}

// line is an invoice in a list, as HTML: "№12 · 50 001,50 · ✅ toʻlandi · choy".
func (r *renderer) line(lang string, inv kassa.Invoice) string {
	face := listed(lookOf(inv))
	parts := []string{r.book.HTML(lang, "invoices.number", r.args(lang, inv))}
	switch {
	case face == lookDoubt || face == lookPaidBefore: // the sum that came is not here
	case inv.State == kassa.Paid || face == lookPending:
		parts = append(parts, r.book.HTML(lang, "invoices.sum", r.args(lang, inv)))
	default:
		parts = append(parts, briefSum(inv))
	}
	parts = append(parts, r.book.HTML(lang, "state."+string(face), nil))
	if note := locales.Foreign(inv.Note, listNoteLength); note != "" {
		parts = append(parts, locales.Escape(note))
	}
	return strings.Join(parts, dot)
}

// dot stands between facts that share a line.
const dot = " · "

// listed is the face for a list or a toast, which has no room to tell of the
// attempts.
func listed(l look) look {
	if l == lookAbandoned {
		return lookPaid
	}
	return l
}
