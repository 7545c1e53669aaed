package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestSale(t *testing.T) {
	play(t, []scene{
		{"paid is told once as a reply, and the invoice says paid and loses its buttons", paidOnce},
		{"in every language", paidInEveryLanguage},
		{"expired and cancelled only edit", endedOnlyEdit},
		{"a late payment is told as late", paidLate},
		{"a wrong sum is a warning, not a plain success", wrongSum},
		{"past expiry and still pending says do not pay", overdue},
		{"commands are answered while announcements wait", promptWhileTelling},
	})
}

func paidOnce(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000 tea, 2 plov")
	o.pay(p.Order)
	told := o.announced(m)
	if !o.tells("paid.plain", 1, p.Unique)(told) || !has("№1", "50 001,50 so'm", o.name, "tea, 2 plov")(told) {
		t.Errorf("told %q", told.Text)
	}
	if !repliesAnyway(f, told) {
		t.Error("the announcement would not be sent were the invoice's message deleted")
	}
	face := o.edited(m, withoutButtons)
	if !o.tells("paid.plain", 1, p.Unique)(face) {
		t.Errorf("the paid invoice reads %q", face.Text)
	}
	o.sale()
	if got := o.replies(m); len(got) != 1 {
		t.Errorf("%d announcements, want one:\n%s", len(got), o.chat())
	}
}

// repliesAnyway tells whether the message was sent with allow_sending_without_reply.
// The message stands in the chat a moment before its call is written down.
func repliesAnyway(f *shopfloor, m sandbox.Message) bool {
	f.t.Helper()
	var call sandbox.Call
	f.await("the call that sent the message", func(v *sandbox.View) bool {
		calls := v.Calls("sendMessage")
		i := slices.IndexFunc(calls, func(c sandbox.Call) bool { return c.Message == m.ID && c.Chat == m.Chat })
		if i >= 0 {
			call = calls[i]
		}
		return i >= 0
	})
	var to struct {
		ID     int  `json:"message_id"`
		Anyway bool `json:"allow_sending_without_reply"`
	}
	err := json.Unmarshal([]byte(call.Params.Get("reply_parameters")), &to)
	return err == nil && to.ID == m.ReplyTo && to.Anyway
}

func withoutButtons(m sandbox.Message) bool { return len(m.Flat()) == 0 }

// onlyIssuesAgain tells that nothing is offered but the invoice anew.
func onlyIssuesAgain(m sandbox.Message) bool {
	buttons := m.Flat()
	return len(buttons) == 1 && strings.HasPrefix(buttons[0].Data, "retry:")
}

func paidInEveryLanguage(t *testing.T, f *shopfloor) {
	for _, lang := range spoken {
		o := f.newLinked(lang)
		m, p := o.invoice("50000")
		o.pay(p.Order)
		if told := o.announced(m); !o.tells("paid.plain", 1, p.Unique)(told) || !has("✅")(told) {
			t.Errorf("%s: told %q", lang, told.Text)
		}
		if face := o.edited(m, withoutButtons); !o.tells("paid.plain", 1, p.Unique)(face) {
			t.Errorf("%s: the invoice reads %q", lang, face.Text)
		}
	}
}

func endedOnlyEdit(t *testing.T, f *shopfloor) {
	for state, end := range map[string]func(string) error{"expired": f.Payfer.Expire, "cancelled": f.Payfer.Cancel} {
		o := f.newLinked("en")
		m, p := o.invoice("50000")
		if err := end(p.Order); err != nil {
			t.Fatal(err)
		}
		if told := o.toast(m, "check:"+p.Order); told != o.plain("check."+state, locales.Args{"Number": 1, "Sum": p.Unique.String()}) {
			t.Errorf("the check is told %q", told)
		}
		if face := o.edited(m, o.says("en", "invoice."+state, locales.Args{"Number": 1})); !onlyIssuesAgain(face) || strings.Contains(face.HTML, "<code>") {
			t.Errorf("the invoice still offers to pay: %q %v", face.HTML, face.Buttons)
		}
		o.sale()
		if got := o.replies(m); len(got) != 0 {
			t.Errorf("%s: a new message says %q", state, got[0].Text)
		}
	}
}

