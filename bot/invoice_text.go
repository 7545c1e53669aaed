package bot

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// invoice is the invoice's own message, for its first send and for every edit.
// Whatever cannot be paid offers no sum to copy. Its picture is drawn apart.
func (r *renderer) invoice(d kassa.Delivery) page {
	if d.View.Guest {
		return r.guestInvoice(d)
	}
	p := page{Keyboard: r.keyboard(d.Peer.Lang, d.Invoice)}
	switch {
	case d.Invoice.State == kassa.Paid:
		p.HTML = r.paidText(d)
	case d.Invoice.Payable():
		p.HTML = r.payableText(d)
	default:
		p.HTML = r.closedText(d)
	}
	return p
}

// payableText is what the customer is shown.
func (r *renderer) payableText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	args["Shop"] = shopName(d.Shop)
	lines := []string{r.book.HTML(lang, "invoice.head", args)}
	lines = append(lines, r.toTransfer(d)...)
	lines = append(lines, r.noteLine(lang, inv.Note)...)
	lines = append(lines, r.until(lang, inv))
	if d.Again {
		lines = append(lines, r.book.HTML(lang, "invoice.again", args))
	}
	return strings.Join(lines, "\n")
}

// noteLine is the note; nil where there is none that can be seen.
func (r *renderer) noteLine(lang, note string) []string {
	if note = locales.Foreign(note, noteLength); note == "" {
		return nil
	}
	return []string{r.book.HTML(lang, "invoice.note", locales.Args{"Note": note})}
}

// toTransfer are the sum and the card.
func (r *renderer) toTransfer(d kassa.Delivery) []string {
	lang, args := d.Peer.Lang, r.args(d.Peer.Lang, d.Invoice)
	lines := []string{r.book.HTML(lang, "invoice.exact", args), r.book.HTML(lang, "invoice.sum", args)}
	if to := d.Invoice.PayTo; to.Card != "" {
		holder := locales.Foreign(to.Holder, shopLength)
		lines = append(lines, r.book.HTML(lang, "invoice.card", locales.Args{"Card": to.CardInFours(), "Holder": holder, "Scheme": to.Scheme()}))
	}
	return lines
}

// until says how long the customer has.
func (r *renderer) until(lang string, inv kassa.Invoice) string {
	switch {
	case inv.Expires.IsZero():
		return r.book.HTML(lang, "invoice.waiting", nil)
	case locales.SameDay(inv.Expires, r.now()):
		return r.book.HTML(lang, "invoice.until", locales.Args{"Time": locales.ClockTime(inv.Expires)})
	}
	return r.book.HTML(lang, "invoice.until_day", locales.Args{"Date": r.book.Date(lang, inv.Expires), "Time": locales.ClockTime(inv.Expires)})
}

// closedText is for every invoice that is neither to be paid nor paid: what
// happened, which one it was, what to do next.
func (r *renderer) closedText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	args["Group"] = !d.Peer.At.Private()
	key := closedKey(inv)
	lines := []string{r.book.HTML(lang, key, args), r.brief(d)}
	if d.Again {
		lines = append(lines, r.book.HTML(lang, "invoice.again", args))
	}
	if inv.Superseded() {
		return strings.Join(append(lines, r.renewedLine(lang, "invoice.renewed", inv)), "\n")
	}
	return strings.Join(append(lines, r.book.HTML(lang, key+"_todo", args)), "\n")
}

// closedKey is the key of the first line; what to do next is under key_todo.
func closedKey(inv kassa.Invoice) string {
	face := inv.Standing()
	switch face {
	case kassa.StandsNoSum:
		return "invoice.doubt"
	case kassa.StandsRejected:
		return "invoice.rejected." + string(refusal(inv))
	}
	return "invoice." + string(face)
}

// refusal is the reason in words that the messages know.
func refusal(inv kassa.Invoice) kassa.Refusal {
	switch inv.Refusal {
	case kassa.RefusedAmount, kassa.RefusedCredentials, kassa.RefusedInactive,
		kassa.RefusedMaintenance, kassa.RefusedUnreachable:
		return inv.Refusal
	}
	return kassa.RefusedOther
}

// briefSum is the sum by which people recognise an invoice that is not to be
// paid: the exact one only where the customer has seen it. It is never <code>,
// for nobody should copy it.
func briefSum(inv kassa.Invoice) string {
	switch inv.Standing() {
	case kassa.StandsOverdue, kassa.StandsExpired, kassa.StandsCancelled:
		return inv.ToPay().String()
	}
	return inv.Asked.Short()
}

// brief tells which invoice it was: "50 000 soʻm · Choyxona · choy".
func (r *renderer) brief(d kassa.Delivery) string {
	parts := []string{
		r.book.HTML(d.Peer.Lang, "invoice.brief", locales.Args{"Sum": briefSum(d.Invoice)}),
		locales.Escape(shopName(d.Shop)),
	}
	if note := locales.Foreign(d.Invoice.Note, noteLength); note != "" {
		parts = append(parts, locales.Escape(note))
	}
	return strings.Join(parts, dot)
}
