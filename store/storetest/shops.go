package storetest

import (
	"payferbot/kassa"
	"payferbot/secret"
)

var shopRules = []rule{
	{"an unknown shop or token is not found", func(k *kit) {
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop("nobody")
			k.missing(s, err)
			s, err = tx.ShopByToken("nothing")
			k.missing(s, err)
			s, err = tx.ShopByToken("")
			k.missing(s, err)
		})
	}},
	{"a shop comes back as it was put, by id and by token", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutShop(teashop) })
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.same(s, err, teashop)
			s, err = tx.ShopByToken(teashop.Token)
			k.same(s, err, teashop)
			if s.Key.Reveal() != teashop.Key.Reveal() {
				k.Error("the key is another")
			}
		})
	}},
	{"a tx sees the shop that it put", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutShop(teashop)
			s, err := tx.ShopByToken(teashop.Token)
			k.same(s, err, teashop)
		})
	}},
	{"a shop's former token leads nowhere", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutShop(teashop) })
		moved := teashop
		moved.Token = "another"
		k.do(func(tx kassa.Tx) { tx.PutShop(moved) })
		k.see(func(tx kassa.Tx) {
			s, err := tx.ShopByToken(teashop.Token)
			k.missing(s, err)
			s, err = tx.ShopByToken("another")
			k.same(s, err, moved)
		})
	}},
	{"a key taken away is gone", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutShop(teashop) })
		k.do(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.must(err)
			s.Key = ""
			tx.PutShop(s)
		})
		k.see(func(tx kassa.Tx) {
			s, err := tx.Shop(teashop.ID)
			k.must(err)
			k.same(s.Key.Reveal(), nil, "")
			k.same(s.Token, nil, teashop.Token)
		})
	}},
	{"links are the peers that name the shop now", func(k *kit) {
		k.links(nil)
		k.putPeers(kassa.Peer{ID: "p1", At: chat(1), Shop: teashop.ID}, kassa.Peer{ID: "p2", At: chat(2), Shop: teashop.ID},
			kassa.Peer{ID: "p3", At: chat(3), Shop: "other"}, kassa.Peer{ID: "p4", At: chat(4)})
		k.links([]kassa.PeerID{"p1", "p2"})
		k.putPeers(kassa.Peer{ID: "p1", At: chat(1), Shop: "other"}, kassa.Peer{ID: "p2", At: chat(2)})
		k.links(nil)
		k.putPeers(kassa.Peer{ID: "p4", At: chat(4), Shop: teashop.ID})
		k.links([]kassa.PeerID{"p4"})
	}},
	{"watched counts the shop's orders in due, each once", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.SetDue(teashop.ID, "a", at(1))
			tx.SetDue(teashop.ID, "b", at(2))
			tx.SetDue(teashop.ID, "a", at(3))
			tx.SetDue("other", "c", at(1))
		})
		k.watched(2)
		k.do(func(tx kassa.Tx) {
			tx.SetDue(teashop.ID, "a", never)
			tx.SetDue(teashop.ID, "x", never)
		})
		k.watched(1)
		k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, "b", never) })
		k.watched(0)
	}},
	{"watched orders are those of the shop, up to the limit", func(k *kit) {
		k.watchedOrders(9)
		k.do(func(tx kassa.Tx) {
			tx.SetDue(teashop.ID, "b", at(1))
			tx.SetDue(teashop.ID, "a", at(2))
			tx.SetDue(teashop.ID, "b", at(3))
			tx.SetDue("other", "c", at(1))
		})
		k.watchedOrders(9, "a", "b")
		k.watchedOrders(1, "a")
		k.watchedOrders(0)
		k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, "a", never) })
		k.watchedOrders(9, "b")
	}},
}

// teashop is a shop with everything filled in.
var teashop = kassa.Shop{
	ID: "772211", Key: secret.Text("key-of-the-teashop"), Name: "Чойхона <№1> \u202e", Token: "tokentoken", Refused: at(5),
}

func chat(id int64) kassa.Address { return kassa.Address{Chat: id} }

func (k *kit) links(want []kassa.PeerID) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Links(teashop.ID)
		k.alike(got, err, want)
	})
}

func (k *kit) watched(want int) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Watched(teashop.ID)
		k.same(got, err, want)
	})
}

func (k *kit) watchedOrders(limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.WatchedOrders(teashop.ID, limit)
		k.alike(got, err, want)
	})
}

func (k *kit) putPeers(peers ...kassa.Peer) {
	k.Helper()
	for _, p := range peers {
		k.do(func(tx kassa.Tx) { tx.PutPeer(p) })
	}
}
