package storetest

import "payferbot/kassa"

var peerRules = []rule{
	{"an unknown peer or address is not found", func(k *kit) {
		k.see(func(tx kassa.Tx) {
			p, err := tx.Peer("nobody")
			k.missing(p, err)
			p, err = tx.PeerAt(chat(1))
			k.missing(p, err)
			p, err = tx.PeerAt(kassa.Address{Inline: "1"})
			k.missing(p, err)
		})
	}},
	{"a peer comes back as it was put, by id and by address", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutPeer(market) })
		k.see(func(tx kassa.Tx) {
			p, err := tx.Peer(market.ID)
			k.same(p, err, market)
			p, err = tx.PeerAt(market.At)
			k.same(p, err, market)
		})
	}},
	{"a tx sees the peer that it put and the address that it left", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutPeer(market) })
		moved := market
		moved.At = chat(-200)
		k.do(func(tx kassa.Tx) {
			tx.PutPeer(moved)
			p, err := tx.PeerAt(moved.At)
			k.same(p, err, moved)
			p, err = tx.PeerAt(market.At)
			k.missing(p, err)
		})
	}},
	{"a peer that moved is found at its new address only", func(k *kit) {
		moved := market
		moved.At = chat(-200)
		k.putPeers(market, moved)
		k.see(func(tx kassa.Tx) {
			p, err := tx.PeerAt(moved.At)
			k.same(p, err, moved)
			p, err = tx.PeerAt(market.At)
			k.missing(p, err)
		})
	}},
	{"an address belongs to the peer that came last", func(k *kit) {
		first, second := kassa.Peer{ID: "p1", At: chat(7)}, kassa.Peer{ID: "p2", At: chat(7)}
		away := first
		away.At = chat(8)
		k.putPeers(first, second, first, away) // first, put again where it was, takes nothing back
		k.see(func(tx kassa.Tx) {
			p, err := tx.PeerAt(chat(7))
			k.same(p, err, second)
			p, err = tx.PeerAt(chat(8))
			k.same(p, err, away)
		})
	}},
	{"parked peers are those that were put so last, up to the limit", func(k *kit) {
		parked := func(id kassa.PeerID, why string) { k.putPeers(kassa.Peer{ID: id, At: chat(1), Parked: why}) }
		k.parked(9)
		parked("p2", "kicked")
		parked("p1", "blocked")
		parked("p3", "")
		k.parked(9, "p1", "p2")
		k.parked(1, "p1")
		k.parked(0)
		parked("p1", "kicked") // another reason, parked all the same
		k.parked(9, "p1", "p2")
		parked("p1", "")
		parked("p2", "")
		k.parked(9)
		parked("p2", "muted")
		k.reopen()
		k.parked(9, "p2")
	}},
	{"the last word of a tx about being parked counts", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutPeer(kassa.Peer{ID: "p1", At: chat(1), Parked: "kicked"})
			tx.PutPeer(kassa.Peer{ID: "p1", At: chat(1)})
			tx.PutPeer(kassa.Peer{ID: "p2", At: chat(2)})
			tx.PutPeer(kassa.Peer{ID: "p2", At: chat(2), Parked: "kicked"})
		})
		k.parked(9, "p2")
	}},
	{"a chat and an inline message never meet", func(k *kit) {
		k.putPeers(kassa.Peer{ID: "p1", At: chat(5)}, kassa.Peer{ID: "p2", At: kassa.Address{Inline: "5"}})
		k.see(func(tx kassa.Tx) {
			p, err := tx.PeerAt(chat(5))
			k.same(p.ID, err, kassa.PeerID("p1"))
			p, err = tx.PeerAt(kassa.Address{Inline: "5"})
			k.same(p.ID, err, kassa.PeerID("p2"))
		})
	}},
}

func (k *kit) parked(limit int, want ...kassa.PeerID) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Parked(limit)
		k.alike(got, err, want)
	})
}

// market is a peer with everything filled in.
var market = kassa.Peer{
	ID: "marketmarketmark", At: chat(-100), Lang: "uz-Cyrl", Shop: "772211", Last: 12,
	Dialogue: kassa.Dialogue{Step: "key", ShopID: "772211", Since: at(1)},
	Busy:     at(2), Pace: at(3), Hold: at(4), Failed: 3, Parked: "kicked",
}
