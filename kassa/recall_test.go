package kassa_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"payferbot/kassa"
)

// forget puts records back to what they were: a store that has lost the last of
// what it had acknowledged, as a Redis may that fails over.
func (w *world) forget(was kassa.Invoice, peer kassa.Peer) {
	w.t.Helper()
	w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
		peer.Busy, peer.Pace = time.Time{}, time.Time{}
		tx.PutPeer(peer)
		tx.PutInvoice(was)
		tx.SetDue(was.Shop, was.Order, w.now)
		return nil
	}))
}

func (w *world) own() (p kassa.Peer) {
	w.t.Helper()
	w.must(w.store.View(w.ctx(), func(tx kassa.Tx) (err error) {
		p, err = tx.Peer(w.peer)
		return err
	}))
	return p
}

// Found by failing Redis over: the record of an announcement was lost with the old
// master, and the chat was told again, without a mark.
func TestNewsThatTheStoreForgotAreNotToldAgainByTheProcessThatToldThem(t *testing.T) {
	w := bolt(t)
	inv, peer := w.issue(), w.own()
	w.gate.pay(inv.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.pass(10 * time.Second)
	wantPaid(t, w, inv.Order)

	w.forget(inv, peer)
	w.pass(time.Minute)
	wantPaid(t, w, inv.Order)
	if v := w.invoice(inv.Order).Views[0]; !v.Announced || v.Announcing {
		t.Errorf("the view is %+v, want it announced", v)
	}
}

// A process that has just started knows only what is stored.
func TestNewsThatTheStoreForgotAreToldAgainByAnotherProcess(t *testing.T) {
	w := bolt(t)
	inv, peer := w.issue(), w.own()
	w.gate.pay(inv.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.pass(10 * time.Second)

	w.forget(inv, peer)
	w.start()
	w.pass(time.Minute)
	if news := w.chat.of(kassa.Announce); len(news) != 2 {
		t.Errorf("%d announcements, want two: who could know of the first?", len(news))
	}
}

// Where the outcome of a send could not be saved, the process knows it all the same.
func TestNewsWhoseOutcomeWasNotSavedAreNotToldAgain(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.gate.pay(inv.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	s := &unsaving{Store: w.store}
	w.chat.refuse = func(d kassa.Delivery) error {
		s.fails = d.Kind == kassa.Announce
		return nil
	}
	w.store = s
	w.start()
	_, err := w.desk.WatchOnce(w.ctx())
	w.must(err)
	if _, err := w.desk.DeliverOnce(w.ctx()); err == nil {
		t.Error("the outcome was saved")
	}
	s.fails, w.chat.refuse = false, nil
	w.pass(time.Minute)
	wantPaid(t, w, inv.Order)
}

// unsaving is a store that takes nothing for a while.
type unsaving struct {
	kassa.Store
	fails bool
}

func (s *unsaving) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	if s.fails {
		return kassa.ErrNotFound // of all errors the one after which nobody insists
	}
	return s.Store.Update(ctx, fn)
}

// Found by failing Redis over, too: the chat's count went back with the rest, and
// two invoices in one chat were №5.
func TestANumberThatTheStoreForgotIsNotGivenAgain(t *testing.T) {
	w := bolt(t)
	first, peer := w.issue(), w.own()
	second := w.issue()
	w.forget(first, peer)
	if third := w.issue(); third.Number != second.Number+1 {
		t.Errorf("№%d after №%d", third.Number, second.Number)
	}
}

// The invoice itself went with the old master, and the command was answered once
// more: with another sum to pay, beside the one that people saw already.
func TestAnInvoiceThatTheStoreForgotIsShownAgainMarked(t *testing.T) {
	w := bolt(t)
	first := w.issue()
	w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
		once := first // as the command makes it where the store knows nothing of the first
		once.Order, once.State, once.Views = kassa.NewOrder(), kassa.Pending, []kassa.View{{Peer: w.peer, In: 77}}
		tx.PutInvoice(once)
		tx.Owe(w.peer, once.Order, w.now)
		return nil
	}))
	w.pass(time.Minute)
	if shown := w.chat.of(kassa.Show); len(shown) != 2 || shown[0].again || !shown[1].again {
		t.Errorf("shown: %+v, want a second one, marked", shown)
	}
}

// Found by tearing Redis' file: the claim was forgotten while its message was on
// its way, and the next one overtook the news of it.
func TestAnInvoiceWhoseClaimIsForgottenWhileItIsSentIsShownAgainMarked(t *testing.T) {
	w := bolt(t)
	w.chat.fault = append(w.chat.fault, func(c *call) error {
		c.happen()
		inv, peer := w.invoice(c.order), w.own()
		inv.Views[0].Showing = false
		w.forget(inv, peer)
		w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
			tx.Owe(w.peer, c.order, w.now)
			tx.SetReady(w.peer, w.now)
			return nil
		}))
		_, err := w.desk.DeliverOnce(w.ctx())
		w.must(err)
		return nil
	})
	_, err := w.desk.Issue(w.ctx(), w.command())
	w.must(err)
	var again []bool
	for _, m := range w.chat.of(kassa.Show) {
		again = append(again, m.again)
	}
	if len(again) < 2 || again[0] || !again[1] {
		t.Errorf("shown, marked or not: %v, want the second marked", again)
	}
}

// distant is a store that takes a while to save.
type distant struct {
	kassa.Store
	save func()
}

func (s *distant) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	err := s.Store.Update(ctx, fn)
	s.save()
	return err
}

// deadlines are a Telegram that notes how much time it is given.
type deadlines struct {
	*chats
	most time.Duration
}

