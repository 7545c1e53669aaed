package kassa

import (
	"context"
	"errors"
)

// errStands says that an invoice has not come to nothing: there is money, or may be.
var errStands = errors.New("the invoice has not come to nothing")

// Renew issues an invoice that came to nothing once more: the same sum and
// note under a new order. The old one is watched on, and its messages point to the new
// one. A second press on the same button finds what the first one made. Where
// money has come meanwhile, or may still come, nothing is made: it gives the old invoice.
func (d *Desk) Renew(ctx context.Context, peer PeerID, order string, by int64) (Invoice, error) {
	old, err := d.own(ctx, peer, order)
	if err != nil {
		return Invoice{}, err
	}
	if old.Peer != peer {
		return Invoice{}, ErrNotFound
	}
	if old.stands() {
		return old, nil
	}
	home := old.Views[0]
	c := Command{
		Peer: peer, Origin: RenewOrigin(order), Amount: old.Asked, Note: old.Note, By: by, Thread: home.Thread, Renews: order,
	}
	if at, err := d.Peer(ctx, peer); err != nil {
		return Invoice{}, err
	} else if !home.outOf(at) {
		c.Answer = home.Message
	}
	inv, err := d.Issue(ctx, c)
	if errors.Is(err, errStands) { // money came since it was looked at
		return d.own(ctx, peer, order)
	}
	return inv, err
}

// stands tells that the invoice has not come to nothing.
func (inv *Invoice) stands() bool { return inv.State == Paid || inv.PaidBefore || inv.Open() }

// Superseded tells an invoice that came to nothing, and in whose place another was
// issued, which is the one to pay now. Once money has come for it, it is not.
func (inv *Invoice) Superseded() bool { return inv.Renewed != "" && !inv.stands() }

// renewed makes the old order point to the invoice that takes its place.
func (d *Desk) renewed(tx Tx, order string, by Invoice) error {
	if order == "" {
		return nil
	}
	old, err := tx.Invoice(order)
	if err != nil {
		return err
	}
	if old.stands() {
		return errStands
	}
	old.Renewed, old.RenewedAs = by.Order, by.Number
	tx.PutInvoice(old)
	d.owe(tx, &old)
	return nil
}
