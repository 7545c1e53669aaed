package bot

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
	"payferbot/sandbox"
)

// canaryKey stands for a shop_key and must never be seen after it was read.
const canaryKey = "canarySHOPKEYcanary"

func TestTheDialogueLinksAKassa(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/link")
	s.hears(42, "link.ask_id", nil)
	aziz.Send("shop1")
	s.hears(42, "link.ask_key", locales.Args{"ShopID": "shop1"})
	key := aziz.Send(canaryKey)
	s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
	s.linkedWith("shop1")
	s.isDeleted(key)
}

func TestOneLineLinksAKassa(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{
		{"/link shop1 " + canaryKey},
		{"/link\nshop1\n" + canaryKey},
		{"/link", "shop1 " + canaryKey},
		{"/link shop1", canaryKey},
		{"/link shop2", "shop1 " + canaryKey},
	} {
		s := perform(t)
		aziz := s.user(42)
		var last sandbox.Message
		for _, line := range lines {
			last = aziz.Send(line)
		}
		s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
		s.linkedWith("shop1")
		s.isDeleted(last)
	}
}

func (s *stage) linkedWith(shop string) {
	s.t.Helper()
	s.desk.see(func() {
		want := []payfer.Credentials{{ShopID: shop, ShopKey: canaryKey}}
		if !slices.Equal(s.desk.linked, want) {
			s.t.Errorf("Payfer was asked %d times, want once for %s", len(s.desk.linked), shop)
		}
	})
}

func (s *stage) isDeleted(m sandbox.Message) {
	s.t.Helper()
	if now, _ := s.tg.Message(m.Chat, m.ID); !now.Deleted {
		s.t.Error("the message with the key stands")
	}
}

func TestTheKeyIsDeletedBeforePayferIsAsked(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/start")
	s.hears(42, "start.new", nil)
	deleted := make(chan bool, 1)
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "Link" {
			deleted <- len(s.tg.Calls("deleteMessage")) == 1
		}
		return nil
	})
	aziz.Send("/link shop1 " + canaryKey)
	s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
	if !<-deleted {
		t.Error("Payfer was asked first")
	}
}

func TestAKeyThatCannotBeDeletedIsTold(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.tg.Fault("deleteMessage", sandbox.Refuse, -1, sandbox.Code(400), sandbox.Text("Bad Request: message can't be deleted"))
	s.user(42).Send("/link shop1 " + canaryKey)
	s.hears(42, "link.key_delete_failed", nil)
	s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
}

func TestPayfersNoIsToldInWords(t *testing.T) {
	t.Parallel()
	for kind, key := range map[payfer.Kind]string{
		payfer.ErrCredentials: "link.wrong", payfer.ErrInactive: "link.inactive", payfer.ErrMaintenance: "link.maintenance",
		payfer.ErrUnsent: "link.no_answer", payfer.ErrUnknown: "link.no_answer", payfer.ErrRefused: "link.wrong",
	} {
		s := perform(t)
		s.desk.setHook(func(method string, _ kassa.PeerID) error {
			if method == "Link" {
				// A careless error that shows the key.
				return fmt.Errorf("link %s: %w", canaryKey, &payfer.Error{Kind: kind, Op: "shop"})
			}
			return nil
		})
		s.user(42).Send("/link shop1 " + canaryKey)
		s.hears(42, key, nil)
		s.settled(1)
		if got := s.said(42); len(got) != 1 {
			t.Errorf("%s: said %q", kind, got)
		}
	}
}

func TestLinkingAgainAndAnotherKassaAreTold(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/link shop1 " + canaryKey)
	s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
	aziz.Send("/link shop1 " + canaryKey)
	s.hears(42, "link.again", locales.Args{"Shop": "Shop shop1"})
	aziz.Send("/link shop2 " + canaryKey)
	s.hears(42, "link.replaced", locales.Args{"Old": "Shop shop1", "Shop": "Shop shop2"})
}

func TestADialogueIsLeftByCancelByAnyCommandAndByTime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := perform(t, func(o *Options) { o.Now = clock.now })
	aziz := s.user(42)
	aziz.Send("/link")
	s.hears(42, "link.ask_id", nil)
	aziz.Send("/cancel")
	s.hears(42, "cancel.done", nil)
	aziz.Send("shop1")
	s.hears(42, "unknown_text", nil)

	aziz.Send("/link shop1")
	s.hears(42, "link.ask_key", locales.Args{"ShopID": "shop1"})
	aziz.Send("/help")
	s.hears(42, "help", nil)
	aziz.Send("/cancel")
	s.hears(42, "cancel.nothing", nil)

	aziz.Send("/link shop2")
	s.hears(42, "link.ask_key", locales.Args{"ShopID": "shop2"})
	clock.add(dialogueTime + time.Second)
	before := len(s.tg.Sent(42))
	aziz.Send("too late")
	m, err := s.tg.WaitSent(s.ctx(), 42, nextAfter(s, before))
	if err != nil || m.Text != plainText(s.book.HTML("en", "unknown_text", nil)) {
		t.Errorf("after ten minutes: %q (%v)", m.Text, err)
	}
	s.desk.see(func() {
		if len(s.desk.linked) != 0 {
			t.Error("something was linked")
		}
	})
}

func TestARepeatedMessageDoesNotAnswerItsOwnQuestion(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/link")
	s.hears(42, "link.ask_id", nil)
	said := aziz.Send("shop1")
	s.hears(42, "link.ask_key", locales.Args{"ShopID": "shop1"})
	s.settled(2)
	s.inbox.mu.Lock()
	delete(s.inbox.seen, said.Update) // as after a crash before the letter was forgotten
	s.inbox.mu.Unlock()
	s.tg.Redeliver(said.Update)
	s.settled(2)
	aziz.Send(canaryKey)
	s.hears(42, "link.done", locales.Args{"Shop": "Shop shop1"})
	s.linkedWith("shop1")
}

func TestAKeyPostedInAGroupIsDeletedAndSaidToBeKnown(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	g := s.tg.Group(-1001, "Bozor", aziz)
	g.BotAdmin(true)
	m := aziz.SendIn(g, "/link shop1 "+canaryKey)
	s.hears(-1001, "link.group_key", nil)
	s.isDeleted(m)
	s.desk.see(func() {
		if len(s.desk.linked) != 0 {
			t.Error("the group got a kassa")
		}
	})
}

func TestAGroupThatMovedIsFollowed(t *testing.T) {
	t.Parallel()
	s := perform(t)
	g := s.tg.Group(-77, "Bozor", s.user(42))
	g.Migrate(-10077)
	s.settled(2)
	s.desk.see(func() {
		for _, m := range s.desk.moves {
			if m != [2]int64{-77, -10077} {
				t.Errorf("moved %v", m)
			}
		}
		if len(s.desk.moves) == 0 {
			t.Error("not followed")
		}
	})
}
