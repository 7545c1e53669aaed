package kassa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"payferbot/fault"
	"payferbot/payfer"
)

// look asks Payfer about the order and records the answer: the only path to
// "paid". A claim is the due time that the caller holds, or zero. Where Payfer
// did not answer, the invoice is given as last known together with the error.
func (d *Desk) look(ctx context.Context, order string, claim time.Time) (Invoice, error) {
	ctx = context.WithoutCancel(ctx)
	inv, shop, err := d.load(ctx, order)
	if err != nil {
		return inv, err
	}
	if inv.State == Creating && d.now().Before(inv.Started.Add(patience)) {
		return inv, d.letGo(ctx, inv, claim) // its create is still under way
	}
	if shop.Key == "" {
		return inv, d.letGo(ctx, inv, claim)
	}
	status, cause := d.gateway.Check(ctx, shop.Credentials(), inv.code())
	fault.At("check answered")
	return d.learn(ctx, inv, shop, claim, status, cause)
}

// learn records what check said, and sends a second attempt where the first
// came to nothing while the person still waits.
func (d *Desk) learn(ctx context.Context, inv Invoice, shop Shop, claim time.Time, status payfer.Status, cause error) (Invoice, error) {
	var next Invoice
	inv, err := d.change(ctx, inv.Order, claim, func(tx Tx, inv *Invoice) error {
		next = Invoice{}
		now := d.now()
		answered := inv.answer(status, cause, d.zones, now)
		if inv.Stranger() {
			return d.introduce(tx, inv)
		}
		if !inv.unresolved() {
			return nil
		}
		if now.Sub(inv.Created) >= soon {
			inv.giveUp(now)
		} else if answered && inv.Prior == "" {
			next = d.replace(tx, inv)
		}
		return nil
	})
	if err != nil {
		return inv, err
	}
	fault.At("answer saved")
	d.notTold(inv, status.PaidAt)
	if next.Order != "" {
		return d.launch(ctx, next, shop)
	}
	if errors.Is(cause, payfer.ErrNotFound) {
		cause = nil // that is an answer, and one that Payfer gives to a good key alone
	}
	if err := d.mark(ctx, shop, cause); err != nil {
		return inv, err
	}
	return inv, cause
}

// answer applies check's reply and tells whether there was one.
func (inv *Invoice) answer(s payfer.Status, cause error, zs zones, now time.Time) bool {
	inv.Asks++
	inv.Checked = later(now, inv.Hinted) // whatever the clock says: the hint came before
	switch {
	case cause == nil && inv.Stranger():
		inv.seen(s, zs, now)
	case cause == nil:
		inv.found(s, zs, now)
	case errors.Is(cause, payfer.ErrNotFound) && inv.Stranger() && inv.State != Paid:
		inv.State = Absent
	case errors.Is(cause, payfer.ErrNotFound):
		inv.missing(now)
	default:
		inv.Failed++
		inv.lost()
		inv.tick(now)
		return false
	}
	inv.Failed = 0
	return true
}

// unresolved tells that nobody knows whether there is anything to pay.
func (inv *Invoice) unresolved() bool {
	return inv.Next == "" && (inv.State == Unknown || inv.State == Absent)
}

// letGo ends a claim that came to nothing, unless a hint has moved it.
func (d *Desk) letGo(ctx context.Context, inv Invoice, claim time.Time) error {
	if claim.IsZero() {
		return nil
	}
	return d.store.Update(ctx, func(tx Tx) error {
		due, err := tx.Due(inv.Order)
		if err != nil || !due.Equal(claim) {
			return err
		}
		if inv.Stranger() {
			tx.DropStranger(inv.Shop, inv.Order)
			return nil
		}
		var next time.Time // without a key nobody can ask any more
		if inv.State == Creating {
			next = inv.Started.Add(patience)
		}
		tx.SetDue(inv.Shop, inv.Order, next)
		return nil
	})
}

func (d *Desk) load(ctx context.Context, order string) (inv Invoice, shop Shop, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if inv, err = tx.Invoice(order); err != nil {
			return err
		}
		shop, err = tx.Shop(inv.Shop)
		return err
	})
	if err != nil {
		err = fmt.Errorf("load order %s: %w", order, err)
	}
	return inv, shop, err
}
