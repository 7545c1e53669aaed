package kassa

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrShopChat says that the chat is a shop's own: money for another one must not be announced there.
var ErrShopChat = errors.New("the chat is a shop's")

// ErrCrowded says that an invoice has as many views as it may have.
var ErrCrowded = errors.New("too many chats show this invoice")

// Visit shows the invoice in a customer's chat, live like any view: it is kept
// true, and the customer is told when it is paid; one who comes later sees that
// it is, and is told no more. A second visit shows it anew and takes the older message away. The chat that asked for the invoice gets its own
// message anew in the same way. Errors: ErrNotFound, ErrShopChat, ErrCrowded, the store's.
func (d *Desk) Visit(ctx context.Context, peer PeerID, order string) (inv Invoice, err error) {
	var p Peer
	err = d.store.Update(ctx, func(tx Tx) error {
		if inv, err = d.current(tx, order); err != nil {
			return err
		}
		if p, err = tx.Peer(peer); err != nil {
			return err
		}
		if p.Shop != "" && inv.Peer != peer {
			return ErrShopChat
		}
		inv.tick(d.now())
		if err := inv.visit(peer); err != nil {
			return err
		}
		tx.PutInvoice(inv)
		d.owe(tx, &inv)
		return nil
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("visit: %w", err)
	}
	d.said.forget(showing(p, inv)) // it is wanted again
	return inv, d.showNow(ctx, peer, inv.Order)
}

// visit gives the peer a view to be sent.
func (inv *Invoice) visit(peer PeerID) error {
	i := inv.viewOf(peer)
	own, _ := inv.views()
	switch {
	case i >= 0 && inv.Views[i].Message != 0 && inv.Views[i].Stale != 0 && inv.Views[i].Broken == "":
		// Shown anew a moment ago: the message before is not even taken away yet, and
		// only one can be kept in mind to take away.
	case i >= 0:
		v := &inv.Views[i]
		if v.Message != 0 {
			v.Stale, v.Message = v.Message, 0
		}
		v.Shown, v.Broken, v.Lost, v.Later = "", "", 0, time.Time{}
	case own >= mostViews:
		return ErrCrowded
	default:
		inv.Views = append(inv.Views, View{Peer: peer, Guest: true, Announced: inv.State == Paid && inv.presentable()})
	}
	return nil
}

// current is the order's invoice, or the attempt that people see in its place.
func (d *Desk) current(tx Tx, order string) (Invoice, error) {
	inv, err := ours(tx, strings.ToLower(order))
	for err == nil && inv.Next != "" && inv.State != Paid {
		inv, err = tx.Invoice(inv.Next)
	}
	return inv, err
}

// Page gives what the customer's page shows: the invoice and its kassa, without
// the key. ErrNotFound where there is no such order.
func (d *Desk) Page(ctx context.Context, order string) (inv Invoice, shop Shop, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		if inv, err = d.current(tx, order); err != nil {
			return err
		}
		shop, err = tx.Shop(inv.Shop)
		shop.Key, shop.Token = "", ""
		return err
	})
	if err != nil {
		return Invoice{}, Shop{}, fmt.Errorf("page: %w", err)
	}
	return inv, shop, nil
}
