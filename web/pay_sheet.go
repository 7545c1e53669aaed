package web

import (
	"strconv"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// shopLength bounds a kassa's name, and holderLength a card holder's, in characters.
const (
	shopLength   = 64
	holderLength = 64
)

// How often a page asks again, in seconds.
const (
	refreshSoon  = 10 // it may change at any moment; more often would undo what a customer is just selecting
	refreshBusy  = 30 // the store is down
	refreshLate  = 60 // only late money can change it
	refreshNever = 0
)

// watched is longer than any invoice is watched; after it nothing changes any more.
const watched = 5 * 24 * time.Hour

// sheet is all that a page says; the template only arranges it. Empty: not said.
type sheet struct {
	Lang    string
	Title   string
	Refresh int // seconds; 0: it does not refresh itself
	Number  string
	Shop    string
	Tone    string   // the colour: wait, pay, good, warn, stop
	Head    string   // how it stands
	Lines   []string // what to do
	Bill    *bill    // how to pay; nil: there is nothing to pay
	Facts   []fact   // what came
	Note    string
	Langs   []langLink
}

// bill is what a customer needs to pay.
type bill struct {
	Exact, Sum, Currency, Why string
	BareLabel, Bare           string
	CardLabel, Card, Holder   string
	NoCard                    string // in the card's place
	Until                     string
	QR, QRAlt                 string
}

type fact struct{ Label, Value string }

type langLink struct {
	Code, Name string
	Current    bool
}

// look is how a standing looks, and how often its page asks again.
func look(s kassa.Standing) (tone string, refresh int) {
	switch s {
	case kassa.StandsPending:
		return "pay", refreshSoon
	case kassa.StandsNoSum:
		return "warn", refreshSoon
	case kassa.StandsOverdue:
		return "stop", refreshSoon
	case kassa.StandsExpired, kassa.StandsCancelled, kassa.StandsWithdrawn, kassa.StandsRejected, kassa.StandsAbsent:
		return "stop", refreshLate
	case kassa.StandsPaidBefore:
		return "good", refreshLate
	case kassa.StandsPaid, kassa.StandsAbandoned:
		return "good", refreshNever
	case kassa.StandsMismatch, kassa.StandsLate, kassa.StandsRecalled, kassa.StandsRepeat, kassa.StandsDoubt:
		return "warn", refreshNever
	}
	return "wait", refreshSoon
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
	s.Number = "№" + strconv.Itoa(inv.Number)
	s.Shop = locales.Foreign(shop.Name, shopLength)
	s.Title = strings.TrimSuffix(s.Number+" · "+s.Shop, " · ")
	s.Lines = p.lines(lang, key+"_todo", locales.Args{"More": diff > 0})
	s.Facts = p.facts(lang, inv)
	if inv.Payable() {
		s.Bill = p.bill(lang, inv)
	}
	tone, refresh := look(stands)
	s.Tone = tone
	if p.now().Sub(inv.Created) < watched {
		s.again(refresh, p.book.Plain(lang, "pay.refresh", nil))
	}
	return s
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
	s.again(refreshBusy, p.book.Plain(lang, "pay.refresh", nil))
	return s
}

func (p *pages) blank(lang, head string) sheet {
	s := sheet{Lang: lang, Title: head, Head: head}
	for _, code := range p.book.Langs() {
		s.Langs = append(s.Langs, langLink{Code: code, Name: p.book.Name(code), Current: code == lang})
	}
	return s
}

func (p *pages) lines(lang, key string, args locales.Args) []string {
	return strings.Split(p.book.Plain(lang, key, args), "\n")
}

// again makes the page refresh itself, and say so.
func (s *sheet) again(seconds int, note string) {
	if seconds > 0 {
		s.Refresh, s.Note = seconds, note
	}
}

func (p *pages) bill(lang string, inv kassa.Invoice) *bill {
	b := &bill{
		Exact: p.book.Plain(lang, "pay.exact", nil), Sum: inv.Unique.String(),
		Currency: p.book.Plain(lang, "pay.currency", nil), Why: p.book.Plain(lang, "pay.exact_why", nil),
		BareLabel: p.book.Plain(lang, "pay.bare", nil), Bare: inv.Unique.Plain(),
		QR: p.prefix + "/pay/" + inv.Order + "/qr.png", QRAlt: p.book.Plain(lang, "pay.qr", nil),
	}
	if inv.PayTo.Card == "" {
		b.NoCard = p.book.Plain(lang, "pay.no_card", nil)
	} else {
		b.CardLabel, b.Card = p.book.Plain(lang, "pay.card", nil), inv.PayTo.CardInFours()
		b.Holder = locales.Foreign(inv.PayTo.Holder, holderLength)
	}
	if !inv.Expires.IsZero() {
		b.Until = p.book.Plain(lang, "pay.until", locales.Args{"Until": p.book.When(lang, inv.Expires, p.now())})
	}
	return b
}

// facts are what is known of money that came.
func (p *pages) facts(lang string, inv kassa.Invoice) (list []fact) {
	if inv.State != kassa.Paid {
		return nil
	}
	add := func(label, value string) { list = append(list, fact{label, value}) }
	sum := func(s interface{ String() string }) string {
		return p.book.Plain(lang, "pay.sum", locales.Args{"Sum": s})
	}
	if inv.SumKnown() && inv.Mismatch {
		diff := inv.Paid - inv.ToPay()
		add(p.book.Plain(lang, "pay.asked", nil), sum(inv.ToPay()))
		add(p.book.Plain(lang, "pay.came", nil), sum(inv.Paid))
		add(p.book.Plain(lang, "pay.diff", nil), sum(max(diff, -diff)))
	} else if inv.SumKnown() {
		add(p.book.Plain(lang, "pay.paid", nil), sum(inv.Paid))
	}
	if !inv.PaidAt.IsZero() {
		add(p.book.Plain(lang, "pay.at", nil), p.book.When(lang, inv.PaidAt, p.now()))
	}
	return list
}
