package kassa

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// checkLease is how long a claimed order is left to its worker: longer than
	// Payfer's client may take.
	checkLease = 20 * time.Second
	checkers   = 32
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

// watch asks about due orders until ctx ends.
func (d *Desk) watch(ctx context.Context) {
	hands := newCrew(checkers)
	defer hands.wait()
	for {
		claims, err := d.claimDue(ctx, hands.free())
		if err != nil && ctx.Err() == nil {
			d.log.Error("claim due orders", "error", err)
		}
		for _, c := range claims {
			hands.start(c.order+c.until.String(), func() {
				d.check(ctx, c)
				d.dueBell.ring()
			})
		}
		if !d.dueBell.wait(ctx.Done(), d.pause(ctx, err != nil || hands.free() == 0, Tx.NextDue)) {
			return
		}
	}
}

// check is the watcher's look at one order.
func (d *Desk) check(ctx context.Context, c claim) {
	if _, err := d.look(ctx, c.order, c.until); err != nil {
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

// claimDue takes up to n due orders for this process. Those that their kassa's
// pace forbids now are put off.
func (d *Desk) claimDue(ctx context.Context, n int) ([]claim, error) {
	if n <= 0 {
		return nil, nil
	}
	due, lines, err := d.due(ctx, 4*n)
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

// due gives orders that are due, and in which line each stands.
func (d *Desk) due(ctx context.Context, limit int) (due []Queued, lines []line, err error) {
	now := d.now()
	refused := map[ShopID]bool{} // of the kassas that were looked at
	err = d.store.View(ctx, func(tx Tx) error {
		if due, err = tx.DueBy(d.now(), limit); err != nil {
			return err
		}
		for _, q := range due {
			inv, err := tx.Invoice(q.ID)
			if err != nil {
				return fmt.Errorf("due order %s: %w", q.ID, err)
			}
			if _, known := refused[inv.Shop]; !known {
				shop, err := tx.Shop(inv.Shop)
				if err != nil {
					return fmt.Errorf("kassa of due order %s: %w", q.ID, err)
				}
				refused[inv.Shop] = !shop.Refused.IsZero()
			}
			lines = append(lines, line{inv.Shop, now.Sub(inv.Hinted) < hintRun, refused[inv.Shop]})
		}
		return nil
	})
	return due, lines, err
}

// plan chooses up to n orders to look at now, in the order of their due times.
// Those that must wait stand in line behind each other.
func (d *Desk) plan(due []Queued, lines []line, n int) (plans []plan) {
	now := d.now()
	waiting := map[line]time.Duration{}
	for i, q := range due {
		if n == 0 {
			break
		}
		at := lines[i]
		p := plan{order: q.ID, shop: at.shop, seen: q.At}
		wait := d.asking.take(at, now)
		if p.now = wait == 0; p.now {
			p.next = d.tokens.next(now)
			n--
		} else {
			waiting[at] += wait
			p.next = now.Add(waiting[at]).Truncate(time.Millisecond)
		}
		plans = append(plans, p)
	}
	return plans
}
