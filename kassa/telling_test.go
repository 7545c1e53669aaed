package kassa_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"payferbot/kassa"
	"payferbot/payfer"
)

// paid issues an invoice and has it paid; the announcement is not made yet.
func paid(w *world) string {
	inv := w.issue()
	w.pass(5 * time.Second)
	w.gate.pay(inv.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	return inv.Order
}

func TestAnAnnouncementWhoseReplyWasLostIsRepeatedAndMarked(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	w.chat.fault = append(w.chat.fault, arrivedUnheard)
	w.pass(time.Minute)
	news := w.chat.of(kassa.Announce)
	if len(news) != 2 || news[0].again || !news[1].again {
		t.Fatalf("announcements %+v, want a second one, marked", news)
	}
	if w.invoice(order).Views[0].Shown != func() string { inv := w.invoice(order); return inv.Face() }() {
		t.Error("the message was not brought up to date")
	}
}

// Of an invoice that was paid before it could be shown its own message says so
// first. What comes after one that may have arrived is marked, the news as well.
func TestNewsAreMarkedWhereAMessageThatSaysPaidMayHaveArrived(t *testing.T) {
	for name, c := range map[string]struct {
		faults []func(*call) error
		marked []bool
	}{
		"shown, and known to be":  {nil, []bool{false, false}},
		"refused, then shown":     {[]func(*call) error{answers(kassa.SendError{Fate: kassa.Flooded, Wait: time.Second})}, []bool{false, false}},
		"its reply lost":          {[]func(*call) error{arrivedUnheard}, []bool{false, true, true}},
		"its reply lost twice":    {[]func(*call) error{arrivedUnheard, arrivedUnheard}, []bool{false, true, true, true}},
		"its reply lost, refused": {[]func(*call) error{arrivedUnheard, answers(kassa.SendError{Fate: kassa.Flooded, Wait: time.Second})}, []bool{false, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			w.gate.create = append(w.gate.create, func(c *call) error {
				err := replyLost(c)
				w.gate.pay(c.order)
				return err
			})
			w.chat.fault = append(w.chat.fault, c.faults...)
			w.issue()
			w.pass(time.Minute)
			var marked []bool
			for _, m := range w.chat.messages {
				marked = append(marked, m.again)
			}
			if diff := cmp.Diff(c.marked, marked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFloodIsWaitedForAndNothingIsMarked(t *testing.T) {
	w := bolt(t)
	paid(w)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 30 * time.Second}))
	w.pass(29 * time.Second)
	if n := len(w.chat.of(kassa.Announce)); n != 0 {
		t.Fatalf("%d announcements during the flood wait", n)
	}
	w.pass(10 * time.Second)
	if news := w.chat.of(kassa.Announce); len(news) != 1 || news[0].again {
		t.Errorf("announcements %+v, want one, unmarked", news)
	}
}

func TestWhatSurelyWasNotSentKeepsTheDoubtOfTheTimeBefore(t *testing.T) {
	w := bolt(t)
	paid(w)
	w.chat.fault = append(w.chat.fault, arrivedUnheard, answers(kassa.SendError{Fate: kassa.Flooded, Wait: time.Second}))
	w.pass(time.Minute)
	if news := w.chat.of(kassa.Announce); len(news) != 2 || !news[1].again {
		t.Errorf("announcements %+v, want the repeat marked", news)
	}
}

func TestABlockedChatIsParkedAndHearsAllWhenItIsBack(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Forbidden}))
	w.pass(10 * time.Minute)
	if n := len(w.chat.of(kassa.Announce)); n != 0 {
		t.Fatalf("%d announcements in a chat that forbids them", n)
	}
	w.must(w.desk.Back(w.ctx(), w.peer))
	w.pass(time.Minute)
	wantPaid(t, w, order)
}

