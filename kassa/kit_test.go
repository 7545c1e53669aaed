package kassa_test

import (
	"cmp"
	"context"
	"log/slog"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
	"payferbot/secret"
	"payferbot/store"
	"payferbot/store/redistest"
)

// world is a Desk among stand-ins whose state the test can read and whose
// faults it chooses. Time moves only when the test says so.
type world struct {
	t     testing.TB
	now   time.Time
	store kassa.Store
	desk  *kassa.Desk
	gate  *gateway
	chat  *chats
	peer  kassa.PeerID
	shop  kassa.Shop
	msgs  int
	rate  float64 // BOT_RATE of the next Desk
}

// newWorld is a linked private chat on the given store.
func newWorld(t testing.TB, s kassa.Store) *world {
	w := &world{t: t, now: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC), store: s}
	w.gate = &gateway{world: w, payments: map[string]*payment{}, creates: map[string]int{}, checks: map[string]int{}, key: "key-1"}
	w.chat = &chats{world: w, shut: map[int64]bool{}, moved: map[int64]int64{}}
	w.start()
	peer, err := w.desk.PeerAt(w.ctx(), kassa.Address{Chat: 77}, "uz")
	w.must(err)
	w.peer = peer.ID
	w.shop, err = w.desk.Link(w.ctx(), w.peer, payfer.Credentials{ShopID: "shop_1", ShopKey: "key-1"})
	w.must(err)
	return w
}

// start makes a new Desk, as a new process would.
func (w *world) start() { w.startWith(w.gate, w.chat) }

func (w *world) startWith(g kassa.Gateway, m kassa.Messenger) {
	desk, err := kassa.New(kassa.Options{
		Store: w.store, Gateway: g, Messenger: m,
		Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), Zone: "UTC", Rate: w.rate,
	})
	w.must(err)
	w.desk = desk
}

func (w *world) ctx() context.Context { return context.Background() }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// command is a new /invoice from the chat.
func (w *world) command() kassa.Command {
	w.msgs++
	return kassa.Command{
		Peer: w.peer, Origin: kassa.MessageOrigin(77, w.msgs, 1), Amount: 50_000 * money.Som, Note: "choy",
	}
}

// issue is a command that goes well.
func (w *world) issue() kassa.Invoice {
	w.t.Helper()
	inv, err := w.desk.Issue(w.ctx(), w.command())
	w.must(err)
	return w.invoice(inv.Order)
}

func (w *world) invoice(order string) (inv kassa.Invoice) {
	w.t.Helper()
	w.must(w.store.View(w.ctx(), func(tx kassa.Tx) (err error) {
		inv, err = tx.Invoice(order)
		return err
	}))
	return inv
}

// pass moves time on and does all that falls due on the way.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.work()
	for end := w.now.Add(d); w.now.Before(end); {
		next, err := w.desk.NextAt(w.ctx())
		w.must(err)
		if next.IsZero() || next.After(end) {
			w.now = end
		} else if next.After(w.now) {
			w.now = next
		} else {
			w.now = w.now.Add(time.Millisecond)
		}
		w.work()
	}
}

// work does what is due now.
func (w *world) work() {
	w.t.Helper()
	for range 1000 {
		looked, err := w.desk.WatchOnce(w.ctx())
		w.must(err)
		sent, err := w.desk.DeliverOnce(w.ctx())
		w.must(err)
		if looked+sent == 0 {
			return
		}
	}
	w.t.Fatal("the desk does not come to rest")
}

// gateway is a small Payfer.
type gateway struct {
	*world
	key      secret.Text
	payments map[string]*payment
	creates  map[string]int // by order
	checks   map[string]int
	asked    int
	tells    bool                // check tells unique_amount
	create   []func(*call) error // faults of the next creates
	check    []func(*call) error
}

type payment struct {
	asked, unique, paid money.Amount
	state               payfer.State
	expires             time.Time
	at                  payfer.Stamp // when it was paid; empty: now, whenever that is asked
	site                bool         // the shop's website asked for it
}

