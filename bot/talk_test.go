package bot

import (
	"slices"
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

func TestCommandsAreAnswered(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	for _, c := range []struct {
		text, key string
		args      locales.Args
	}{
		{"/start", "start.new", nil},
		{"/start pay_abcdef", "guest.none", nil},
		{"/help", "help", nil},
		{"/HELP@Payfer_Sandbox_Bot", "help", nil},
		{"/shop", "not_linked", nil},
		{"/unlink", "unlink.none", nil},
		{"/invoice", "invoice.usage", nil},
		{"/webhook", "not_linked", nil},
		{"/invoices", "invoices.none", nil},
		{"/check", "check.nothing", nil},
		{"/check 12", "check.none", nil},
		{"/cancel", "cancel.nothing", nil},
		{"/report", "not_built", locales.Args{"Command": "/report"}},
		{"/export", "not_built", locales.Args{"Command": "/export"}},
		{"/settings", "not_linked", nil},
		{"/dance", "unknown_command", nil},
		{"hello", "unknown_text", nil},
		{"50000", "not_linked", nil},
		{"/invoice 50000", "not_linked", nil},
		{"/invoice lots", "invoice.bad_sum", locales.Args{"Text": "lots"}},
	} {
		before := len(s.tg.Sent(42))
		aziz.Send(c.text)
		want := plainText(s.book.HTML("en", c.key, c.args))
		m, err := s.tg.WaitSent(s.ctx(), 42, nextAfter(s, before))
		if err != nil || m.Text != want {
			t.Errorf("%s: answered %q (%v), want %s", c.text, m.Text, err, c.key)
		}
	}
}

func TestACommandForAnotherBotIsNotOurs(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/help@another_bot")
	aziz.Send("/cancel")
	s.hears(42, "cancel.nothing", nil)
	if said := s.said(42); len(said) != 1 {
		t.Errorf("said %q", said)
	}
}

func TestTheLanguageFollowsThePersonAndCanBeChanged(t *testing.T) {
	t.Parallel()
	s := perform(t)
	ivan := s.tg.User(43, "Ivan", "ru")
	ivan.Send("/start")
	m, err := s.tg.WaitSent(s.ctx(), 43, nextAfter(s, 0))
	if want := plainText(s.book.HTML("ru", "start.new", nil)); err != nil || m.Text != want {
		t.Fatalf("greeted with %q (%v)", m.Text, err)
	}
	ivan.Send("/lang en")
	s.hears(43, "lang.done", nil)
	ivan.Send("/lang")
	asked := s.hears(43, "lang.ask", nil)
	if got := len(asked.Flat()); got != len(s.book.Langs()) {
		t.Fatalf("%d buttons for %d languages", got, len(s.book.Langs()))
	}
	press, err := ivan.Press(asked, "lang:uz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := press.Wait(s.ctx()); err != nil {
		t.Fatal(err)
	}
	s.settled(4)
	if got, want := s.tg.Sent(43)[2].Text, plainText(s.book.HTML("uz", "lang.done", nil)); got != want {
		t.Errorf("after the press: %q, want %q", got, want)
	}
	s.desk.see(func() {
		if got := s.desk.peers[43].Lang; got != "uz" {
			t.Errorf("language %q", got)
		}
	})
	if got := s.tg.Commands("chat:43", ""); len(got) != len(menu) {
		t.Errorf("the chat's menu: %v", got)
	}

	fr := s.tg.User(44, "Marie", "fr")
	fr.Send("/start")
	m, err = s.tg.WaitSent(s.ctx(), 44, nextAfter(s, 0))
	if want := plainText(s.book.HTML("uz", "start.new", nil)); err != nil || m.Text != want {
		t.Errorf("a language we do not speak: %q (%v)", m.Text, err)
	}
}

func TestUnlinkingWithOpenInvoicesOffersToForgetThem(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.desk.invoices = []kassa.Invoice{
		{Order: "aaa", Peer: "peer42", Shop: "shop1", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som},
		{Order: "bbb", Peer: "peer42", Shop: "shop1", Number: 2, State: kassa.Paid, Asked: 5000 * money.Som, Paid: 5001 * money.Som},
	}
	aziz := s.user(42)
	aziz.Send("/unlink")
	m := s.hears(42, "unlink.open", locales.Args{"Shop": "Bahor", "Count": 1})
	if _, err := aziz.Press(m, "forget:shop1"); err != nil {
		t.Fatal(err)
	}
	list := s.bot.render.line("en", s.desk.invoices[0])
	m = s.hears(42, "unlink.forget_ask", locales.Args{"Count": 1, "List": locales.HTML(list)})
	if _, err := aziz.Press(m, "forget_yes:shop1"); err != nil {
		t.Fatal(err)
	}
	s.hears(42, "unlink.forgotten", locales.Args{"Count": 1})
	s.desk.see(func() {
		if !slices.Equal(s.desk.forgot, []kassa.ShopID{"shop1"}) {
			t.Errorf("forgot %v", s.desk.forgot)
		}
	})
	if len(s.tg.Sent(42)) != 1 {
		t.Errorf("said %q", s.said(42))
	}
}

func TestTheWebhookAddressIsGivenInFull(t *testing.T) {
	t.Parallel()
	s := perform(t, func(o *Options) { o.PublicURL = "https://pay.example/" })
	s.desk.linkNow(42, "shop1", "Bahor")
	s.user(42).Send("/webhook")
	m := s.hears(42, "webhook.url", locales.Args{"URL": "https://pay.example/payfer/token-of-shop1"})
	if !strings.Contains(m.HTML, "<code>https://pay.example/payfer/token-of-shop1</code>") {
		t.Errorf("said %q", m.HTML)
	}
}

func TestHearingFromAParkedPeerBringsItBack(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	park := func() {
		s.desk.see(func() {
			p := s.desk.peers[42]
			p.Parked = "blocked"
			s.desk.peers[42] = p
		})
	}
	park()
	aziz := s.user(42)
	aziz.Send("/help")
	s.settled(1)
	park()
	aziz.Block()
	aziz.Unblock()
	s.settled(3)
	s.desk.see(func() {
		if s.desk.backs != 2 {
			t.Errorf("%d times back", s.desk.backs)
		}
	})
}
