package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store"
)

var keepingRules = []rule{
	{"what was committed is there after a reopening", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutShop(teashop)
			tx.PutPeer(market)
			tx.PutInvoice(tea)
			tx.SetDue(tea.Shop, tea.Order, at(1))
			tx.Owe(market.ID, tea.Order, at(2))
		})
		k.reopen()
		k.see(func(tx kassa.Tx) {
			k.leads(tx, tea)
			s, err := tx.Shop(teashop.ID)
			k.same(s, err, teashop)
			p, err := tx.PeerAt(market.At)
			k.same(p, err, market)
			due, err := tx.Due(tea.Order)
			k.same(due, err, at(1))
		})
		k.links([]kassa.PeerID{market.ID})
		k.watched(1)
		k.owed(market.ID, 9, tea.Order)
		k.ready(market.ID, at(2))
		k.history(market.ID, at(0), at(99), 9, tea.Order)
	}},
	{"grants lie sealed whole, and with them the key", func(k *kit) {
		g := voucher
		g.Group, g.Shop, g.Used = "CANARY-group-of-the-grant", "CANARY-kassa-of-the-grant", "CANARY-use-of-the-grant"
		g.Key = "CANARY-shop-key-of-the-grant"
		k.do(func(tx kassa.Tx) { tx.PutGrant(g) })
		k.must(k.store.Close())
		raw := k.place.Raw()
		if !bytes.Contains(raw, []byte(g.Code)) {
			k.Fatal("the search would find nothing at all")
		}
		k.hidden(raw, g.Key.Reveal(), string(g.Group), string(g.Shop), g.Used)
	}},
	{"a shop_key and letters lie sealed", func(k *kit) {
		const key, body = "CANARY-shop-key-kept-sealed", "CANARY /link 1 letter-kept-sealed"
		s := teashop
		s.Key = key
		k.do(func(tx kassa.Tx) { tx.PutShop(s) })
		_, err := k.store.Receive(k.ctx, []kassa.Letter{{ID: 77, Body: []byte(body)}}, at(1))
		k.must(err)
		k.must(k.store.Close())
		raw := k.place.Raw()
		if !bytes.Contains(raw, []byte(s.ID)) {
			k.Fatal("the search would find nothing at all")
		}
		k.hidden(raw, key, body, k.spec)
	}},
	{"a store opens only with its keys", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutShop(teashop) })
		k.must(k.store.Close())
		_, err := k.place.Open(keys(k, secret.NewKey()))
		if !errors.Is(err, store.ErrWrongKey) {
			k.Fatalf("opened with another key: %v, want ErrWrongKey", err)
		}
		k.open()
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.same(s, err, teashop)
		})
	}},
	{"a new key in front takes over: the old one can go", func(k *kit) {
		old, fresh := k.spec, secret.NewKey()
		over := voucher
		over.Code, over.Until = "over", at(0)
		k.do(func(tx kassa.Tx) {
			tx.PutShop(teashop)
			tx.PutGrant(voucher)
			tx.PutGrant(over)
		})
		k.receive(at(1), "1 2", "1 2")
		k.spec = fresh + "," + old
		k.reopen()
		k.spec = fresh
		k.reopen()
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.same(s, err, teashop)
			for _, want := range []kassa.Grant{voucher, over} {
				g, err := tx.Grant(want.Code)
				k.same(g, err, want)
			}
		})
		k.waiting("1", "2")
		k.must(k.store.Close())
		_, err := k.place.Open(keys(k, old))
		if !errors.Is(err, store.ErrWrongKey) {
			k.Errorf("opened with the key that was dropped: %v, want ErrWrongKey", err)
		}
	}},
}

// hidden wants none of the canaries to lie open in any form.
func (k *kit) hidden(raw []byte, canaries ...string) {
	k.Helper()
	for _, canary := range canaries {
		for form, text := range disguises(canary) {
			if bytes.Contains(raw, []byte(text)) {
				k.Errorf("%.20q… lies open, as %s", canary, form)
			}
		}
	}
}

// disguises are forms in which a text may lie about.
func disguises(text string) map[string]string {
	quoted, _ := json.Marshal(text) //nolint:errchkjson // a string always marshals
	forms := map[string]string{"it is": text, "JSON": string(quoted[1 : len(quoted)-1])}
	for shift := range 3 { // base64 looks different at each of three offsets
		full := base64.StdEncoding.EncodeToString(append(make([]byte, shift), text...))
		forms["base64 "+string(rune('0'+shift))] = full[4 : len(full)-4]
	}
	return forms
}
