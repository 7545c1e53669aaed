package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestLinkingAGroup(t *testing.T) {
	play(t, []scene{
		{"an admin links it by the button and the private dialogue", linkByButton},
		{"the owner of the group is an admin", linkByGroupOwner},
		{"the button is bound to the admin who asked, and good once", buttonIsBound},
		{"an anonymous admin links it", linkAnonymously},
		{"with hidden members an anonymous admin's code links it, once, from the group itself alone", codeFromTheGroup},
		{"a named admin where the bot is none and members are hidden", linkWhereMembersAreHidden},
		{"one who is an admin no more at the end of the dialogue links nothing", adminNoMore},
		{"a key posted in a group is deleted and links nothing", keyInGroup},
		{"a member links, unlinks and changes nothing", memberIsRefused},
		{"the kassa of the private chat is offered", ownKassa},
	})
}

// worksIn takes a payment in the group from the command to the news.
func (r *room) worksIn(o *owner) {
	r.f.t.Helper()
	m, p := r.invoice(o, "50000")
	o.pay(p.Order)
	if told := r.announced(m); !has(o.name, p.Unique.String())(told) {
		r.f.t.Errorf("told %q", told.Text)
	}
	r.edited(m, withoutButtons)
}

// quiet wants the key never to have stood in the group, and Payfer's address neither.
func (r *room) quiet(o *owner) {
	r.f.t.Helper()
	if all := r.f.seen(r.ID); strings.Contains(all, o.key) || strings.Contains(all, "/payfer/") {
		r.f.t.Errorf("the group saw a secret:\n%s", all)
	}
}

func linkByButton(t *testing.T, f *shopfloor) {
	for _, basic := range []bool{true, false} {
		o := f.newOwner("en")
		r := f.newRoom(basic, o)
		end := o.tellKey(r.invited(o))
		if !has(o.name, r.title)(end) {
			t.Errorf("the dialogue ends %q, without the kassa or the group", end.Text)
		}
		if _, err := f.Telegram.WaitSent(soon(t), r.ID, has(o.name)); err != nil {
			t.Errorf("the group is not told: %v", err)
		}
		r.tellPayfer(o)
		r.worksIn(o)
		r.quiet(o)
		o.next("/invoice 5000", "not_linked", nil) // it is the group's kassa, not the private chat's
	}
}

func linkByGroupOwner(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	r := f.newRoom(false, o)
	r.Owner(o.User)
	r.link(o)
	r.worksIn(o)
}

func buttonIsBound(t *testing.T, f *shopfloor) {
	o, other := f.newOwner("en"), f.newOwner("en")
	r := f.newRoom(false, o)
	r.Admin(other.User, true)
	payload := r.invited(o)
	other.answerTo(other.Start(payload), other.says("en", "link.invite_foreign", nil))
	other.next(other.shop, "unknown_text", nil) // no dialogue has begun
	o.tellKey(payload)
	for _, who := range []*owner{o, other} {
		who.answerTo(who.Start(payload), who.says("en", "link.invite_over", nil))
	}
	o.answerTo(o.Start("link_"+strings.Repeat("a", 24)), o.says("en", "link.invite_over", nil))
	r.tellPayfer(o)
	r.worksIn(o)
}

func linkAnonymously(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	r := f.newRoom(false, o)
	r.Anonymous(o.User, true)
	if code := voucher(o.tellKey(r.invited(o))); code != "" {
		r.ask(o, "/link "+code, has(o.name))
	}
	r.worksIn(o) // he asks for it as the group
	for _, m := range f.Telegram.Sent(r.ID) {
		if strings.Contains(m.Text, o.FirstName) || strings.Contains(m.HTML, fmt.Sprint(o.ID)) {
			t.Errorf("the group is told who the anonymous admin is: %q", m.HTML)
		}
	}
	r.quiet(o)
}

func codeFromTheGroup(t *testing.T, f *shopfloor) {
	o, member := f.newOwner("en"), f.newOwner("en")
	r := f.newRoom(false, o, member)
	r.HideMembers(true)
	r.Anonymous(o.User, true)
	end := o.tellKey(r.invited(o))
	code := voucher(end)
	if code == "" || strings.Contains(end.Text, o.key) {
		t.Fatalf("the dialogue ends %q, want a code to post in the group", end.Text)
	}
	r.ask(member, "/link "+code, nil)
	f.asChannel(r, member, "/link "+code)
	for _, m := range f.Telegram.Sent(r.ID) {
		if has(o.name)(m) {
			t.Fatalf("a member linked the group: %q", m.Text)
		}
	}
	elsewhere := f.newRoom(false, o)
	elsewhere.Anonymous(o.User, true)
	// Of one who writes as the group Telegram tells no language: such a group speaks Uzbek.
	elsewhere.ask(o, "/link "+code, o.says("uz", "link.code_unknown", nil))
	r.ask(o, "/link@"+f.Telegram.Username()+" "+code, has(o.name))
	r.ask(o, "/link "+code, o.says("uz", "link.code_unknown", nil))
	r.worksIn(o)
	r.quiet(o)
}

