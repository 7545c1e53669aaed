package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
	"payferbot/sandbox"
)

// invite says /link in the group and gives what its button carries.
func (y *yard) invite(who *sandbox.User) string {
	y.t.Helper()
	m := y.says(who.SendIn(y.Group, "/link"), "link.invite", nil)
	_, payload, ok := strings.Cut(m.Flat()[0].URL, "https://t.me/"+y.bot.Username()+"?start=")
	if !ok {
		y.t.Fatalf("the button leads to %q", m.Flat()[0].URL)
	}
	return payload
}

// follow presses the button: the bot asks for the id in the private chat.
func (y *yard) follow(who *sandbox.User, payload string) (start, question sandbox.Message) {
	y.t.Helper()
	start = who.Start(payload)
	want := plainText(y.book.HTML("en", "link.for_group", locales.Args{"Title": "Bozor <1>"}))
	question, err := y.tg.WaitSent(y.ctx(), who.Chat(), func(m sandbox.Message) bool { return strings.HasPrefix(m.Text, want) })
	if err != nil {
		y.t.Fatalf("no question; said %q\n%s", y.said(who.Chat()), y.log)
	}
	return start, question
}

// tell goes through the dialogue.
func (y *yard) tell(who *sandbox.User, shop string) (key sandbox.Message) {
	y.t.Helper()
	who.Send(shop)
	y.hears(who.Chat(), "link.ask_key", locales.Args{"ShopID": shop})
	return who.Send(canaryKey)
}

func (y *yard) kassaIs(shop kassa.ShopID) {
	y.t.Helper()
	y.desk.see(func() {
		if got := y.desk.peers[yardChat].Shop; got != shop {
			y.t.Errorf("the group has the kassa %q, want %q", got, shop)
		}
	})
}

func TestAnAdminLinksAGroupInPrivate(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boss, y.invite(y.boss))
	key := y.tell(y.boss, "shop1")
	y.hears(51, "link.done_group", locales.Args{"Shop": "Shop shop1", "Title": "Bozor <1>"})
	y.hears(yardChat, "link.group_done", locales.Args{"Shop": "Shop shop1", "Everyone": false})
	y.isDeleted(key)
	y.kassaIs("shop1")
	y.boss.Send("50000")
	y.hears(51, "not_linked", nil)

	y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("shop2 " + canaryKey) // both in one message
	y.hears(51, "link.done_group", locales.Args{"Shop": "Shop shop2", "Title": "Bozor <1>"})
	y.settled(7)
	said := y.said(yardChat)
	old := plainText(y.book.HTML("en", "link.group_old", locales.Args{"Old": "Shop shop1"}))
	if last := said[len(said)-1]; !strings.HasSuffix(last, old) {
		t.Errorf("the group is told %q, nothing of the old kassa", last)
	}
}

func TestAnInvitationIsOnePersonsAndGoodOnce(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	payload := y.invite(y.boss)
	y.boy.Start(payload)
	y.hears(53, "link.invite_foreign", nil)
	y.boy.Send("shop1")
	y.hears(53, "unknown_text", nil)
	y.follow(y.boss, payload)
	y.boss.Start(payload)
	y.hears(51, "link.invite_over", nil)
	y.ghost.Start("link_nosuchcode")
	y.hears(52, "link.invite_over", nil)

	payload = y.invite(y.boss)
	y.desk.see(func() {
		code := strings.TrimPrefix(payload, "link_")
		g := y.desk.grants[code]
		g.Until = time.Now()
		y.desk.grants[code] = g
	})
	before := len(y.tg.Sent(51))
	y.boss.Start(payload)
	m, err := y.tg.WaitSent(y.ctx(), 51, nextAfter(y.stage, before))
	if err != nil || m.Text != plainText(y.book.HTML("en", "link.invite_over", nil)) {
		t.Errorf("an invitation of yesterday is answered %q (%v)", m.Text, err)
	}
}

func TestAMemberLinksNothing(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.refused(y.boy, "/link", "access.admins")
	y.refused(y.boy, "/link code1", "access.admins")
	y.desk.see(func() {
		if len(y.desk.grants) != 0 {
			t.Errorf("grants %v", y.desk.grants)
		}
	})
}

