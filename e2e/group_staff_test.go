package e2e

import (
	"strings"
	"testing"

	"payferbot/sandbox"
)

func TestGroups(t *testing.T) {
	play(t, []scene{
		{"members invoice after the switch in the settings, and not after it was put back", switchForMembers},
		{"the topic is kept", topicKept},
		{"a thread of replies is no topic", repliesAreNoTopic},
		{"one kassa in two groups: each hears of its own invoices", oneKassaTwoGroups},
		{"a new key heals all chats of the kassa", newKeyHeals},
		{"the webhook's address is told in private alone", webhookInPrivate},
		{"the webhook's address waits for an admin who never wrote to the bot", webhookNeedsPrivate},
		{"a question in a group asks for a reply, and other people's words do not answer it", questionInGroup},
		{"what is not for the bot gets no answer", notForTheBot},
		{"unlinked, a group's open invoice is still told", unlinkGroup},
	})
}

func switchForMembers(t *testing.T, f *shopfloor) {
	member := f.newOwner("en")
	r, o := f.newStaffed(false, member)
	r.next(member, "/invoice 5000", "access.staff", nil)
	f.press(o, r.ask(o, "/settings", nil), "staff:")
	m, p := r.invoice(member, "6000 choy")
	o.pay(p.Order)
	r.announced(m)
	r.next(member, "/settings", "access.admins", nil)
	r.next(member, "/unlink", "access.admins", nil)
	f.press(o, r.ask(o, "/settings", nil), "staff:")
	r.next(member, "/invoice 5000", "access.staff", nil)
	stranger := f.newOwner("en") // one who left, or writes through a link to the group
	if got := r.ask(stranger, "/invoice 5000", nil); isPhoto(got) {
		t.Errorf("one who is no member got an invoice: %q", got.Text)
	}
}

// press presses the first button whose data begin so.
func (f *shopfloor) press(o *owner, m sandbox.Message, begins string) string {
	f.t.Helper()
	for _, b := range m.Flat() {
		if strings.HasPrefix(b.Data, begins) {
			return o.toast(m, b.Data)
		}
	}
	f.t.Fatalf("no button %s… under %q %v", begins, m.Text, m.Buttons)
	return ""
}

func topicKept(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	for _, thread := range []int{7, 12} {
		m := r.answerTo(o.SendInThread(r.Group, thread, "/invoice 50000"), isPhoto)
		o.pay(orderOf(m))
		told := r.announced(m)
		help := r.answerTo(o.SendInThread(r.Group, thread, "/help"), nil)
		if m.Thread != thread || told.Thread != thread || help.Thread != thread {
			t.Errorf("asked in topic %d: the invoice stands in %d, the news in %d, the help in %d", thread, m.Thread, told.Thread, help.Thread)
		}
	}
}

func repliesAreNoTopic(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	first, _ := r.invoice(o, "50000")
	m := r.answerTo(o.Reply(first, "/invoice 6000"), isPhoto)
	o.pay(orderOf(m))
	r.announced(m)
}

func oneKassaTwoGroups(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	other := f.newRoom(true, o)
	other.link(o)
	m, p := r.invoice(o, "50000")
	m2, p2 := other.invoice(o, "60000")
	o.pay(p.Order)
	o.pay(p2.Order)
	r.announced(m)
	other.announced(m2)
	r.worksIn(o) // whatever else was to come to either has come
	other.worksIn(o)
	if n := tellings(f.Telegram.Sent(r.ID), 1, p2.Unique.String()) + tellings(f.Telegram.Sent(other.ID), 1, p.Unique.String()); n != 0 {
		t.Errorf("%d times a group heard of the other's invoice", n)
	}
	for _, m := range f.Telegram.Sent(o.Chat()) {
		if strings.Contains(m.Text, p.Unique.String()) {
			t.Errorf("the private chat heard of a group's invoice: %q", m.Text)
		}
	}
}