// asChannel posts in the group as a channel of one's own, which is nobody's
// proof, and waits until the bot has dealt with it.
func (f *shopfloor) asChannel(r *room, who *owner, text string) {
	f.t.Helper()
	chat := map[string]any{"id": r.ID, "type": "supergroup", "title": r.title}
	raw, err := json.Marshal(map[string]any{"message": map[string]any{
		"message_id": 900_000, "date": f.Payfer.Now().Unix(), "chat": chat, "text": text,
		"from":        map[string]any{"id": 136817688, "is_bot": true, "first_name": "Channel", "username": "Channel_Bot"},
		"sender_chat": map[string]any{"id": -1008888888888, "type": "channel", "title": "Kanal"},
		"entities":    []map[string]any{{"type": "bot_command", "offset": 0, "length": 5}},
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.Telegram.Deliver(raw)
	r.ask(who, "/help", nil) // comes after it in the same chat
}

// linkWhereMembersAreHidden: the bot learns of admins by their list, or the admin
// shows himself by posting the code.
func linkWhereMembersAreHidden(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	r := f.newRoom(false, o)
	r.HideMembers(true)
	if code := voucher(o.tellKey(r.invited(o))); code != "" {
		r.ask(o, "/link "+code, has(o.name))
	}
	r.tellPayfer(o)
	r.worksIn(o)
	r.quiet(o)
}

func adminNoMore(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	r := f.newRoom(false, o)
	payload := r.invited(o)
	o.answerTo(o.Start(payload), asksFor("shop_id"))
	o.ask(o.shop, asksFor("shop_key"))
	r.Admin(o.User, false)
	said := o.Send(o.key)
	o.answerTo(said, o.says("en", "link.not_admin", locales.Args{"Title": r.title}))
	if !o.current(said).Deleted {
		t.Error("the message with the key still stands")
	}
	r.Admin(o.User, true)
	r.ask(o, "/invoice 5000", o.says("en", "not_linked", nil))
}

func keyInGroup(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	r := f.newRoom(false, o)
	said := o.SendIn(r.Group, "/link "+o.shop+" "+o.key)
	r.answerTo(said, o.says("en", "link.group_key", nil))
	r.answerTo(said, o.says("en", "link.key_delete_failed", nil))
	r.BotAdmin(true)
	said = o.SendIn(r.Group, "/link "+o.shop+" "+o.key)
	f.answerIn(r.ID, said, o.says("en", "link.group_key", nil))
	if m, _ := f.Telegram.Message(r.ID, said.ID); !m.Deleted {
		t.Error("the key still stands in the group")
	}
	for _, c := range f.Payfer.Calls("") {
		if c.Shop == o.shop {
			t.Error("Payfer was asked with a key from a group")
		}
	}
	r.ask(o, "/invoice 5000", o.says("en", "not_linked", nil))
}

func memberIsRefused(t *testing.T, f *shopfloor) {
	member := f.newOwner("en")
	r, o := f.newStaffed(false, member)
	invoice, _ := r.invoice(o, "50000")
	before := len(f.Payfer.Payments(""))
	for text, key := range map[string]string{"/link": "access.admins", "/unlink": "access.admins", "/settings": "access.admins", "/invoice 5000": "access.staff"} {
		r.next(member, text, key, nil)
	}
	settings := r.ask(o, "/settings", nil)
	for _, b := range settings.Flat() {
		if b.Data != "" {
			member.toastIn(settings, b.Data, "access.admins")
		}
	}
	for _, b := range invoice.Flat() {
		if strings.HasPrefix(b.Data, "withdraw:") {
			member.toastIn(invoice, b.Data, "access.staff")
		}
	}
	if now, _ := f.Telegram.Message(r.ID, settings.ID); now.Edited > 0 || len(f.Payfer.Payments("")) < before {
		t.Errorf("a member changed the settings: %q", now.Text)
	}
	if n := len(f.Payfer.Payments(member.shop)) + len(f.Payfer.Payments(o.shop)); n != 1 {
		t.Errorf("%d payments, want the admin's alone", n)
	}
	r.worksIn(o) // still linked
}

// toastIn presses a button as one who may not, and wants to hear so.
func (o *owner) toastIn(m sandbox.Message, data, key string) {
	o.f.t.Helper()
	if told := o.toast(m, data); told != o.plain(key, nil) {
		o.f.t.Errorf("%s pressed %s and is told %q, want %s", o.FirstName, data, told, key)
	}
}

func ownKassa(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	r := f.newRoom(false, o)
	m := o.answerTo(o.Start(r.invited(o)), asksFor("shop_id"))
	o.toast(m, "use:"+o.shop)
	o.answerTo(m, has(o.name, r.title))
	r.worksIn(o)
	o.sale() // and the private chat keeps it
}