// A group that is muted for the night by its own permissions tells a bot nothing
// of it, nor of the morning.
func TestAParkedChatIsTriedNowAndThenAndComesBackByItself(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	forbidden := answers(kassa.SendError{Fate: kassa.Forbidden})
	w.chat.fault = append(w.chat.fault, forbidden, forbidden, forbidden)
	w.pass(2 * time.Hour) // after 15, 30 and 60 minutes
	wantPaid(t, w, order)
	if parked, err := w.desk.Parked(w.ctx(), 9); err != nil || len(parked) != 0 {
		t.Errorf("parked %v, %v", parked, err)
	}
}

func TestAGroupThatMovedHearsInItsNewPlace(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Moved, MovedTo: -100}))
	w.pass(time.Minute)
	if news := w.chat.of(kassa.Announce); len(news) != 1 || news[0].order != order || news[0].replyTo != 0 {
		t.Errorf("announcements %+v, want one that answers nothing: its invoice is left behind", news)
	}
	if old := w.chat.of(kassa.Show)[0]; old.edits != 0 {
		t.Error("a message of the old group was edited: in the new one its number is another's")
	}
	peer, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: -100}, "uz")
	w.must(err)
	if peer.ID != w.peer {
		t.Error("the new address is another peer's")
	}
}

func TestAMessageThatIsGoneStopsOnlyItsEdits(t *testing.T) {
	w := bolt(t)
	order := paid(w)
	w.chat.fault = append(w.chat.fault, func(*call) error { return nil }, answers(kassa.SendError{Fate: kassa.Gone}))
	w.pass(time.Minute)
	if n := len(w.chat.of(kassa.Announce)); n != 1 {
		t.Errorf("%d announcements", n)
	}
	if w.invoice(order).Views[0].Broken == "" {
		t.Error("nobody noted that the message is gone")
	}
}

func TestAPressOnAnUnrecordedCopyMakesItAView(t *testing.T) {
	w := bolt(t)
	w.chat.fault = append(w.chat.fault, arrivedUnheard)
	inv := w.issue()
	w.pass(time.Minute)
	copies := w.chat.of(kassa.Show)
	if len(copies) != 2 || !copies[1].again {
		t.Fatalf("messages %+v, want a marked second copy", copies)
	}
	w.must(w.desk.Adopt(w.ctx(), w.peer, inv.Order, copies[0].id))
	w.must(w.desk.Adopt(w.ctx(), w.peer, inv.Order, copies[0].id))
	w.gate.pay(inv.Order)
	w.pass(time.Minute)
	for _, c := range w.chat.of(kassa.Show) {
		if c.state != kassa.Paid {
			t.Errorf("copy %d still says %s", c.id, c.state)
		}
	}
	if n := len(w.chat.of(kassa.Announce)); n != 1 {
		t.Errorf("%d announcements", n)
	}
}

func TestABurstKeepsToTheChatsPaceAndAnswersDoNotWait(t *testing.T) {
	w := bolt(t)
	var orders []string
	for range 10 {
		orders = append(orders, w.issue().Order)
		w.pass(2 * time.Second)
	}
	for _, o := range orders {
		w.gate.pay(o)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, o))
	}
	w.work()
	if n := w.chat.sends(kassa.Announce); n > 3 {
		t.Errorf("%d announcements in one instant, Telegram takes about one a second", n)
	}
	shown := len(w.chat.of(kassa.Show))
	w.issue()
	if len(w.chat.of(kassa.Show)) != shown+1 {
		t.Error("the answer to /invoice waited for the announcements")
	}
	w.pass(time.Minute)
	if n := len(w.chat.of(kassa.Announce)); n != 10 {
		t.Errorf("%d announcements, want 10", n)
	}
}

func TestUnlinkingKeepsTheKeyUntilTheLastOrderIsDone(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	_, open, err := w.desk.Unlink(w.ctx(), w.peer)
	w.must(err)
	if open != 1 {
		t.Errorf("%d open invoices, want 1", open)
	}
	if _, err := w.desk.Issue(w.ctx(), w.command()); !errors.Is(err, kassa.ErrNotLinked) {
		t.Errorf("issuing in an unlinked chat: %v", err)
	}
	w.gate.pay(inv.Order)
	w.pass(time.Minute)
	wantPaid(t, w, inv.Order)
	wantNoKey(t, w)
}