// call is a request under way; a fault may let it happen first.
type call struct {
	order  string
	happen func()
}

func (g *gateway) Create(_ context.Context, c payfer.Credentials, amount money.Amount, order string) (payfer.Payment, error) {
	g.creates[order]++
	var out payfer.Payment
	happen := func() {
		p := &payment{asked: amount, unique: amount + money.Amount(len(g.payments)+1), state: payfer.Pending, expires: g.now.Add(15 * time.Minute)}
		g.payments[order] = p
		out = payfer.Payment{Order: order, Unique: p.unique, ExpireAt: g.stamp(p.expires)}
	}
	if c.ShopKey != g.key {
		return out, &payfer.Error{Kind: payfer.ErrCredentials}
	}
	if err := next(&g.create, &call{order, happen}); err != nil {
		return payfer.Payment{}, err
	}
	happen()
	return out, nil
}

func (g *gateway) Check(_ context.Context, c payfer.Credentials, order string) (payfer.Status, error) {
	g.checks[order]++
	g.asked++
	if c.ShopKey != g.key {
		return payfer.Status{}, &payfer.Error{Kind: payfer.ErrCredentials}
	}
	if err := next(&g.check, &call{order, func() {}}); err != nil {
		return payfer.Status{}, err
	}
	p := g.payments[order]
	if p == nil {
		return payfer.Status{}, &payfer.Error{Kind: payfer.ErrNotFound}
	}
	if p.state == payfer.Pending && !g.now.Before(p.expires) {
		p.state = payfer.Expired
	}
	s := payfer.Status{Order: order, State: p.state, Amount: p.asked, Paid: p.paid}
	if p.state == payfer.Paid {
		s.PaidAt = cmp.Or(p.at, g.stamp(g.now))
	}
	if g.tells {
		s.Unique = p.unique
	}
	return s, nil
}

func (g *gateway) Shop(_ context.Context, c payfer.Credentials) (payfer.ShopInfo, error) {
	if c.ShopKey != g.key {
		return payfer.ShopInfo{}, &payfer.Error{Kind: payfer.ErrCredentials}
	}
	return payfer.ShopInfo{Name: "Choyxona"}, nil
}

func (g *gateway) stamp(t time.Time) payfer.Stamp {
	return payfer.Stamp(t.UTC().Format("2006-01-02T15:04:05"))
}

// website is a payment that the shop's website asks for, under a code of its own.
func (g *gateway) website(code string) *payment {
	const asked = 70_000 * money.Som
	g.payments[code] = &payment{asked: asked, unique: asked + money.Amount(len(g.payments)+1), state: payfer.Pending, expires: g.now.Add(15 * time.Minute), site: true}
	return g.payments[code]
}

// pay is the customer's transfer of the unique amount.
func (g *gateway) pay(order string) { g.payWith(order, g.payments[order].unique) }

func (g *gateway) payWith(order string, sum money.Amount) {
	p := g.payments[order]
	p.state, p.paid = payfer.Paid, sum
}

// next takes the first fault off the queue, if there is one.
func next(faults *[]func(*call) error, c *call) error {
	if len(*faults) == 0 {
		return nil
	}
	f := (*faults)[0]
	*faults = (*faults)[1:]
	return f(c)
}

// replyLost lets the call happen and loses its reply.
func replyLost(c *call) error {
	c.happen()
	return &payfer.Error{Kind: payfer.ErrUnknown}
}

// fails is a fault in which nothing happens.
func fails(kind payfer.Kind) func(*call) error {
	return func(*call) error { return &payfer.Error{Kind: kind} }
}

// onBothStores runs the test on the embedded store and on a real Redis.
func onBothStores(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		test(t, openStore(t, store.Options{DataDir: quickDir(t)}))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		test(t, openStore(t, store.Options{RedisURL: redistest.Start(t).URL()}))
	})
}

func openStore(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	keys, err := secret.ParseKeys(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	o.Keys, o.Log = keys, slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
