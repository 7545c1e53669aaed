package kassa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"payferbot/payfer"
)

// Link proves the credentials at Payfer and links the kassa to the peer. A key
// that differs from the stored one replaces it for all chats of the kassa.
// Errors are Payfer's kinds and the store's.
func (d *Desk) Link(ctx context.Context, id PeerID, c payfer.Credentials) (Shop, error) {
	info, err := d.gateway.Shop(ctx, c)
	if err != nil {
		return Shop{}, fmt.Errorf("link kassa %s: %w", c.ShopID, err)
	}
	var shop Shop
	var waiting []string
	err = d.store.Update(ctx, func(tx Tx) error {
		shop, waiting, err = d.link(tx, id, c, info)
		return err
	})
	if err == nil {
		err = d.good(ctx, shop, waiting)
	}
	return shop, err
}

// link links the kassa, whose credentials were proved, to the peer. It gives the
// kassa's orders too, where they wait for a key that Payfer does not refuse.
func (d *Desk) link(tx Tx, id PeerID, c payfer.Credentials, info payfer.ShopInfo) (shop Shop, waiting []string, err error) {
	peer, err := tx.Peer(id)
	if err != nil {
		return shop, nil, err
	}
	shop, err = tx.Shop(ShopID(c.ShopID))
	if errors.Is(err, ErrNotFound) {
		shop, err = Shop{ID: ShopID(c.ShopID), Token: NewToken()}, nil
	}
	if err != nil {
		return shop, nil, err
	}
	if !shop.Refused.IsZero() || (shop.Key != "" && shop.Key != c.ShopKey) {
		if waiting, err = asleep(tx, shop.ID); err != nil {
			return shop, nil, err
		}
	}
	shop.Key, shop.Name, shop.Refused = c.ShopKey, info.Name, time.Time{}
	tx.PutShop(shop)
	old := peer.Shop
	peer.Shop, peer.Dialogue, peer.Warned = shop.ID, Dialogue{}, false // the answer to /link says how it stands
	tx.PutPeer(peer)
	if old != "" && old != shop.ID {
		err = d.left(tx, id, old, 0)
	}
	return shop, waiting, err
}

// asleep gives the kassa's orders, with its strangers, that wait for a key that
// Payfer does not refuse.
func asleep(tx Tx, shop ShopID) ([]string, error) {
	orders, err := tx.WatchedOrders(shop, mostOpen)
	if err != nil {
		return nil, err
	}
	strangers, err := tx.Strangers(shop)
	return append(orders, strangers...), err
}

// wake has orders checked soon, in all the chats of a kassa: Payfer refused its
// key, and the new one is good. The kassa's pace spreads the checks.
func (d *Desk) wake(ctx context.Context, shop ShopID, orders []string) error {
	const some = 100
	for batch := range slices.Chunk(orders, some) {
		err := d.store.Update(ctx, func(tx Tx) error {
			now := d.now()
			for _, order := range batch {
				due, err := tx.Due(order)
				if err != nil {
					return err
				}
				if due.After(now) {
					tx.SetDue(shop, order, now)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	d.dueBell.ring()
	d.strangeBell.ring()
	return nil
}

// ShopOf is the kassa linked to the peer, or ErrNotLinked.
func (d *Desk) ShopOf(ctx context.Context, id PeerID) (shop Shop, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		_, shop, err = linked(tx, id)
		return err
	})
	return shop, err
}

// linked gives the peer and its kassa, or ErrNotLinked.
func linked(tx Tx, id PeerID) (peer Peer, shop Shop, err error) {
	if peer, err = tx.Peer(id); err != nil {
		return peer, shop, err
	}
	if peer.Shop == "" {
		return peer, shop, ErrNotLinked
	}
	shop, err = tx.Shop(peer.Shop)
	return peer, shop, err
}

// Info asks Payfer about the kassa linked to the peer.
func (d *Desk) Info(ctx context.Context, id PeerID) (Shop, payfer.ShopInfo, error) {
	shop, err := d.ShopOf(ctx, id)
	if err != nil {
		return shop, payfer.ShopInfo{}, err
	}
	info, err := d.gateway.Shop(ctx, shop.Credentials())
	return shop, info, err
}

// Unlink parts the peer from its kassa. Its open invoices stay watched, for
// which the key stays too; open says how many they are.
func (d *Desk) Unlink(ctx context.Context, id PeerID) (was Shop, open int, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		var peer Peer
		if peer, was, err = linked(tx, id); err != nil {
			return err
		}
		orders, err := d.watchedOf(tx, id, peer.Shop)
		if err != nil {
			return err
		}
		open = 0
		for _, inv := range orders {
			if inv.Open() {
				open++
			}
		}
		peer.Shop, peer.Dialogue = "", Dialogue{}
		tx.PutPeer(peer)
		return d.left(tx, id, was.ID, 0)
	})
	return was, open, err
}

// Forget stops watching what the peer asked of a kassa that it has unlinked: if
// any of it is paid from now on, nobody is told. It gives how many orders that were.
func (d *Desk) Forget(ctx context.Context, id PeerID, shop ShopID) (dropped int, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		dropped = 0
		peer, err := tx.Peer(id)
		if err != nil || peer.Shop == shop {
			return err
		}
		orders, err := d.watchedOf(tx, id, shop)
		if err != nil {
			return err
		}
		for _, inv := range orders {
			tx.SetDue(shop, inv.Order, time.Time{})
		}
		dropped = len(orders)
		return d.left(tx, id, shop, dropped)
	})
	return dropped, err
}

// left lets go of the kassa's key when the peer was the last to link it and
// nothing but the given number of orders, which end now, is watched.
func (d *Desk) left(tx Tx, id PeerID, shop ShopID, ending int) error {
	links, err := tx.Links(shop)
	if err != nil {
		return err
	}
	for _, other := range links {
		if other != id {
			return nil
		}
	}
	return dropKey(tx, shop, ending)
}

// watchedOf gives the peer's invoices of the kassa that Payfer is still asked
// about, with the attempts that were given up.
func (d *Desk) watchedOf(tx Tx, id PeerID, shop ShopID) ([]Invoice, error) {
	const most = 1000
	now := d.now()
	listed, err := tx.History(id, now.Add(-2*watchBlind), now.Add(time.Second), most)
	if err != nil {
		return nil, err
	}
	var out []Invoice
	for _, inv := range listed {
		if inv.Shop != shop {
			continue
		}
		for _, order := range []string{inv.Order, inv.Prior} {
			if order == "" {
				continue
			}
			due, err := tx.Due(order)
			if err != nil {
				return nil, err
			}
			if !due.IsZero() {
				inv.Order = order
				out = append(out, inv)
			}
		}
	}
	return out, nil
}
