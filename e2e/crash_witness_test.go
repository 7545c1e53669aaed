package e2e

import (
	"fmt"
	"regexp"
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
	marks []string // the words that mark a message as possibly a repeat

	mu       sync.Mutex
	deaths   []time.Time
	commands []*command
}

// command is one /invoice. Its note and its sum are like no other's.
type command struct {
	o    *owner
	sum  money.Amount
	note string
	at   time.Time
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
	o.Send(fmt.Sprintf("/invoice %s %s", c.sum.Wire(), c.note))
	return c
}

// died notes that the process is no more, when the sandbox has dealt with all that it had sent.
func (w *witness) died() {
	w.f.t.Helper()
	if err := w.f.Drain(); err != nil {
		w.f.t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaths = append(w.deaths, time.Now())
}

// diedBetween tells whether the process died between two moments.
func (w *witness) diedBetween(from, to time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.deaths {
		if at.After(from) && at.Before(to) {
			return true
		}
	}
	return false
}

// figures are what a run came to, for the record.
type figures struct {
	deaths, commands, payments, abandoned, paid    int
	invoices, invoiceRepeats, announced, newsAgain int
	paidTexts, notices                             int
}

func (f figures) String() string {
	return fmt.Sprintf("%d kills, %d commands, %d payments at Payfer (%d of them a second attempt), %d paid; %d invoices shown (and %d marked repeats), %d announcements (and %d marked repeats), %d commands answered by a text: paid before their sum was known; %d by a text: nothing came of it",
		f.deaths, f.commands, f.payments, f.abandoned, f.paid, f.invoices, f.invoiceRepeats, f.announced, f.newsAgain, f.paidTexts, f.notices)
}

// settled waits until nothing is missing any more, then ends the process and
// makes sure that it went in peace: nobody is owed anything, and the next
// process has nothing to say.
func (w *witness) settled(t *testing.T, within time.Duration) figures {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for v := w.judge(); len(v.missing) > 0; v = w.judge() {
		select {
		case <-tick.C:
		case <-w.f.run.done:
			t.Fatalf("the process ended by itself, exit %d", w.f.run.code)
		case <-deadline.C:
			v.report(t)
			t.Fatalf("after %s there still is missing: %d", within, len(v.missing))
		}
	}
	w.rest(t, deadline.C)
	said := w.said()
	w.f.restart()
	w.goodbye(t)
	if now := w.said(); now != said {
		t.Errorf("a process that had nothing to do said %d things", now-said)
	}
	v := w.judge()
	v.report(t)
	return v.figures
}

// rest stops the process and starts it again until the store says that all is done.
func (w *witness) rest(t *testing.T, deadline <-chan time.Time) {
	t.Helper()
	for {
		w.goodbye(t)
		owed, letters := w.f.unfinished()
		if owed == 0 && letters == 0 {
			return
		}
		w.f.restart()
		next := time.NewTimer(2 * time.Second)
		select {
		case <-next.C:
		case <-deadline:
			t.Fatalf("the store never came to rest: %d peers ready, %d letters", owed, letters)
		}
	}
}

func (w *witness) goodbye(t *testing.T) {
	t.Helper()
	if code := w.f.stop(); code != 0 {
		t.Errorf("an ordered stop ended with exit %d", code)
	}
}

// said is how often the bot sent, changed or deleted a message.
func (w *witness) said() int {
	n := 0
	for _, method := range []string{"sendMessage", "sendPhoto", "editMessageText", "editMessageCaption", "editMessageMedia", "deleteMessage"} {
		n += len(w.f.Telegram.Calls(method))
	}
	return n
}

// first is what a message said when it was sent.
func first(m sandbox.Message) string {
	if len(m.History) > 0 {
		return m.History[0].Text
	}
	return m.Text
}
