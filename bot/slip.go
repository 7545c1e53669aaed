package bot

import (
	"payferbot/kassa"
	"payferbot/qr"
)

// picture is what the invoice's message is to show from now on: the QR as long as it can
// be paid, afterwards a face that nobody can pay from. Nil: it is a text, or the picture
// stays. An edit of what can be paid changes the words alone, for the QR, the sum and the
// number stay as they are.
func (r *renderer) picture(d kassa.Delivery) []byte {
	if d.View.Inline || !d.View.Photo || d.Kind == kassa.Edit && d.Invoice.Payable() { // an inline message takes no upload
		return nil
	}
	// A picture that cannot be drawn must not keep the words from anybody.
	drawn, _ := r.slip(d)
	return drawn
}

// slip draws the invoice as it stands. The words on it are the customer's, also
// in the shop's chat: it is the customer to whom it is shown there.
func (r *renderer) slip(d kassa.Delivery) ([]byte, error) {
	lang, inv := d.Peer.Lang, d.Invoice
	face := inv.Standing()
	s := qr.Slip{
		Shop: shopName(d.Shop), Number: inv.Number, Currency: r.book.Plain(lang, "slip.som", nil),
		Says: r.book.Plain(lang, "pay.state."+string(face), r.args(lang, inv)),
	}
	switch {
	case face == kassa.StandsPending:
		s.Sum = inv.Unique.String()
		return s.ToPay(r.payLink(inv.Order))
	case face == kassa.StandsPaidBefore:
		return s.Paid() // what came, the other attempt's message says
	case inv.State != kassa.Paid:
		s.Sum = briefSum(inv)
		return s.Void()
	}
	if inv.SumKnown() {
		s.Sum = inv.Paid.String()
	}
	if listed(face) == kassa.StandsPaid {
		return s.Paid()
	}
	return s.Doubtful()
}
