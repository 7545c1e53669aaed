package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
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
	strange           int // paid orders that were announced as not issued

	letters  map[int64]bool              // that the store remembers
	foreign  map[int64][]sandbox.Message // chat: what it was told of payments that the bot did not issue
	webhooks map[string][]sandbox.Hook   // order: its webhooks that were taken
	polls    []sandbox.Call
}

func (r *reckoning) String() string {
	return fmt.Sprintf("%d commands, %d of them forgotten; %d payments at Payfer, %d of them a further one for the same command; "+
		"%d paid, %d announced; the store forgot %d orders, of which %d were paid, %d of these announced as not issued and %d never; it forgot %d acknowledged webhooks; "+
		"announced again %d marked and %d unmarked; %d invoices, %d shown again unmarked; %d № given twice",
		r.commands, r.unheard, r.count, r.twice, r.paid, r.announced, r.orders, r.forgotten, r.strange, r.never, r.hints,
		r.marked, r.unmarked, r.shown, r.shownAgain, r.sameNumber)
}

// clock is how moments stand in what a test says.
const clock = "15:04:05.000"

// reckon looks at everything.
func (p *passage) reckon() *reckoning {
	if p.losses != nil {
		p.rough = p.losses()
	}
	r := &reckoning{p: p, verdict: &verdict{
		witness: p.witness, said: map[int64]map[string][]sandbox.Message{}, sends: map[[2]int64]sandbox.Call{},
		payments: map[string][]sandbox.Payment{}, creates: map[string]sandbox.PayferCall{},
	}}
	p.mu.Lock()
	commands := slices.Clone(p.commands)
	p.mu.Unlock()
	r.gather(commands)
	r.gatherMore(commands)
	r.orders, r.hints = len(p.books.forgotten), len(p.books.hints)
	given := map[string]*command{}
	for _, c := range commands {
		r.command(c, given)
	}
	for order, sent := range p.books.hints {
		for _, h := range sent {
			if !p.between(h.Sent, h.At) || p.lived(h.Sent) {
				r.bad("order %s: its webhook was answered 200 at %s, and nothing of it was saved, though the store was well, or the process that took it lives", order, h.At)
			}
		}
	}
	r.strangers()
	return r
}

var strangeForm = regexp.MustCompile(`«([a-z2-7]{16})»`)

// strangers: also of what the bot did not issue nothing is told but what is paid.
func (r *reckoning) strangers() {
	state := map[string]string{}
	for _, p := range r.f.Payfer.Payments("") {
		state[p.Order] = p.State
	}
	for _, list := range r.foreign {
		for _, m := range list {
			for _, code := range strangeForm.FindAllStringSubmatch(first(m), -1) {
				if state[code[1]] != sandbox.Paid {
					r.bad("%q is announced, and %s is %q", first(m), code[1], state[code[1]])
				}
			}
		}
	}
}

// gatherMore reads what the verdict has no use for.
func (r *reckoning) gatherMore(commands []*command) {
	r.letters = r.p.books.letters()
	r.polls = r.f.Telegram.Calls("getUpdates")
	r.webhooks = map[string][]sandbox.Hook{}
	for _, h := range r.f.Payfer.Hooks() {
		if h.Status == http.StatusOK {
			r.webhooks[h.Order] = append(r.webhooks[h.Order], h)
		}
	}
	r.foreign = map[int64][]sandbox.Message{}
	for _, c := range commands {
		chat := c.o.Chat()
		if _, known := r.foreign[chat]; known {
			continue
		}
		r.foreign[chat] = nil
		for _, m := range r.f.Telegram.Sent(chat) {
			if !isPhoto(m) && strings.Contains(first(m), "«") {
				r.foreign[chat] = append(r.foreign[chat], m)
			}
		}
	}
}