func TestOneWhoIsAnAdminNoMoreLinksNothing(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boss, y.invite(y.boss))
	y.Admin(y.boss, false)
	key := y.tell(y.boss, "shop1")
	y.hears(51, "link.not_admin", locales.Args{"Title": "Bozor <1>"})
	y.isDeleted(key)
	y.kassaIs("")
	y.desk.see(func() {
		if len(y.desk.linked) != 0 {
			t.Error("Payfer was asked")
		}
	})
}

func TestAnAnonymousAdminLinksByACode(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.HideMembers(true)
	y.follow(y.ghost, y.invite(y.ghost))
	y.tell(y.ghost, "shop1")
	y.hears(52, "link.voucher", locales.Args{"Title": "Bozor <1>", "Code": "code2"})
	y.kassaIs("")

	y.refused(y.boy, "/link code2", "access.unproved")
	y.asChannel("/link code2")
	y.hears(yardChat, "access.admins", nil)
	y.ghost.Start("link_code2") // a voucher is no invitation
	y.hears(52, "link.invite_over", nil)
	y.refused(y.ghost, "/link code1", "link.code_unknown") // and an invitation no voucher
	y.kassaIs("")

	m := y.ghost.SendIn(y.Group, "/link CODE2")
	y.says(m, "link.code_unknown", nil) // the core does not mind the case, this desk does
	m = y.ghost.SendIn(y.Group, "/link code2")
	done := locales.Args{"Shop": "Shop shop1", "Everyone": false}
	y.says(m, "link.group_done", done)
	y.kassaIs("shop1")
	y.again(m.Update)
	y.refused(y.ghost, "/link code2", "link.code_unknown")
	for _, text := range y.said(yardChat) {
		if strings.Contains(text, "code2") {
			t.Errorf("the code is echoed: %q", text)
		}
	}
}

func TestWhoHoldsAnAnonymousInvitationStillNeedsAnAdmin(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boy, y.invite(y.ghost)) // Telegram says of him that he is none
	y.tell(y.boy, "shop9")
	y.hears(53, "link.voucher", locales.Args{"Title": "Bozor <1>", "Code": "code2"})
	y.refused(y.boy, "/link code2", "access.admins")
	y.kassaIs("")
	y.says(y.boss.SendIn(y.Group, "/link code2"), "link.group_done", locales.Args{"Shop": "Shop shop9", "Everyone": false})
	y.kassaIs("shop9")
}

func TestAnUnprovableMemberGetsNoFurtherThanACode(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.HideMembers(true)
	y.follow(y.boy, y.invite(y.boy))
	y.tell(y.boy, "shop9")
	y.hears(53, "link.voucher", locales.Args{"Title": "Bozor <1>", "Code": "code2"})
	y.refused(y.boy, "/link code2", "access.unproved")
	y.kassaIs("")
}

func TestTheKassaOfThePrivateChatIsOffered(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.desk.linkNow(51, "shop1", "Bahor")
	_, question := y.follow(y.boss, y.invite(y.boss))
	b, ok := question.Button("use:shop1")
	if !ok || b.Text != "Bahor" {
		t.Fatalf("buttons %v", question.Buttons)
	}
	y.boss.Send("shop7") // a change of mind
	y.hears(51, "link.ask_key", locales.Args{"ShopID": "shop7"})
	y.toasted(y.boss, question, "use:shop1")
	y.hears(yardChat, "link.group_done", locales.Args{"Shop": "Shop shop1", "Everyone": false})
	y.kassaIs("shop1")
	y.linkedWith("shop1")
	y.settled(4)
	if now, _ := y.tg.Message(51, question.ID); len(now.Buttons) != 0 {
		t.Error("the button stands")
	}
	_, question = y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("/cancel")
	y.hears(51, "cancel.done", nil)
	second := y.tg.Sent(51)
	for _, m := range second {
		if _, ok := m.Button("use:shop1"); ok {
			question = m
		}
	}
	if told := y.toasted(y.boss, question, "use:shop1"); told != y.book.Plain("en", "link.press_over", nil) {
		t.Errorf("a press after the dialogue is answered %q", told)
	}
}

