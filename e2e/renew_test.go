package e2e

import (
	"fmt"
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

// One press issues an invoice that came to nothing once more, and the old
// messages lead to the new one.
func TestIssueAgain(t *testing.T) {
	play(t, []scene{
		{"expired", func(t *testing.T, f *shopfloor) { issuedAgain(t, f, f.Payfer.Expire, "invoice.expired") }},
		{"cancelled", func(t *testing.T, f *shopfloor) { issuedAgain(t, f, f.Payfer.Cancel, "invoice.cancelled") }},
		{"the old one is paid all the same", oldOnePaid},
	})
}

// ended ends an invoice at Payfer, and waits until its message says so.
func (o *owner) ended(m sandbox.Message, order string, end func(string) error, key string) sandbox.Message {
	o.f.t.Helper()
	if err := end(order); err != nil {
		o.f.t.Fatal(err)
	}
	o.toast(m, "check:"+order)
	return o.edited(m, o.says("en", key, locales.Args{"Number": 1}))
}

func issuedAgain(t *testing.T, f *shopfloor, end func(string) error, key string) {
	o, customer := f.newLinked("en"), f.newCustomer("en")
	m, p := o.invoice("50000 tea")
	seen := customer.opens(p.Order)
	m = o.ended(m, p.Order, end, key)
	if told := o.toast(m, "retry:"+p.Order); told != o.plain("invoice.renewed", locales.Args{"Number": 2}) {
		t.Errorf("told %q", told)
	}
	again := o.answerTo(m, func(got sandbox.Message) bool { return isPhoto(got) && got.ReplyTo == m.ID })
	next := o.payment(again)
	if next.Order == p.Order || next.Asked != p.Asked || !has("№2", "tea")(again) {
		t.Errorf("issued again as %+v: %q", next, again.Text)
	}
	old := o.edited(m, has("№2"))
	if len(old.Flat()) != 0 {
		t.Errorf("the old message still has %v", old.Flat())
	}
	old = customer.edited(seen, has("№2"))
	if b := old.Flat(); len(b) != 1 || !strings.HasSuffix(b[0].URL, "?start=pay_"+next.Order) {
		t.Errorf("the customer's old message leads to %v", b)
	}
	// A second press, as of a message that was not edited yet.
	f.Telegram.Deliver(fmt.Appendf(nil, `{"callback_query":{"id":"9","from":{"id":%d,"is_bot":false,"first_name":"O"},"chat_instance":"1",`+
		`"message":{"message_id":%d,"date":1,"chat":{"id":%[1]d,"type":"private"}},"data":"retry:%[3]s"}}`, o.ID, m.ID, p.Order))
	o.pay(next.Order)
	o.announced(again)
	if n := len(f.Payfer.Payments(o.shop)); n != 2 {
		t.Errorf("%d payments at Payfer", n)
	}
}

func oldOnePaid(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	m = o.ended(m, p.Order, f.Payfer.Expire, "invoice.expired")
	o.toast(m, "retry:"+p.Order)
	o.answerTo(m, isPhoto)
	if err := f.Payfer.PayLate(p.Order); err != nil {
		t.Fatal(err)
	}
	news := func(got sandbox.Message) bool { return got.ReplyTo == m.ID && !isPhoto(got) }
	if told := o.answerTo(m, news); !has("№1", p.Unique.String(), "№2")(told) {
		t.Errorf("told %q", told.Text)
	}
}
