package kassa_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
)

// silent is Payfer not answering.
func silent(*call) error { return &payfer.Error{Kind: payfer.ErrUnknown} }

// unknown issues an invoice of which nobody knows whether it was created: the
// chat shows a notice without a sum.
func unknown(t *testing.T, w *world, create func(*call) error) string {
	t.Helper()
	w.gate.create = append(w.gate.create, create)
	w.gate.check = append(w.gate.check, silent)
	inv := w.issue()
	if inv.State != kassa.Unknown {
		t.Fatalf("the invoice is %s, the test wants it unknown", inv.State)
	}
	return inv.Order
}

func TestACopyOfTheNoticeDoesNotMakeTwoMessagesOfTheInvoice(t *testing.T) {
	w := bolt(t)
	w.gate.tells = true
	w.chat.fault = append(w.chat.fault, arrivedUnheard)
	order := unknown(t, w, replyLost)
	w.now = w.now.Add(1500 * time.Millisecond)
	w.work()
	w.must(w.desk.Adopt(w.ctx(), w.peer, order, w.chat.of(kassa.Show)[0].id))
	w.pass(20 * time.Second)
	var photos []message
	for _, m := range w.chat.of(kassa.Show) {
		if m.photo {
			photos = append(photos, m)
		}
	}
	if len(photos) != 1 {
		t.Errorf("photos %+v, want one", photos)
	}
}

func TestANoticeWhoseInvoiceIsPaidIsEditedNotSentAnew(t *testing.T) {
	w := bolt(t)
	w.gate.tells = true
	order := unknown(t, w, replyLost)
	w.gate.pay(order)
	w.pass(time.Minute)
	m := w.chat.messages
	if len(m) != 2 || m[0].state != kassa.Paid || m[1].kind != kassa.Announce || m[1].replyTo != m[0].id {
		t.Errorf("messages %+v, want the notice, saying paid, and its announcement", m)
	}
}

func TestAnInvoiceGivenUpGetsNoQR(t *testing.T) {
	w := bolt(t)
	w.gate.tells = true
	w.gate.check = append(w.gate.check, silent)
	for range 12 {
		w.gate.check = append(w.gate.check, silent)
	}
	order := unknown(t, w, replyLost)
	w.pass(10 * time.Minute)
	inv := w.invoice(order)
	if inv.State != kassa.Absent || inv.Unique == 0 {
		t.Fatalf("%s with %d: the test wants it absent and its sum known", inv.State, inv.Unique)
	}
	for _, m := range w.chat.of(kassa.Show) {
		if m.photo {
			t.Error("an invoice that nobody should pay was sent with a QR")
		}
	}
}

func TestAClockSetBackDoesNotMakeAHintAskWithoutEnd(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.pass(5 * time.Second)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.now = w.now.Add(-time.Hour)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.pass(30 * time.Second)
	if n := w.gate.checks[inv.Order]; n > 10 {
		t.Errorf("%d checks in half a minute", n)
	}
}

// deaf is a store that takes no writes.
type deaf struct {
	kassa.Store
	on      atomic.Bool
	refused atomic.Int64
}

func (d *deaf) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	if d.on.Load() {
		d.refused.Add(1)
		return errors.New("no space left on device")
	}
	return d.Store.Update(ctx, fn)
}

func TestAStoreThatTakesNoWritesIsNotAskedWithoutEnd(t *testing.T) {
	s := &deaf{Store: openStore(t, store.Options{DataDir: t.TempDir()})}
	w := newWorld(t, s)
	w.issue()
	w.now = w.now.Add(time.Hour)
	s.on.Store(true)
	ctx, stop := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer stop()
	w.must(w.desk.Run(ctx))
	if n := s.refused.Load(); n > 5 {
		t.Errorf("%d writes tried in half a second", n)
	}
}

// unheard is a store that once does an Update and then says that it failed.
type unheard struct {
	kassa.Store
	next bool
}

func (u *unheard) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	err := u.Store.Update(ctx, fn)
	if u.next && err == nil {
		u.next = false
		return errors.New("the reply was lost")
	}
	return err
}

func TestAMessageRecordedTwiceIsOneView(t *testing.T) {
	s := &unheard{}
	t.Parallel()
	s.Store = openStore(t, store.Options{DataDir: t.TempDir()})
	w := newWorld(t, s)
	w.chat.fault = append(w.chat.fault, func(*call) error { s.next = true; return nil })
	inv := w.issue()
	if n := len(w.invoice(inv.Order).Views); n != 1 {
		t.Errorf("%d views of one message", n)
	}
}

