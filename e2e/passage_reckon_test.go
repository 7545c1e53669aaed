package e2e

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"payferbot/sandbox"
)

// reckoning is the promise held against what happened where the store itself may
// have forgotten. Whatever went wrong must have its reason in a rough time.
type reckoning struct {
	*verdict
	p *passage

	commands, unheard int // the latter were taken, forgotten, and never answered
	count, twice      int // payments at Payfer; of these a further one for the same command
	paid, announced   int
	forgotten, never  int // paid orders that the store lost; of these never announced
	marked, unmarked  int // announcements that came again
	shown, shownAgain int // invoices, and those that came again without a mark
	sameNumber        int // commands that were given a № that another one has
	orders, hints     int // all that the store lost
}

func (r *reckoning) String() string {
	return fmt.Sprintf("%d commands, %d of them forgotten; %d payments at Payfer, %d of them a further one for the same command; "+
		"%d paid, %d announced; the store forgot %d orders, of which %d were paid and %d were never announced, and %d acknowledged webhooks; "+
		"announced again %d marked and %d unmarked; %d invoices, %d shown again unmarked; %d № given twice",
		r.commands, r.unheard, r.count, r.twice, r.paid, r.announced, r.orders, r.forgotten, r.never, r.hints,
		r.marked, r.unmarked, r.shown, r.shownAgain, r.sameNumber)
}

// reckon looks at everything.
func (p *passage) reckon() *reckoning {
	r := &reckoning{p: p, verdict: &verdict{
		witness: p.witness, said: map[int64]map[string][]sandbox.Message{}, sends: map[[2]int64]sandbox.Call{},
		payments: map[string][]sandbox.Payment{}, creates: map[string]sandbox.PayferCall{},
	}}
	p.mu.Lock()
	commands := slices.Clone(p.commands)
	p.mu.Unlock()
	r.gather(commands)
	r.orders, r.hints = len(p.books.forgotten), len(p.books.hints)
	given := map[string]*command{}
	for _, c := range commands {
		r.command(c, given)
	}
	return r
}

func (r *reckoning) command(c *command, given map[string]*command) {
	r.commands++
	said := r.said[c.o.Chat()][c.note]
	pays := r.payments[c.o.shop+" "+c.sum.Plain()]
	r.count += len(pays)
	r.twice += max(0, len(pays)-1)
	switch {
	case len(said) > 0:
	case r.p.within(c.at):
		r.unheard++
	default:
		r.lacks("%s: the command has no answer", c.note)
	}
	var shown, news []sandbox.Message
	for _, m := range said {
		if isNews(m) {
			news = append(news, m)
		} else {
			shown = append(shown, m)
		}
	}
	r.number(c, said, given)
	r.invoice(c, photos(shown))
	for _, pay := range pays {
		r.payment(c, pay, news)
	}
}

// number: the process that gave a № does not give it again, whatever the store has forgotten.
func (r *reckoning) number(c *command, said []sandbox.Message, given map[string]*command) {
	for _, m := range said {
		number := fmt.Sprint(c.o.Chat(), numberForm.FindString(first(m)))
		other := given[number]
		given[number] = c
		if other == nil || other == c {
			continue
		}
		if !r.p.diedBetween(other.at, c.at) {
			r.bad("%s and %s have the same №", other.note, c.note)
		}
		r.sameNumber++
		return
	}
}

// invoice: it comes again without a mark only across a rough time. The process that
// showed it should mark it; some cases escape it yet, which are counted.
func (r *reckoning) invoice(c *command, list []sandbox.Message) {
	r.shown += min(1, len(list))
	for i := 1; i < len(list); i++ {
		if r.verdict.marked(list[i]) {
			continue
		}
		r.shownAgain++
		if !r.p.between(r.sent(list[i-1]), r.sent(list[i])) {
			r.bad("%s: the invoice came again without a mark, and the store was well: %q", c.note, first(list[i]))
		}
	}
}

// payment: paid is announced where it is remembered, and unpaid never is.
func (r *reckoning) payment(c *command, pay sandbox.Payment, news []sandbox.Message) {
	lost := r.p.books.forgotten[pay.Order]
	if lost && !r.p.within(pay.CreatedAt) {
		r.bad("%s: order %s was forgotten, and the store was well", c.note, pay.Order)
	}
	news = slices.DeleteFunc(slices.Clone(news), func(m sandbox.Message) bool { return !strings.Contains(m.Text, pay.Unique.String()) })
	if pay.State != sandbox.Paid {
		if len(news) > 0 {
			r.bad("%s: order %s is announced and %s", c.note, pay.Order, pay.State)
		}
		return
	}
	r.paid++
	if lost {
		r.forgotten++
	}
	switch {
	case len(news) > 0:
		r.announced++
		r.again(c, news)
	case lost:
		r.unremembered(c, pay)
	default:
		r.lacks("%s: order %s is paid and nobody was told", c.note, pay.Order)
	}
}

// unremembered: a paid order of which the store knows nothing. Nothing asks about
// it any more; its webhook is that of a payment which the bot did not issue. Once
// the bot announces those, this is to be
//
//	r.lacks("%s: order %s was forgotten and is paid, and nobody was told", c.note, pay.Order)
func (r *reckoning) unremembered(_ *command, _ sandbox.Payment) { r.never++ }

// again: what the process told it does not tell again, though the store forgot it;
// where the process died as well, nobody knows, and there is no mark.
func (r *reckoning) again(c *command, news []sandbox.Message) {
	for i := 1; i < len(news); i++ {
		from, to := r.sent(news[i-1]), r.sent(news[i])
		switch {
		case !r.p.between(from, to):
			r.bad("%s: the announcement came again, and the store was well: %q", c.note, first(news[i]))
		case r.verdict.marked(news[i]):
			r.marked++
		case r.p.diedBetween(from, to):
			r.unmarked++
		default:
			r.bad("%s: the announcement came again without a mark: %q", c.note, first(news[i]))
		}
	}
}

// behind is how old may be what a store forgets.
const behind = time.Second
