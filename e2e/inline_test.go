package e2e

import (
	"fmt"
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

// What the owner types after the bot's name in a chat with a customer becomes
// an invoice there; Payfer hears of it when somebody presses the button.
func TestInlineInvoices(t *testing.T) {
	play(t, []scene{
		{"offered, taken up, paid", inlineSale},
		{"expired", inlineExpired},
		{"refused by Payfer", inlineRefused},
		{"pressed twice and by two", inlinePressedTwice},
		{"not linked, no sum, a wrong sum", inlineHints},
		{"the owner has blocked the bot", inlineBlocked},
		{"the kassa was unlinked in between", inlineUnlinked},
		{"an offer that never was", inlineForged},
		{"another's offer in its place", inlineExchanged},
	})
}

// typed waits for what the bot offers.
func (o *owner) typed(text string) (*sandbox.Query, sandbox.Offers) {
	o.f.t.Helper()
	q := o.Query(text)
	got, err := q.Wait(soon(o.f.t))
	if err != nil {
		o.f.t.Fatalf("%q: %v", text, err)
	}
	return q, got
}

// posted sends the one offer, and gives the message.
func (o *owner) posted(text string) (inline string) {
	o.f.t.Helper()
	q, got := o.typed(text)
	if len(got.Results) != 1 || !got.Personal {
		o.f.t.Fatalf("%q: %+v", text, got)
	}
	return q.Pick(got.Results[0])
}

// inline waits until the inline message matches.
func (f *shopfloor) inline(id, what string, match func(sandbox.Message) bool) (m sandbox.Message) {
	f.t.Helper()
	err := f.Telegram.Wait(soon(f.t), func(v *sandbox.View) bool {
		m, _ = v.Inline(id)
		return match(m)
	})
	if err != nil {
		f.t.Fatalf("the inline message is not %s: %q, picture %q, %v", what, m.Text, m.FileID, m.Flat())
	}
	return m
}

// taken presses the offer's button.
func (f *shopfloor) taken(who *sandbox.User, inline string) string {
	f.t.Helper()
	press, err := who.PressInline(inline, 0)
	if err != nil {
		f.t.Fatal(err)
	}
	told, err := press.Wait(soon(f.t))
	if err != nil {
		f.t.Fatal(err)
	}
	return told.Text
}

// payable waits for the inline message to show the sum with the owner's own QR.
func (o *owner) payable(inline string) (own, there sandbox.Message, p sandbox.Payment) {
	o.f.t.Helper()
	p, err := o.f.Payfer.WaitPayment(soon(o.f.t), func(p sandbox.Payment) bool { return p.Shop == o.shop })
	if err != nil {
		o.f.t.Fatal(err)
	}
	own = o.answerTo(sandbox.Message{}, isPhoto)
	there = o.f.inline(inline, "payable with the QR", func(m sandbox.Message) bool {
		return m.FileID == own.FileID && strings.Contains(m.Text, p.Unique.String())
	})
	return own, there, p
}

func inlineSale(t *testing.T, f *shopfloor) {
	o, customer := f.newLinked("en"), f.newCustomer("ru").User
	for _, text := range []string{"5", "50", "500", "50000", "50000 t", "50000 tea"} {
		o.typed(text)
	}
	inline := o.posted("50000 tea")
	if m, _ := f.Telegram.Inline(inline); !has("50 000", "tea", o.name)(m) || len(f.Payfer.Payments(o.shop)) != 0 {
		t.Fatalf("before the press: %q, %d payments at Payfer", m.Text, len(f.Payfer.Payments(o.shop)))
	}
	f.taken(customer, inline)
	own, there, p := o.payable(inline)
	if !has("№1", "tea")(own) || !has(o.name, "tea")(there) || len(there.Flat()) < 2 {
		t.Errorf("the owner sees %q, the customer %q %v", own.Text, there.Text, there.Flat())
	}
	press, err := customer.PressInline(inline, "check:"+p.Order)
	if err != nil {
		t.Fatal(err)
	}
	if told, err := press.Wait(soon(t)); err != nil || told.Text == "" {
		t.Errorf("a check is answered %q (%v)", told.Text, err)
	}
	o.pay(p.Order)
	o.announced(own)
	paid := o.edited(own, withoutButtons)
	there = f.inline(inline, "paid", func(m sandbox.Message) bool {
		return strings.Contains(m.Text, "✅") && m.FileID == paid.FileID && strings.Contains(m.Text, p.Unique.String())
	})
	if !has(o.name)(there) {
		t.Errorf("the paid message does not name the kassa: %q", there.Text)
	}
	if n := len(f.Payfer.Payments(o.shop)); n != 1 {
		t.Errorf("%d payments at Payfer", n)
	}
}

func inlineExpired(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	inline := o.posted("50000")
	f.taken(o.User, inline)
	own, _, p := o.payable(inline)
	if err := f.Payfer.Expire(p.Order); err != nil {
		t.Fatal(err)
	}
	o.toast(own, "check:"+p.Order)
	closed := o.edited(own, o.says("en", "invoice.expired", locales.Args{"Number": 1}))
	f.inline(inline, "expired", func(m sandbox.Message) bool {
		return strings.Contains(m.Text, "do not pay") && m.FileID == closed.FileID && !strings.Contains(m.HTML, "<code>")
	})
}

func inlineRefused(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	f.Payfer.Deactivate(o.shop)
	inline := o.posted("50000")
	f.taken(o.User, inline)
	f.inline(inline, "refused", func(m sandbox.Message) bool { return strings.Contains(m.Text, "not created") && len(m.Flat()) == 0 })
}

func inlinePressedTwice(t *testing.T, f *shopfloor) {
	o, other := f.newLinked("en"), f.newCustomer("uz").User
	inline := o.posted("50000")
	var presses []*sandbox.Callback
	for _, who := range []*sandbox.User{o.User, other, other} {
		press, err := who.PressInline(inline, 0)
		if err != nil {
			t.Fatal(err)
		}
		presses = append(presses, press)
	}
	for _, p := range presses {
		if _, err := p.Wait(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	o.payable(inline)
	if n := len(f.Payfer.Payments(o.shop)); n != 1 {
		t.Errorf("%d payments at Payfer", n)
	}
	second := o.posted("50000")
	f.taken(other, second)
	if _, err := f.Payfer.WaitPayment(soon(t), func(p sandbox.Payment) bool { return p.Shop == o.shop }); err != nil {
		t.Fatal(err)
	}
	if n := len(f.Payfer.Payments(o.shop)); n != 2 {
		t.Errorf("the same offer posted twice: %d payments at Payfer", n)
	}
}

func inlineHints(t *testing.T, f *shopfloor) {
	o, stranger := f.newLinked("en"), f.newCustomer("en")
	for text, key := range map[string]string{"": "inline.sum", "tea": "inline.sum", "-5": "inline.sum"} {
		if _, got := o.typed(text); len(got.Results) != 0 || got.Button != o.plain(key, nil) || got.Start == "" {
			t.Errorf("%q: %+v", text, got)
		}
	}
	if _, got := o.typed("5"); len(got.Results) != 0 || !strings.Contains(got.Button, "1 000") {
		t.Errorf("too little: %+v", got)
	}
	if _, got := stranger.typed("50000"); len(got.Results) != 0 || got.Button != o.plain("inline.link", nil) {
		t.Errorf("a stranger: %+v", got)
	}
}

func inlineBlocked(t *testing.T, f *shopfloor) {
	o, customer := f.newLinked("en"), f.newCustomer("en").User
	inline := o.posted("50000")
	o.Block()
	f.taken(customer, inline)
	p, err := f.Payfer.WaitPayment(soon(t), func(p sandbox.Payment) bool { return p.Shop == o.shop })
	if err != nil {
		t.Fatal(err)
	}
	f.inline(inline, "payable", func(m sandbox.Message) bool { return strings.Contains(m.Text, p.Unique.String()) })
	o.Unblock()
	o.answerTo(sandbox.Message{}, isPhoto)
}

func inlineUnlinked(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	inline := o.posted("50000")
	o.ask("/unlink", nil)
	if told := f.taken(o.User, inline); told != o.plain("inline.unlinked", nil) {
		t.Errorf("told %q", told)
	}
	if n := len(f.Payfer.Payments(o.shop)); n != 0 {
		t.Errorf("%d payments at Payfer", n)
	}
}

func inlineForged(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for _, data := range []string{"offer:", "offer:aaaaaaaaaaaaaaaaaaaaaaaa", "check:aaaaaaaaaaaaaaaa", "withdraw:aaaaaaaaaaaaaaaa", "card:" + o.shop, ""} {
		f.Telegram.Deliver([]byte(`{"callback_query":{"id":"1","from":{"id":5,"is_bot":false,"first_name":"X"},"inline_message_id":"BAAA","chat_instance":"1","data":"` + data + `"}}`))
	}
	o.sale()
	if n := len(f.Payfer.Payments(o.shop)); n != 1 {
		t.Errorf("%d payments at Payfer", n)
	}
}

// Somebody else presses first, and says that the button is that of his own kassa's offer.
func inlineExchanged(t *testing.T, f *shopfloor) {
	o, thief := f.newLinked("en"), f.newLinked("en")
	q, mine := o.typed("50000")
	_, his := thief.typed("50000")
	inline := q.Pick(mine.Results[0])
	f.Telegram.Deliver(fmt.Appendf(nil, `{"chosen_inline_result":{"result_id":%q,"from":{"id":%d,"is_bot":false,"first_name":"O"},`+
		`"query":"50000","inline_message_id":%q}}`, mine.Results[0].ID, o.ID, inline))
	f.Telegram.Deliver(fmt.Appendf(nil, `{"callback_query":{"id":"1","from":{"id":%d,"is_bot":false,"first_name":"X"},`+
		`"inline_message_id":%q,"chat_instance":"1","data":"offer:%s"}}`, thief.ID, inline, his.Results[0].ID))
	f.taken(o.User, inline)
	o.payable(inline)
	if n := len(f.Payfer.Payments(thief.shop)); n != 0 {
		t.Errorf("%d payments to the other kassa", n)
	}
}
