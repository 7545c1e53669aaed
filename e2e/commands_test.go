package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"payferbot/locales"
	"payferbot/sandbox"
)

func TestCommands(t *testing.T) {
	play(t, []scene{
		{"start, help and shop", startHelpShop},
		{"nothing works without a kassa, and it says so", notLinked},
		{"the webhook's whole address stands in code", webhookAddress},
		{"the language changes by button and by word", changeLanguage},
		{"a bare sum is an invoice", bareSum},
		{"commands with our name are ours, with another's not", namedCommands},
		{"bad sums, sums out of range and long notes are refused kindly", badInvoices},
		{"commands that are not built or not known say so", unknownCommands},
		{"the list shows ten and then the earlier ones", listInvoices},
		{"check by number, sign, code and nothing", checkByReference},
		{"the twenty-first invoice in a minute is refused kindly", tooMany},
	})
}

func startHelpShop(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	o.answerTo(o.Start(""), o.says("en", "start.new", nil))
	o.answerTo(o.Start("pay_abcdefgh"), o.says("en", "guest.none", nil))
	o.next("/help", "help", nil)
	o.link()
	o.answerTo(o.Start(""), o.says("en", "start.linked", locales.Args{"Shop": o.name}))
	m, p := o.invoice("50000")
	o.pay(p.Order)
	o.announced(m)
	o.next("/shop", "shop.info", locales.Args{"Shop": o.name, "Balance": "50 001,50", "Count": 1, "Total": "50 001,50", "ID": o.shop})
	f.Payfer.Fault("shop", sandbox.Garbage, 1, ofShop(o.shop))
	o.next("/shop", "shop.no_answer", locales.Args{"Shop": o.name})
	f.Payfer.Revoke(o.shop)
	o.next("/shop", "shop.refused", locales.Args{"Shop": o.name})
}

func notLinked(t *testing.T, f *shopfloor) {
	o := f.newOwner("en")
	for _, text := range []string{"/invoice 50000", "50000", "/shop", "/webhook"} {
		o.next(text, "not_linked", nil)
	}
	o.next("/unlink", "unlink.none", nil)
	o.next("/invoices", "invoices.none", nil)
	o.next("/check", "check.nothing", nil)
	if n := len(f.Payfer.Payments(o.shop)); n != 0 {
		t.Errorf("%d payments", n)
	}
}

func webhookAddress(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m := o.ask("/webhook", nil)
	if o.hook == "" || !strings.Contains(m.HTML, "<code>"+f.public+o.hook+"</code>") {
		t.Errorf("/webhook: %q", m.HTML)
	}
	if status := f.post(o.hook, `{"order_code":"none"}`); status != 200 {
		t.Errorf("the address answers %d", status)
	}
}

func changeLanguage(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	asked := o.ask("/lang", nil)
	if len(asked.Flat()) != 4 {
		t.Errorf("%d languages are offered", len(asked.Flat()))
	}
	o.toast(asked, "lang:ru")
	o.edited(asked, o.says("ru", "lang.done", nil))
	o.ask("/help", o.says("ru", "help", nil))
	m, p := o.invoice("50000")
	o.ask("/lang uz-Cyrl", o.says("uz-Cyrl", "lang.done", nil))
	o.pay(p.Order)
	if told := o.announced(m); !has("тўланди", "№1")(told) {
		t.Errorf("announced as %q", told.Text)
	}
	f.await("the chat's own menu in Cyrillic", func(v *sandbox.View) bool {
		for _, c := range v.Calls("setMyCommands") {
			if strings.Contains(c.Params.Get("scope"), fmt.Sprint(o.Chat())) && strings.Contains(c.Params.Get("commands"), book(t).Plain("uz-Cyrl", "menu.invoice", nil)) {
				return true
			}
		}
		return false
	})
}

func bareSum(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for text, want := range map[string]string{"50000": "50 0", "60 000,50": "60 0", "70k": "70 0", "80 ming": "80 0"} {
		if m := o.ask(text, isPhoto); !strings.Contains(m.HTML, "<code>"+want) {
			t.Errorf("%q gives %q", text, m.HTML)
		}
	}
	o.next("good day", "unknown_text", nil)
}

