package bot

import (
	"slices"
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/sandbox"
)

const (
	clickLink = "https://my.click.uz/clickp2p/ABC"
	bankLink  = "https://www.bank.example/pay?o={order}"
)

// askedForLink is a shopkeeper who has pressed "add a pay link".
func askedForLink(t *testing.T) (*stage, *sandbox.User, sandbox.Message) {
	t.Helper()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "add_link:shop1")
	s.hears(42, "paylink.ask", linkArgs())
	return s, aziz, page
}

// nowReads waits until the message is edited, and gives it.
func (s *stage) nowReads(m sandbox.Message, key string, args locales.Args) sandbox.Message {
	s.t.Helper()
	want := plainText(s.book.HTML("en", key, args))
	now, err := s.tg.WaitSent(s.ctx(), m.Chat, func(now sandbox.Message) bool {
		return now.ID == m.ID && now.Edited > 0 && strings.Contains(now.Text, want)
	})
	if err != nil {
		s.t.Fatalf("the message never read %s; said %q", key, s.said(m.Chat))
	}
	return now
}

func TestPayLinksAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	s, aziz, _ := askedForLink(t)
	aziz.Send("click")
	s.hears(42, "paylink.wrong", linkArgs())
	aziz.Send("https://bank.uz/{amount}")
	aziz.Send("https://bank.uz/" + strings.Repeat("x", kassa.MaxLink))
	s.hears(42, "paylink.long", linkArgs())
	s.paysTo(kassa.Details{})
	aziz.Send(clickLink)
	saved := s.line(42, "paylink.saved", nil)
	filled := plainText(s.book.HTML("en", "settings.link", locales.Args{"Name": "Click", "Filled": true}))
	if !strings.Contains(saved.Text, filled) || strings.Contains(saved.Text, "clickp2p") {
		t.Errorf("the settings show %q", saved.Text)
	}
	s.toasted(aziz, saved, "add_link:shop1")
	aziz.Send(bankLink)
	typed := plainText(s.book.HTML("en", "settings.link", locales.Args{"Name": "bank.example", "Filled": false}))
	both, err := s.tg.WaitSent(s.ctx(), 42, func(m sandbox.Message) bool { return strings.Contains(m.Text, filled+"\n"+typed) })
	if err != nil {
		t.Fatalf("the settings never list both links: %q", s.said(42))
	}
	s.paysTo(kassa.Details{Links: []kassa.PayLink{clickLink + "?amount={sum}", bankLink}})
	aziz.Send("50000") // the dialogue is over
	s.settled(9)
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Errorf("%d invoices", len(s.desk.commands))
		}
	})
	s.toasted(aziz, both, "links_off:shop1")
	s.paysTo(kassa.Details{})
	if now := s.nowReads(both, "settings.no_card", nil); len(now.Flat()) != 2 {
		t.Errorf("without links the buttons are %v", now.Buttons)
	}
	s.toasted(aziz, saved, "links_off:shop1") // an older message: there is nothing left to remove
	s.paysTo(kassa.Details{})
}

func TestAKassaWithoutACardSaysThatItHasLinks(t *testing.T) {
	t.Parallel()
	s, aziz, _ := askedForLink(t)
	aziz.Send(clickLink)
	s.line(42, "settings.links_only", nil)
	aziz.Send("/settings")
	s.settled(4)
	for _, said := range s.said(42)[2:] {
		if strings.Contains(said, plainText(s.book.HTML("en", "settings.no_card", nil))) {
			t.Errorf("the settings show %q", said)
		}
	}
}

func TestALinkThatIsThereIsNotAddedTwice(t *testing.T) {
	t.Parallel()
	s, aziz, page := askedForLink(t)
	said := aziz.Send(clickLink)
	s.line(42, "paylink.saved", nil)
	s.again(said.Update) // the dialogue is over: it is no answer any more
	s.toasted(aziz, page, "add_link:shop1")
	aziz.Send(" " + clickLink + "?amount={sum}\n")
	same := s.line(42, "paylink.same", nil)
	if _, ok := same.Button("links_off:shop1"); !ok {
		t.Errorf("the settings do not follow: %q %v", same.Text, same.Buttons)
	}
	s.paysTo(kassa.Details{Links: []kassa.PayLink{clickLink + "?amount={sum}"}})
}