func TestAHintCountsForAnOrderThatIsDueAlready(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.now = w.now.Add(20 * time.Second) // due, and nobody had a hand free
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.work() // Payfer's check does not know of the money yet
	w.gate.pay(inv.Order)
	w.pass(11 * time.Second)
	if s := w.invoice(inv.Order).State; s != kassa.Paid {
		t.Errorf("%s eleven seconds after the hint", s)
	}
}

func TestNewsPassAnyNumberOfEdits(t *testing.T) {
	w := bolt(t)
	last := w.issue().Order
	hint := func(order string, is func(order string)) {
		is(order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, order))
	}
	for range 70 {
		hint(w.issue().Order, func(order string) { w.gate.payments[order].state = payfer.Cancelled })
	}
	for range 5 { // check finds all of them cancelled while nobody can be told
		w.now = w.now.Add(time.Second)
		_, err := w.desk.WatchOnce(w.ctx())
		w.must(err)
	}
	w.now = w.now.Add(5 * time.Minute) // the chat has its allowance back
	hint(last, w.gate.pay)
	_, err := w.desk.WatchOnce(w.ctx())
	w.must(err)
	_, err = w.desk.DeliverOnce(w.ctx())
	w.must(err)
	if n := len(w.chat.of(kassa.Announce)); n != 1 {
		t.Errorf("%d announcements: seventy edits came first", n)
	}
}

func TestEditsThatNewsLeaveBehindDoNotStandBeforeOtherNews(t *testing.T) {
	w := bolt(t)
	last := w.issue().Order
	for range 60 {
		order := w.issue().Order
		w.gate.pay(order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, order))
	}
	for w.now = w.now.Add(time.Minute); len(w.chat.of(kassa.Announce)) < 60; w.now = w.now.Add(2 * time.Second) {
		_, err := w.desk.WatchOnce(w.ctx())
		w.must(err)
		_, err = w.desk.DeliverOnce(w.ctx())
		w.must(err)
	}
	w.now = w.now.Add(10 * time.Second)
	w.gate.pay(last)
	_, err := w.desk.Check(w.ctx(), w.peer, last)
	w.must(err)
	_, err = w.desk.DeliverOnce(w.ctx())
	w.must(err)
	if n := len(w.chat.of(kassa.Announce)); n != 61 {
		t.Errorf("%d announcements, want 61: sixty edits came first", n)
	}
}

func TestAnAnswerDoesNotSitOutAPauseThatTelegramNeverAskedFor(t *testing.T) {
	w := bolt(t)
	paid(w)
	w.chat.fault = append(w.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 30 * time.Second, Ours: true}))
	w.work()
	w.issue()
	if n := len(w.chat.of(kassa.Show)); n != 2 {
		t.Errorf("%d messages: the answer waits out a pause of our own", n)
	}
	w.pass(5 * time.Second)
	if news := w.chat.of(kassa.Announce); len(news) != 1 || news[0].again {
		t.Errorf("announcements %+v, want one, unmarked: the first never left", news)
	}
}

func TestASecondAttemptOfUnknownFateIsGivenUpAfterAMinuteThoughItsExpiryIsKnown(t *testing.T) {
	w := bolt(t)
	w.startWith(expiring{w.gate}, w.chat)
	w.gate.create = append(w.gate.create, replyLost, replyLost)
	inv := w.issue()
	w.pass(90 * time.Second)
	if s := w.invoice(inv.Order).State; s != kassa.Absent {
		t.Errorf("%s a minute and a half after the command", s)
	}
}

// expiring is a Payfer whose check tells expire_at, though not the sum.
type expiring struct{ *gateway }

func (e expiring) Check(ctx context.Context, c payfer.Credentials, order string) (payfer.Status, error) {
	s, err := e.gateway.Check(ctx, c, order)
	if p := e.payments[order]; p != nil {
		s.ExpireAt = e.stamp(p.expires)
	}
	return s, err
}

func TestAnInvoicePaidLateIsNotIssuedAgain(t *testing.T) {
	w := bolt(t)
	for range 13 {
		w.gate.check = append(w.gate.check, silent)
	}
	order := unknown(t, w, replyLost)
	w.pass(2 * time.Minute)
	if s := w.invoice(order).State; s != kassa.Absent {
		t.Fatalf("%s, the test wants it given up", s)
	}
	w.gate.pay(order) // late, while "try again" still stands in the chat
	w.pass(30 * time.Minute)
	again, err := w.desk.Renew(w.ctx(), w.peer, order, 7)
	w.must(err)
	if again.Order != order || len(w.gate.creates) != 1 {
		t.Errorf("a paid invoice was issued once more as %s", again.Order)
	}
}