func TestRepeatedLettersLinkAGroupOnce(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	start, _ := y.follow(y.boss, y.invite(y.boss))
	y.again(start.Update) // the invitation is used up by this very message
	y.boss.Send("shop1")
	y.hears(51, "link.ask_key", locales.Args{"ShopID": "shop1"})
	key := y.boss.Send(canaryKey)
	y.hears(51, "link.done_group", locales.Args{"Shop": "Shop shop1", "Title": "Bozor <1>"})
	y.kassaIs("shop1")
	y.again(key.Update)
	y.kassaIs("shop1")
	for _, m := range y.said(51) {
		if m == plainText(y.book.HTML("en", "link.invite_over", nil)) {
			t.Error("the repeated start is told that its invitation is over")
		}
	}
}

func TestPayfersNoLeadsBackToTheGroup(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{false, true} {
		y := perform(t).yard()
		y.desk.setHook(func(method string, _ kassa.PeerID) error {
			if method == "Link" || method == "Vouch" {
				return fmt.Errorf("link %s: %w", canaryKey, &payfer.Error{Kind: payfer.ErrCredentials, Op: "shop"})
			}
			return nil
		})
		who := y.boss
		if hidden {
			y.HideMembers(true)
			who = y.ghost
		}
		y.follow(who, y.invite(who))
		y.tell(who, "shop1")
		want := plainText(y.book.HTML("en", "link.wrong", nil) + "\n" + y.book.HTML("en", "link.group_again", locales.Args{"Title": "Bozor <1>"}))
		if _, err := y.tg.WaitSent(y.ctx(), who.Chat(), func(m sandbox.Message) bool { return m.Text == want }); err != nil {
			t.Errorf("said %q", y.said(who.Chat()))
		}
		who.Send("shop1")
		y.hears(who.Chat(), "unknown_text", nil)
	}
}

func TestWhatIsMisreadLeavesTheGroupsDialogueOpen(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("кассам")
	y.hears(51, "link.usage_group", nil)
	m := y.boss.Send("shop1 the key " + canaryKey)
	y.settled(4)
	y.isDeleted(m)
	y.boss.Send("shop1 " + canaryKey)
	y.hears(yardChat, "link.group_done", locales.Args{"Shop": "Shop shop1", "Everyone": false})
}

func TestAKeyInOneLineAnswersTheQuestionAboutTheGroup(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("/link shop1 " + canaryKey)
	y.hears(yardChat, "link.group_done", locales.Args{"Shop": "Shop shop1", "Everyone": false})
	y.boss.Send("/link shop2 " + canaryKey) // nothing is asked any more: the private chat is meant
	y.hears(51, "link.done", locales.Args{"Shop": "Shop shop2"})
}

func TestLinkAloneLeavesTheQuestionAboutTheGroup(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("/link")
	y.hears(51, "link.ask_id", nil)
	y.boss.Send("shop1")
	y.boss.Send(canaryKey)
	y.hears(51, "link.done", locales.Args{"Shop": "Shop shop1"})
	y.kassaIs("")
}

func TestTheKassasOtherChatsHearOfANewChatAndANewCard(t *testing.T) {
	t.Parallel()
	s := perform(t)
	y := s.yard()
	s.desk.linkNow(42, "shop1", "Shop shop1")
	s.user(42).Start("")
	y.follow(y.boss, y.invite(y.boss))
	y.boss.Send("shop1 " + canaryKey)
	s.hears(42, "shop.linked_too", locales.Args{"Shop": "Shop shop1", "Place": "Bozor <1>"})
	s.user(42).Send("/settings")
	page := s.line(42, "settings.no_card", nil)
	s.toasted(s.user(42), page, "card:shop1")
	s.user(42).Send("8600 1234 5678 9012 Aliyev A.")
	y.hears(yardChat, "shop.card_changed", locales.Args{
		"Shop": "Shop shop1", "Place": "Aziz", "Card": "8600 1234 5678 9012", "Holder": "Aliyev A.",
	})
}

func TestACodeOfAnotherGroupIsUnknown(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.HideMembers(true)
	y.follow(y.ghost, y.invite(y.ghost))
	y.tell(y.ghost, "shop1")
	y.hears(52, "link.voucher", locales.Args{"Title": "Bozor <1>", "Code": "code2"})
	other := y.tg.Group(-1002, "Other")
	other.Anonymous(y.ghost, true)
	y.desk.see(func() { y.desk.peer(-1002, "en") })
	y.ghost.SendIn(other, "/link code2")
	y.hears(-1002, "link.code_unknown", nil)
}
