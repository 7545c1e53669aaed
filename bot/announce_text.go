package bot

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// announcement is the one new message that a paid invoice causes. Goods are
// handed over on it, so it never speaks of money for an invoice that is not paid.
func (r *renderer) announcement(d kassa.Delivery) page {
	if d.Invoice.State != kassa.Paid {
		return r.invoice(d, false)
	}
	return page{HTML: r.paidText(d)}
}

// paidText tells of money that came: how it stands, where, and, if anything is
// out of the ordinary, what to do. The invoice's own message and the
// announcement say the same, for it is the same state.
func (r *renderer) paidText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	lines := []string{r.book.HTML(lang, paidKey(lookOf(inv)), args)}
	if inv.Mismatch && sumKnown(inv) {
		lines = append(lines, r.book.HTML(lang, "paid.sums", args))
	}
	lines = append(lines, r.where(d))
	if d.Again {
		lines = append(lines, r.book.HTML(lang, "paid.again", args))
	}
	return strings.Join(append(lines, r.advice(lang, inv, args)...), "\n")
}

// advice is what a person should know beyond the first line, and last what to
// do about it. What to do follows from the gravest concern alone: advice for
// two at once would contradict itself.
func (r *renderer) advice(lang string, inv kassa.Invoice, args locales.Args) []string {
	faces := concerns(inv)
	if len(faces) == 0 {
		return nil
	}
	var lines []string
	for _, face := range faces[1:] {
		lines = append(lines, r.book.HTML(lang, paidKey(face)+"_too", args))
	}
	return append(lines, r.book.HTML(lang, paidKey(faces[0])+"_todo", args))
}

func paidKey(face look) string {
	if face == lookPaid {
		return "paid.plain"
	}
	return "paid." + string(face)
}

// concerns are all that a person should know about this payment, the gravest
// first, as paidLook has it. A wrong sum that is not the gravest has its line of
// sums already. An attempt that was given up is always late, which then says
// nothing; and money that came twice needs no further story.
func concerns(inv kassa.Invoice) []look {
	var out []look
	if !sumKnown(inv) {
		out = append(out, lookDoubt)
	}
	if inv.Repeat {
		out = append(out, lookRepeat)
	}
	if inv.Mismatch && len(out) == 0 {
		out = append(out, lookMismatch)
	}
	switch {
	case inv.Repeat:
	case inv.Next != "":
		out = append(out, lookAbandoned)
	case inv.Late:
		out = append(out, lookLate)
	}
	return out
}

// where is the second line: "Choyxona «Bahor» · choy, 2 ta osh · 15:25".
func (r *renderer) where(d kassa.Delivery) string {
	parts := []string{locales.Escape(shopName(d.Shop))}
	if note := locales.Foreign(d.Invoice.Note, noteLength); note != "" {
		parts = append(parts, locales.Escape(note))
	}
	if at := d.Invoice.PaidAt; !at.IsZero() {
		parts = append(parts, locales.Escape(r.when(d.Peer.Lang, at)))
	}
	return strings.Join(parts, dot)
}
