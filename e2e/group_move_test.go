package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"payferbot/sandbox"
)

// A group becomes a supergroup while 20 of its invoices wait: some were paid
// before, some are paid at that moment, some after it. Numbers of messages begin
// anew in the supergroup, so that an edit of an old one would hit another's.
func TestGroupThatBecomesASupergroupInTheMiddleOfABurst(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		r, o := f.newStaffed(true)
		const many, before, during = 20, 6, 8
		var messages []sandbox.Message
		var payments []sandbox.Payment
		for i := range many {
			m, p := r.invoice(o, fmt.Sprint(50_000+1000*i))
			messages, payments = append(messages, m), append(payments, p)
		}
		f.minuteLater(r.ID)
		for _, p := range payments[:before] {
			o.pay(p.Order)
		}
		f.await("the first news", func(v *sandbox.View) bool {
			return tellings(v.Sent(r.ID), 1, payments[0].Unique.String()) > 0
		})
		migrated := make(chan struct{})
		go func() {
			defer close(migrated)
			r.Migrate(r.ID - 1_009_000_000_000)
		}()
		for _, p := range payments[before : before+during] {
			o.pay(p.Order)
		}
		<-migrated
		now := r.ID - 1_009_000_000_000
		for _, p := range payments[before+during:] {
			o.pay(p.Order)
		}
		f.allTold(2*time.Minute, payments, r.ID, now)
		r.reuse(o, messages)
		for i, p := range payments {
			n := tellings(f.Telegram.Sent(r.ID), i+1, p.Unique.String()) + tellings(f.Telegram.Sent(now), i+1, p.Unique.String())
			if n != 1 {
				t.Errorf("№%d is told %d times", i+1, n)
			}
		}
		f.onlyThemselves(r.ID)
		f.onlyThemselves(now)
		if t.Failed() {
			t.Logf("the group:\n%s\nthe supergroup:\n%s", f.chat(r.ID), f.chat(now))
		}
	})
}

// reuse makes three invoices in the supergroup whose messages have the numbers of
// old ones, pays them and waits until all that is to be edited is.
func (r *room) reuse(o *owner, old []sandbox.Message) {
	r.f.t.Helper()
	now := r.ID - 1_009_000_000_000
	r.f.minuteLater(now)
	var fresh []sandbox.Message
	var payments []sandbox.Payment
	for _, m := range old {
		if len(fresh) == 3 || m.ID-2 < r.f.last(now) {
			continue
		}
		for r.f.last(now) < m.ID-2 {
			o.SendIn(r.Group, "choy bormi?")
		}
		f, p := r.invoice(o, fmt.Sprint(80_000+m.ID))
		if f.Chat != now || f.ID != m.ID {
			r.f.t.Errorf("the invoice is message %d of chat %d, want %d of %d", f.ID, f.Chat, m.ID, now)
		}
		fresh, payments = append(fresh, f), append(payments, p)
	}
	if len(fresh) == 0 {
		r.f.t.Fatal("no number could be used again")
	}
	for _, p := range payments {
		o.pay(p.Order)
	}
	r.f.allTold(2*time.Minute, payments, now)
	ctx, cancel := context.WithTimeout(r.f.t.Context(), 3*time.Minute)
	defer cancel()
	for i, m := range fresh {
		if _, err := r.f.Telegram.WaitSent(ctx, now, func(got sandbox.Message) bool {
			return got.ID == m.ID && got.Edited > 0 && withoutButtons(got) && namesInvoice(got.Text, len(old)+1+i)
		}); err != nil {
			r.f.t.Errorf("the invoice of message %d does not say that it is paid (%v)", m.ID, err)
		}
	}
}

// allTold waits until each payment is told in one of the chats.
func (f *shopfloor) allTold(limit time.Duration, payments []sandbox.Payment, chats ...int64) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), limit)
	defer cancel()
	missing := ""
	err := f.Telegram.Wait(ctx, func(v *sandbox.View) bool {
		text := ""
		for _, chat := range chats {
			for _, m := range v.Sent(chat) {
				if !isPhoto(m) {
					text += m.Text + "\n"
				}
			}
		}
		for _, p := range payments {
			if missing = p.Unique.String(); !has(missing)(sandbox.Message{Text: text}) {
				return false
			}
		}
		return true
	})
	if err != nil {
		f.t.Fatalf("the payment of %s is not told (%v)", missing, err)
	}
}

// onlyThemselves wants each message of the bot to speak of the same invoices
// from its sending through all its edits, and news to answer the invoice that they are about.
func (f *shopfloor) onlyThemselves(chat int64) {
	f.t.Helper()
	for _, m := range f.Telegram.Sent(chat) {
		if to, ok := f.Telegram.Message(chat, m.ReplyTo); ok && isPhoto(to) && fmt.Sprint(numbersIn(to.Text)) != fmt.Sprint(numbersIn(m.Text)) {
			f.t.Errorf("message %d of chat %d answers another's invoice: %q answers %q", m.ID, chat, m.Text, to.Text)
		}
		for _, e := range m.History {
			if was, is := fmt.Sprint(numbersIn(e.Text)), fmt.Sprint(numbersIn(m.Text)); was != is {
				f.t.Errorf("message %d of chat %d was about %s and is about %s: %q → %q", m.ID, chat, was, is, e.Text, m.Text)
			}
		}
	}
}

// The bot hears of it only when it sends: no service message came.
func TestGroupThatBecameASupergroupUnheard(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		r, o := f.newStaffed(true)
		_, p := r.invoice(o, "50000")
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		now := r.ID - 1_009_000_000_000
		service := f.Telegram.Pending()
		r.Migrate(now)
		f.Telegram.Forget(f.Telegram.Pending() - service)
		o.pay(p.Order)
		f.restart()
		f.allTold(patience, []sandbox.Payment{p}, now)
		m, p := r.invoice(o, "6000")
		o.pay(p.Order)
		r.announced(m)
		f.onlyThemselves(now)
		if n := tellings(f.Telegram.Sent(now), 1, "50 001,50"); n != 1 {
			t.Errorf("told %d times:\n%s", n, f.chat(now))
		}
	})
}
