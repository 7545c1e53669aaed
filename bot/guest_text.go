package bot

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// sign is how a standing looks at a glance: what stands before its name in lists.
func (r *renderer) sign(lang string, face kassa.Standing) string {
	sign, _, _ := strings.Cut(r.book.Plain(lang, "state."+string(listed(face)), nil), " ")
	return sign
}

// guestInvoice is the invoice's message in a customer's chat. What is the
// shop's own stays with the shop: the note, and what to do about the goods.
func (r *renderer) guestInvoice(d kassa.Delivery) page {
	p := page{Keyboard: r.guestKeyboard(d.Peer.Lang, d.Invoice)}
	if d.Invoice.Payable() {
		p.HTML = r.guestPayable(d)
	} else {
		p.HTML = r.guestText(d)
	}
	return p
}

// guestHead is the first line of whatever a customer reads. It says whose
// payment this is: money that a person paid must not look, in any chat, like money
// that came to a shop.
func (r *renderer) guestHead(d kassa.Delivery) string {
	return r.book.HTML(d.Peer.Lang, "guest.head", locales.Args{"Number": d.Invoice.Number, "Shop": shopName(d.Shop)})
}

// guestPayable is what the customer has to transfer, where, and until when.
func (r *renderer) guestPayable(d kassa.Delivery) string {
	lines := append([]string{r.guestHead(d)}, r.toTransfer(d)...)
	if note := locales.Foreign(d.Invoice.Note, noteLength); note != "" && d.View.Inline { // the owner showed it there
		lines = append(lines, r.book.HTML(d.Peer.Lang, "invoice.note", locales.Args{"Note": note}))
	}
	lines = append(lines, r.until(d.Peer.Lang, d.Invoice))
	if d.Again {
		lines = append(lines, r.again(d.Peer.Lang, d.Invoice, nil))
	}
	return strings.Join(lines, "\n")
}

// guestText says how the invoice stands, in the words of the customer's page.
func (r *renderer) guestText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	face := inv.Standing()
	lines := []string{
		r.guestHead(d),
		r.sign(lang, face) + " <b>" + r.book.HTML(lang, "pay.state."+string(face), args) + "</b>",
	}
	switch {
	case inv.State == kassa.Paid && inv.SumKnown() && !inv.Mismatch:
		lines[1] += ": " + r.book.HTML(lang, "invoice.sum", args)
	case inv.State == kassa.Paid && inv.SumKnown():
		lines = append(lines, r.book.HTML(lang, "paid.sums", args))
	}
	if at := inv.PaidAt; inv.State == kassa.Paid && !at.IsZero() {
		lines = append(lines, locales.Escape(r.book.When(lang, at, r.now())))
	}
	if d.Again {
		lines = append(lines, r.again(lang, inv, args))
	}
	if renewed := r.renewedLine(lang, "guest.renewed", inv); renewed != nil && inv.State != kassa.Paid {
		return strings.Join(append(lines, renewed...), "\n")
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
	return r.sign(lang, face) + " " + r.book.Plain(lang, "pay.state."+string(face), args) + ". " + strings.ReplaceAll(todo, "\n", " ")
}
