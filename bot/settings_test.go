package bot

import (
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/sandbox"
)

const (
	card      = "8600 1234 5678 9012"
	mistyped  = "8600 1234 5678 9013"
	otherCard = "4111 1111 1111 1111"
)

// payTo is where the customers of shop1 are to send the money.
func (s *stage) payTo() (d kassa.Details) {
	s.desk.see(func() { d = s.desk.shops["shop1"].PayTo })
	return d
}

func (s *stage) paysTo(want kassa.Details) {
	s.t.Helper()
	if got := s.payTo(); !got.Same(want) {
		s.t.Errorf("the money goes to %+v, want %+v", got, want)
	}
}

// line waits for a message of the bot that has this text as its lines.
func (s *stage) line(chat int64, key string, args locales.Args) sandbox.Message {
	s.t.Helper()
	want := plainText(s.book.HTML("en", key, args))
	m, err := s.tg.WaitSent(s.ctx(), chat, func(m sandbox.Message) bool { return strings.Contains(m.Text, want) })
	if err != nil {
		s.t.Fatalf("never said %s: %q; said %q\n%s", key, want, s.said(chat), s.log)
	}
	return m
}

// shopkeeper is a private chat with a kassa, and its settings.
func shopkeeper(t *testing.T) (*stage, *sandbox.User, sandbox.Message) {
	t.Helper()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz := s.user(42)
	aziz.Send("/settings")
	return s, aziz, s.line(42, "settings.no_card", nil)
}

func TestACardIsToldStepByStep(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	if !strings.Contains(page.Text, "Bahor") || len(page.Flat()) != 2 {
		t.Errorf("the settings show %q %v", page.Text, page.Buttons)
	}
	s.toasted(aziz, page, "card:shop1")
	asked := s.hears(42, "card.ask", nil)
	if asked.ForceReply {
		t.Error("a private chat is asked for a reply")
	}
	aziz.Send(mistyped)
	s.hears(42, "card.wrong", nil)
	s.paysTo(kassa.Details{})
	aziz.Send("8600-1234-5678-9012")
	s.hears(42, "card.ask_holder", nil)
	s.paysTo(kassa.Details{Card: "8600123456789012"})
	aziz.Send("x" + strings.Repeat("x", maxHolder))
	s.hears(42, "card.holder_long", locales.Args{"Max": maxHolder})
	aziz.Send(" ALIYEV\u202e <A.> ")
	done := s.line(42, "card.saved", nil)
	s.paysTo(kassa.Details{Card: "8600123456789012", Holder: "ALIYEV <A.>"})
	if !strings.Contains(done.Text, card+", ALIYEV <A.>") {
		t.Errorf("the settings show %q", done.Text)
	}
	if _, ok := done.Button("card_off:shop1"); !ok {
		t.Errorf("buttons %v", done.Buttons)
	}
	aziz.Send("50000") // the dialogue is over
	s.settled(7)
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Errorf("%d invoices", len(s.desk.commands))
		}
	})
}

func TestACardIsToldInOneGo(t *testing.T) {
	t.Parallel()
	for text, holder := range map[string]string{
		card + " ALIYEV A.": "ALIYEV A.", card + ", ALIYEV A.": "ALIYEV A.", card + "\nALIYEV A.": "ALIYEV A.",
	} {
		s, aziz, page := shopkeeper(t)
		s.toasted(aziz, page, "card:shop1")
		aziz.Send(text)
		s.line(42, "card.saved", nil)
		s.paysTo(kassa.Details{Card: "8600123456789012", Holder: holder})
	}
}

func TestTheNameOnACardMayBeLeftOut(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"-", "—", "button"} {
		s, aziz, page := shopkeeper(t)
		s.toasted(aziz, page, "card:shop1")
		aziz.Send(card)
		asked := s.hears(42, "card.ask_holder", nil)
		if how != "button" {
			aziz.Send(how)
			s.line(42, "card.saved", nil)
		}
		s.toasted(aziz, asked, "no_holder:") // where it was said, too late to mean anything
		s.line(42, "card.saved", nil)
		s.paysTo(kassa.Details{Card: "8600123456789012"})
	}
}

func TestTheNumberMayBeMendedWhereTheNameIsAsked(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "card:shop1")
	aziz.Send(otherCard)
	s.hears(42, "card.ask_holder", nil)
	aziz.Send(card)
	aziz.Send("ALIYEV A.")
	s.line(42, "card.saved", nil)
	s.paysTo(kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."})
}

func TestARepeatedCardLetterDoesNotBecomeTheName(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "card:shop1")
	said := aziz.Send(card)
	s.hears(42, "card.ask_holder", nil)
	s.again(said.Update)
	aziz.Send("-")
	s.line(42, "card.saved", nil)
	s.paysTo(kassa.Details{Card: "8600123456789012"})
}

