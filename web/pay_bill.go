package web

import (
	"cmp"
	"slices"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/qr"
)

// holderLength bounds a card holder's name, appLength that of a pay link's page, in characters.
const (
	holderLength = 64
	appLength    = 32
)

// bill is what a customer needs to pay.
type bill struct {
	Exact, Sum, Currency, Why       string
	BareLabel, Bare, CopySum        string
	By                              string // until when
	Left                            around // how long that is, near the end
	Links                           []payLink
	Filled                          bool // in one of them nothing has to be copied
	CardLabel, Scheme, Card, Holder string
	CardDigits, CopyCard            string
	NoCard                          string // in the card's place
	QR                              matrix
	QRAlt                           string
}

// around is a text in whose middle the script writes.
type around struct{ Before, After string }

// payLink is a page in a customer's bank or wallet.
type payLink struct {
	Label, Hint, Address string
	Fills                bool // it has the sum already
}

// matrix is a QR as the template draws it: square modules, a whole number of pixels each.
type matrix struct {
	Path       string
	Side, Size int
}

// codeSize is the least width of a QR on the page, in CSS pixels.
const codeSize = 190

func (p *pages) bill(lang string, inv kassa.Invoice) *bill {
	say := func(key string) string { return p.book.Plain(lang, key, nil) }
	b := &bill{
		Exact: say("pay.exact"), Sum: inv.Unique.String(), Currency: say("pay.currency"), Why: say("pay.exact_why"),
		BareLabel: say("pay.bare"), Bare: inv.Unique.Plain(), CopySum: say("button.copy"),
		Links: p.payLinks(lang, inv), QR: p.matrix(inv.Order), QRAlt: say("pay.qr"),
	}
	b.Filled = slices.ContainsFunc(b.Links, func(l payLink) bool { return l.Fills })
	switch to := inv.PayTo; {
	case to.Card != "":
		b.CardLabel, b.Scheme, b.Card, b.CardDigits = say("pay.card"), to.Scheme(), to.CardInFours(), to.Card
		b.Holder, b.CopyCard = locales.Foreign(to.Holder, holderLength), say("button.copy_card")
	case len(to.Links) == 0:
		b.NoCard = say("pay.no_card")
	}
	if !inv.Expires.IsZero() {
		const mark = "\x00"
		b.By = p.book.Plain(lang, "pay.until", locales.Args{"Until": p.book.When(lang, inv.Expires, p.now())})
		b.Left.Before, b.Left.After, _ = strings.Cut(p.book.Plain(lang, "pay.left", locales.Args{"Left": mark}), mark)
	}
	return b
}

// payLinks are the kassa's links for this payment. Those in which there is nothing
// to type come first.
func (p *pages) payLinks(lang string, inv kassa.Invoice) (list []payLink) {
	for _, link := range inv.PayTo.Links {
		one := payLink{Address: link.For(inv.Unique, inv.Order), Fills: link.FillsSum()}
		one.Label = p.book.Plain(lang, "pay.link", locales.Args{"App": locales.Foreign(link.Name(), appLength)})
		one.Hint = p.book.Plain(lang, "pay.link_type", nil)
		if one.Fills {
			one.Hint = p.book.Plain(lang, "pay.link_fills", nil)
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b payLink) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func rank(l payLink) int {
	if l.Fills {
		return 0
	}
	return 1
}

// matrix draws the QR that leads to this page, for another phone.
func (p *pages) matrix(order string) matrix {
	path, side, err := qr.Path(p.address(order))
	if err != nil {
		p.log.Error("QR not drawn", "order", order, "error", err)
		return matrix{}
	}
	return matrix{Path: path, Side: side, Size: side * ((codeSize + side - 1) / side)}
}
