package kassa

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Hint takes a webhook: the kassa with this token may have been paid this
// order. It makes the order due for a check now, durably, and believes nothing.
// An order of ours that is not this kassa's changes nothing; one that we do not
// know is a stranger's. The errors are ErrNotFound for an unknown token,
// ErrStrangers when as many strangers wait as may, else the store's.
func (d *Desk) Hint(ctx context.Context, token, order string) error {
	err := d.store.Update(ctx, func(tx Tx) error {
		shop, err := tx.ShopByToken(token)
		if err != nil {
			return err
		}
		inv, err := meant(tx, order)
		switch {
		case errors.Is(err, ErrNotFound):
			return d.strange(tx, shop, order)
		case err != nil:
			return err
		case inv.Shop != shop.ID || inv.State == Paid:
			return nil
		}
		return d.hinted(tx, inv)
	})
	if err != nil {
		return fmt.Errorf("hint: %w", err)
	}
	d.dueBell.ring()
	d.strangeBell.ring()
	return nil
}

// meant is the order of ours that a webhook means. Nobody knows whether Payfer
// cares how a code is spelled: one of ours in capitals must not pass for
// somebody else's payment, and be told once more.
func meant(tx Tx, code string) (Invoice, error) {
	inv, err := ours(tx, code)
	plain := strings.ToLower(strings.TrimSpace(code))
	if errors.Is(err, ErrNotFound) && plain != code && IsOrder(plain) {
		return ours(tx, plain)
	}
	return inv, err
}

// hinted makes the order due now and begins a run of hinted checks. Where both
// is so already nothing is written: a flood of webhooks costs reads.
func (d *Desk) hinted(tx Tx, inv Invoice) error {
	now := d.now()
	due, err := tx.Due(inv.Order)
	if err != nil {
		return err
	}
	if now.Sub(inv.Hinted) >= hintRun {
		inv.Hinted = now
		tx.PutInvoice(inv)
	}
	if due.IsZero() || due.After(now) {
		tx.SetDue(inv.Shop, inv.Order, now)
	}
	return nil
}