func (c *deadlines) Deliver(ctx context.Context, d kassa.Delivery) (kassa.Sent, error) {
	at, _ := ctx.Deadline()
	c.most = max(c.most, time.Until(at))
	return c.chats.Deliver(ctx, d)
}

// The claim's own saving counts against its lease: a send that went on beyond it
// could meet that of another worker in the same chat.
func TestASendEndsBeforeItsClaimHoweverLongThatTookToSave(t *testing.T) {
	w := bolt(t)
	const slow, lease, margin = 7 * time.Second, 12 * time.Second, time.Second
	w.store = &distant{Store: w.store, save: func() { w.now = w.now.Add(slow) }}
	c := &deadlines{chats: w.chat}
	w.startWith(w.gate, c)
	_, err := w.desk.Issue(w.ctx(), w.command())
	w.must(err)
	if len(w.chat.of(kassa.Show)) != 1 || c.most > lease-slow-margin || c.most < time.Second {
		t.Errorf("Telegram was given %v, want about %v", c.most, lease-slow-margin)
	}
}

// oblivious is a store that has lost one order.
type oblivious struct {
	kassa.Store
	order string
}

type obliviousTx struct {
	kassa.Tx
	order string
}

func (s *oblivious) View(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.Store.View(ctx, func(tx kassa.Tx) error { return fn(obliviousTx{tx, s.order}) })
}

func (s *oblivious) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.Store.Update(ctx, func(tx kassa.Tx) error { return fn(obliviousTx{tx, s.order}) })
}

func (tx obliviousTx) Invoice(order string) (kassa.Invoice, error) {
	if order == tx.order {
		return kassa.Invoice{}, kassa.ErrNotFound
	}
	return tx.Tx.Invoice(order)
}

// A webhook of an order that was forgotten makes it one that the bot did not
// issue; the money was told of all the same.
func TestAnOrderThatTheStoreForgotIsNotToldAgainAsNotIssued(t *testing.T) {
	w := bolt(t)
	s := &oblivious{Store: w.store}
	w.store = s
	w.start()
	told, untold := w.issue(), w.issue()
	w.gate.pay(told.Order)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, told.Order))
	w.pass(10 * time.Second)

	for _, inv := range []kassa.Invoice{told, untold} {
		w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error {
			tx.SetDue(inv.Shop, inv.Order, time.Time{})
			return nil
		}))
		s.order = inv.Order
		w.gate.pay(inv.Order)
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
		w.pass(time.Minute)
	}
	if news := w.chat.of(kassa.Announce); len(news) != 2 || news[0].order != told.Order || news[1].order != untold.Order || news[1].number != 0 {
		t.Errorf("announced %+v, want the first as ours and the second as not issued", news)
	}
}

// mindless is a store that loses everything of one command, once, as soon as it was
// updated so often.
type mindless struct {
	kassa.Store
	updates int  // that are left until then
	away    bool // the next one fails first
}

func (s *mindless) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	if s.updates--; s.updates >= 0 {
		return s.Store.Update(ctx, fn)
	}
	if s.away {
		s.away = false
		return errors.New("the store is away")
	}
	return s.Store.Update(ctx, func(tx kassa.Tx) error { return fn(restTx{tx}) })
}

func (s *mindless) View(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.Store.View(ctx, func(tx kassa.Tx) error {
		if s.updates >= 0 {
			return fn(tx)
		}
		return fn(restTx{tx})
	})
}

// restTx knows no invoice, and nothing that a chat is owed.
type restTx struct{ kassa.Tx }

func (restTx) Ready(kassa.PeerID) (time.Time, error) { return time.Time{}, nil }

func (restTx) Invoice(string) (kassa.Invoice, error) { return kassa.Invoice{}, kassa.ErrNotFound }

// A command whose invoice is forgotten before it could be shown is not answered,
// and its letter must not be thrown away.
func TestACommandWhoseInvoiceIsForgottenBeforeItIsShownFails(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]bool{"at once": false, "after it failed": true} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			const intentAndInvoice = 2
			w.store = &mindless{Store: w.store, updates: intentAndInvoice, away: away}
			w.start()
			if _, err := w.desk.Issue(w.ctx(), w.command()); !errors.Is(err, kassa.ErrNotFound) {
				t.Errorf("error %v, want that the order is not there", err)
			}
			if shown := w.chat.of(kassa.Show); len(shown) != 0 {
				t.Errorf("shown %+v", shown)
			}
		})
	}
}

// Found by failing Redis over a hundred times: the store forgot the claim while the
// announcement was on its way, and the next worker of the same process sent it as if it were the first.
func TestNewsWhoseClaimIsForgottenOnTheWayAreMarked(t *testing.T) {
	w := bolt(t)
	inv, peer := w.issue(), w.own()
	w.gate.pay(inv.Order)
	first := true
	w.chat.refuse = func(d kassa.Delivery) error {
		if d.Kind != kassa.Announce || !first {
			return nil
		}
		first = false
		w.forget(inv, peer)
		w.must(w.store.Update(w.ctx(), func(tx kassa.Tx) error { tx.SetReady(w.peer, w.now); return nil }))
		w.now = w.now.Add(3 * time.Second)
		w.work()
		return nil
	}
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	w.pass(time.Minute)
	unmarked := 0
	news := w.chat.of(kassa.Announce)
	for _, n := range news {
		if !n.again {
			unmarked++
		}
	}
	if len(news) != 2 || unmarked != 1 {
		t.Errorf("%d announcements, %d of them unmarked: want the second to be marked", len(news), unmarked)
	}
}
