package web

import (
	"strconv"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// shopLength bounds a kassa's name, in characters.
const shopLength = 64

// How often a page asks again, in seconds: first one with our script, which asks
// for the state alone, then one without, which loads itself anew.
const (
	askSoon, refreshSoon = 3, 10  // it may change at any moment; to reload more often would undo what a customer is just selecting
	askBusy, refreshBusy = 10, 30 // the store is down
	askLate, refreshLate = 30, 60 // only late money can change it
)

// watched is longer than any invoice is watched; after it nothing changes any more.
const watched = 5 * 24 * time.Hour

// sheet is all that a page says; the template only arranges it. Empty: not said.
type sheet struct {
	Lang    string
	Title   string
	Now     int64  // with Until: the server's clock, in ms
	Version string // of what is shown; see version
	Ask     int    // how often it asks whether there is another, in seconds; 0: never
	Refresh int    // the same without a script
	Until   int64  // when Over is shown, in ms
	Over    *sheet // what it says from then on, also without a network
	Number  string
	Shop    string
	Tone    string   // the colour: wait, pay, good, warn, stop
	Head    string   // how it stands
	Lines   []string // what to do
	Next    *onward  // where; nil: here
	Bill    *bill    // how to pay; nil: there is nothing to pay
	Sum     string   // what came, in Currency
	Facts   []fact   // and all else about it
	Receipt *receipt // to keep; nil: nothing was paid
	Note    string
	Away    string // instead of Note, while we cannot be reached
	Langs   []langLink

	Currency       string
	Copied, Picked string // said when something was copied, or could only be selected
}

type fact struct {
	Label, Value string
	Strong       bool
}

// onward leads to another page.
type onward struct{ Address, Label string }

type langLink struct {
	Code, Name string
	Current    bool
}

// appearance is how a standing looks, and how often its page asks again.
func appearance(s kassa.Standing) (tone string, ask, refresh int) {
	switch s {
	case kassa.StandsPending:
		return "pay", askSoon, refreshSoon
	case kassa.StandsNoSum:
		return "warn", askSoon, refreshSoon
	case kassa.StandsOverdue:
		return "stop", askSoon, refreshSoon
	case kassa.StandsExpired, kassa.StandsCancelled, kassa.StandsWithdrawn, kassa.StandsRejected, kassa.StandsAbsent:
		return "stop", askLate, refreshLate
	case kassa.StandsPaidBefore:
		return "good", askLate, refreshLate
	case kassa.StandsPaid, kassa.StandsAbandoned:
		return "good", 0, 0
	case kassa.StandsMismatch, kassa.StandsLate, kassa.StandsRecalled, kassa.StandsRepeat, kassa.StandsDoubt:
		return "warn", 0, 0
	}
	return "wait", askSoon, refreshSoon
}

// waiting tells whether there may be something to pay later, but not yet.
func waiting(s kassa.Standing) bool {
	return s == kassa.StandsCreating || s == kassa.StandsUnknown || s == kassa.StandsNoSum
}

// sheet is an invoice's page, in the words that its customer needs. Of the shop it
// tells the name and where to pay, and nothing else: the note is the shop's own.
func (p *pages) sheet(lang string, inv kassa.Invoice, shop kassa.Shop) sheet {
	stands, diff := inv.Standing(), inv.Paid-inv.ToPay()
	key := "pay.state." + string(stands)
	s := p.blank(lang, p.book.Plain(lang, key, nil))
	s.Version = version(inv, shop)
	s.Number = "№" + strconv.Itoa(inv.Number)
	s.Shop = locales.Foreign(shop.Name, shopLength)
	s.Title = strings.TrimSuffix(s.Number+" · "+s.Shop, " · ")
	s.Lines = p.lines(lang, key+"_todo", locales.Args{"More": diff > 0})
	tone, ask, refresh := appearance(stands)
	s.Tone = tone
	if p.now().Sub(inv.Created) < watched {
		p.again(&s, ask, refresh)
	}
	switch {
	case inv.Payable():
		p.ask(&s, inv, shop)
	case inv.State == kassa.Paid:
		p.keep(&s, inv)
	case inv.Superseded():
		p.renewed(&s, inv)
	}
	return s
}

// renewed leads to the invoice that the seller has issued in this one's place.
// Its page stands beside this one.
func (p *pages) renewed(s *sheet, inv kassa.Invoice) {
	args := locales.Args{"Number": inv.RenewedAs}
	s.Lines = p.lines(s.Lang, "guest.renewed", args)
	s.Next = &onward{Address: inv.Renewed + "?lang=" + s.Lang, Label: p.book.Plain(s.Lang, "button.renewed", args)}
}

// ask makes it the page of what can be paid now, with what it says once that is over.
func (p *pages) ask(s *sheet, inv kassa.Invoice, shop kassa.Shop) {
	s.Bill = p.bill(s.Lang, inv)
	if inv.Expires.IsZero() {
		return
	}
	over := inv
	over.Overdue = true
	then := p.sheet(s.Lang, over, shop)
	then.Version = s.Version // until the server says so too
	s.Until, s.Now, s.Over = inv.Expires.UnixMilli(), p.now().UnixMilli(), &then
}

// nothing is the page of an order that does not exist.
func (p *pages) nothing(lang string) sheet {
	s := p.blank(lang, p.book.Plain(lang, "pay.not_found", nil))
	s.Tone = "stop"
	s.Lines = p.lines(lang, "pay.not_found_todo", nil)
	return s
}

// busy is the page while the store cannot be read.
func (p *pages) busy(lang string) sheet {
	s := p.blank(lang, p.book.Plain(lang, "pay.busy", nil))
	s.Tone = "wait"
	s.Lines = p.lines(lang, "pay.busy_todo", nil)
	p.again(&s, askBusy, refreshBusy)
	return s
}

func (p *pages) blank(lang, head string) sheet {
	s := sheet{
		Lang: lang, Title: head, Head: head,
		Currency: p.book.Plain(lang, "pay.currency", nil),
		Copied:   p.book.Plain(lang, "pay.copied", nil), Picked: p.book.Plain(lang, "pay.picked", nil),
	}
	for _, code := range p.book.Langs() {
		s.Langs = append(s.Langs, langLink{Code: code, Name: p.book.Name(code), Current: code == lang})
	}
	return s
}

func (p *pages) lines(lang, key string, args locales.Args) []string {
	return strings.Split(p.book.Plain(lang, key, args), "\n")
}

// again makes the page ask whether it still holds, and say so.
func (p *pages) again(s *sheet, ask, refresh int) {
	if ask > 0 {
		s.Ask, s.Refresh = ask, refresh
		s.Note, s.Away = p.book.Plain(s.Lang, "pay.refresh", nil), p.book.Plain(s.Lang, "pay.away", nil)
	}
}
