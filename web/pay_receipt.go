package web

import (
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

// receipt is how a customer keeps the page of what he paid.
type receipt struct {
	Print, Share string // the buttons' words
	Text         string // what goes with the address when it is shared
}

// keep makes it the page of money that came: a receipt, whose number is the order's
// code, by which the shop finds it.
func (p *pages) keep(s *sheet, inv kassa.Invoice) {
	say := func(key string) string { return p.book.Plain(s.Lang, key, nil) }
	add := func(key, value string) {
		if value != "" {
			s.Facts = append(s.Facts, fact{Label: say(key), Value: value})
		}
	}
	sum, when := "", p.moment(s.Lang, inv)
	switch {
	case inv.SumKnown() && inv.Mismatch:
		diff := inv.Paid - inv.ToPay()
		add("pay.asked", p.sum(s.Lang, inv.ToPay()))
		add("pay.came", p.sum(s.Lang, inv.Paid))
		add("pay.diff", p.sum(s.Lang, max(diff, -diff)))
		s.Facts[2].Strong = true
	case inv.SumKnown():
		s.Sum, sum = inv.Paid.String(), p.sum(s.Lang, inv.Paid)
	}
	add("pay.at", when)
	add("pay.shop", s.Shop)
	add("pay.number", s.Number)
	add("pay.code", inv.Order)
	s.Receipt = &receipt{
		Print: say("pay.print"), Share: say("pay.share"),
		Text: joined(s.Title, s.Head, sum, when),
	}
}

func (p *pages) sum(lang string, sum money.Amount) string {
	return p.book.Plain(lang, "pay.sum", locales.Args{"Sum": sum})
}

// moment is when it was paid, in full: a receipt is read long after.
func (p *pages) moment(lang string, inv kassa.Invoice) string {
	if inv.PaidAt.IsZero() {
		return ""
	}
	return p.book.Moment(lang, inv.PaidAt)
}

// joined puts what there is into one line.
func joined(parts ...string) string {
	var there []string
	for _, part := range parts {
		if part != "" {
			there = append(there, part)
		}
	}
	return strings.Join(there, " · ")
}
