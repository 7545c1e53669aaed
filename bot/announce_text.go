package bot

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// announcement is the one new message that a paid invoice causes. Goods are
// handed over on it, so it never speaks of money for an invoice that is not paid.
func (r *renderer) announcement(d kassa.Delivery) page {
	switch {
	case d.Invoice.State != kassa.Paid:
		return r.invoice(d)
	case len(d.Also) > 0:
		return r.gathered(d)
	case d.View.Guest:
		return page{HTML: r.guestText(d)}
	case d.Invoice.Stranger():
		return page{HTML: r.strangerText(d)}
	}
	return page{HTML: r.paidText(d)}
}

// warning tells that Payfer refuses the kassa's key, or accepts it again.
func (r *renderer) warning(d kassa.Delivery) page {
	key := "kassa.refused"
	if d.Shop.Refused.IsZero() {
		key = "kassa.good"
	}
	return page{HTML: r.book.HTML(d.Peer.Lang, key, locales.Args{"Shop": shopName(d.Shop)})}
}

// paidText tells of money that came: how it stands, where, and, if anything is
// out of the ordinary, what to do. The invoice's own message and the
// announcement say the same, for it is the same state.
func (r *renderer) paidText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	lines := []string{r.book.HTML(lang, paidKey(inv.Standing()), args)}
	if inv.Mismatch && inv.SumKnown() {
		lines = append(lines, r.book.HTML(lang, "paid.sums", args))
	}
	lines = append(lines, r.where(d))
	if d.Again {
		lines = append(lines, r.book.HTML(lang, "paid.again", args))
	}
	lines = append(lines, r.advice(lang, inv, args)...)
	switch {
	case inv.RepeatOf != 0:
		lines = append(lines, r.book.HTML(lang, "paid.repeat_of", locales.Args{"Number": inv.RepeatOf}))
	case inv.RenewedAs != 0:
		lines = append(lines, r.renewedLine(lang, "paid.renewed", inv))
	}
	return strings.Join(lines, "\n")
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

func paidKey(face kassa.Standing) string {
	if face == kassa.StandsPaid {
		return "paid.plain"
	}
	return "paid." + string(face)
}

// concerns are all that a person should know about this payment, the gravest
// first, as [kassa.Invoice.Standing] has it. A wrong sum that is not the gravest has its line of
// sums already. An attempt that was given up is always late, which then says
// nothing; and money that came twice needs no further story.
func concerns(inv kassa.Invoice) []kassa.Standing {
	var out []kassa.Standing
	if !inv.SumKnown() {
		out = append(out, kassa.StandsDoubt)
	}
	if inv.Repeat {
		out = append(out, kassa.StandsRepeat)
	}
	if inv.Mismatch && len(out) == 0 {
		out = append(out, kassa.StandsMismatch)
	}
	switch {
	case inv.Repeat:
	case inv.Next != "":
		out = append(out, kassa.StandsAbandoned)
	case inv.Withdrawn:
		out = append(out, kassa.StandsRecalled)
	case inv.Late:
		out = append(out, kassa.StandsLate)
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
		parts = append(parts, locales.Escape(r.book.When(d.Peer.Lang, at, r.now())))
	}
	return strings.Join(parts, dot)
}
