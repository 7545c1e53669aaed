package kassa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"payferbot/fault"
	"payferbot/money"
	"payferbot/payfer"
)

// Command is a person's wish for an invoice.
type Command struct {
	Peer   PeerID
	Origin Origin
	Amount money.Amount
	Note   string
	By     int64  // Telegram's id of the person
	Thread int    // the topic that the command stands in; 0: none
	Answer int    // the message to answer, in a group; 0: none
	Inline string // the inline message that shows it as well; empty: none
	Renews string // the order that it is to take the place of; empty: none
	Shop   ShopID // the kassa that it is meant for; empty: whichever is linked
}

// Issue makes an invoice and has its reply delivered. It first saves the
// intent, so that the same command delivered again finds its invoice; that one
// is then left to the watcher, which knows what a dead process left undone.
//
// The errors are ErrAmount, ErrNotLinked and the store's. What Payfer says, be
// it a refusal or nothing at all, is told by the invoice's message.
func (d *Desk) Issue(ctx context.Context, c Command) (Invoice, error) {
	if c.Amount < MinAmount || c.Amount > MaxAmount {
		return Invoice{}, ErrAmount
	}
	return d.issue(ctx, c)
}

func (d *Desk) issue(ctx context.Context, c Command) (Invoice, error) {
	fault.At("command taken")
	inv, shop, fresh, err := d.intend(ctx, c)
	if err != nil {
		return inv, err
	}
	fault.At("intent saved")
	if fresh {
		if inv, err = d.launch(ctx, inv, shop); err != nil {
			return inv, err
		}
	}
	return inv, d.showNow(ctx, inv.Peer, inv.Order)
}

// Issued tells whether the command was taken before.
func (d *Desk) Issued(ctx context.Context, origin Origin) (bool, error) {
	err := d.store.View(ctx, func(tx Tx) error {
		_, err := tx.InvoiceFrom(origin)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// intend saves the invoice before anybody outside hears of it, or finds the one
// that the same command made.
func (d *Desk) intend(ctx context.Context, c Command) (inv Invoice, shop Shop, fresh bool, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		if inv, err = tx.InvoiceFrom(c.Origin); err == nil {
			fresh = false
			return nil
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		var peer Peer
		if peer, shop, err = linked(tx, c.Peer); err != nil {
			return err
		}
		if c.Shop != "" && c.Shop != shop.ID {
			return ErrNotLinked
		}
		peer.Last = d.nextNumber(&peer)
		tx.PutPeer(peer)
		views, err := c.views(tx, peer)
		if err != nil {
			return err
		}
		now := d.now()
		inv = Invoice{
			Order: NewOrder(), Peer: peer.ID, Number: peer.Last, Shop: shop.ID,
			Asked: c.Amount, Note: c.Note, By: c.By, Origin: c.Origin,
			State: Creating, Created: now, Started: now, PayTo: shop.PayTo,
			Renews: c.Renews, Views: views,
		}
		d.begin(tx, inv)
		fresh = true
		return d.renewed(tx, c.Renews, inv)
	})
	if err != nil {
		return inv, shop, false, fmt.Errorf("save the intent: %w", err)
	}
	d.noteNumber(inv)
	return inv, shop, fresh, nil
}

// views are where the invoice will be seen from the start.
func (c *Command) views(tx Tx, peer Peer) ([]View, error) {
	views := []View{{Peer: peer.ID, In: peer.At.Chat, Thread: c.Thread, Answers: c.Answer}}
	if c.Inline == "" {
		return views, nil
	}
	p, err := inlinePeer(tx, c.Inline, peer.Lang)
	return append(views, inlineView(p.ID)), err
}

// begin writes an invoice whose create is about to be sent. Should this process
// die, the watcher looks after it once nobody can be waiting for the reply.
func (d *Desk) begin(tx Tx, inv Invoice) {
	tx.PutInvoice(inv)
	tx.SetDue(inv.Shop, inv.Order, inv.nextCheck(inv.Started, 0))
}

// launch sends create, once, and records what came of it. It is not cut short
// when the process is asked to stop: the client's own time limit bounds it.
func (d *Desk) launch(ctx context.Context, inv Invoice, shop Shop) (Invoice, error) {
	ctx = context.WithoutCancel(ctx)
	payment, cause := d.gateway.Create(ctx, shop.Credentials(), inv.Asked, inv.Order)
	fault.At("create answered")
	order := inv.Order
	err := insist(ctx, patience, func() (err error) {
		inv, err = d.change(ctx, order, time.Time{}, func(_ Tx, inv *Invoice) error {
			d.told(inv, payment, cause)
			return nil
		})
		return err
	})
	if err != nil {
		return inv, err
	}
	fault.At("invoice saved")
	if cause != nil {
		d.log.Warn("create", "order", order, "state", inv.State, "error", cause)
	}
	if err := d.mark(ctx, shop, cause); err != nil {
		return inv, err
	}
	if inv.State != Unknown {
		return inv, nil
	}
	inv, err = d.look(ctx, order, time.Time{})
	if silent := new(payfer.Error); errors.As(err, &silent) {
		return inv, nil // then the message says so, and the watcher goes on asking
	}
	return inv, err
}

// told applies create's reply, or what its absence means.
func (d *Desk) told(inv *Invoice, p payfer.Payment, cause error) {
	why, no := refusal(cause)
	switch {
	case cause == nil:
		inv.created(p, d.zones, d.now())
	case no:
		inv.refused(why, d.now())
	default:
		inv.lost()
	}
}

// refusal tells the errors of create after which nothing can exist at Payfer,
// and how people are told. Any other error leaves that open: also "already
// exists", for a code is sent only once and so it must be our own.
func refusal(err error) (Refusal, bool) {
	for _, r := range []struct {
		err error
		why Refusal
	}{
		{payfer.ErrUnsent, RefusedUnreachable},
		{payfer.ErrAmount, RefusedAmount},
		{payfer.ErrCredentials, RefusedCredentials},
		{payfer.ErrInactive, RefusedInactive},
		{payfer.ErrMaintenance, RefusedMaintenance},
		{payfer.ErrRateLimited, RefusedMaintenance},
		{payfer.ErrMissing, RefusedOther},
		{payfer.ErrRefused, RefusedOther},
	} {
		if errors.Is(err, r.err) {
			return r.why, true
		}
	}
	return "", false
}

// replace gives up on an attempt whose outcome nobody knows and makes the next
// one, in the same Tx. The old code stays watched: money may come for it.
func (d *Desk) replace(tx Tx, inv *Invoice) Invoice {
	now := d.now()
	next := *inv
	next.Order, next.Prior, next.State, next.Started = NewOrder(), inv.Order, Creating, now
	next.Unique, next.Expires, next.Zone, next.Ended = 0, time.Time{}, "", time.Time{}
	next.Renewed, next.RenewedAs = "", 0
	next.Hinted, next.Checked, next.Asks, next.Failed = time.Time{}, time.Time{}, 0, 0
	next.Views = append([]View(nil), inv.Views...)

	inv.giveUp(now)
	inv.Next = next.Order
	inv.Views = []View{{Peer: inv.Peer, In: inv.Views[0].In, Thread: inv.Views[0].Thread}}
	d.begin(tx, next)
	return next
}
