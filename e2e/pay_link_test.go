package e2e

import (
	"slices"
	"strings"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestPayLinks(t *testing.T) {
	play(t, []scene{
		{"set in the settings, each is a button with the exact sum, the customer's too", linksOnInvoice},
		{"changed and removed, open invoices follow", linksChange},
		{"in a group an admin's answer sets it", linkInGroup},
		{"where Telegram takes no link button the invoice goes out without them", linksNotTaken},
	})
}

const clickPage = "https://my.click.uz/clickp2p/5ECRET"

// addLink answers the question for a pay link, and gives the settings.
func (o *owner) addLink(link string) sandbox.Message {
	o.f.t.Helper()
	o.f.press(o, o.ask("/settings", nil), "add_link:")
	return o.ask(link, o.says(o.Lang, "paylink.saved", nil))
}

// pages are the addresses behind a message's buttons.
func pages(m sandbox.Message) (list []string) {
	for _, b := range m.Flat() {
		if b.URL != "" {
			list = append(list, b.URL)
		}
	}
	return list
}

func linksOnInvoice(t *testing.T, f *shopfloor) {
	for _, lang := range []string{"uz", "ru", "en"} {
		o, c := f.newLinked(lang), f.newCustomer(lang)
		o.addLink(clickPage)
		set := o.addLink("https://pay.bank.example/{order}")
		for name, filled := range map[string]bool{"Click": true, "pay.bank.example": false} {
			if !has(book(t).Plain(lang, "settings.link", locales.Args{"Name": name, "Filled": filled}))(set) || has("5ECRET")(set) {
				t.Errorf("%s: the settings read %q", lang, set.Text)
			}
		}
		m, p := o.invoice("50000")
		want := []string{clickPage + "?amount=" + p.Unique.Plain(), "https://pay.bank.example/" + p.Order}
		for who, shows := range map[string]sandbox.Message{"the seller": m, "the customer": c.opens(p.Order)} {
			if !slices.Equal(pages(shows), want) {
				t.Errorf("%s: %s can open %q, want %q", lang, who, pages(shows), want)
			}
			if _, ok := shows.Button(book(t).Plain(lang, "button.pay_filled", locales.Args{"Name": "Click"})); !ok {
				t.Errorf("%s: no button says that the sum is filled in: %v", lang, shows.Buttons)
			}
		}
		o.pay(p.Order)
		if face := o.edited(m, has("✅")); len(face.Flat()) != 0 {
			t.Errorf("%s: a paid invoice has the buttons %v", lang, face.Buttons)
		}
	}
}

func linksChange(t *testing.T, f *shopfloor) {
	o, c := f.newLinked("en"), f.newCustomer("en")
	m, p := o.invoice("50000")
	seen := c.opens(p.Order)
	first := clickPage + "?amount=" + p.Unique.Plain()
	second := "https://payme.uz/x?a=" + p.Unique.Plain()
	leadTo := func(want ...string) func(sandbox.Message) bool {
		return func(m sandbox.Message) bool { return slices.Equal(pages(m), want) }
	}
	o.addLink(clickPage)
	o.edited(m, leadTo(first))
	c.edited(seen, leadTo(first))
	set := o.addLink("https://payme.uz/x?a={sum}")
	o.edited(m, leadTo(first, second))
	c.edited(seen, leadTo(first, second))
	f.press(o, set, "links_off:")
	o.edited(m, leadTo())
	if face := c.edited(seen, leadTo()); !offersToPay(face) {
		t.Errorf("without links the customer reads %q %v", face.Text, face.Buttons)
	}
	o.edited(set, has(book(t).Plain("en", "settings.no_card", nil)))
	if got := append(o.replies(m), c.replies(seen)...); len(got) != 0 {
		t.Errorf("a change of links is a new message: %q", got[0].Text)
	}
}

func linkInGroup(t *testing.T, f *shopfloor) {
	member := f.newOwner("en")
	r, o := f.newStaffed(false, member)
	f.press(o, r.ask(o, "/settings", nil), "add_link:")
	asked, err := f.Telegram.WaitSent(soon(t), r.ID, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatalf("the question does not ask for a reply (%v); the chat:\n%s", err, f.chat(r.ID))
	}
	member.Reply(asked, "https://evil.example/")
	r.answerTo(o.Reply(asked, clickPage), has(book(t).Plain("en", "paylink.saved", nil)))
	m, p := r.invoice(o, "50000")
	if want := []string{clickPage + "?amount=" + p.Unique.Plain()}; !slices.Equal(pages(m), want) {
		t.Errorf("the group can open %q, want %q", pages(m), want)
	}
}

func linksNotTaken(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	o.addLink(clickPage)
	f.Telegram.Fault("sendPhoto", sandbox.Refuse, 1, sandbox.InChat(o.Chat()), sandbox.Code(400), sandbox.Text("Bad Request: BUTTON_URL_INVALID"))
	m, p := o.invoice("50000")
	if len(pages(m)) != 0 || !offersToPay(m) || !strings.Contains(m.HTML, "<code>"+p.Unique.String()) {
		t.Errorf("sent %q %v", m.HTML, m.Buttons)
	}
	o.pay(p.Order)
	o.announced(m)
}