func TestAKassaTakesSoManyLinksAndNoMore(t *testing.T) {
	t.Parallel()
	s, aziz, page := askedForLink(t)
	full := []kassa.PayLink{"https://a.uz/", "https://b.uz/", "https://c.uz/", "https://d.uz/"}
	s.desk.see(func() { // another admin, in another chat of the kassa
		shop := s.desk.shops["shop1"]
		shop.PayTo.Links = full
		s.desk.shops["shop1"] = shop
	})
	aziz.Send(clickLink)
	most := s.line(42, "paylink.most", linkArgs())
	if _, ok := most.Button("add_link:shop1"); ok {
		t.Errorf("one more is offered: %v", most.Buttons)
	}
	s.toasted(aziz, page, "add_link:shop1") // a message of before
	s.nowReads(page, "settings.link", locales.Args{"Name": "a.uz", "Filled": false})
	aziz.Send("50000")
	s.settled(5)
	s.paysTo(kassa.Details{Links: full})
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Error("the question is still open")
		}
	})
}

func TestALinkForAnotherKassaIsNotSaved(t *testing.T) {
	t.Parallel()
	s, aziz, page := askedForLink(t)
	aziz.Send(clickLink)
	saved := s.line(42, "paylink.saved", nil)
	s.toasted(aziz, page, "add_link:shop1")
	s.desk.linkNow(42, "shop2", "Navbahor")
	others := kassa.Details{Links: []kassa.PayLink{"https://navbahor.uz/"}}
	s.desk.see(func() {
		shop := s.desk.shops["shop2"]
		shop.PayTo = others
		s.desk.shops["shop2"] = shop
	})
	aziz.Send(bankLink)
	s.hears(42, "paylink.other_shop", nil)
	s.toasted(aziz, saved, "links_off:shop1") // both show the settings of the new one instead
	s.nowReads(saved, "settings.shop", locales.Args{"Shop": "Navbahor"})
	s.toasted(aziz, page, "add_link:shop1")
	s.nowReads(page, "settings.shop", locales.Args{"Shop": "Navbahor"})
	s.paysTo(kassa.Details{Links: []kassa.PayLink{clickLink + "?amount={sum}"}})
	s.desk.see(func() {
		if got := s.desk.shops["shop2"].PayTo; !got.Same(others) {
			t.Errorf("the other kassa has %+v", got)
		}
	})
}

func TestAHostThatWouldBreakALineOrTheMarkupIsShownAsOneWord(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, host := range []string{"to\u202elov.uz", strings.Repeat("long", 15) + ".uz", "a&b.uz", "тўлов.уз"} {
		l, err := kassa.ParsePayLink("https://" + host + "/{sum}")
		if err != nil {
			continue
		}
		for _, lang := range r.book.Langs() {
			line := r.book.HTML(lang, "settings.link", locales.Args{"Name": nameOf(l), "Filled": true})
			if strings.Contains(line, "\u202e") || len([]rune(nameOf(l))) > linkName {
				t.Errorf("%s: %q", lang, line)
			}
			mustParse(t, line)
		}
	}
}

func TestAPayLinkInAGroupIsAnAdminsAnswer(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.desk.linkNow(42, "shop1", "Bahor")
	y.user(42).Start("")
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	if told := y.toasted(y.boy, page, "add_link:shop1"); told != y.book.Plain("en", "access.admins", nil) {
		t.Errorf("a member is told %q", told)
	}
	y.toasted(y.boss, page, "add_link:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(asked.HTML, `<a href="tg://user?id=51">Boss</a>`) {
		t.Errorf("asked %q, not the one who pressed", asked.HTML)
	}
	y.boy.Reply(asked, bankLink)
	y.boss.SendIn(y.Group, bankLink) // no reply: not to us
	y.boss.Reply(asked, clickLink)
	saved := y.line(yardChat, "paylink.saved", nil)
	y.paysTo(kassa.Details{Links: []kassa.PayLink{clickLink + "?amount={sum}"}})
	y.hears(42, "shop.link_added", locales.Args{"Shop": "Bahor", "Place": "Bozor <1>", "Name": "Click"})
	y.toasted(y.boss, saved, "links_off:shop1")
	y.hears(42, "shop.links_gone", locales.Args{"Shop": "Bahor", "Place": "Bozor <1>"})
}

