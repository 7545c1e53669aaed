package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"payferbot/money"
	"payferbot/sandbox"
)

// verdict is the promise held against what happened. What is missing may still
// come; what is wrong stays wrong.
type verdict struct {
	*witness
	figures
	missing, wrong []string

	said     map[int64]map[string][]sandbox.Message // chat, note
	sends    map[[2]int64]sandbox.Call              // chat, message
	lost     map[int64][]span                       // chat: when a reply of Telegram's was lost
	faults   map[string][]span                      // shop: when Payfer did not answer as it should
	payments map[string][]sandbox.Payment           // shop and sum asked
	creates  map[string]sandbox.PayferCall          // order
}

func (v *verdict) report(t *testing.T) {
	t.Helper()
	for _, s := range v.wrong {
		t.Error(s)
	}
	for _, s := range v.missing {
		t.Error("missing: " + s)
	}
}

// judge looks at everything. Every command is held to the promise on its own.
func (w *witness) judge() *verdict {
	v := &verdict{
		witness: w, said: map[int64]map[string][]sandbox.Message{}, sends: map[[2]int64]sandbox.Call{},
		lost: map[int64][]span{}, faults: map[string][]span{},
		payments: map[string][]sandbox.Payment{}, creates: map[string]sandbox.PayferCall{},
	}
	w.mu.Lock()
	commands := slices.Clone(w.commands)
	v.figures.commands, v.figures.deaths, v.figures.stills = len(commands), len(w.deaths), len(w.stills)
	w.mu.Unlock()
	v.gather(commands)
	numbers := map[int64]map[string]string{}
	for _, c := range commands {
		if numbers[c.o.Chat()] == nil {
			numbers[c.o.Chat()] = map[string]string{}
		}
		v.judge1(c, numbers[c.o.Chat()])
	}
	for chat, given := range numbers {
		for n := 1; n <= len(given) && len(v.missing) == 0; n++ {
			if given[fmt.Sprintf("№%d", n)] == "" {
				v.bad("chat %d: there are %d commands, but no №%d", chat, len(given), n)
			}
		}
	}
	v.figures.missing, v.figures.wrong = len(v.missing), len(v.wrong)
	return v
}

var noteForm = regexp.MustCompile(`order-\d{4,}`)

// gather reads the sandbox.
func (v *verdict) gather(commands []*command) {
	for _, p := range v.f.Payfer.Payments("") {
		key := p.Shop + " " + p.Asked.Plain()
		v.payments[key] = append(v.payments[key], p)
	}
	for _, c := range v.f.Payfer.Calls("create") {
		if _, again := v.creates[c.Order]; again {
			v.bad("order %s was sent to create more than once", c.Order)
		}
		v.creates[c.Order] = c
	}
	for _, method := range []string{"sendMessage", "sendPhoto"} {
		for _, c := range v.f.Telegram.Calls(method) {
			v.sends[[2]int64{c.Chat, int64(c.Message)}] = c
			if c.Fault != "" && c.Fault != sandbox.TooMany {
				v.lost[c.Chat] = append(v.lost[c.Chat], span{c.At, c.At})
			}
		}
	}
	for _, method := range []string{"create", "check"} {
		for _, c := range v.f.Payfer.Calls(method) {
			if c.Fault != "" {
				v.faults[c.Shop] = append(v.faults[c.Shop], span{c.At, c.At})
			}
		}
	}
	for _, c := range commands {
		if v.said[c.o.Chat()] == nil {
			v.said[c.o.Chat()] = byNote(spread(v.f.Telegram.Sent(c.o.Chat()), v.marks[1]))
		}
	}
}

func byNote(list []sandbox.Message) map[string][]sandbox.Message {
	notes := map[string][]sandbox.Message{}
	for _, m := range list {
		if note := noteForm.FindString(first(m)); note != "" {
			notes[note] = append(notes[note], m)
		}
	}
	return notes
}

