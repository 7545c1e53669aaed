package e2e

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestCustomers(t *testing.T) {
	play(t, []scene{
		{"sees the invoice in the own language, live, and hears that it is paid", customerPays},
		{"of a group's invoice, too", customerOfAGroup},
		{"opens the link twice: one message is live", customerComesTwice},
		{"opens the link of what is paid already", customerComesLate},
		{"sees it expire", customerSeesItExpire},
		{"sees every change, and has the receipt at the end", customerSeesItThrough},
		{"hears of a wrong sum what was asked, what came and the difference", customerPaidWrong},
		{"an unknown code is told kindly, and so is what is no code", unknownCode},
		{"may not do what the seller may", customerMayNot},
		{"withdrawn: nobody is to pay, and if paid all the same the seller hears", withdrawnThenPaid},
		{"withdrawn: the customer's view says so", withdrawnForCustomer},
	})
}

// newCustomer is a person without a kassa.
func (f *shopfloor) newCustomer(lang string) *owner { return f.newOwner(lang) }

// opens follows the QR's link without a public address, and waits for the invoice.
func (o *owner) opens(order string) sandbox.Message {
	o.f.t.Helper()
	return o.answerTo(o.Start("pay_"+order), isPhoto)
}

func customerPays(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for i, lang := range []string{"uz", "ru", "en"} {
		m, p := o.invoice("50000 ichki izoh")
		c := f.newCustomer(lang)
		seen := c.opens(p.Order)
		exact := book(t).Plain(lang, "invoice.exact", nil)
		if !has(o.name, p.Unique.String(), exact)(seen) {
			t.Errorf("%s: the customer sees %q", lang, seen.Text)
		}
		if readQR(t, seen.Photo) != f.public+"/pay/"+p.Order {
			t.Errorf("%s: the customer's QR leads elsewhere", lang)
		}
		if b, ok := seen.Button(book(t).Plain(lang, "button.copy", nil)); !ok || b.CopyText != p.Unique.Plain() {
			t.Errorf("%s: the customer cannot copy the sum: %v", lang, seen.Buttons)
		}
		o.pay(p.Order)
		if told := o.announced(m); !o.tells("paid.plain", i+1, p.Unique)(told) {
			t.Errorf("the seller is told %q", told.Text)
		}
		if told := c.announced(seen); !has(o.name, p.Unique.String())(told) || !has("✅")(told) {
			t.Errorf("%s: the customer is told %q", lang, told.Text)
		}
		if face := c.edited(seen, f.isReceipt(p)); !has("✅", o.name, "№")(face) {
			t.Errorf("%s: the customer's message reads %q", lang, face.Text)
		}
		if got := c.replies(seen); len(got) != 1 {
			t.Errorf("%s: the customer is told %d times:\n%s", lang, len(got), c.chat())
		}
	}
}

// isReceipt tells a message that says what came for the payment, names its code, and leads to its page alone.
func (f *shopfloor) isReceipt(p sandbox.Payment) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool {
		only := len(m.Flat()) == 1 && m.Flat()[0].URL == f.public+"/pay/"+p.Order
		return only && has(p.Unique.String(), p.Order)(m) && receiptDate.MatchString(m.Text)
	}
}

var receiptDate = regexp.MustCompile(`(?m)^.*20[0-9]{2}.*, [0-9]{2}:[0-9]{2}$`)

func customerOfAGroup(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	m, p := r.invoice(o, "50000")
	c := f.newCustomer("ru")
	seen := c.opens(p.Order)
	o.pay(p.Order)
	r.announced(m)
	c.announced(seen)
	for _, got := range f.Telegram.Sent(r.ID) {
		if strings.Contains(got.Text, c.FirstName) {
			t.Errorf("the group is told who the customer is: %q", got.Text)
		}
	}
}

func customerComesTwice(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("en")
	_, p := o.invoice("50000")
	first := c.opens(p.Order)
	second := c.opens(p.Order)
	o.pay(p.Order)
	c.announced(second)
	c.edited(second, f.isReceipt(p))
	f.await("the older message to go, or to say so too", func(v *sandbox.View) bool {
		for _, m := range v.Sent(c.Chat()) {
			if m.ID == first.ID {
				return m.Deleted || f.isReceipt(p)(m)
			}
		}
		return false
	})
	if got := append(c.replies(second), c.replies(first)...); len(got) != 1 {
		t.Errorf("the customer is told %d times:\n%s", len(got), c.chat())
	}
}

