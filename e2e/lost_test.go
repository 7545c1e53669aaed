package e2e

import (
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestCreateAcceptedWithItsReplyLost(t *testing.T) {
	play(t, []scene{
		{"one invoice in the chat, and paying it is announced", lostThenPaid},
		{"the abandoned attempt, if paid, is announced too", abandonedPaid},
		{"both paid are both announced, the second as a repeat", bothPaid},
		{"where check tells the sum the attempt is adopted", adopted},
	})
}

// lostCreate makes an invoice whose first create's reply is lost, and gives the
// message, the attempt that was given up and the one that people see.
func (o *owner) lostCreate() (m sandbox.Message, old, shown sandbox.Payment) {
	o.f.t.Helper()
	o.f.Payfer.Fault("create", sandbox.DropAfter, 1, ofShop(o.shop))
	m, shown = o.invoice("50000")
	all := o.f.Payfer.Payments(o.shop)
	o.createdOnceEach()
	return m, all[0], shown
}

// createdOnceEach: no code is ever sent to create again.
func (o *owner) createdOnceEach() {
	o.f.t.Helper()
	seen := map[string]int{}
	for _, c := range o.f.Payfer.Calls("create") {
		if c.Shop == o.shop {
			seen[c.Order]++
		}
	}
	for order, n := range seen {
		if n != 1 {
			o.f.t.Errorf("create saw the order %s %d times", order, n)
		}
	}
}

func lostThenPaid(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, old, shown := o.lostCreate()
	if old.Order == shown.Order || len(f.Payfer.Payments(o.shop)) != 2 {
		t.Errorf("%d payments at Payfer, want the lost one and another", len(f.Payfer.Payments(o.shop)))
	}
	o.pay(shown.Order)
	if told := o.announced(m); !o.tells("paid.plain", 1, shown.Unique)(told) {
		t.Errorf("told %q", told.Text)
	}
	o.sale()
	if got := o.replies(m); len(got) != 1 || len(o.photos()) != 2 {
		t.Errorf("%d announcements, %d invoices:\n%s", len(got), len(o.photos()), o.chat())
	}
}

func abandonedPaid(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, old, _ := o.lostCreate()
	o.pay(old.Order)
	if told := o.announced(m); !o.tells("paid.abandoned", 1, old.Unique)(told) {
		t.Errorf("told %q", told.Text)
	}
	if face := o.edited(m, o.says("en", "invoice.paid_before", locales.Args{"Number": 1})); !withoutButtons(face) {
		t.Errorf("what need not be paid any more keeps its buttons: %v", face.Buttons)
	}
	o.sale()
	if got := o.replies(m); len(got) != 1 {
		t.Errorf("%d announcements, want one:\n%s", len(got), o.chat())
	}
}

func bothPaid(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, old, shown := o.lostCreate()
	o.pay(shown.Order)
	o.announced(m)
	o.pay(old.Order)
	o.answerTo(m, func(got sandbox.Message) bool {
		return got.ReplyTo == m.ID && has("⚠️")(got) && o.tells("paid.repeat", 1, old.Unique)(got)
	})
	o.sale()
	if got := o.replies(m); len(got) != 2 {
		t.Errorf("%d announcements, want two:\n%s", len(got), o.chat())
	}
}

func adopted(t *testing.T, f *shopfloor) {
	f = start(t, f.kind)
	f.Payfer.UniqueInPending(true)
	o := f.newLinked("en")
	m, old, shown := o.lostCreate()
	if old.Order != shown.Order || len(f.Payfer.Payments(o.shop)) != 1 {
		t.Errorf("%d payments at Payfer, want one", len(f.Payfer.Payments(o.shop)))
	}
	o.pay(shown.Order)
	o.announced(m)
}

// Go's transport sends a request again by itself when a kept connection dies
// under it, unless it is told not to: here each way to die, on a connection
// that was used before.
func TestNoConnectionThatDiesMakesCreateSeeAnOrderTwice(t *testing.T) {
	scenes := []scene{}
	for _, dies := range []sandbox.Kind{sandbox.DropBefore, sandbox.DropAfter, sandbox.Cut, sandbox.Truncated, sandbox.Empty, sandbox.Garbage} {
		scenes = append(scenes, scene{string(dies), func(t *testing.T, f *shopfloor) {
			o := f.newLinked("en")
			m, p := o.invoice("40000") // so that the connection is a kept one
			f.Payfer.Fault("create", dies, 1, ofShop(o.shop))
			again := o.ask("/invoice 50000", isPhoto)
			o.createdOnceEach()
			if n := len(o.photos()); n != 2 {
				t.Errorf("%d invoices in the chat, want two", n)
			}
			o.pay(orderOf(again))
			if told := o.announced(again); !strings.Contains(told.Text, "№2") {
				t.Errorf("told %q", told.Text)
			}
			o.pay(p.Order)
			o.announced(m)
		}})
	}
	play(t, scenes)
}
