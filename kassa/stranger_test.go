package kassa_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
	"payferbot/store"
)

// hint is Payfer's webhook, or a forger's.
func (w *world) hint(code string) {
	w.t.Helper()
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, code))
}

// sold is a payment of the website, paid, with its webhook.
func (w *world) sold(code string) {
	w.t.Helper()
	w.gate.website(code)
	w.gate.pay(code)
	w.hint(code)
}

// linkedTo links the kassa in another chat as well.
func (w *world) linkedTo(chat int64) kassa.PeerID {
	w.t.Helper()
	id := w.at(chat)
	_, err := w.desk.Link(w.ctx(), id, payfer.Credentials{ShopID: "shop_1", ShopKey: w.gate.key})
	w.must(err)
	return id
}

// strangers are those that wait.
func (w *world) strangers() (waiting []string) {
	w.t.Helper()
	w.must(w.store.View(w.ctx(), func(tx kassa.Tx) (err error) {
		waiting, err = tx.Strangers(w.shop.ID)
		return err
	}))
	return waiting
}

// kept tells whether the store knows anything of the stranger.
func (w *world) kept(code string) bool {
	w.t.Helper()
	err := w.store.View(w.ctx(), func(tx kassa.Tx) error {
		_, err := tx.Invoice(kassa.StrangeOrder(w.shop.ID, code))
		return err
	})
	if err != nil && !errors.Is(err, kassa.ErrNotFound) {
		w.t.Fatal(err)
	}
	return err == nil
}

// wantForgotten holds that nothing of the stranger is left, and that nobody was told.
func (w *world) wantForgotten(code string) {
	w.t.Helper()
	w.wantTold(77, []string{code}, 0, 0)
	if waiting := w.strangers(); w.kept(code) || len(waiting) > 0 {
		w.t.Errorf("of %q is left: a record: %t, waiting: %v", code, w.kept(code), waiting)
	}
	next, err := w.desk.NextAt(w.ctx())
	if w.must(err); !next.IsZero() {
		w.t.Errorf("something is still to be done at %v", next)
	}
}

func TestAPaymentThatTheBotDidNotIssueIsToldOnceInEveryChatOfItsKassa(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.linkedTo(yard)
		w.at(client) // knows the bot and has no kassa
		w.sold("web-1")
		for range 20 {
			w.hint("web-1")
		}
		w.pass(time.Minute)
		for range 20 {
			w.hint("web-1")
		}
		w.pass(6 * 24 * time.Hour)
		w.hint("web-1")
		w.pass(time.Hour)
		for _, chat := range []int64{77, yard} {
			w.wantTold(chat, []string{"web-1"}, 1, 0)
			if m := w.wantOne(chat, kassa.Announce); m.replyTo != 0 || m.number != 0 || m.face != kassa.StandsPaid {
				t.Errorf("told %+v", m)
			}
		}
		w.wantTold(client, []string{"web-1"}, 0, 0)
		if n := w.gate.checks["web-1"]; n != 1 {
			t.Errorf("Payfer was asked %d times", n)
		}
		if len(w.strangers()) != 0 || len(w.chat.of(kassa.Show)) != 0 {
			t.Errorf("waiting %v, shown %v", w.strangers(), w.chat.of(kassa.Show))
		}
	})
}

func TestAStrangerThatPayferDoesNotKnowLeavesNothingBehind(t *testing.T) {
	w := bolt(t)
	w.hint("forged")
	w.work()
	if n := w.gate.checks["forged"]; n != 1 {
		t.Errorf("Payfer was asked %d times", n)
	}
	w.wantForgotten("forged")
}

func TestAStrangerThatIsNotPaidIsAskedAboutForAsLongAsItsWebhookLasts(t *testing.T) {
	everyUnpaid(t, func(t *testing.T, state payfer.State) {
		w := bolt(t)
		p := w.gate.website("web-1")
		p.state = state
		w.hint("web-1")
		w.pass(119 * time.Second)
		if n := w.gate.checks["web-1"]; n != 3 || !w.kept("web-1") {
			t.Errorf("%s: asked %d times within two minutes, want at once and after 10 and 30 seconds", state, n)
		}
		w.pass(time.Hour)
		if n := w.gate.checks["web-1"]; n != 4 {
			t.Errorf("%s: asked %d times, want once more after two minutes", state, n)
		}
		w.wantForgotten("web-1")
	})
}

