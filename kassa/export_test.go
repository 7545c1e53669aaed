package kassa

import (
	"context"
	"errors"
	"time"
)

// WatchOnce looks at the orders that are due now, one after the other.
func (d *Desk) WatchOnce(ctx context.Context) (looked int, err error) {
	for _, q := range []queue{d.ourOrders(), d.strangers()} {
		claims, e := d.claimDue(ctx, q, q.hands)
		for _, c := range claims {
			_, _ = d.look(ctx, c.order, c.until) // Payfer's silence is part of the test
		}
		looked, err = looked+len(claims), errors.Join(err, e)
	}
	return looked, err
}

// ClaimOnce claims the orders that are due now and gives the claims' tokens.
func (d *Desk) ClaimOnce(ctx context.Context) (tokens []time.Time, err error) {
	claims, err := d.claimDue(ctx, d.ourOrders(), checkers)
	for _, c := range claims {
		tokens = append(tokens, c.until)
	}
	return tokens, err
}

// DeliverOnce serves the peers that are ready now, one delivery each.
func (d *Desk) DeliverOnce(ctx context.Context) (sent int, err error) {
	ready, err := d.ready(ctx)
	for _, q := range ready {
		did, e := d.deliverOne(ctx, PeerID(q.ID), "")
		err = errors.Join(err, e)
		if did {
			sent++
		}
	}
	return sent, err
}

// NextAt is when any of the queues has something to do; zero: never.
func (d *Desk) NextAt(ctx context.Context) (next time.Time, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		due, err := tx.NextDue()
		if err != nil {
			return err
		}
		stranger, err := tx.NextStranger()
		if err != nil {
			return err
		}
		ready, err := tx.NextReady()
		next = earliest(earliest(due, stranger), ready)
		return err
	})
	return next, err
}

// StrangeOrder is our name for Payfer's code.
func StrangeOrder(shop ShopID, code string) string { return strangeOrder(shop, code) }

// SweepOnce throws away what is over.
func (d *Desk) SweepOnce(ctx context.Context) error { return d.sweepOnce(ctx) }
