package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
)

// witness sees what goes on around one bot that is killed now and then: what
// was asked of it and when it died. What came of it the sandbox knows.
type witness struct {
	f     *shopfloor
	more  []*shopfloor // further processes on the same store
	marks []string     // the words that mark a message as possibly a repeat

	mu       sync.Mutex
	deaths   []span
	stills   []span // when a process stood still for longer than it held what it had in hand
	commands []*command
}

// span is a stretch of time within which something may have been done and not
// recorded.
type span struct{ from, to time.Time }

func (s span) meets(from, to time.Time) bool { return !s.to.Before(from) && s.from.Before(to) }

// processes are all of them.
func (w *witness) processes() []*shopfloor { return append([]*shopfloor{w.f}, w.more...) }

// command is one /invoice. Its note and its sum are like no other's.
type command struct {
	o    *owner
	sum  money.Amount
	note string
	at   time.Time

	update int64 // Telegram's id of it
}

func newWitness(f *shopfloor) *witness {
	f.t.Helper()
	book, err := locales.Load()
	if err != nil {
		f.t.Fatal(err)
	}
	w := &witness{f: f}
	for _, key := range []string{"invoice.again", "paid.again"} {
		w.marks = append(w.marks, regexp.MustCompile(`<[^>]*>`).ReplaceAllString(book.HTML("en", key, nil), ""))
	}
	return w
}

// command lets the owner ask for an invoice and remembers it. Unique sums lie at most ten so'm
// above what was asked, so twenty keep any two commands apart.
func (w *witness) command(o *owner) *command {
	w.mu.Lock()
	n := len(w.commands) + 1
	c := &command{o: o, sum: money.Amount(5000+20*n) * money.Som, note: fmt.Sprintf("order-%04d", n), at: time.Now()}
	w.commands = append(w.commands, c)
	w.mu.Unlock()
	update := o.Send(fmt.Sprintf("/invoice %s %s", c.sum.Wire(), c.note)).Update
	w.mu.Lock()
	defer w.mu.Unlock()
	c.update = update
	return c
}

// died notes that the process is no more, when the sandbox has dealt with all that it had sent.
func (w *witness) died() {
	w.f.t.Helper()
	if err := w.f.Drain(); err != nil {
		w.f.t.Fatal(err)
	}
	now := time.Now()
	w.diedWithin(span{now, now})
}

// diedWithin notes a death of which it is known only roughly when the sandbox had
// dealt with all that the dead one had sent.
func (w *witness) diedWithin(s span) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaths = append(w.deaths, s)
}

// stoodStill notes that a process did nothing for a while, and then went on.
func (w *witness) stoodStill(s span) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stills = append(w.stills, s)
}

// diedBetween tells whether a process died, or outlived its lease, between two moments.
func (w *witness) diedBetween(from, to time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return anyMeets(w.deaths, from, to) || anyMeets(w.stills, from, to)
}

// outlivedBetween tells whether a process outlived its lease between two moments.
func (w *witness) outlivedBetween(from, to time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return anyMeets(w.stills, from, to)
}

func anyMeets(list []span, from, to time.Time) bool {
	return slices.ContainsFunc(list, func(s span) bool { return s.meets(from, to) })
}

// figures are what a run came to, for the record.
type figures struct {
	deaths, stills, commands, payments, abandoned, paid int
	invoices, invoiceRepeats, announced, newsAgain      int
	paidTexts, notices                                  int
	missing, wrong                                      int
}

func (f figures) String() string {
	return fmt.Sprintf("%d kills, %d stand-stills, %d commands, %d payments at Payfer (%d of them a second attempt), %d paid; %d invoices shown (and %d marked repeats), %d announcements (and %d marked repeats), %d commands answered by a text: paid before their sum was known; %d by a text: nothing came of it; missing %d, false %d",
		f.deaths, f.stills, f.commands, f.payments, f.abandoned, f.paid, f.invoices, f.invoiceRepeats, f.announced, f.newsAgain, f.paidTexts, f.notices, f.missing, f.wrong)
}

// settled waits until nothing is missing any more, then ends the processes and
// makes sure that they went in peace: nobody is owed anything, and those that come
// next have nothing to say, for as long as the quiet.
func (w *witness) settled(t *testing.T, within, quiet time.Duration) figures {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for began := time.Now(); ; began = time.Now() {
		v := w.judge()
		if len(v.missing) == 0 {
			break
		}
		// Judging a long market takes a while, and is not to take all of the machine.
		next := time.NewTimer(max(200*time.Millisecond, 4*time.Since(began)))
		select {
		case <-next.C:
			w.alive(t)
		case <-deadline.C:
			v.report(t)
			w.inquest(t, v.missing)
			t.Fatalf("after %s there still is missing: %d", within, len(v.missing))
		}
	}
	w.rest(t, deadline.C, quiet > 0)
	said := w.said()
	w.welcome()
	w.hush(t, quiet)
	w.goodbye(t)
	for _, one := range w.said()[len(said):] {
		t.Errorf("a process that had nothing to do said something: %s %v", one.Method, one.Params)
	}
	v := w.judge()
	v.report(t)
	return v.figures
}

// hush lets the processes run with nothing to do.
func (w *witness) hush(t *testing.T, quiet time.Duration) {
	t.Helper()
	over := time.NewTimer(quiet)
	defer over.Stop()
	select {
	case <-over.C:
		w.alive(t)
	case <-t.Context().Done():
	}
}

// alive makes sure that no process ended by itself.
func (w *witness) alive(t *testing.T) {
	t.Helper()
	for _, p := range w.processes() {
		select {
		case <-p.run.done:
			t.Fatalf("the process ended by itself, exit %d", p.run.code)
		default:
		}
	}
}

// rest stops the processes and starts them again until the store says that all is
// done. Before a quiet time it also waits for the minute after which people are told that nobody
// knows what became of their invoice.
func (w *witness) rest(t *testing.T, deadline <-chan time.Time, quiet bool) {
	t.Helper()
	for {
		w.goodbye(t)
		left := w.f.unfinished()
		if !quiet {
			left.open = 0
		}
		if left == (work{}) {
			return
		}
		w.welcome()
		next := time.NewTimer(2 * time.Second)
		select {
		case <-next.C:
		case <-deadline:
			t.Fatalf("the store never came to rest: %+v", left)
		}
	}
}

// welcome starts all processes.
func (w *witness) welcome() {
	w.f.t.Helper()
	for _, p := range w.processes() {
		p.restart()
	}
}

// goodbye stops all processes.
func (w *witness) goodbye(t *testing.T) {
	t.Helper()
	for _, p := range w.processes() {
		if code := p.stop(); code != 0 {
			t.Errorf("an ordered stop ended with exit %d", code)
		}
	}
}

// said are the calls by which the bot sent, changed or deleted a message.
func (w *witness) said() (calls []sandbox.Call) {
	for _, method := range []string{"sendMessage", "sendPhoto", "editMessageText", "editMessageCaption", "editMessageMedia", "deleteMessage"} {
		calls = append(calls, w.f.Telegram.Calls(method)...)
	}
	slices.SortStableFunc(calls, func(a, b sandbox.Call) int { return a.At.Compare(b.At) })
	return calls
}

// first is what a message said when it was sent.
func first(m sandbox.Message) string {
	if len(m.History) > 0 {
		return m.History[0].Text
	}
	return m.Text
}
