package kassa

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Errors that people's requests end in, beside the store's and Payfer's own.
var (
	// ErrNotLinked: the chat has no kassa.
	ErrNotLinked = errors.New("no kassa is linked here")
	// ErrAmount: the sum is outside [MinAmount, MaxAmount].
	ErrAmount = errors.New("sum outside Payfer's limits")
)

// Options are what a Desk is made of.
type Options struct {
	Store     Store
	Gateway   Gateway
	Messenger Messenger
	Now       func() time.Time // nil: time.Now
	Log       *slog.Logger     // nil: slog.Default
	Zone      string           // PAYFER_TIMEZONE: "auto" or an IANA name
	Rate      float64          // BOT_RATE: announcements a second over all chats; 0: no rate of our own
}

// Desk is where everything about invoices is done: people's commands, Payfer's
// hints, the watching and the telling. All it knows is in the Store; any number
// of Desks may work on one.
type Desk struct {
	store       Store
	gateway     Gateway
	messenger   Messenger
	clock       func() time.Time
	log         *slog.Logger
	zones       zones
	asking      *asking
	telling     *tellLimit
	storm       *storm
	tokens      tokens
	said        *recall[telling, bool]
	numbers     *recall[PeerID, int]
	dueBell     bell
	readyBell   bell
	strangeBell bell
}

// New makes a Desk. The error is about Zone.
func New(o Options) (*Desk, error) {
	zs, err := newZones(o.Zone)
	if err != nil {
		return nil, fmt.Errorf("time zone of Payfer: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Desk{
		store: o.Store, gateway: o.Gateway, messenger: o.Messenger,
		clock: o.Now, log: o.Log, zones: zs,
		asking: newAsking(), telling: &tellLimit{rate: o.Rate}, storm: newStorm(),
		said: newRecall[telling, bool](), numbers: newRecall[PeerID, int](),
		dueBell: newBell(), readyBell: newBell(), strangeBell: newBell(),
	}, nil
}

// Run watches and delivers until ctx ends, then waits for what is under way,
// each bounded by its own deadline.
func (d *Desk) Run(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { d.watch(ctx, d.ourOrders()); return nil })
	g.Go(func() error { d.watch(ctx, d.strangers()); return nil })
	g.Go(func() error { d.deliver(ctx); return nil })
	g.Go(func() error { d.sweep(ctx); return nil })
	return g.Wait()
}

// now is the time as queues keep it: whole milliseconds, UTC.
func (d *Desk) now() time.Time { return d.clock().UTC().Truncate(time.Millisecond) }

// change is the one way to alter an invoice: fn and all that follows from it,
// the next check and the debts to peers, become visible together. A claim is
// the due time that the caller holds; zero where it holds none.
func (d *Desk) change(ctx context.Context, order string, claim time.Time, fn func(Tx, *Invoice) error) (Invoice, error) {
	var out Invoice
	err := d.store.Update(ctx, func(tx Tx) error {
		inv, err := tx.Invoice(order)
		if err != nil {
			return err
		}
		was := inv.State
		if err := fn(tx, &inv); err != nil {
			return err
		}
		if was != inv.State {
			inv.freshen()
		}
		if was != Paid && inv.State == Paid {
			if err := d.reconcile(tx, &inv); err != nil {
				return err
			}
		}
		out = inv
		return d.follow(tx, &inv, claim)
	})
	if err != nil {
		return out, fmt.Errorf("change order %s: %w", order, err)
	}
	d.dueBell.ring()
	d.readyBell.ring()
	return out, nil
}

// freshen forgets what was lost on the way of older news: these are tried at once.
func (inv *Invoice) freshen() {
	for i := range inv.Views {
		inv.Views[i].Lost, inv.Views[i].Later = 0, time.Time{}
	}
}

// reconcile tells the other attempt at the same invoice that this one was paid,
// and finds out whether the same sale was paid before.
func (d *Desk) reconcile(tx Tx, inv *Invoice) error {
	if err := repeated(tx, inv); err != nil || inv.Prior+inv.Next == "" {
		return err
	}
	twin, err := tx.Invoice(inv.Prior + inv.Next) // an invoice has one or the other: there are two attempts at most
	if err != nil {
		return fmt.Errorf("the other attempt: %w", err)
	}
	if twin.State == Paid {
		return nil
	}
	twin.PaidBefore = true
	tx.PutInvoice(twin)
	d.owe(tx, &twin)
	return nil
}

