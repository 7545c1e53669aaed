package bot

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// signs are how a standing looks at a glance: the same sign everywhere.
var signs = map[kassa.Standing]string{
	kassa.StandsCreating: "⏳", kassa.StandsPending: "⏳", kassa.StandsUnknown: "❓",
	kassa.StandsOverdue: "✋", kassa.StandsExpired: "🕓", kassa.StandsCancelled: "🚫", kassa.StandsWithdrawn: "🚫",
	kassa.StandsRejected: "❌", kassa.StandsAbsent: "📭",
	kassa.StandsPaid: "✅", kassa.StandsAbandoned: "✅", kassa.StandsPaidBefore: "✅",
}

// sign is a warning where nothing else is known.
func sign(face kassa.Standing) string {
	if s, ok := signs[face]; ok {
		return s
	}
	return "⚠️"
}

// guestInvoice is the invoice's message in a customer's chat. What is the
// shop's own stays with the shop: the note, and what to do about the goods.
func (r *renderer) guestInvoice(d kassa.Delivery) page {
	p := page{Keyboard: r.guestKeyboard(d.Peer.Lang, d.Invoice)}
	if d.Invoice.Payable() {
		d.Invoice.Note = ""
		p.HTML = r.payableText(d)
	} else {
		p.HTML = r.guestText(d)
	}
	return p
}

// guestText says how the invoice stands, in the words of the customer's page.
func (r *renderer) guestText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	face := inv.Standing()
	lines := []string{sign(face) + " <b>" + r.book.HTML(lang, "pay.state."+string(face), args) + "</b>"}
	switch {
	case inv.State == kassa.Paid && inv.SumKnown() && !inv.Mismatch:
		lines[0] += ": " + r.book.HTML(lang, "invoice.sum", args)
	case inv.State == kassa.Paid && inv.SumKnown():
		lines = append(lines, r.book.HTML(lang, "paid.sums", args))
	}
	where := r.book.HTML(lang, "invoice.head", locales.Args{"Number": inv.Number, "Shop": shopName(d.Shop)})
	if at := inv.PaidAt; inv.State == kassa.Paid && !at.IsZero() {
		where += dot + locales.Escape(r.book.When(lang, at, r.now()))
	}
	lines = append(lines, where)
	if d.Again {
		lines = append(lines, r.again(lang, inv, args))
	}
	return strings.Join(append(lines, r.book.HTML(lang, "pay.state."+string(face)+"_todo", args)), "\n")
}

// again marks what may stand in the chat twice.
func (r *renderer) again(lang string, inv kassa.Invoice, args locales.Args) string {
	if inv.State == kassa.Paid {
		return r.book.HTML(lang, "paid.again", args)
	}
	return r.book.HTML(lang, "invoice.again", args)
}

// guestState answers a customer's "how does it stand" in a toast.
func (r *renderer) guestState(lang string, inv kassa.Invoice) string {
	face, args := inv.Standing(), r.args(lang, inv)
	todo := r.book.Plain(lang, "pay.state."+string(face)+"_todo", args)
	return sign(face) + " " + r.book.Plain(lang, "pay.state."+string(face), args) + ". " + strings.ReplaceAll(todo, "\n", " ")
}