func TestAStrangerThatTurnsPaidWhileItIsAskedAboutIsTold(t *testing.T) {
	everyUnpaid(t, func(t *testing.T, state payfer.State) {
		w := bolt(t)
		w.gate.website("web-1").state = state
		w.hint("web-1")
		w.pass(time.Minute)
		w.gate.pay("web-1")
		w.pass(2 * time.Minute)
		w.wantTold(77, []string{"web-1"}, 1, 0)
		if m := w.wantOne(77, kassa.Announce); m.face != kassa.StandsPaid {
			t.Errorf("%s, then paid: told as %s", state, m.face)
		}
	})
}

// everyUnpaid runs the test for each state but paid.
func everyUnpaid(t *testing.T, test func(*testing.T, payfer.State)) {
	t.Helper()
	for _, state := range []payfer.State{payfer.Pending, payfer.Expired, payfer.Cancelled} {
		t.Run(string(state), func(t *testing.T) { test(t, state) })
	}
}

func TestAStrangerThatWasFreshWhenItsWebhookCameIsToldHoweverLongPayferWasSilent(t *testing.T) {
	w := bolt(t)
	w.gate.key = "another" // Payfer says nothing of use
	w.sold("web-1")
	w.sold("web-2")
	w.gate.payments["web-1"].at = w.gate.stamp(w.now)
	w.pass(30 * time.Hour)
	w.gate.key = "key-1"
	w.pass(30 * time.Minute)
	w.wantTold(77, []string{"web-1"}, 1, 0) // it was fresh when its webhook came
}

func TestAStrangerAboutWhichPayferSaysNothingForThreeDaysIsForgotten(t *testing.T) {
	w := bolt(t)
	w.sold("web-1")
	for range 5000 {
		w.gate.check = append(w.gate.check, fails(payfer.ErrUnknown))
	}
	w.pass(71 * time.Hour)
	if asked := w.gate.checks["web-1"]; !w.kept("web-1") || asked > 71*12+10 {
		t.Errorf("after 71 hours it waits: %t, and was asked about %d times", w.kept("web-1"), asked)
	}
	w.pass(2 * time.Hour)
	w.wantForgotten("web-1")
}

func TestAnOldPaymentThatTheBotDidNotIssueIsNotTold(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC) // as newWorld has it
	for name, c := range map[string]struct {
		at   payfer.Stamp
		told int
	}{
		"23 hours ago": {payfer.Stamp(now.Add(-23 * time.Hour).Format(layout)), 1}, "25 hours ago": {payfer.Stamp(now.Add(-25 * time.Hour).Format(layout)), 0},
		"in 23 hours": {payfer.Stamp(now.Add(23 * time.Hour).Format(layout)), 1}, "in 25 hours": {payfer.Stamp(now.Add(25 * time.Hour).Format(layout)), 0},
		"no time": {"yesterday", 0}, "none": {" ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			w.gate.website("web-1").at = c.at
			w.gate.pay("web-1")
			w.hint("web-1")
			w.pass(time.Hour)
			w.wantTold(77, []string{"web-1"}, c.told, 0)
			if c.told == 0 {
				w.wantForgotten("web-1")
			}
		})
	}
}

// layout is how Payfer writes times.
const layout = "2006-01-02T15:04:05"

func TestAStrangersSumIsJudgedByWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		paid  money.Amount
		tells bool
		want  kassa.Standing
	}{
		{70_000*money.Som + 1, false, kassa.StandsPaid},
		{90_000 * money.Som, false, kassa.StandsPaid}, // nobody told us what was to come
		{69_999 * money.Som, false, kassa.StandsMismatch},
		{90_000 * money.Som, true, kassa.StandsMismatch},
		{0, false, kassa.StandsDoubt},
	} {
		t.Run(fmt.Sprintf("%d tiyin, exact sum told %t", c.paid, c.tells), func(t *testing.T) {
			w := bolt(t)
			w.gate.tells = c.tells
			w.gate.website("web-1")
			w.gate.payWith("web-1", c.paid)
			w.hint("web-1")
			w.work()
			if m := w.wantOne(77, kassa.Announce); m.face != c.want {
				t.Errorf("told as %s, want %s", m.face, c.want)
			}
		})
	}
}

