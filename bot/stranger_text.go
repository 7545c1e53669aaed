package bot

import (
	"strconv"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// How much of Payfer's code for an order a message and a line of gathered news show, in characters.
const (
	codeLength   = 64
	gatheredCode = 40
	shortCode    = 12 // where the others would leave no room
)

// strangerText tells of money for a payment that the bot did not issue. Nobody
// waits for it at the counter: it says what came, for what, and whose it is not.
func (r *renderer) strangerText(d kassa.Delivery) string {
	lang, inv := d.Peer.Lang, d.Invoice
	args := r.args(lang, inv)
	args["Code"] = locales.Foreign(inv.Code, codeLength)
	lines := []string{r.book.HTML(lang, strangerKey(inv.Standing()), args)}
	if inv.Mismatch && inv.SumKnown() {
		lines = append(lines, r.book.HTML(lang, "paid.sums", args))
	}
	lines = append(lines, r.where(d), r.book.HTML(lang, "stranger.whose", nil))
	if d.Again {
		lines = append(lines, r.book.HTML(lang, "paid.again", args))
	}
	return strings.Join(append(lines, r.advice(lang, inv, args)...), "\n")
}

func strangerKey(face kassa.Standing) string {
	switch face {
	case kassa.StandsDoubt:
		return "stranger.doubt"
	case kassa.StandsMismatch:
		return "stranger.mismatch"
	}
	return "stranger.plain"
}

// called is what a list calls the payment: its №, or what Payfer calls one that
// is not ours, in quotes, for others chose it.
func called(inv kassa.Invoice, most int) string {
	if inv.Stranger() {
		return "«" + locales.Foreign(inv.Code, most) + "»"
	}
	return "№" + strconv.Itoa(inv.Number)
}
