package e2e

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	"payferbot/sandbox"
)

// owner is a shop owner in the private chat with the bot. The kassa is his own.
type owner struct {
	*sandbox.User
	f               *shopfloor
	shop, key, name string
	hook            string // the webhook's path, once linked with a public address
}

// firstOwner is above the user that every sandbox has.
const firstOwner = 5000

var lastOwner atomic.Int64

// newOwner makes a person whose language is lang, and a kassa at Payfer that is
// not linked yet.
func (f *shopfloor) newOwner(lang string) *owner {
	n := lastOwner.Add(1)
	o := &owner{
		f: f, User: f.Telegram.User(firstOwner+n, fmt.Sprintf("Oydin%d", n), lang),
		shop: fmt.Sprintf("shop_%d", n), key: fmt.Sprintf("%s%d", canaryKey, n), name: fmt.Sprintf("Choyxona %d", n),
	}
	f.Payfer.AddShop(o.shop, o.key, o.name)
	return o
}

// newLinked is newOwner with the kassa linked; where the bot has a public address
// Payfer is told it, as the owner would.
func (f *shopfloor) newLinked(lang string) *owner {
	f.t.Helper()
	o := f.newOwner(lang)
	o.link()
	return o
}

var hookForm = regexp.MustCompile(`<code>(http\S+?)(/payfer/[A-Za-z0-9_-]+)</code>`)

// link links the kassa, and sets the webhook at Payfer if there is one.
func (o *owner) link() {
	o.f.t.Helper()
	o.ask("/link "+o.shop+" "+o.key, has(o.name))
	answer := o.ask("/webhook", nil)
	if at := hookForm.FindStringSubmatch(answer.HTML); at != nil {
		o.hook = at[2]
		o.f.Payfer.SetWebhook(o.shop, o.f.public+o.hook)
	}
}

// ask says something and waits for the bot's first message after it that matches.
func (o *owner) ask(text string, match func(sandbox.Message) bool) sandbox.Message {
	o.f.t.Helper()
	return o.answerTo(o.Send(text), match)
}

// answerTo waits for the bot's first message after m that matches; nil: any.
func (o *owner) answerTo(m sandbox.Message, match func(sandbox.Message) bool) sandbox.Message {
	o.f.t.Helper()
	return o.f.answerIn(o.Chat(), m, match)
}

// answerIn is answerTo in any chat.
func (f *shopfloor) answerIn(chat int64, m sandbox.Message, match func(sandbox.Message) bool) sandbox.Message {
	f.t.Helper()
	got, err := f.Telegram.WaitSent(soon(f.t), chat, func(got sandbox.Message) bool {
		return got.ID > m.ID && (match == nil || match(got))
	})
	if err != nil {
		f.t.Fatalf("no such answer to %q (%v); the chat:\n%s", m.Text, err, f.chat(chat))
	}
	return got
}

// invoice sends /invoice with this and waits for the photo.
func (o *owner) invoice(rest string) (sandbox.Message, sandbox.Payment) {
	o.f.t.Helper()
	m := o.ask("/invoice "+rest, isPhoto)
	return m, o.payment(m)
}

// payment is what Payfer knows of an invoice's message.
func (o *owner) payment(m sandbox.Message) sandbox.Payment {
	o.f.t.Helper()
	p, ok := o.f.Payfer.Payment(orderOf(m))
	if !ok {
		o.f.t.Fatalf("Payfer does not know the invoice %q", m.Text)
	}
	return p
}

// orderOf is the order code that an invoice's buttons carry, or carried.
func orderOf(m sandbox.Message) string {
	rows := [][][]sandbox.Button{m.Buttons}
	for _, e := range m.History {
		rows = append(rows, e.Buttons)
	}
	for _, buttons := range rows {
		for _, b := range (sandbox.Message{Buttons: buttons}).Flat() {
			if order, ok := strings.CutPrefix(b.Data, "check:"); ok {
				return order
			}
		}
	}
	return ""
}

// pay pays the order as the customer does, or fails the test.
func (o *owner) pay(order string) {
	o.f.t.Helper()
	if err := o.f.Payfer.Pay(order); err != nil {
		o.f.t.Fatal(err)
	}
}

// announced waits for the message that answers the invoice's.
func (o *owner) announced(invoice sandbox.Message) sandbox.Message {
	o.f.t.Helper()
	return o.answerTo(invoice, repliesTo(invoice))
}

// edited waits until the invoice's message matches.
func (o *owner) edited(invoice sandbox.Message, match func(sandbox.Message) bool) sandbox.Message {
	o.f.t.Helper()
	got, err := o.f.Telegram.WaitSent(soon(o.f.t), o.Chat(), func(m sandbox.Message) bool {
		return m.ID == invoice.ID && match(m)
	})
	if err != nil {
		o.f.t.Fatalf("the invoice was not edited so (%v); the chat:\n%s", err, o.chat())
	}
	return got
}

// sale is a whole further sale. News of one chat are told in the order in which
// they came up, so whatever was owed before stands in the chat when it ends.
func (o *owner) sale() {
	o.f.t.Helper()
	m, p := o.invoice("7000")
	o.pay(p.Order)
	o.announced(m)
}

// replies are the bot's messages that answer m.
func (o *owner) replies(m sandbox.Message) (out []sandbox.Message) {
	for _, got := range o.f.Telegram.Sent(o.Chat()) {
		if got.ReplyTo == m.ID {
			out = append(out, got)
		}
	}
	return out
}

// photos are the invoices in the chat.
func (o *owner) photos() (out []sandbox.Message) { return photos(o.f.Telegram.Sent(o.Chat())) }

func photos(list []sandbox.Message) (out []sandbox.Message) {
	for _, m := range list {
		if isPhoto(m) {
			out = append(out, m)
		}
	}
	return out
}

// chat is the conversation, for people.
func (o *owner) chat() string { return o.f.chat(o.Chat()) }

func (f *shopfloor) chat(id int64) string {
	var lines []string
	for _, m := range f.Telegram.Messages(id) {
		who := "person"
		if m.FromBot {
			who = "bot"
		}
		lines = append(lines, fmt.Sprintf("%d %s (reply to %d, edited %d, photo %v): %q", m.ID, who, m.ReplyTo, m.Edited, m.Photo != nil, m.Text))
	}
	return strings.Join(lines, "\n")
}

func isPhoto(m sandbox.Message) bool { return m.Photo != nil }

// has tells a message with all these pieces of text.
func has(pieces ...string) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool {
		for _, p := range pieces {
			if !strings.Contains(m.Text, p) {
				return false
			}
		}
		return true
	}
}

func repliesTo(to sandbox.Message) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return m.ReplyTo == to.ID }
}

// ofShop limits a fault of Payfer to one kassa.
func ofShop(shop string) sandbox.FaultOption {
	return sandbox.When(func(q url.Values) bool { return q.Get("shop_id") == shop })
}