func TestAStrangerOfAKassaWithoutAChatIsForgottenAndHoldsNoKey(t *testing.T) {
	w := bolt(t)
	w.sold("web-1")
	_, _, err := w.desk.Unlink(w.ctx(), w.peer)
	w.must(err)
	w.must(w.store.View(w.ctx(), func(tx kassa.Tx) error {
		shop, err := tx.Shop(w.shop.ID)
		if shop.Key != "" {
			t.Error("the key is kept for a stranger's sake")
		}
		return err
	}))
	w.pass(time.Minute)
	w.wantForgotten("web-1")
	w.hint("web-2")
	w.wantForgotten("web-2")
}

func TestAStrangerIsNoOpenInvoiceOfTheChatThatUnlinks(t *testing.T) {
	w := bolt(t)
	inv := w.issue() // for which the key is kept
	w.sold("web-1")
	_, open, err := w.desk.Unlink(w.ctx(), w.peer)
	if w.must(err); open != 1 {
		t.Errorf("%d invoices are said to be open, want the bot's own", open)
	}
	w.pass(time.Minute)
	w.wantTold(77, []string{"web-1"}, 0, 0)
	if w.kept("web-1") || w.invoice(inv.Order).State != kassa.Pending {
		t.Error("the stranger is kept, or our own order forgotten")
	}
}