func namedCommands(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for _, at := range []string{f.Telegram.Username(), strings.ToUpper(f.Telegram.Username())} {
		if m := o.ask("/invoice@"+at+" 50000 choy", nil); !isPhoto(m) || !has("choy")(m) {
			t.Errorf("@%s: %q", at, m.Text)
		}
	}
	said := o.Send("/invoice@another_bot 50000")
	o.next("/help", "help", nil)
	for _, m := range f.Telegram.Sent(o.Chat()) {
		if m.ID > said.ID && isPhoto(m) {
			t.Error("another bot's command made an invoice")
		}
	}
	if first := o.answerTo(said, nil); isPhoto(first) || !strings.HasPrefix(first.HTML, book(t).HTML("en", "help", nil)) {
		t.Errorf("another bot's command is answered %q", first.Text)
	}
}

func badInvoices(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	o.next("/invoice", "invoice.usage", nil)
	for _, bad := range []string{"tea", "-50000", "５００００", "1e5", "50000.555x"} {
		o.next("/invoice "+bad, "invoice.bad_sum", locales.Args{"Text": bad})
	}
	bounds := locales.Args{"Min": "1 000", "Max": "10 000 000"}
	for _, out := range []string{"999", "999.99", "10000000.01", "11 mln", "0"} {
		o.next("/invoice "+out, "invoice.out_of_range", bounds)
	}
	o.next("999", "invoice.out_of_range", bounds)
	long := strings.Repeat("ў", 200)
	o.next("/invoice 50000 "+long+"ў", "invoice.note_long", locales.Args{"Max": 200})
	if n := len(f.Payfer.Payments(o.shop)); n != 0 {
		t.Errorf("%d payments of refused commands", n)
	}
	for _, in := range []string{"1000", "10000000", "5000 " + long, "5000 <b>&lt;tea\u202e"} {
		o.invoice(in)
	}
	if m := o.photos()[2]; !has(long)(m) {
		t.Errorf("a note of 200 characters is cut: %q", m.Text)
	}
	if m := o.photos()[3]; !has("<b>&lt;tea")(m) {
		t.Errorf("a note's signs are not as typed: %q", m.Text)
	}
}

func unknownCommands(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for _, name := range []string{"/report", "/export"} {
		o.next(name, "not_built", locales.Args{"Command": name})
	}
	o.next("/frobnicate", "unknown_command", nil)
}

func listInvoices(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	o.next("/invoices", "invoices.none", nil)
	for i := range 11 {
		o.invoice(fmt.Sprintf("%d note%d", 5000+i, i+1))
	}
	list := o.ask("/invoices", nil)
	if n := strings.Count(list.Text, "№"); n != 10 || !has("№11", "note11", "№2 ")(list) {
		t.Errorf("%d in the list: %q", n, list.Text)
	}
	o.toast(list, 0)
	if earlier := o.answerTo(list, nil); !has("№1 ", "note1")(earlier) || strings.Count(earlier.Text, "№") != 1 {
		t.Errorf("the earlier ones: %q", earlier.Text)
	}
}

func checkByReference(t *testing.T, f *shopfloor) {
	o, stranger := f.newLinked("en"), f.newLinked("en")
	refs := []func(p sandbox.Payment) string{
		func(sandbox.Payment) string { return "1" },
		func(sandbox.Payment) string { return "№2" },
		func(sandbox.Payment) string { return "#3" },
		func(p sandbox.Payment) string { return p.Order },
		func(sandbox.Payment) string { return "" },
	}
	for n, ref := range refs {
		_, p := o.invoice("50000")
		m := o.ask("/check "+ref(p), nil)
		if !has("⏳", fmt.Sprintf("№%d", n+1), p.Unique.String())(m) {
			t.Errorf("/check %s: %q", ref(p), m.Text)
		}
	}
	first, again := o.Send("/check 1"), o.Send("/check 1")
	o.answerTo(first, repliesTo(first))
	const gap = 2 * time.Second // of the bot, between two checks of an order: a slow machine may take longer to come to the second
	if m := o.answerTo(again, repliesTo(again)); !o.says("en", "check.busy", nil)(m) && m.Date.Sub(first.Date) < gap {
		t.Errorf("a second check at once: %q", m.Text)
	}
	o.next("/check 99", "check.none", nil)
	_, p := stranger.invoice("50000")
	o.next("/check "+p.Order, "check.none", nil)
}

func tooMany(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	for i := range 20 {
		o.Send(fmt.Sprintf("/invoice %d", 5000+i))
	}
	o.ask("/invoice 5020", o.says("en", "invoice.too_many_user", locales.Args{"Count": 20, "Max": 20}))
	f.await("twenty invoices", func(v *sandbox.View) bool { return len(photos(v.Sent(o.Chat()))) == 20 })
	if n := len(f.Payfer.Payments(o.shop)); n != 20 {
		t.Errorf("%d payments", n)
	}
}