func TestOneWhoIsAnAdminNoMoreAddsNoLink(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	y.toasted(y.boss, page, "add_link:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	y.Admin(y.boss, false)
	y.says(y.boss.Reply(asked, clickLink), "access.admins", nil)
	y.paysTo(kassa.Details{})
}

// withLinks is a delivery of an invoice that can be paid on two pages.
func withLinks(d *kassa.Delivery) {
	d.Invoice.PayTo = kassa.Details{Card: bahorsCard.Card, Links: []kassa.PayLink{clickLink + "?amount={sum}", bankLink}}
}

func urls(m sandbox.Message) (list []string) {
	for _, b := range m.Flat() {
		if b.URL != "" {
			list = append(list, b.Text+" "+b.URL)
		}
	}
	return list
}

func TestAnInvoiceHasAButtonForEachPayLinkWithItsOwnSum(t *testing.T) {
	t.Parallel()
	s := played(t)
	want := []string{
		"Click: amount filled in https://my.click.uz/clickp2p/ABC?amount=50001.50",
		"bank.example: type the amount https://www.bank.example/pay?o=abcdefghijklmnop",
	}
	guest := func(d *kassa.Delivery) { d.View.Guest = true }
	for _, who := range []func(*kassa.Delivery){func(*kassa.Delivery) {}, guest} {
		id := s.deliver(delivery(kassa.Show, withLinks, who))
		if m, _ := s.tg.Message(42, id); !slices.Equal(urls(m), want) {
			t.Errorf("the buttons lead to %q", urls(m))
		}
		s.deliver(delivery(kassa.Edit, at(id), withLinks, who, func(d *kassa.Delivery) { d.Invoice.Overdue = true }))
		if m, _ := s.tg.Message(42, id); len(urls(m)) != 0 {
			t.Errorf("one that is not to be paid any more leads to %q", urls(m))
		}
	}
}

func TestAnInvoiceGoesOutWithoutTheLinksThatTelegramRefuses(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"Bad Request: BUTTON_URL_INVALID", "Bad Request: inline keyboard button URL 'https://my.click.uz/' is invalid: Wrong HTTP URL",
	} {
		s := played(t)
		s.tg.Fault("sendPhoto", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text(words))
		id := s.deliver(delivery(kassa.Show, withLinks))
		m, _ := s.tg.Message(42, id)
		if m.Photo == nil || m.ParseMode == "" || len(m.Flat()) != 4 || len(urls(m)) != 0 {
			t.Errorf("%s: sent %q %v", words, m.Text, m.Buttons)
		}
		s.tg.Fault("editMessageCaption", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text(words))
		s.deliver(delivery(kassa.Edit, at(id), withLinks, func(d *kassa.Delivery) { d.Invoice.PayTo.Card = "" }))
		if m, _ = s.tg.Message(42, id); m.Edited != 1 || len(m.Flat()) != 3 || len(urls(m)) != 0 {
			t.Errorf("%s: edited %d times: %v", words, m.Edited, m.Buttons)
		}
	}
}

func TestAnAddressThatTelegramDoesNotTakeCostsNoInvoice(t *testing.T) {
	t.Parallel()
	s := played(t)
	id := s.deliver(delivery(kassa.Show, withLinks, func(d *kassa.Delivery) { d.Invoice.PayTo.Links[1] = "https://localhost/pay" }))
	if m, _ := s.tg.Message(42, id); m.Photo == nil || m.ParseMode == "" || len(m.Flat()) != 4 {
		t.Errorf("sent %q %v", m.Text, m.Buttons)
	}
}