func TestACardIsRemovedInPlace(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "card:shop1")
	aziz.Send(card + " ALIYEV A.")
	page = s.line(42, "card.saved", nil)
	s.toasted(aziz, page, "card_off:shop1")
	s.paysTo(kassa.Details{})
	now, err := s.tg.WaitSent(s.ctx(), 42, func(m sandbox.Message) bool { return m.ID == page.ID && m.Edited == 1 })
	if err != nil || !strings.Contains(now.Text, plainText(s.book.HTML("en", "settings.no_card", nil))) {
		t.Errorf("the settings show %q (%v)", now.Text, err)
	}
}

func TestSettingsOfAnotherKassaChangeNothing(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "card:shop1")
	aziz.Send(card)
	s.hears(42, "card.ask_holder", nil)
	s.desk.linkNow(42, "shop2", "Navbahor")
	aziz.Send("ALIYEV A.")
	s.hears(42, "card.other_shop", nil)
	s.toasted(aziz, page, "card:shop1") // shows the settings of the new one instead
	now, err := s.tg.WaitSent(s.ctx(), 42, func(m sandbox.Message) bool { return m.ID == page.ID && m.Edited == 1 })
	if err != nil || !strings.Contains(now.Text, "Navbahor") {
		t.Errorf("the settings show %q (%v)", now.Text, err)
	}
	s.desk.see(func() {
		if got := s.desk.shops["shop2"].PayTo; !got.Same(kassa.Details{}) {
			t.Errorf("the other kassa has the card %+v", got)
		}
	})
}

func TestAQuestionInAGroupIsOnePersons(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	y.toasted(y.boss, page, "card:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(asked.HTML, `<a href="tg://user?id=51">Boss</a>`) {
		t.Errorf("asked %q, not the one who pressed", asked.HTML)
	}
	y.boy.Reply(asked, otherCard)
	y.ghost.Reply(asked, otherCard)
	y.boss.SendIn(y.Group, otherCard) // no reply: not to us
	y.boy.SendIn(y.Group, "/cancel")  // another's dialogue is not left by it
	y.boss.Reply(asked, mistyped)
	again := y.line(yardChat, "card.wrong", nil)
	y.paysTo(kassa.Details{})
	if !again.ForceReply {
		t.Error("the second question asks for no reply")
	}
	m := y.boss.Reply(again, card)
	named := y.answer(m)
	if !named.ForceReply || len(named.Buttons) != 0 {
		t.Errorf("asked %q", named.Text)
	}
	y.boss.Reply(named, "ALIYEV A.")
	y.line(yardChat, "card.saved", nil)
	y.paysTo(kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."})
}

func TestAnAnonymousAdminAnswersAsTheGroupAndIsNotNamed(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.ghost.SendIn(y.Group, "/settings"))
	y.toasted(y.ghost, page, "card:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	y.boy.Reply(asked, otherCard)
	y.ghost.Reply(asked, card+" ALIYEV A.")
	y.line(yardChat, "card.saved", nil)
	y.paysTo(kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."})
	for _, m := range y.tg.Sent(yardChat) {
		if strings.Contains(m.HTML, "Ghost") || strings.Contains(m.HTML, "id=52") {
			t.Errorf("the anonymous admin is named: %q", m.HTML)
		}
	}
}

func TestOneWhoIsAnAdminNoMoreTellsNoCard(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	y.toasted(y.boss, page, "card:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	y.Admin(y.boss, false)
	y.says(y.boss.Reply(asked, card), "access.admins", nil)
	y.paysTo(kassa.Details{})
}

func TestALateNameBringsNoOldCardBack(t *testing.T) {
	t.Parallel()
	s, aziz, page := shopkeeper(t)
	s.toasted(aziz, page, "card:shop1")
	aziz.Send(card)
	s.hears(42, "card.ask_holder", nil)
	now := kassa.Details{Card: "4111111111111111"}
	s.desk.see(func() { // another admin, in another chat of the kassa
		shop := s.desk.shops["shop1"]
		shop.PayTo = now
		s.desk.shops["shop1"] = shop
	})
	aziz.Send("ALIYEV A.")
	s.hears(42, "card.changed", nil)
	s.paysTo(now)
}

func TestWhatIsSaidToAnotherMessageOfTheBotIsNoName(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	y.toasted(y.boss, page, "card:shop1")
	asked, err := y.tg.WaitSent(y.ctx(), yardChat, func(m sandbox.Message) bool { return m.ForceReply })
	if err != nil {
		t.Fatal(err)
	}
	named := y.answer(y.boss.Reply(asked, card))
	y.boss.Reply(page, "rahmat!")
	y.boss.Reply(named, "ALIYEV A.")
	y.line(yardChat, "card.saved", nil)
	y.paysTo(kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."})
}