func (r *reckoning) command(c *command, given map[string]*command) {
	r.commands++
	said := r.said[c.o.Chat()][c.note]
	pays := r.payments[c.o.shop+" "+c.sum.Plain()]
	r.count += len(pays)
	r.twice += max(0, len(pays)-1)
	if len(said) == 0 {
		r.silence(c)
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

// silence: a command may stay without an answer only where its letter was saved
// and then forgotten, and the process that took it died. One that is remembered waits, or its invoice is remembered too.
func (r *reckoning) silence(c *command) {
	confirmed, yes := r.confirmed(c)
	switch {
	case r.letters[c.update] || !yes || r.p.lived(c.at):
		r.lacks("%s: the command has no answer", c.note)
	case !r.p.between(c.at, confirmed):
		r.bad("%s: Telegram was told that the command is saved, and it was not, though the store was well", c.note)
	default:
		r.unheard++
	}
}

// confirmed is when Telegram was told to forget the command.
func (r *reckoning) confirmed(c *command) (at time.Time, yes bool) {
	for _, call := range r.polls {
		if offset, _ := strconv.ParseInt(call.Params.Get("offset"), 10, 64); offset > c.update {
			return call.At, true
		}
	}
	return at, false
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

// invoice: the process that showed it marks it when it comes again; where the
// process died as well, nobody knows, and there is no mark.
func (r *reckoning) invoice(c *command, list []sandbox.Message) {
	r.shown += min(1, len(list))
	for i := 1; i < len(list); i++ {
		if r.verdict.marked(list[i]) {
			continue
		}
		r.shownAgain++
		if from, to := r.sent(list[i-1]), r.sent(list[i]); !r.p.diedBetween(from, to) {
			r.bad("%s: the invoice came again without a mark, at %s after %s: %q", c.note, to, from, first(list[i]))
		}
	}
}

// payment: paid is announced where it is remembered, and unpaid never is.
func (r *reckoning) payment(c *command, pay sandbox.Payment, news []sandbox.Message) {
	lost := r.p.books.forgotten[pay.Order]
	switch {
	case lost && !r.p.between(c.at, pay.CreatedAt):
		r.bad("%s: order %s was forgotten, and the store was well", c.note, pay.Order)
	case lost && r.p.lived(c.at):
		r.lacks("%s: order %s was forgotten, and not brought back by the process that made it", c.note, pay.Order)
	}
	news = slices.DeleteFunc(slices.Clone(news), func(m sandbox.Message) bool { return !strings.Contains(m.Text, pay.Unique.String()) })
	var strange []sandbox.Message
	for _, m := range r.foreign[c.o.Chat()] {
		if strings.Contains(first(m), "«"+pay.Order+"»") {
			strange = append(strange, m)
		}
	}
	news = append(news, strange...)
	slices.SortFunc(news, func(a, b sandbox.Message) int { return a.ID - b.ID })
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
	if len(strange) > 0 {
		r.strange++
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
// it any more; but its webhook is that of a payment which the bot did not issue, and
// makes it be announced, unless the webhook was forgotten as well.
func (r *reckoning) unremembered(c *command, pay sandbox.Payment) {
	for _, h := range r.webhooks[pay.Order] {
		if !r.p.between(h.Sent, h.At) {
			r.lacks("%s: order %s was forgotten and is paid, its webhook was taken at %s, and nobody was told", c.note, pay.Order, h.At)
			return
		}
	}
	r.never++
}

// again: what the process told it does not tell again, though the store forgot it;
// where the process died as well, nobody knows, and there is no mark.
func (r *reckoning) again(c *command, news []sandbox.Message) {
	for i := 1; i < len(news); i++ {
		from, to := r.sent(news[i-1]), r.sent(news[i])
		switch {
		case !r.p.between(from, to):
			r.bad("%s: the announcement came again, at %s after %s, and the store was well: %q", c.note, to.Format(clock), from.Format(clock), first(news[i]))
		case r.verdict.marked(news[i]):
			r.marked++
		case r.p.diedBetween(from, to):
			r.unmarked++
		default:
			r.bad("%s: the announcement came again without a mark, at %s after %s: %q", c.note, to.Format(clock), from.Format(clock), first(news[i]))
		}
	}
}