// mostKin bounds how many invoices for one sale are looked at.
const mostKin = 32

// repeated marks money for a sale that was paid before: by the other attempt, or
// by an invoice in whose place this one was issued, or that was issued in its place.
func repeated(tx Tx, inv *Invoice) error {
	kin := inv.kin(nil)
	for i := 0; i < len(kin) && i < mostKin; i++ {
		other, err := tx.Invoice(kin[i])
		if errors.Is(err, ErrNotFound) {
			continue // forgotten by the store: that money came is told all the same
		}
		if err != nil {
			return fmt.Errorf("another invoice for the same: %w", err)
		}
		if other.State == Paid && other.Order != inv.Order {
			inv.Repeat = true
			if other.Number != inv.Number {
				inv.RepeatOf = other.Number
			}
			return nil
		}
		kin = other.kin(kin)
	}
	return nil
}

// kin adds the orders for the same sale that this one knows of.
func (inv *Invoice) kin(known []string) []string {
	for _, order := range []string{inv.Prior, inv.Next, inv.Renews, inv.Renewed} {
		if order != "" && !slices.Contains(known, order) {
			known = append(known, order)
		}
	}
	return known
}

// follow writes the invoice with its place in due and its debts.
func (d *Desk) follow(tx Tx, inv *Invoice, claim time.Time) error {
	tx.PutInvoice(*inv)
	d.owe(tx, inv)
	due, err := tx.Due(inv.Order)
	if err != nil {
		return err
	}
	now := d.now()
	next := inv.nextCheck(now, inv.jitter())
	if next.IsZero() && inv.Stranger() {
		d.part(tx, inv, due, claim)
		return nil
	}
	if next.IsZero() {
		return d.unwatch(tx, inv)
	}
	// A check begun before a hint leaves the order due: the place has moved
	// since it was claimed, or lies at hand for somebody else.
	hinted := !due.IsZero() && !due.After(now)
	if due.Equal(claim) || (claim.IsZero() && !hinted) {
		due = next.Truncate(time.Millisecond)
	}
	// Also where it stays: of places the store holds only those to their reading
	// that are written. Left unwritten, a worker letting go of the order in this
	// very moment would put off the check that the hint is owed.
	tx.SetDue(inv.Shop, inv.Order, due)
	return nil
}

// unwatch takes the order out of due, and lets go of the kassa's key with the
// last order of a kassa that no chat has linked any more.
func (d *Desk) unwatch(tx Tx, inv *Invoice) error {
	tx.SetDue(inv.Shop, inv.Order, time.Time{})
	links, err := tx.Links(inv.Shop)
	if err != nil || len(links) > 0 {
		return err
	}
	return dropKey(tx, inv.Shop, 1)
}

// dropKey forgets the key of an unlinked kassa unless more than ending of its
// orders are still watched.
func dropKey(tx Tx, id ShopID, ending int) error {
	watched, err := tx.Watched(id)
	if err != nil || watched > ending {
		return err
	}
	shop, err := tx.Shop(id)
	if err != nil {
		return err
	}
	shop.Key = ""
	tx.PutShop(shop)
	return nil
}

// ahead is how much older than edits news are made, and answers than news, so
// that they stand in front of any number of them: of a long line only the head is
// looked at, and how old it is tells what it is.
const ahead = 365 * 24 * time.Hour

// behind is how far back in the line of news a view stands that was lost before:
// behind everything that was not, however much of it there is, and in the order
// in which it may be tried.
func (v View) behind(now time.Time) time.Duration {
	if v.Lost == 0 {
		return 0
	}
	return ahead/4 + max(0, v.Later.Sub(now))
}

// owe makes known which peers do not see the invoice as it is.
func (d *Desk) owe(tx Tx, inv *Invoice) {
	now := d.now()
	for _, v := range inv.Views {
		kind, stale := inv.duty(v)
		switch {
		case stale && kind == Show:
			tx.Shown(v.Peer, inv.Order) // it may stand among the others
			tx.Owe(v.Peer, inv.Order, now.Add(-2*ahead).Add(v.behind(now)))
		case stale && kind == Announce:
			tx.Shown(v.Peer, inv.Order) // it may stand among the edits
			tx.Owe(v.Peer, inv.Order, now.Add(-ahead).Add(v.behind(now)))
		case stale:
			tx.Owe(v.Peer, inv.Order, now)
		}
	}
}