func newKeyHeals(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	other := f.newRoom(true, o)
	other.link(o)
	m, p := r.invoice(o, "50000")
	m2, p2 := other.invoice(o, "60000")
	f.Payfer.SetKey(o.shop, canaryKey+"fresh-"+o.shop)
	for _, x := range []*room{r, other} {
		if got := x.ask(o, "/invoice 7000", nil); !strings.Contains(got.Text, "/link") || isPhoto(got) {
			t.Errorf("with a key that Payfer refuses told %q", got.Text)
		}
	}
	o.pay(p.Order)
	o.pay(p2.Order)
	o.key = canaryKey + "fresh-" + o.shop
	r.link(o)
	r.announced(m) // also what was paid while the key was refused
	other.announced(m2)
	r.worksIn(o)
	other.worksIn(o)
}

func webhookInPrivate(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false) // tellPayfer asked for it in the group
	m := r.ask(o, "/webhook", nil)
	if strings.Contains(m.HTML, o.hook) {
		t.Errorf("the group is told %q", m.HTML)
	}
	r.quiet(o)
}

func webhookNeedsPrivate(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	second := f.newOwner("en")
	r.Admin(second.User, true)
	m := r.ask(second, "/webhook", nil)
	if !strings.Contains(f.seen(r.ID), "t.me/"+f.Telegram.Username()) || strings.Contains(m.HTML, o.hook) {
		t.Errorf("an admin to whom the bot may not write is told %q %v", m.Text, m.Buttons)
	}
	r.quiet(o)
}

func questionInGroup(t *testing.T, f *shopfloor) {
	member := f.newOwner("en")
	r, o := f.newStaffed(false, member)
	f.press(o, r.ask(o, "/settings", nil), "card")
	asked, err := f.Telegram.WaitSent(soon(t), r.ID, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatalf("the question does not ask for a reply (%v); the chat:\n%s", err, f.chat(r.ID))
	}
	member.Reply(asked, "4111 1111 1111 1111")
	o.Reply(asked, "8600 0000 0000 0007")
	r.invoiceWith(o, "8600 0000 0000 0007", "4111 1111 1111 1111")
}

// invoiceWith makes invoices until one shows the card: the dialogue may have one more question.
func (r *room) invoiceWith(o *owner, card, foreign string) {
	r.f.t.Helper()
	_, err := r.f.Telegram.WaitSent(soon(r.f.t), r.ID, func(m sandbox.Message) bool { return has(card)(m) || (m.ForceReply && has("8600")(m)) })
	if err != nil {
		r.f.t.Fatalf("the card is not taken (%v); the chat:\n%s", err, r.f.chat(r.ID))
	}
	r.ask(o, "/cancel", nil) // the holder's name may stay unsaid
	m, _ := r.invoice(o, "50000")
	if !has(card)(m) || has(foreign)(m) {
		r.f.t.Errorf("the invoice reads %q, want the card %s", m.Text, card)
	}
	for _, b := range m.Flat() {
		if b.CopyText == strings.ReplaceAll(card, " ", "") {
			return
		}
	}
	r.f.t.Errorf("no button copies the card: %v", m.Buttons)
}

func notForTheBot(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	for _, basic := range []bool{true, false} { // with privacy mode and, as an admin, without it
		r.BotAdmin(!basic)
		first := r.ask(o, "/help", nil).ID
		for _, text := range []string{"50000", "choy bormi?", "/invoice@other_bot 5000", "/weather", "//invoice"} {
			o.SendIn(r.Group, text)
		}
		end := r.ask(o, "/help", nil)
		for _, m := range f.Telegram.Sent(r.ID) {
			if m.ID > first && m.ID < end.ID {
				t.Errorf("the bot answers what is not for it: %q", m.Text)
			}
		}
	}
}

func unlinkGroup(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(true)
	m, p := r.invoice(o, "50000")
	r.ask(o, "/unlink", has(o.name))
	r.next(o, "/invoice 5000", "not_linked", nil)
	o.pay(p.Order)
	if told := r.announced(m); !has("№1", o.name, p.Unique.String())(told) {
		t.Errorf("told %q", told.Text)
	}
}