func TestOfStrangersThatComeAtOnceNoMoreWaitThanMay(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		inv := w.issue()
		const most, come = 64, 100
		var taken, refused int
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range come {
			all.Go(func() {
				err := w.desk.Hint(w.ctx(), w.shop.Token, fmt.Sprint("web-", i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					taken++
				case errors.Is(err, kassa.ErrStrangers):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if waiting := len(w.strangers()); taken != most || refused != come-most || waiting != most {
			t.Errorf("%d taken, %d refused, %d wait", taken, refused, waiting)
		}
		for i := range come { // one that waits may come again
			if kept := w.kept(fmt.Sprint("web-", i)); kept == (w.desk.Hint(w.ctx(), w.shop.Token, fmt.Sprint("web-", i)) != nil) {
				t.Errorf("web-%d waits: %t, and is answered as if not", i, kept)
			}
		}
		w.hint(inv.Order) // ours are not counted
		w.pass(time.Minute)
		w.sold("web-99")
		w.work()
		w.wantTold(77, []string{"web-99"}, 1, 0)
	})
}

func TestAWebhookThatComesWhilePayferIsAskedAboutAStrangerIsWorthAQuestionOfItsOwn(t *testing.T) {
	w := bolt(t)
	w.gate.check = append(w.gate.check, func(*call) error {
		w.sold("web-1") // just after Payfer looked
		return &payfer.Error{Kind: payfer.ErrNotFound}
	})
	w.hint("web-1")
	w.pass(time.Second)
	w.wantTold(77, []string{"web-1"}, 1, 0)
}

func TestAQuestionThatOutlivesItsClaimForgetsNothing(t *testing.T) {
	w := bolt(t)
	w.gate.check = append(w.gate.check, func(*call) error {
		w.now = w.now.Add(time.Minute)
		w.sold("web-1") // finds the order due, and has nothing to change
		return &payfer.Error{Kind: payfer.ErrNotFound}
	})
	w.hint("web-1")
	w.pass(time.Second)
	w.wantTold(77, []string{"web-1"}, 1, 0)
}

func TestTheSameCodeInTwoKassasIsTwoPayments(t *testing.T) {
	w := bolt(t)
	other, err := w.desk.Link(w.ctx(), w.at(yard), payfer.Credentials{ShopID: "shop_2", ShopKey: "key-1"})
	w.must(err)
	w.sold("17")
	w.pass(time.Minute)
	w.wantTold(77, []string{"17"}, 1, 0)
	w.wantTold(yard, []string{"17"}, 0, 0)
	w.must(w.desk.Hint(w.ctx(), other.Token, "17"))
	w.pass(time.Minute)
	w.wantTold(77, []string{"17"}, 1, 0)
	w.wantTold(yard, []string{"17"}, 1, 0)
}

func TestAnOrderOfOursThatTheStoreForgotIsToldAsAStranger(t *testing.T) {
	w := bolt(t)
	order := kassa.NewOrder()
	w.sold(order)
	w.pass(time.Minute)
	w.wantTold(77, []string{order}, 1, 0)
}

func TestNobodyReachesAStrangerByOurNameForIt(t *testing.T) {
	w := bolt(t)
	w.gate.website("web-1")
	w.hint("web-1")
	ours := kassa.StrangeOrder(w.shop.ID, "web-1")
	reach := func(when string) {
		t.Helper()
		asked := w.gate.asked
		ways := map[string]func() error{
			"find":           func() error { _, err := w.desk.Find(w.ctx(), w.peer, ours); return err },
			"find by code":   func() error { _, err := w.desk.Find(w.ctx(), w.peer, "web-1"); return err },
			"find by number": func() error { _, err := w.desk.Find(w.ctx(), w.peer, "0"); return err },
			"check":          func() error { _, err := w.desk.Check(w.ctx(), w.peer, ours); return err },
			"renew":          func() error { _, err := w.desk.Renew(w.ctx(), w.peer, ours, 1); return err },
			"visit":          func() error { _, err := w.desk.Visit(w.ctx(), w.at(client), ours); return err },
			"page":           func() error { _, _, err := w.desk.Page(w.ctx(), ours); return err },
			"adopt":          func() error { return w.desk.Adopt(w.ctx(), w.peer, ours, 1) },
			"withdraw":       func() error { _, err := w.desk.Withdraw(w.ctx(), w.peer, ours); return err },
		}
		for way, try := range ways {
			if err := try(); !errors.Is(err, kassa.ErrNotFound) {
				t.Errorf("%s, %s: %v, want ErrNotFound", when, way, err)
			}
		}
		list, err := w.desk.Recent(w.ctx(), w.peer, w.now.Add(time.Hour), 10)
		if w.must(err); len(list) > 0 || w.gate.asked != asked {
			t.Errorf("%s: listed %d, asked %d times", when, len(list), w.gate.asked-asked)
		}
	}
	reach("while it waits")
	w.gate.pay("web-1")
	w.hint(ours) // a stranger of its own, which Payfer does not know
	w.pass(time.Minute)
	reach("when it is told")
	w.wantTold(77, []string{"web-1"}, 1, 0)
	w.wantTold(77, []string{ours}, 0, 0)
}

func TestAStrangerThatWasToldIsKeptForAWeek(t *testing.T) {
	w := bolt(t)
	w.sold("web-1")
	w.gate.payments["web-1"].at = w.gate.stamp(w.now)
	w.pass(6 * 24 * time.Hour)
	w.must(w.desk.SweepOnce(w.ctx()))
	if !w.kept("web-1") {
		t.Fatal("forgotten before a week is over")
	}
	w.pass(25 * time.Hour)
	w.must(w.desk.SweepOnce(w.ctx()))
	if w.kept("web-1") {
		t.Fatal("kept for more than a week")
	}
	w.hint("web-1")
	w.pass(time.Hour)
	w.wantTold(77, []string{"web-1"}, 1, 0)
}

func TestAStrangerThatAClosedChatIsOwedIsNotForgotten(t *testing.T) {
	w := bolt(t)
	w.chat.shut[77] = true
	w.sold("web-1")
	w.pass(8 * 24 * time.Hour)
	w.must(w.desk.SweepOnce(w.ctx()))
	clear(w.chat.shut)
	w.must(w.desk.Back(w.ctx(), w.peer))
	w.pass(time.Minute)
	w.wantTold(77, []string{"web-1"}, 1, 0)
	w.pass(8 * 24 * time.Hour)
	w.must(w.desk.SweepOnce(w.ctx()))
	if w.kept("web-1") {
		t.Error("kept after all, though nobody is owed it any more")
	}
}

func TestStrangersAreGatheredWithOtherNews(t *testing.T) {
	w := bolt(t)
	orders := w.crowd(2)
	for i := range 40 {
		code := fmt.Sprint("web-", i)
		w.sold(code)
		orders = append(orders, code)
	}
	w.pass(time.Minute)
	w.wantTold(77, orders, 1, 0)
	if n := w.chat.sends(kassa.Announce); n > 5 {
		t.Errorf("42 news in %d messages", n)
	}
}

func TestAStrangerWhoseTellingWasNotHeardOfComesAgainMarked(t *testing.T) {
	w := bolt(t)
	w.chat.fault = append(w.chat.fault, arrivedUnheard)
	w.sold("web-1")
	w.pass(time.Minute)
	w.wantTold(77, []string{"web-1"}, 1, 1)
}

func TestStrangersLeaveHalfOfTheBurstToOurOrders(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		var orders []string
		for range 20 {
			orders = append(orders, w.issue().Order)
		}
		for i := range 64 {
			w.hint(fmt.Sprint("forged-", i))
		}
		w.work()
		if forged := w.gate.asked; forged != 30 || len(w.strangers()) != 34 {
			t.Errorf("asked about %d strangers at once, %d wait", forged, len(w.strangers()))
		}
		for _, order := range orders {
			w.gate.pay(order)
			w.hint(order)
		}
		w.work() // in the very same instant
		for _, order := range orders {
			if w.invoice(order).State != kassa.Paid {
				t.Fatal("an order of ours waits behind forged ones")
			}
		}
		w.pass(time.Minute)
		if left := w.strangers(); len(left) > 0 {
			t.Errorf("%d strangers were never asked about", len(left))
		}
	})
}

// A flood that never ends: whenever there is room, another forged webhook takes it.
func TestAnEndlessFloodOfForgedWebhooksDelaysNoOrderOfOurs(t *testing.T) {
	w := bolt(t)
	forged := 0
	flood := func() {
		for w.desk.Hint(w.ctx(), w.shop.Token, fmt.Sprint("forged-", forged)) == nil {
			forged++
		}
	}
	const seconds = 20
	for range seconds {
		inv := w.issue()
		for range 10 {
			flood()
			w.pass(100 * time.Millisecond)
		}
		w.gate.pay(inv.Order)
		flood()
		w.hint(inv.Order)
		w.work()
		if w.invoice(inv.Order).State != kassa.Paid {
			t.Fatalf("an order of ours waits, after %d forged webhooks", forged)
		}
	}
	if w.gate.asked > 60+seconds*(5+1) || forged < 5*seconds {
		t.Errorf("Payfer was asked %d times, about %d forged orders, in %d seconds", w.gate.asked, forged, seconds)
	}
}

func TestStrangersOfManyKassasDoNotCrowdOutOurOrders(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		for kassaNo := range 8 {
			shop, err := w.desk.Link(w.ctx(), w.at(int64(1000+kassaNo)), payfer.Credentials{ShopID: fmt.Sprint("shop_", 10+kassaNo), ShopKey: "key-1"})
			w.must(err)
			for i := range 64 {
				w.must(w.desk.Hint(w.ctx(), shop.Token, fmt.Sprint("forged-", i)))
			}
		}
		order := w.issue().Order
		w.now = w.now.Add(time.Second) // behind all of them
		w.gate.pay(order)
		w.hint(order)
		looked, err := w.desk.WatchOnce(w.ctx())
		if w.must(err); w.invoice(order).State != kassa.Paid {
			t.Errorf("the first pass looked at %d orders and not at ours", looked)
		}
	})
}

