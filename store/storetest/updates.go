package storetest

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/store"
)

var updateRules = []rule{
	{"an error of fn comes back as it is and nothing is written", func(k *kit) {
		mine := errors.New("mine")
		err := k.store.Update(k.ctx, func(tx kassa.Tx) error {
			tx.PutPeer(market)
			tx.PutInvoice(tea)
			tx.SetDue("s", tea.Order, at(1))
			tx.Owe(market.ID, tea.Order, at(1))
			return mine
		})
		if err != mine { //nolint:errorlint // the very error
			k.Errorf("got %v, want fn's very error", err)
		}
		k.nothing()
	}},
	{"a panic in fn writes nothing and leaves the store in order", func(k *kit) {
		func() {
			defer func() { k.same(recover(), nil, "mine") }()
			k.store.Update(k.ctx, func(tx kassa.Tx) error {
				tx.PutInvoice(tea)
				panic("mine")
			})
		}()
		k.nothing()
		k.putInvoice(tea)
	}},
	{"a View gives fn's error as it is", func(k *kit) {
		mine := errors.New("mine")
		if err := k.store.View(k.ctx, func(kassa.Tx) error { return mine }); err != mine { //nolint:errorlint // the very error
			k.Errorf("got %v, want fn's very error", err)
		}
	}},
	{"a View that writes is refused and writes nothing", func(k *kit) {
		for name, write := range map[string]func(kassa.Tx){
			"PutInvoice":   func(tx kassa.Tx) { tx.PutInvoice(tea) },
			"PutPeer":      func(tx kassa.Tx) { tx.PutPeer(market) },
			"PutShop":      func(tx kassa.Tx) { tx.PutShop(teashop) },
			"SetDue":       func(tx kassa.Tx) { tx.SetDue("s", tea.Order, at(1)) },
			"Owe":          func(tx kassa.Tx) { tx.Owe(market.ID, tea.Order, at(1)) },
			"Rest":         func(tx kassa.Tx) { tx.Rest(market.ID, at(1)) },
			"PutGrant":     func(tx kassa.Tx) { tx.PutGrant(voucher) },
			"DropStranger": func(tx kassa.Tx) { tx.DropStranger("s", "stranger:a") },
			"DropGrant":    func(tx kassa.Tx) { tx.DropGrant(voucher.Code) },
			"SetTally":     func(tx kassa.Tx) { tx.SetTally(at(1)) },
		} {
			err := k.store.View(k.ctx, func(tx kassa.Tx) error {
				write(tx)
				return nil
			})
			if !errors.Is(err, store.ErrReadOnly) {
				k.Errorf("%s in a View: %v, want ErrReadOnly", name, err)
			}
		}
		k.nothing()
	}},
	{"a cancelled context ends an Update before it writes", func(k *kit) {
		ctx, cancel := context.WithCancel(k.ctx)
		cancel()
		err := k.store.Update(ctx, func(tx kassa.Tx) error {
			tx.PutInvoice(tea)
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			k.Errorf("got %v, want context.Canceled", err)
		}
		k.nothing()
	}},
	{"all that one Update writes is there together", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutShop(teashop)
			tx.PutPeer(market)
			tx.PutInvoice(tea)
			tx.SetDue(tea.Shop, tea.Order, at(1))
			tx.Owe(market.ID, tea.Order, at(2))
		})
		k.links([]kassa.PeerID{market.ID})
		k.watched(1)
		k.owed(market.ID, 9, tea.Order)
		k.ready(market.ID, at(2))
		k.history(market.ID, at(0), at(99), 9, tea.Order)
		k.see(func(tx kassa.Tx) { k.leads(tx, tea) })
	}},
	{"ping takes a write, and fails once the store is closed", func(k *kit) {
		k.must(k.store.Ping(k.ctx))
		k.must(k.store.Close())
		if err := k.store.Ping(k.ctx); !errors.Is(err, store.ErrClosed) {
			k.Errorf("ping of a closed store: %v, want ErrClosed", err)
		}
		err := k.store.View(k.ctx, func(tx kassa.Tx) error {
			_, err := tx.Peer("p1")
			return err
		})
		if !errors.Is(err, store.ErrClosed) {
			k.Errorf("read of a closed store: %v, want ErrClosed", err)
		}
		k.must(k.store.Close()) // again, and no harm
	}},
}

// nothing wants none of tea, market and their places to be kept.
func (k *kit) nothing() {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		inv, err := tx.Invoice(tea.Order)
		k.missing(inv, err)
		p, err := tx.Peer(market.ID)
		k.missing(p, err)
		s, err := tx.Shop(teashop.ID)
		k.missing(s, err)
		due, err := tx.Due(tea.Order)
		k.same(due, err, never)
	})
	k.owed(market.ID, 9)
	k.ready(market.ID, never)
}
