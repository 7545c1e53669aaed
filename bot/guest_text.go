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
	if d.View.Inline { // the owner showed the note there
		lines = append(lines, r.noteLine(d.Peer.Lang, d.Invoice.Note)...)
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
	if inv.State == kassa.Paid {
		lines[1] += r.cameInFull(lang, inv)
		lines = append(lines, r.receipt(lang, inv)...)
	}
	if d.Again {
		lines = append(lines, r.again(lang, inv, args))
	}
	if inv.Superseded() {
		return strings.Join(append(lines, r.renewedLine(lang, "guest.renewed", inv)), "\n")
	}
	return strings.Join(append(lines, r.book.HTML(lang, guestTodo(face), args)), "\n")
}

// guestTodo is the key of what a customer is to do. Of a wrong sum a chat can say
// more than the page, which has the figures in a table.
func guestTodo(face kassa.Standing) string {
	if face == kassa.StandsMismatch {
		return "guest.mismatch_todo"
	}
	return "pay.state." + string(face) + "_todo"
}

// cameInFull is the sum behind the first line, where it is the one that was asked.
func (r *renderer) cameInFull(lang string, inv kassa.Invoice) string {
	if !inv.SumKnown() || inv.Mismatch {
		return ""
	}
	return ": " + r.book.HTML(lang, "invoice.sum", r.args(lang, inv))
}

// receipt is what makes the message of a paid invoice one that is worth keeping:
// what came, when, with the year, and the code by which the seller finds it with /check.
func (r *renderer) receipt(lang string, inv kassa.Invoice) (lines []string) {
	if inv.SumKnown() && inv.Mismatch {
		lines = append(lines, r.book.HTML(lang, "paid.sums", r.args(lang, inv)))
	}
	if !inv.PaidAt.IsZero() {
		lines = append(lines, locales.Escape(r.book.Moment(lang, inv.PaidAt)))
	}
	return append(lines, r.book.HTML(lang, "guest.receipt", locales.Args{"Code": inv.Order}))
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
	if face == kassa.StandsMismatch {
		return r.sign(lang, face) + " " + r.book.Plain(lang, "guest.check_mismatch", args)
	}
	todo := r.book.Plain(lang, "pay.state."+string(face)+"_todo", args)
	state := r.sign(lang, face) + " " + r.book.Plain(lang, "pay.state."+string(face), args)
	if inv.State == kassa.Paid && inv.SumKnown() && !inv.Mismatch {
		state += ": " + r.book.Plain(lang, "pay.sum", args)
	}
	return state + ". " + strings.ReplaceAll(todo, "\n", " ")
}