func customerComesLate(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("en")
	m, p := o.invoice("50000")
	o.pay(p.Order)
	o.announced(m)
	seen := c.answerTo(c.Start("pay_"+p.Order), has(o.name))
	if !has("✅")(seen) || !f.isReceipt(p)(seen) || strings.Contains(seen.HTML, book(t).HTML("en", "invoice.exact", nil)) {
		t.Errorf("of a paid invoice the customer sees %q %v", seen.Text, seen.Buttons)
	}
}

func customerSeesItExpire(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("en")
	m, p := o.invoice("50000")
	seen := c.opens(p.Order)
	if err := f.Payfer.Expire(p.Order); err != nil {
		t.Fatal(err)
	}
	o.toast(m, "check:"+p.Order)
	c.edited(seen, func(m sandbox.Message) bool { return has("🕓")(m) && !offersToPay(m) })
	if got := c.replies(seen); len(got) != 0 {
		t.Errorf("the customer gets a message about it: %q", got[0].Text)
	}
}

// customerSeesItThrough has a Payfer of its own, whose clock stands still.
func customerSeesItThrough(t *testing.T, f *shopfloor) {
	f = start(t, f.kind)
	o, c := f.newLinked("en"), f.newCustomer("ru")
	_, p := o.invoice("40000")
	seen := c.opens(p.Order)
	f.press(o, o.ask("/settings", nil), "card:")
	o.ask("8600 0000 0000 0007 ALIYEV A.", o.says("en", "card.saved", nil))
	c.edited(seen, has("Uzcard 8600 0000 0000 0007, ALIYEV A."))
	now := time.Now()
	f.Payfer.SetNow(func() time.Time { return now })
	f.Payfer.SetExpiry(6 * time.Second)
	m, p := o.invoice("50000")
	seen = c.opens(p.Order)
	over := c.edited(seen, has("✋"))
	if err := f.Payfer.Expire(p.Order); err != nil {
		t.Fatal(err)
	}
	o.toast(m, "check:"+p.Order)
	expired := c.edited(seen, has("🕓"))
	if offersToPay(over) || offersToPay(expired) {
		t.Errorf("what is not to be paid any more is offered: %v, %v", over.Buttons, expired.Buttons)
	}
	if err := f.Payfer.PayLate(p.Order); err != nil {
		t.Fatal(err)
	}
	told := c.announced(seen)
	if late := book(t).Plain("ru", "pay.state.late", nil); !has("⚠️", late, p.Unique.String(), p.Order)(told) {
		t.Errorf("the customer is told %q", told.Text)
	}
	c.edited(seen, f.isReceipt(p))
	if got := c.replies(seen); len(got) != 1 {
		t.Errorf("the customer is told %d times:\n%s", len(got), c.chat())
	}
}

func customerPaidWrong(t *testing.T, f *shopfloor) {
	for _, lang := range spoken {
		o, c := f.newLinked("en"), f.newCustomer(lang)
		_, p := o.invoice("50000")
		seen := c.opens(p.Order)
		if err := f.Payfer.PayWith(p.Order, p.Unique-150); err != nil {
			t.Fatal(err)
		}
		whole := has("⚠️", o.name, "50 001,50", "50 000,00", "1,50", p.Order)
		if told := c.announced(seen); !whole(told) {
			t.Errorf("%s: the customer is told %q", lang, told.Text)
		}
		if face := c.edited(seen, whole); len(face.Flat()) != 1 || face.Flat()[0].URL == "" {
			t.Errorf("%s: the customer's message has %v", lang, face.Buttons)
		}
		list := o.ask("/invoices", nil)
		if !has("50 000,00", "50 001,50", "1,50")(list) {
			t.Errorf("the list reads %q", list.Text)
		}
	}
}

func unknownCode(t *testing.T, f *shopfloor) {
	c := f.newCustomer("en")
	texts := map[string]bool{}
	for _, payload := range []string{"pay_" + strings.Repeat("a", 16), "pay_" + strings.Repeat("A", 16), "pay_abc", "pay_", "pay_" + strings.Repeat("x", 60)} {
		m := c.answerTo(c.Start(payload), nil)
		if isPhoto(m) || m.Text == "" {
			t.Errorf("%s is answered %q", payload, m.Text)
		}
		texts[m.Text] = true
	}
	if len(texts) != 1 {
		t.Errorf("unknown codes are told apart: %v", texts)
	}
	if failed := book(t).Plain("en", "failed", nil); texts[failed] {
		t.Error("an unknown code is told as a fault of ours")
	}
}

