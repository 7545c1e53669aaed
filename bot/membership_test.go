package bot

import (
	"encoding/json"
	"slices"
	"testing"

	"payferbot/kassa"
)

func TestAGroupWithoutAKassaIsGreetedOnce(t *testing.T) {
	t.Parallel()
	y := perform(t).yard()
	y.Kick()
	y.Invite(y.boss)
	y.hears(yardChat, "start.group_new", nil)
	y.BotAdmin(true)
	y.BotAdmin(false)
	y.settled(4)
	if got := y.said(yardChat); len(got) != 1 {
		t.Errorf("said %q", got)
	}
}

func TestAChatThatShutsTheBotOutIsParkedUntilItLetsItIn(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.user(42).Send("/help")
	y.hears(42, "help", nil)
	parked := func(want ...string) {
		t.Helper()
		y.desk.see(func() {
			if !slices.Equal(y.desk.parked, want) {
				t.Errorf("parked %q, want %q", y.desk.parked, want)
			}
			y.desk.parked = nil
		})
	}
	backs := func(want int) {
		t.Helper()
		y.desk.see(func() {
			if y.desk.backs != want {
				t.Errorf("%d times back, want %d", y.desk.backs, want)
			}
		})
	}
	y.Kick()
	y.settled(2)
	parked("peer-1001 kicked")
	y.Invite(y.boss)
	y.settled(3)
	backs(1)
	y.Mute(true)
	y.settled(4)
	parked("peer-1001 muted")
	y.Mute(false)
	y.settled(5)
	backs(2)
	y.user(42).Block()
	y.settled(6)
	parked("peer42 blocked")
	y.user(42).Unblock()
	y.settled(7)
	backs(3)
	if got := y.said(yardChat); len(got) != 0 {
		t.Errorf("a group with a kassa is greeted: %q", got)
	}
}

func TestAChannelIsNoPlaceOfOurs(t *testing.T) {
	t.Parallel()
	s := perform(t)
	raw, err := json.Marshal(map[string]any{"my_chat_member": map[string]any{
		"chat": map[string]any{"id": -1005, "type": "channel", "title": "News"}, "from": map[string]any{"id": 42},
		"old_chat_member": map[string]any{"status": "left"}, "new_chat_member": map[string]any{"status": "administrator"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.tg.Deliver(raw)
	s.settled(1)
	s.desk.see(func() {
		if _, ok := s.desk.peers[-1005]; ok {
			t.Error("the channel became a peer")
		}
	})
}

// Telegram may say that the bot is out of the old group before it says why.
func TestAGroupThatMovedIsNotLeftParked(t *testing.T) {
	t.Parallel()
	s := perform(t)
	g := s.tg.Group(-77, "Bozor", s.user(42))
	s.desk.linkNow(-10077, "shop1", "Bahor")
	s.desk.see(func() {
		p := s.desk.peers[-10077]
		p.Parked = "kicked"
		s.desk.peers[-10077] = p
	})
	g.Migrate(-10077)
	s.settled(2)
	s.desk.see(func() {
		if p := s.desk.peers[-10077]; p.Parked != "" || p.Shop != kassa.ShopID("shop1") {
			t.Errorf("the supergroup is %+v", p)
		}
	})
}