func TestStrangersThatWaitedForAGoodKeyAreAskedAboutOnceItIsThere(t *testing.T) {
	w := bolt(t)
	w.gate.key = "key-2"
	var codes []string
	for i := range 40 {
		codes = append(codes, fmt.Sprint("web-", i))
		w.sold(codes[i])
	}
	w.pass(3 * time.Hour)
	w.linkedTo(yard) // brings the new key
	w.pass(20 * time.Second)
	told := map[string]bool{}
	for _, n := range w.chat.in(77, kassa.Announce) {
		told[n.order] = true
	}
	if missing := slices.DeleteFunc(codes, func(c string) bool { return told[c] }); len(missing) > 0 {
		t.Errorf("not told: %v", missing)
	}
}

// A Payfer that does not care how a code is spelled is asked in vain how often it was paid.
func TestAnOrderOfOursSpelledOtherwiseIsNoStranger(t *testing.T) {
	w := bolt(t)
	order := w.issue().Order
	spellings := []string{strings.ToUpper(order), " " + order, order + " "}
	w.gate.pay(order)
	for _, spelled := range spellings {
		w.gate.payments[spelled] = w.gate.payments[order]
	}
	w.hint(spellings[0])
	w.pass(10 * time.Second) // it is as good as the true one
	wantPaid(t, w, order)
	for _, spelled := range spellings {
		w.hint(spelled)
	}
	w.pass(time.Hour)
	w.wantTold(77, []string{order}, 1, 0)
	w.wantTold(77, spellings, 0, 0)
}