// customerMayNot: whoever knows a code may look and no more.
func customerMayNot(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("en")
	m, p := o.invoice("50000 ichki")
	seen := c.opens(p.Order)
	if has("ichki")(seen) {
		t.Logf("the note is shown to customers: %q", seen.Text)
	}
	for _, b := range seen.Flat() {
		if strings.HasPrefix(b.Data, "withdraw") || strings.HasPrefix(b.Data, "retry") {
			t.Errorf("the customer is offered %q", b.Text)
		}
	}
	// What the customer's own client could send all the same.
	for _, data := range []string{"withdraw:" + p.Order, "withdraw_yes:" + p.Order, "retry:" + p.Order} {
		f.Telegram.Deliver(fmt.Appendf(nil, `{"callback_query":{"id":"77%s","from":{"id":%d,"is_bot":false,"first_name":"X","language_code":"en"},"chat_instance":"1","data":%q,`+
			`"message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private","first_name":"X"},"from":{"id":%d,"is_bot":true,"first_name":"bot"}}}}`,
			data, c.ID, data, seen.ID, c.Chat(), f.Telegram.BotID()))
	}
	c.ask("/help", nil)
	c.ask("/check 1", nil)
	o.toast(m, "check:"+p.Order)
	if now := o.current(m); len(now.Flat()) == 0 || len(f.Payfer.Payments(o.shop)) != 1 || len(photos(f.Telegram.Sent(c.Chat()))) != 1 {
		t.Errorf("the customer did something to the invoice: %q %v", now.Text, now.Buttons)
	}
	o.pay(p.Order)
	o.announced(m)
}

// withdraw presses the button, and confirms it.
func (o *owner) withdraw(m sandbox.Message) {
	o.f.t.Helper()
	o.f.press(o, m, "withdraw:")
	sure := o.announced(m)
	o.f.press(o, sure, "withdraw_yes:")
}

func withdrawnThenPaid(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	o.withdraw(m)
	face := o.edited(m, func(m sandbox.Message) bool { return !offersToPay(m) })
	if !has("№1")(face) || bytes.Equal(face.Photo, m.Photo) {
		t.Errorf("after the withdrawal it reads %q, the QR unchanged %v", face.Text, bytes.Equal(face.Photo, m.Photo))
	}
	if status, body, err := get(soon(t), f.public+"/pay/"+p.Order+"/status"); err != nil || status != 200 || strings.Contains(body, "pending") {
		t.Errorf("the page's state of a withdrawn invoice: %d %s (%v)", status, body, err)
	}
	if status, _, err := get(soon(t), f.public+"/pay/"+p.Order+"/qr.png"); err != nil || status == 200 {
		t.Errorf("the QR of a withdrawn invoice: %d (%v)", status, err)
	}
	o.pay(p.Order)
	told := o.answerTo(m, func(got sandbox.Message) bool { return got.ReplyTo == m.ID && has(o.name, p.Unique.String())(got) })
	if !has("№1")(told) || o.tells("paid.plain", 1, p.Unique)(told) {
		t.Errorf("paid all the same is told %q", told.Text)
	}
	o.sale()
	if got := o.replies(m); len(got) != 2 { // the question and the news
		t.Errorf("%d messages answer the invoice, want two:\n%s", len(got), o.chat())
	}
}

// offersToPay tells a message that invites to pay: by a button or a sum to copy.
func offersToPay(m sandbox.Message) bool {
	for _, b := range m.Flat() {
		if b.CopyText != "" || strings.HasPrefix(b.Data, "withdraw:") {
			return true
		}
	}
	return strings.Contains(m.HTML, "<code>")
}

func withdrawnForCustomer(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("ru")
	m, p := o.invoice("50000")
	seen := c.opens(p.Order)
	o.withdraw(m)
	if face := c.edited(seen, func(m sandbox.Message) bool { return !offersToPay(m) }); bytes.Equal(face.Photo, seen.Photo) {
		t.Errorf("the customer still has the QR: %q", face.Text)
	}
	late := f.newCustomer("en")
	if got := late.answerTo(late.Start("pay_"+p.Order), nil); offersToPay(got) {
		t.Errorf("who comes later is invited to pay: %q", got.Text)
	}
}

func TestCustomerWithoutPublicAddressComesByTheQR(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k, "PUBLIC_URL=")
		o, c := f.newLinked("en"), f.newCustomer("en")
		m, p := o.invoice("50000")
		_, payload, _ := strings.Cut(readQR(t, m.Photo), "?start=")
		seen := c.answerTo(c.Start(payload), isPhoto)
		o.pay(p.Order)
		o.toast(m, "check:"+p.Order)
		o.announced(m)
		if told := c.announced(seen); !o.says("en", "paid.plain", locales.Args{})(told) && !has(o.name)(told) {
			t.Errorf("the customer is told %q", told.Text)
		}
	})
}
