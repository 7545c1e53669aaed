package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"payferbot/locales"
	"payferbot/sandbox"
)

// room is a group with the bot in it. Its first person is a named admin.
type room struct {
	*sandbox.Group
	f     *shopfloor
	title string
}

var lastRoom atomic.Int64

// newRoom makes a supergroup; basic: a group that may still become one.
func (f *shopfloor) newRoom(basic bool, admin *owner, members ...*owner) *room {
	n := lastRoom.Add(1)
	id := -1_009_000_000_000 - n
	if basic {
		id = -7_000_000 - n
	}
	r := &room{f: f, title: fmt.Sprintf("Bozor %d", n)}
	r.Group = f.Telegram.Group(id, r.title)
	for _, o := range append([]*owner{admin}, members...) {
		r.Join(o.User)
	}
	r.Admin(admin.User, true)
	return r
}

// newStaffed is newRoom with the owner's kassa linked, and Payfer told the webhook.
func (f *shopfloor) newStaffed(basic bool, members ...*owner) (*room, *owner) {
	f.t.Helper()
	o := f.newOwner("en")
	r := f.newRoom(basic, o, members...)
	r.link(o)
	return r, o
}

// ask says something in the group and waits for the bot's first answer to it that matches.
func (r *room) ask(o *owner, text string, match func(sandbox.Message) bool) sandbox.Message {
	r.f.t.Helper()
	return r.answerTo(o.SendIn(r.Group, text), match)
}

// answerTo waits for the bot's first answer to m in the group: in a group, where
// many talk, an answer is a reply.
func (r *room) answerTo(m sandbox.Message, match func(sandbox.Message) bool) sandbox.Message {
	r.f.t.Helper()
	return r.f.answerIn(m.Chat, m, func(got sandbox.Message) bool {
		return got.ReplyTo == m.ID && (match == nil || match(got))
	})
}

// next fails unless the first answer is this text.
func (r *room) next(o *owner, text, key string, args locales.Args) sandbox.Message {
	r.f.t.Helper()
	got := r.ask(o, text, nil)
	if !o.says("en", key, args)(got) {
		r.f.t.Errorf("%q is answered %q, want %s", text, got.HTML, key)
	}
	return got
}

var inviteForm = regexp.MustCompile(`^https://t\.me/(\w+)\?start=(link_[A-Za-z0-9_-]+)$`)

// invited says /link in the group and gives what the answer's button carries to
// the private chat.
func (r *room) invited(o *owner) (payload string) {
	r.f.t.Helper()
	m := r.ask(o, "/link", nil)
	for _, b := range m.Flat() {
		if at := inviteForm.FindStringSubmatch(b.URL); at != nil && at[1] == r.f.Telegram.Username() && len(at[2]) <= 64 {
			return at[2]
		}
	}
	r.f.t.Fatalf("/link in the group is answered without a way to the private chat: %q %v", m.Text, m.Buttons)
	return ""
}

// tellKey goes through the dialogue in the private chat and gives its end.
func (o *owner) tellKey(payload string) sandbox.Message {
	o.f.t.Helper()
	o.answerTo(o.Start(payload), asksFor("shop_id"))
	o.ask(o.shop, asksFor("shop_key"))
	said := o.Send(o.key)
	end := o.answerTo(said, func(m sandbox.Message) bool { return has(o.name)(m) || voucherForm.MatchString(m.Text) })
	if !o.current(said).Deleted {
		o.f.t.Error("the message with the key still stands")
	}
	return end
}

// asksFor tells the dialogue's question for the one or the other.
func asksFor(what string) func(sandbox.Message) bool { return has(what) }

var voucherForm = regexp.MustCompile(`/link(?:@\w+)? ([A-Za-z0-9]{8,})`)

// voucher is the code with which the private dialogue ended; empty: it ended without one.
func voucher(m sandbox.Message) string {
	if at := voucherForm.FindStringSubmatch(m.Text); at != nil {
		return at[1]
	}
	return ""
}

// link links the group to the owner's kassa by the button, and tells Payfer the webhook.
func (r *room) link(o *owner) {
	r.f.t.Helper()
	if code := voucher(o.tellKey(r.invited(o))); code != "" {
		r.f.t.Fatal("a named admin in an open group is asked for a code")
	}
	r.tellPayfer(o)
}

// tellPayfer asks for the webhook's address in the group, and reads it in the private chat.
func (r *room) tellPayfer(o *owner) {
	r.f.t.Helper()
	after := sandbox.Message{ID: r.f.last(o.Chat()), Text: "/webhook"}
	o.SendIn(r.Group, "/webhook")
	m := o.answerTo(after, func(m sandbox.Message) bool { return hookForm.MatchString(m.HTML) })
	o.hook = hookForm.FindStringSubmatch(m.HTML)[2]
	r.f.Payfer.SetWebhook(o.shop, r.f.public+o.hook)
}

// last is the number of the latest message in a chat.
func (f *shopfloor) last(chat int64) (id int) {
	for _, m := range f.Telegram.Messages(chat) {
		id = max(id, m.ID)
	}
	return id
}

// invoice asks for an invoice in the group and waits for the photo.
func (r *room) invoice(o *owner, rest string) (sandbox.Message, sandbox.Payment) {
	r.f.t.Helper()
	m := r.ask(o, "/invoice "+rest, isPhoto)
	return m, o.payment(m)
}

// announced waits for the message that answers the invoice's.
func (r *room) announced(invoice sandbox.Message) sandbox.Message {
	r.f.t.Helper()
	return r.f.answerIn(invoice.Chat, invoice, repliesTo(invoice))
}

// edited waits until the invoice's message matches.
func (r *room) edited(invoice sandbox.Message, match func(sandbox.Message) bool) sandbox.Message {
	r.f.t.Helper()
	got, err := r.f.Telegram.WaitSent(soon(r.f.t), invoice.Chat, func(m sandbox.Message) bool { return m.ID == invoice.ID && match(m) })
	if err != nil {
		r.f.t.Fatalf("the invoice was not edited so (%v); the chat:\n%s", err, r.f.chat(invoice.Chat))
	}
	return got
}

// seen is all that ever stood in the group, also before edits, as people and as machines read it.
func (f *shopfloor) seen(chat int64) string {
	var all []string
	for _, m := range f.Telegram.Messages(chat) {
		all = append(all, m.Text, m.HTML, fmt.Sprint(m.Buttons))
		for _, e := range m.History {
			all = append(all, e.Text, e.HTML, fmt.Sprint(e.Buttons))
		}
	}
	return strings.Join(all, "\n")
}

// tellings counts the messages that tell that №n with this sum is paid: by themselves or
// among others, but not the invoice's own message.
func tellings(list []sandbox.Message, n int, sum string) (count int) {
	for _, m := range list {
		if !isPhoto(m) && slices.ContainsFunc(strings.Split(m.Text, "\n"), func(line string) bool { return namesInvoice(line, n) && strings.Contains(line, sum) }) {
			count++
		}
	}
	return count
}

// namesInvoice tells a text that speaks of №n.
func namesInvoice(text string, n int) bool {
	return slices.Contains(numbersIn(text), n)
}

var namesForm = regexp.MustCompile(`№([0-9]+)`)

// numbersIn are the numbers of invoices that a text names.
func numbersIn(text string) (list []int) {
	for _, at := range namesForm.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(at[1]) // digits
		list = append(list, n)
	}
	return list
}
