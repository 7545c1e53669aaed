package storetest

import "payferbot/kassa"

var debtRules = []rule{
	{"a debt makes its peer ready", func(k *kit) {
		k.owed("p1", 9)
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(3)) })
		k.owed("p1", 9, "a")
		k.owed("p2", 9)
		k.ready("p1", at(3))
		k.ready("p2", never)
	}},
	{"a debt leaves the place that the peer has in ready", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetReady("p1", at(60)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(3)) })
		k.ready("p1", at(60))
	}},
	{"debts are told oldest first, and stay as old as they are", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "b", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(2)) })
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "b", at(3)) })
		k.owed("p1", 9, "b", "a")
		k.owed("p1", 1, "b")
		k.owed("p1", 0)
	}},
	{"what was shown is owed no more, and the peer stays ready", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.Owe("p1", "a", at(1))
			tx.Owe("p1", "b", at(1))
		})
		k.do(func(tx kassa.Tx) {
			tx.Shown("p1", "a")
			tx.Shown("p1", "never owed")
		})
		k.owed("p1", 9, "b")
		k.ready("p1", at(1))
	}},
	{"rest makes ready whom something is owed", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Rest("p1", at(5)) })
		k.ready("p1", at(5))
	}},
	{"rest takes the place of whom nothing is owed", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetReady("p1", at(1)) })
		k.do(func(tx kassa.Tx) { tx.Rest("p1", at(5)) })
		k.ready("p1", never)
	}},
	{"rest comes after the tx's other writes, whichever was said first", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.Owe("p1", "a", at(1)) })
		k.do(func(tx kassa.Tx) {
			tx.Rest("p1", at(5))
			tx.Shown("p1", "a")
			tx.SetReady("p1", at(7))
		})
		k.ready("p1", never)
		k.do(func(tx kassa.Tx) {
			tx.Rest("p1", at(6))
			tx.Owe("p1", "b", at(2))
		})
		k.ready("p1", at(6))
	}},
}

func (k *kit) owed(peer kassa.PeerID, limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Owed(peer, limit)
		if len(got) == 0 && len(want) == 0 && err == nil {
			return
		}
		k.same(got, err, want)
	})
}