func (v *verdict) bad(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

func (v *verdict) lacks(format string, args ...any) {
	v.missing = append(v.missing, fmt.Sprintf(format, args...))
}

var newsForm = regexp.MustCompile(`^\S+ №\d+(: a different amount arrived| paid: | paid late: | paid again: | paid, amount unknown)`)

// isNews tells an announcement. An invoice that was paid before it could be
// shown says the same, but answers nothing; of an attempt that was given up, whose successor is
// not shown yet, only news can speak.
func isNews(m sandbox.Message) bool {
	return !isPhoto(m) && newsForm.MatchString(first(m)) && (m.ReplyTo != 0 || strings.Contains(first(m), "earlier attempt"))
}

// untied is news that answers nothing, for nobody knew whether the invoice's own message, which was paid before,
// had arrived. Of the texts that say paid the last one is that message, sent once more.
func untied(shown []sandbox.Message) (news []sandbox.Message) {
	for _, m := range shown {
		if !isPhoto(m) && newsForm.MatchString(first(m)) {
			news = append(news, m)
		}
	}
	return news[:max(0, len(news)-1)]
}

// judge1 judges one command. Numbers are those given in its chat so far.
func (v *verdict) judge1(c *command, numbers map[string]string) {
	var shown, news []sandbox.Message
	for _, m := range v.said[c.o.Chat()][c.note] {
		if isNews(m) {
			news = append(news, m)
		} else {
			shown = append(shown, m)
		}
	}
	if len(shown) == 0 {
		v.lacks("%s: the command has no answer", c.note)
		return
	}
	if len(news) == 0 {
		news = untied(shown)
	}
	pays := v.payments[c.o.shop+" "+c.sum.Plain()]
	v.number(c, append(slices.Clone(shown), news...), numbers)
	v.attempts(c, pays)
	v.shown(c, shown, pays)
	v.news(c, news, pays)
	v.face(c, shown, pays)
}

var numberForm = regexp.MustCompile(`№(\d+)`)

// number: one command has one №, and no other command has the same.
func (v *verdict) number(c *command, said []sandbox.Message, numbers map[string]string) {
	for _, m := range said {
		number := numberForm.FindString(first(m))
		if owner, known := numbers[number]; known && owner != c.note {
			v.bad("%s and %s are both %s", owner, c.note, number)
		}
		numbers[number] = c.note
		if a := numberForm.FindString(first(said[0])); a != number {
			v.bad("%s is both %s and %s", c.note, a, number)
		}
	}
}

// attempts: a second payment only where nobody could know of the first.
func (v *verdict) attempts(c *command, pays []sandbox.Payment) {
	v.payments1(pays)
	if len(pays) > 2 {
		v.bad("%s: Payfer was asked for %d payments", c.note, len(pays))
	}
	for i := 1; i < len(pays); i++ {
		before, after := v.creates[pays[i-1].Order], v.creates[pays[i].Order]
		if before.Fault == "" && !v.diedBetween(before.At, after.At) {
			v.bad("%s: a second payment, though create was answered and nobody died", c.note)
		}
	}
}

func (v *verdict) payments1(pays []sandbox.Payment) {
	v.figures.payments += len(pays)
	v.figures.abandoned += max(0, len(pays)-1)
	for _, p := range pays {
		if p.State == sandbox.Paid {
			v.figures.paid++
		}
	}
}

// shown: people see one invoice, with one sum to pay.
func (v *verdict) shown(c *command, shown []sandbox.Message, pays []sandbox.Payment) {
	// A sum that came to light after its invoice was given up makes a photo of the notice.
	all := slices.DeleteFunc(photos(shown), func(m sandbox.Message) bool { return strings.HasPrefix(first(m), "📭") })
	if len(all) == 0 {
		v.textAlone(c, shown)
		return
	}
	v.figures.invoices++
	v.figures.invoiceRepeats += len(all) - 1
	v.repeats(c, "invoice", all)
	sums := map[money.Amount]bool{}
	for _, m := range all {
		sum, known := sumIn(first(m), pays)
		if !known && !strings.Contains(first(m), "already paid") {
			v.bad("%s: an invoice with a sum that Payfer does not know: %q", c.note, first(m))
		}
		sums[sum] = known
	}
	if len(sums) > 1 {
		v.bad("%s: people see %d different sums", c.note, len(sums))
	}
}

// textAlone: no invoice is an answer only where something went wrong, and only
// when it is final.
func (v *verdict) textAlone(c *command, shown []sandbox.Message) {
	last := shown[len(shown)-1]
	switch {
	case newsForm.MatchString(last.Text):
		v.figures.paidTexts++ // and Payfer told the exact sum to nobody who lived
		return
	case strings.HasPrefix(last.Text, "❓"):
		v.lacks("%s: nobody knows yet whether it exists", c.note)
	}
	v.figures.notices++
	if at := v.sent(last); !v.trouble(c, at) && !anyMeets(v.faults[c.o.shop], c.at, at) {
		v.bad("%s: no invoice, though all went well: %q", c.note, last.Text)
	}
}

func sumIn(text string, pays []sandbox.Payment) (money.Amount, bool) {
	for _, p := range pays {
		if strings.Contains(text, p.Unique.String()) {
			return p.Unique, true
		}
	}
	return 0, false
}

// news: paid is announced, unpaid is not, and nothing else is.
func (v *verdict) news(c *command, news []sandbox.Message, pays []sandbox.Payment) {
	for _, m := range news {
		if _, known := sumIn(m.Text, pays); !known {
			v.bad("%s: news of money that nobody sent: %q", c.note, m.Text)
		}
	}
	for _, p := range pays {
		var about []sandbox.Message
		for _, m := range news {
			if strings.Contains(m.Text, p.Unique.String()) {
				about = append(about, m)
			}
		}
		switch {
		case p.State == sandbox.Paid && len(about) == 0:
			v.lacks("%s: order %s is paid and nobody was told", c.note, p.Order)
		case p.State != sandbox.Paid && len(about) > 0:
			v.bad("%s: order %s is announced and %s", c.note, p.Order, p.State)
		case len(about) > 0:
			v.figures.announced++
			v.figures.newsAgain += len(about) - 1
			v.repeats(c, "announcement", about)
		}
	}
}

// repeats: the same again only where nobody could know that it had arrived,
// and then marked.
func (v *verdict) repeats(c *command, what string, list []sandbox.Message) {
	unmarked := 0
	for i, m := range list {
		marked := v.marked(m)
		if !marked {
			unmarked++
		}
		switch {
		case i == 0 && marked && !v.trouble(c, v.sent(m)):
			v.bad("%s: the first %s is marked as a repeat without need", c.note, what)
		case unmarked == 1 && !marked && v.outlivedBetween(c.at, v.sent(m)):
			// Of two workers the one that outlived its lease may be the first to begin and the last to send.
		case i > 0 && !marked:
			v.bad("%s: the %s came again without a mark: %q", c.note, what, first(m))
		}
		if i == 0 {
			continue
		}
		before := v.sends[[2]int64{m.Chat, int64(list[i-1].ID)}]
		if before.Fault == "" && !v.diedBetween(before.At, v.sent(m)) {
			v.bad("%s: the %s came again, though it had been confirmed and nobody died", c.note, what)
		}
	}
}

func (v *verdict) marked(m sandbox.Message) bool {
	return slices.ContainsFunc(v.marks, func(mark string) bool { return strings.Contains(first(m), mark) })
}

// sent is when the message reached Telegram.
func (v *verdict) sent(m sandbox.Message) time.Time {
	return v.sends[[2]int64{m.Chat, int64(m.ID)}].At
}

// trouble tells whether a process died or a reply was lost in the chat between the
// command and that moment.
func (v *verdict) trouble(c *command, to time.Time) bool {
	return v.diedBetween(c.at, to) || anyMeets(v.lost[c.o.Chat()], c.at, to)
}

// face: the last message that shows the invoice shows its present state.
func (v *verdict) face(c *command, shown []sandbox.Message, pays []sandbox.Payment) {
	last := shown[len(shown)-1]
	paid := slices.ContainsFunc(pays, func(p sandbox.Payment) bool { return p.State == sandbox.Paid })
	says, buttons := strings.Contains(last.Text, "paid"), len(last.Buttons) > 0
	switch {
	case paid && v.unrecorded(shown): // it can be neither changed nor found
	case paid && (!says || buttons):
		v.lacks("%s: it is paid, but its message has not changed: %q", c.note, last.Text)
	case !paid && says:
		v.bad("%s: it is not paid, but its message says so: %q", c.note, last.Text)
	case !paid && isPhoto(last) && !buttons && !strings.HasPrefix(last.Text, "📭"):
		v.bad("%s: it is open and cannot be paid: %q", c.note, last.Text)
	}
}

// unrecorded tells that the last message was sent by a process that died before it
// could save Telegram's answer, and that the one before, which is known, has
// been shown as paid since: where money came in that moment, there is nothing to
// send once more. What was sent is told as paid by the news of it.
func (v *verdict) unrecorded(shown []sandbox.Message) bool {
	if len(shown) < 2 {
		return false
	}
	known, last := shown[len(shown)-2], shown[len(shown)-1]
	at := v.sent(last)
	return strings.Contains(known.Text, "paid") && len(known.Buttons) == 0 && v.diedBetween(at, at.Add(recordTime))
}

// recordTime is the time in which what was sent is recorded, on a busy machine.
const recordTime = time.Second
