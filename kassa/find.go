package kassa

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Find gives the invoice that a person means by "12", "№12", "#12" or an order
// code. It knows only this peer's invoices; ErrNotFound for all others.
func (d *Desk) Find(ctx context.Context, peer PeerID, ref string) (inv Invoice, err error) {
	ref = strings.ToLower(strings.TrimSpace(ref))
	n, notNumber := strconv.Atoi(strings.TrimSpace(strings.TrimLeft(ref, "№#nN ")))
	if notNumber != nil {
		return d.own(ctx, peer, ref)
	}
	err = d.store.View(ctx, func(tx Tx) error {
		inv, err = tx.InvoiceNumbered(peer, n)
		return err
	})
	return inv, err
}

// own gives the order's invoice if it is the peer's, or was shown to it as to a customer.
func (d *Desk) own(ctx context.Context, peer PeerID, order string) (inv Invoice, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if inv, err = ours(tx, order); err == nil && inv.Peer != peer && inv.viewOf(peer) < 0 {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("invoice of the chat: %w", err)
	}
	return inv, nil
}

// Recent gives the peer's invoices created before a time, newest first.
func (d *Desk) Recent(ctx context.Context, peer PeerID, before time.Time, limit int) (list []Invoice, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		list, err = tx.History(peer, time.Unix(0, 0), before, limit)
		return err
	})
	return list, err
}

// guestGap is the least time between two questions that customers cause.
const guestGap = 2 * time.Second

// Check asks Payfer about the peer's invoice now. Where Payfer does not answer
// it gives the invoice as last known, and the error.
func (d *Desk) Check(ctx context.Context, peer PeerID, order string) (Invoice, error) {
	inv, err := d.own(ctx, peer, order)
	if err != nil || inv.State == Paid || inv.State == Rejected {
		return inv, err
	}
	if inv.Peer != peer && d.now().Sub(inv.Checked) < guestGap {
		return inv, nil // fifty customers' presses are one question
	}
	return d.look(ctx, order, time.Time{})
}

// Adopt makes a message that shows the invoice, but that nobody recorded, one
// of its views: a copy left by a send whose reply was lost. A message that is
// a view already changes nothing, and of copies a few are followed. The caller
// has seen that the message does show this invoice.
func (d *Desk) Adopt(ctx context.Context, peer PeerID, order string, message int) error {
	return d.store.Update(ctx, func(tx Tx) error {
		inv, err := d.current(tx, order) // the attempt that people see has taken over the messages of the one before
		if err != nil {
			return err
		}
		if (inv.Peer != peer && inv.viewOf(peer) < 0) || inv.knows(peer, message) {
			return nil
		}
		at, err := tx.Peer(peer)
		if err != nil {
			return err
		}
		inv.Views = append(inv.Views, View{Peer: peer, Message: message, In: at.At.Chat, Photo: inv.Unique != 0, Copy: true, Guest: inv.Peer != peer})
		tx.PutInvoice(inv)
		d.owe(tx, &inv)
		return nil
	})
}

// How many views one invoice has at most, and how many copies beside them.
const (
	mostViews  = 50
	mostCopies = 10
)

// views counts the invoice's own views, and the copies.
func (inv *Invoice) views() (own, copies int) {
	for _, v := range inv.Views {
		if v.Copy {
			copies++
		} else {
			own++
		}
	}
	return own, copies
}

// viewOf is the index of the peer's own view, -1 where it has none.
func (inv *Invoice) viewOf(peer PeerID) int {
	return slices.IndexFunc(inv.Views, func(v View) bool { return v.Peer == peer && !v.Copy })
}

func (inv *Invoice) knows(peer PeerID, message int) bool {
	for _, v := range inv.Views {
		if v.Peer == peer && (v.Message == message || v.Stale == message) {
			return true
		}
	}
	_, copies := inv.views()
	return copies >= mostCopies
}
