package bot

import (
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
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
	Photo    []byte                       // PNG; nil: a text, or the picture stays as it is
}

// renderer puts invoices into words. It asks nobody and changes nothing.
type renderer struct {
	book      *locales.Book
	bot       string // our username, without the @
	publicURL string // where customers reach us; empty: nowhere
	now       func() time.Time
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
		until = r.book.When(lang, inv.Expires, r.now())
	}
	sum := inv.ToPay()
	if inv.State == kassa.Paid {
		sum = inv.Paid
	}
	diff := inv.Paid - inv.ToPay()
	return locales.Args{
		"Number": inv.Number, "Sum": sum.String(), "Until": until, "Flat": inv.Asked.Short(),
		"Round": inv.Paid == inv.Asked && inv.Paid != inv.ToPay(),
		"Asked": inv.ToPay().String(), "Paid": inv.Paid.String(), "Diff": max(diff, -diff).String(), "More": diff > 0,
	}
}

// state answers "how does it stand" in one plain sentence, short enough for a
// toast (200 characters).
func (r *renderer) state(lang string, inv kassa.Invoice) string {
	return r.book.Plain(lang, "check."+string(listed(inv.Standing())), r.args(lang, inv))
}

// line is an invoice in a list, as HTML: "№12 · 50 001,50 · ✅ toʻlandi · choy".
func (r *renderer) line(lang string, inv kassa.Invoice) string {
	face := listed(inv.Standing())
	parts := []string{r.book.HTML(lang, "invoices.number", r.args(lang, inv))}
	switch {
	case face == kassa.StandsDoubt || face == kassa.StandsPaidBefore: // the sum that came is not here
	case inv.State == kassa.Paid && inv.Mismatch:
		parts = append(parts, r.book.HTML(lang, "invoices.sums", r.args(lang, inv)))
	case inv.State == kassa.Paid || face == kassa.StandsPending:
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
func listed(l kassa.Standing) kassa.Standing {
	if l == kassa.StandsAbandoned {
		return kassa.StandsPaid
	}
	return l
}
