package e2e

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"payferbot/sandbox"
)

// What Telegram takes from a bot is enforced by the sandbox here: one group has
// 120 payments at once, all of one kassa, and 20 other chats have one each.
const (
	flooded    = 120
	bystanders = 20

	bystandersHear = 3 * time.Second
	allKnown       = 60 * time.Second
	checkAnswered  = 2 * time.Second
	most429        = 20 // fewer
)

func TestFloodedGroupDelaysNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) { newRush(t, k).play() })
}

// rush is the group, the others, and when what was paid.
type rush struct {
	*shopfloor
	room  *room
	o     *owner
	owed  []sandbox.Payment // in the group, №1 first
	early []early
	mu    sync.Mutex
	paid  map[string]time.Time // order → when
}

// early is one of the others, with the invoice's message.
type early struct {
	o *owner
	m sandbox.Message
	p sandbox.Payment
}

func newRush(t *testing.T, k kind) *rush {
	t.Helper()
	f := open(t, k, "LOG_LEVEL=info")
	f.binary = fast(t)
	f.launch()
	f.ready()
	fl := &rush{shopfloor: f, paid: map[string]time.Time{}}
	fl.room, fl.o = f.newStaffed(false)
	fl.invoices()
	for range bystanders {
		o := f.newLinked("en")
		m, p := o.invoice("70000")
		fl.early = append(fl.early, early{o, m, p})
	}
	f.minuteLater(fl.room.ID)
	return fl
}

// invoices makes the group's. A person may ask for so many in a minute, by the
// clock on the messages, which is Telegram's and moved here.
func (fl *rush) invoices() {
	fl.t.Helper()
	const perMinute = 20
	for i := range flooded {
		if i%perMinute == 0 {
			ahead := time.Duration(i/perMinute) * 61 * time.Second
			fl.Telegram.SetNow(func() time.Time { return time.Now().Add(ahead) })
		}
		_, p := fl.room.invoice(fl.o, fmt.Sprint(50_000+100*i))
		fl.owed = append(fl.owed, p)
	}
	fl.Telegram.SetNow(time.Now)
}

func (fl *rush) play() {
	t := fl.t
	t.Helper()
	fl.Telegram.SetLimits(sandbox.StandardLimits())
	began := time.Now()
	var crowd sync.WaitGroup
	for _, p := range fl.owed {
		crowd.Go(func() { fl.pay(p) })
	}
	for _, e := range fl.early {
		crowd.Go(func() { fl.pay(e.p) })
	}
	crowd.Wait()
	var asked []time.Duration
	for _, known := range []int{1, flooded / 2, flooded} {
		fl.until(began, fmt.Sprintf("%d payments known", known), func(v *sandbox.View) bool { return len(fl.known(v.Sent(fl.room.ID))) >= known })
		asked = append(asked, fl.check(known))
	}
	// Then the messages of the paid invoices are edited, one by one: there is to be room for an answer still.
	for _, edits := range []int{5, 10} {
		fl.until(began, fmt.Sprintf("%d edits", edits), func(v *sandbox.View) bool { return edited(v.Sent(fl.room.ID)) >= edits })
		asked = append(asked, fl.check(flooded))
	}
	fl.judge(began, asked)
}

func (fl *rush) pay(p sandbox.Payment) {
	fl.mu.Lock()
	fl.paid[p.Order] = time.Now()
	fl.mu.Unlock()
	if err := fl.Payfer.Pay(p.Order); err != nil {
		fl.t.Error(err)
	}
}

// until waits for what the group is to come to.
func (fl *rush) until(began time.Time, what string, ok func(*sandbox.View) bool) {
	fl.t.Helper()
	ctx, cancel := context.WithDeadline(fl.t.Context(), began.Add(2*allKnown))
	defer cancel()
	if err := fl.Telegram.Wait(ctx, ok); err != nil {
		fl.t.Fatalf("after %v: in vain: %s; %d payments are known in the group", time.Since(began), what, len(fl.known(fl.Telegram.Sent(fl.room.ID))))
	}
}

// edited counts the messages that were edited.
func edited(list []sandbox.Message) (n int) {
	for _, m := range list {
		if m.Edited > 0 {
			n++
		}
	}
	return n
}

// known gives for each number that was told with its sum the message that did so first.
func (fl *rush) known(list []sandbox.Message) map[int]sandbox.Message {
	first := map[int]sandbox.Message{}
	for _, m := range list {
		if isPhoto(m) {
			continue
		}
		for _, n := range numbersIn(m.Text) {
			if _, ok := first[n]; !ok && n <= flooded && tellings([]sandbox.Message{m}, n, fl.owed[n-1].Unique.String()) == 1 {
				first[n] = m
			}
		}
	}
	return first
}

// check asks for an invoice in the flooded group and tells how long the answer took.
func (fl *rush) check(n int) time.Duration {
	fl.t.Helper()
	said := fl.o.SendIn(fl.room.Group, fmt.Sprint("/check ", n))
	m := fl.room.answerTo(said, nil)
	if !namesInvoice(m.Text, n) {
		fl.t.Errorf("/check %d is answered %q", n, m.Text)
	}
	return m.Date.Sub(said.Date)
}

// answers tells the bot's answer to a person in the group.
func (fl *rush) answers(m sandbox.Message) bool {
	to, ok := fl.Telegram.Message(fl.room.ID, m.ReplyTo)
	return ok && !to.FromBot
}

// judge holds the figures to the rule, and prints them.
func (fl *rush) judge(began time.Time, asked []time.Duration) {
	fl.t.Helper()
	var waits []time.Duration
	for _, e := range fl.early {
		told := e.o.announced(e.m)
		waits = append(waits, told.Date.Sub(fl.paid[e.p.Order]))
	}
	known := fl.known(fl.Telegram.Sent(fl.room.ID))
	var last time.Duration
	messages := map[int]bool{}
	for _, m := range known {
		last = max(last, m.Date.Sub(began))
		messages[m.ID] = true
	}
	refused, sent := 0, 0
	for _, c := range fl.Telegram.Calls("") {
		if c.At.After(began) && c.Chat != 0 && c.Stage == sandbox.Applied {
			sent++
			if c.Code == 429 {
				refused++
			}
		}
	}
	told := slices.DeleteFunc(fl.Telegram.Sent(fl.room.ID), fl.answers)
	slices.Sort(waits)
	fl.t.Logf("%s: the others heard within %v (median %v); all %d known within %v in %d messages; /check answered within %v; %d calls, %d answered 429",
		fl.kind, waits[len(waits)-1].Round(time.Millisecond), waits[len(waits)/2].Round(time.Millisecond), len(known), last.Round(time.Millisecond), len(messages), asked, sent, refused)
	if waits[len(waits)-1] > bystandersHear {
		fl.t.Errorf("others heard after %v", waits)
	}
	if last > allKnown || len(known) != flooded {
		fl.t.Errorf("%d of %d known, the last after %v", len(known), flooded, last)
	}
	if slices.Max(asked) > checkAnswered {
		fl.t.Errorf("/check was answered after %v", asked)
	}
	if refused >= most429 {
		fl.t.Errorf("%d answers are 429, want fewer than %d", refused, most429)
	}
	for n, p := range fl.owed {
		if times := tellings(told, n+1, p.Unique.String()); times != 1 {
			fl.t.Errorf("№%d is told %d times", n+1, times)
		}
	}
}