func TestForgettingNowDropsTheKeyToo(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	_, _, err := w.desk.Unlink(w.ctx(), w.peer)
	w.must(err)
	dropped, err := w.desk.Forget(w.ctx(), w.peer, "shop_1")
	w.must(err)
	if dropped != 1 {
		t.Errorf("forgot %d orders, want 1", dropped)
	}
	w.gate.pay(inv.Order)
	w.pass(100 * time.Hour)
	if n := len(w.chat.of(kassa.Announce)); n != 0 || w.gate.asked != 0 {
		t.Errorf("announced %d, asked %d after forgetting", n, w.gate.asked)
	}
	wantNoKey(t, w)
}

func TestLinkingAgainKeepsTheWebhooksAddress(t *testing.T) {
	w := bolt(t)
	_, _, err := w.desk.Unlink(w.ctx(), w.peer)
	w.must(err)
	wantNoKey(t, w)
	again, err := w.desk.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
	w.must(err)
	if again.Token != w.shop.Token || again.Key.Reveal() != "key-1" {
		t.Error("the token changed or the key did not come back")
	}
}

func wantNoKey(t *testing.T, w *world) {
	t.Helper()
	w.must(w.store.View(w.ctx(), func(tx kassa.Tx) error {
		shop, err := tx.Shop("shop_1")
		if shop.Key != "" {
			t.Error("the key of a kassa that nobody uses is still kept")
		}
		return err
	}))
}

func TestFindKnowsOnlyThisChatsInvoices(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	for _, ref := range []string{"1", "№1", "# 1", " №1 ", inv.Order} {
		got, err := w.desk.Find(w.ctx(), w.peer, ref)
		if err != nil || got.Order != inv.Order {
			t.Errorf("%q: %v, %v", ref, got.Order, err)
		}
	}
	other, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: 78}, "ru")
	w.must(err)
	for _, ref := range []string{"1", inv.Order, "2", "", "x"} {
		if _, err := w.desk.Find(w.ctx(), other.ID, ref); !errors.Is(err, kassa.ErrNotFound) {
			t.Errorf("a stranger asking for %q: %v", ref, err)
		}
	}
}

func TestAnAnswerDoesNotSitOutAPauseMadeWhileTelegramWasSilent(t *testing.T) {
	w := bolt(t)
	paid(w)
	silent := func(*call) error { return errors.New("no route") }
	w.chat.fault = append(w.chat.fault, silent, silent, silent, silent, silent, silent)
	w.pass(time.Minute)
	if n := len(w.chat.of(kassa.Announce)); n != 0 || len(w.chat.fault) != 0 {
		t.Fatalf("%d announcements, %d silences left: the test wants six of them over", n, len(w.chat.fault))
	}
	w.issue()
	if shown := w.chat.of(kassa.Show); len(shown) != 2 {
		t.Errorf("%d messages: the answer waits for the announcement", len(shown))
	}
	w.pass(40 * time.Second)
	if news := w.chat.of(kassa.Announce); len(news) != 1 || !news[0].again {
		t.Errorf("announcements %+v, want one that says it may be a repeat", news)
	}
}

func TestAFloodIsSatOutByAnswersToo(t *testing.T) {
	w := bolt(t)
	paid(w)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 30 * time.Second}))
	w.work()
	w.issue()
	w.work()
	if n := len(w.chat.of(kassa.Show)); n != 1 {
		t.Fatalf("%d messages, want none sent while Telegram forbids it", n-1)
	}
	w.pass(31 * time.Second)
	if n := len(w.chat.of(kassa.Show)); n != 2 {
		t.Errorf("%d messages after the flood, want 2", n)
	}
}
