package kassa

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// checkLease is how long a claimed order is left to its worker: longer than
	// Payfer's client may take.
	checkLease = 20 * time.Second
	checkers   = 32
	// strangeCheckers look at strangers. They are few, so that a Payfer that lets
	// them wait holds up none of ours.
	strangeCheckers = 8
	// poll is how often the queues are looked at without being rung for: what
	// another process put there is seen that late at worst.
	poll = time.Second
)

// claim is an order to be checked, held until a time that is also its token.
type claim struct {
	order string
	until time.Time
}

// tokens gives the ends of claims. They are the claims' tokens, so no two claims
// end at one instant, though they be made within the same millisecond: the
// first, letting go of an order that was moved meanwhile, would take the
// second's place in the queue for its own.
type tokens struct {
	mu   sync.Mutex
	last time.Time
}

func (t *tokens) next(now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = later(now.Add(checkLease), t.last.Add(time.Millisecond))
	return t.last
}

// queue is one of the two in which orders wait for their check, and who looks
// at it.
type queue struct {
	hands int
	by    func(tx Tx, now time.Time, limit int) ([]Queued, error)
	next  func(Tx) (time.Time, error)
	bell  bell
}

// ourOrders is the queue of what the bot issued, strangers that of the others. They are
// worked off side by side: nothing that happens to the one holds up the other, and
// of the kassa's pace strangers take only what ours leave.
func (d *Desk) ourOrders() queue { return queue{checkers, Tx.DueBy, Tx.NextDue, d.dueBell} }

func (d *Desk) strangers() queue {
	return queue{strangeCheckers, Tx.StrangersBy, Tx.NextStranger, d.strangeBell}
}

// watch asks about the queue's due orders until ctx ends.
func (d *Desk) watch(ctx context.Context, q queue) {
	hands := newCrew(q.hands)
	defer hands.wait()
	for {
		claims, err := d.claimDue(ctx, q, hands.free())
		if err != nil && ctx.Err() == nil {
			d.log.Error("claim due orders", "error", err)
		}
		for _, c := range claims {
			hands.start(c.order+c.until.String(), func() {
				d.check(ctx, c)
				q.bell.ring()
			})
		}
		if !q.bell.wait(ctx.Done(), d.pause(ctx, err != nil || hands.free() == 0, q.next)) {
			return
		}
	}
}

// check is the watcher's look at one order.
func (d *Desk) check(ctx context.Context, c claim) {
	_, err := d.look(ctx, c.order, c.until)
	if IsStranger(c.order) && errors.Is(err, ErrNotFound) {
		return // another worker has seen it off
	}
	if err != nil {
		d.log.Warn("check", "order", c.order, "error", err)
	}
}

// pause is how long a loop sleeps when nobody rings: until the head of its
// queue is ready, and not for ever. Where the head is not to be had now, because
// all hands are busy or the store fails, it is not waited for.
func (d *Desk) pause(ctx context.Context, inVain bool, head func(Tx) (time.Time, error)) time.Duration {
	if inVain {
		return poll
	}
	var at time.Time
	err := d.store.View(ctx, func(tx Tx) (err error) {
		at, err = head(tx)
		return err
	})
	if err != nil || at.IsZero() {
		return poll
	}
	return clamp(at.Sub(d.now()), time.Millisecond, poll)
}

// plan is what to do with a due order: look at it now, or put it off.
type plan struct {
	order      string
	shop       ShopID
	seen, next time.Time
	now        bool
}

// claimDue takes up to n due orders of the queue for this process. Those that
// their kassa's pace forbids now are put off.
func (d *Desk) claimDue(ctx context.Context, q queue, n int) ([]claim, error) {
	if n <= 0 {
		return nil, nil
	}
	due, lines, err := d.due(ctx, q, 4*n)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	plans := d.plan(due, lines, n)
	var mine []claim
	err = d.store.Update(ctx, func(tx Tx) error {
		mine = nil
		for _, p := range plans {
			due, err := tx.Due(p.order)
			if err != nil {
				return err
			}
			if !due.Equal(p.seen) {
				continue // somebody else took it, or a hint moved it
			}
			tx.SetDue(p.shop, p.order, p.next)
			if p.now {
				mine = append(mine, claim{p.order, p.next})
			}
		}
		return nil
	})
	return mine, err
}

// due gives orders of the queue that are due, and in which line each stands.
func (d *Desk) due(ctx context.Context, q queue, limit int) (due []Queued, lines []line, err error) {
	now := d.now()
	refused := map[ShopID]bool{} // of the kassas that were looked at
	err = d.store.View(ctx, func(tx Tx) error {
		all, err := q.by(tx, d.now(), limit)
		if err != nil {
			return err
		}
		for _, one := range all {
			inv, err := tx.Invoice(one.ID)
			if IsStranger(one.ID) && errors.Is(err, ErrNotFound) {
				continue // seen off meanwhile
			}
			if err != nil {
				return fmt.Errorf("due order %s: %w", one.ID, err)
			}
			if _, known := refused[inv.Shop]; !known {
				shop, err := tx.Shop(inv.Shop)
				if err != nil {
					return fmt.Errorf("kassa of due order %s: %w", one.ID, err)
				}
				refused[inv.Shop] = !shop.Refused.IsZero()
			}
			due = append(due, one)
			lines = append(lines, inv.line(now, refused[inv.Shop]))
		}
		return nil
	})
	return due, lines, err
}

// plan chooses up to n orders to look at now, in the order of their due times.
// The others are put off until it is their turn.
func (d *Desk) plan(due []Queued, lines []line, n int) (plans []plan) {
	now := d.now()
	for i, q := range due {
		if n == 0 {
			break
		}
		p := plan{order: q.ID, shop: lines[i].shop, seen: q.At}
		p.next = d.asking.take(lines[i], q.ID, now)
		if p.now = p.next.IsZero(); p.now {
			p.next = d.tokens.next(now)
			n--
		}
		plans = append(plans, p)
	}
	return plans
}