func paidLate(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	if err := f.Payfer.Expire(p.Order); err != nil {
		t.Fatal(err)
	}
	o.toast(m, "check:"+p.Order)
	o.edited(m, o.says("en", "invoice.expired", locales.Args{"Number": 1}))
	if err := f.Payfer.PayLate(p.Order); err != nil {
		t.Fatal(err)
	}
	if told := o.announced(m); !o.tells("paid.late", 1, p.Unique)(told) {
		t.Errorf("told %q", told.Text)
	}
	o.edited(m, o.tells("paid.late", 1, p.Unique))
	o.sale()
	if got := o.replies(m); len(got) != 1 {
		t.Errorf("%d announcements, want one:\n%s", len(got), o.chat())
	}
}

func wrongSum(t *testing.T, f *shopfloor) {
	for _, lang := range spoken {
		o := f.newLinked(lang)
		m, p := o.invoice("50000")
		if err := f.Payfer.PayWith(p.Order, p.Unique-150); err != nil {
			t.Fatal(err)
		}
		told := o.announced(m)
		if !o.says(lang, "paid.mismatch", locales.Args{"Number": 1})(told) || !has("⚠️", "№1", "50 001,50", "50 000,00", "1,50", o.name)(told) || has("✅")(told) {
			t.Errorf("%s: told %q", lang, told.Text)
		}
		if face := o.edited(m, withoutButtons); !has("⚠️")(face) {
			t.Errorf("%s: the invoice reads %q", lang, face.Text)
		}
	}
}

// overdue has a Payfer of its own, whose clock stands still.
func overdue(t *testing.T, f *shopfloor) {
	f = start(t, f.kind)
	o := f.newLinked("en")
	now := time.Now()
	f.Payfer.SetNow(func() time.Time { return now })
	f.Payfer.SetExpiry(3 * time.Second)
	m, p := o.invoice("50000")
	face := o.edited(m, o.says("en", "invoice.overdue", locales.Args{"Number": 1}))
	for _, b := range face.Flat() {
		if b.CopyText != "" {
			t.Errorf("it still offers the sum to copy: %v", face.Buttons)
		}
	}
	if strings.Contains(face.HTML, "<code>") {
		t.Errorf("it still offers the sum: %q", face.HTML)
	}
	o.pay(p.Order)
	if told := o.announced(m); !o.tells("paid.plain", 1, p.Unique)(told) {
		t.Errorf("told %q", told.Text)
	}
}

// promptWhileTelling: a private chat takes about one message a second, so the
// announcements of seven payments at once take a while.
func promptWhileTelling(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	const many = 7
	var payments []sandbox.Payment
	for i := range many {
		_, p := o.invoice(fmt.Sprint(50000 + i))
		payments = append(payments, p)
	}
	for _, p := range payments {
		o.pay(p.Order)
	}
	asked := time.Now()
	o.next("/help", "help", nil)
	o.ask("/invoice 9000", isPhoto)
	took := time.Since(asked)
	if n := o.toldOf(payments); n >= many {
		t.Errorf("all %d payments were told before the answers", n)
	}
	if limit := time.Second; took > limit && !raceDetector {
		t.Errorf("two answers took %v", took)
	}
	f.allTold(patience, payments, o.Chat())
}

// toldOf counts those of the payments, №1 first, that are told; each may be so once.
func (o *owner) toldOf(payments []sandbox.Payment) (n int) {
	o.f.t.Helper()
	for i, p := range payments {
		times := tellings(o.f.Telegram.Sent(o.Chat()), i+1, p.Unique.String())
		if n += times; times > 1 {
			o.f.t.Errorf("№%d is told %d times:\n%s", i+1, times, o.chat())
		}
	}
	return n
}

func announcements(list []sandbox.Message) (n int) {
	for _, m := range list {
		if m.ReplyTo != 0 && !isPhoto(m) {
			n++
		}
	}
	return n
}
