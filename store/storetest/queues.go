package storetest

import (
	"time"

	"payferbot/kassa"
)

// never is the time that takes something out of a queue.
var never time.Time

var queueRules = []rule{
	{"an order that was never made due is due never", func(k *kit) {
		k.see(func(tx kassa.Tx) {
			due, err := tx.Due("a")
			k.same(due, err, never)
			next, err := tx.NextDue()
			k.same(next, err, never)
			queue, err := tx.DueBy(at(9), 9)
			k.same(len(queue), err, 0)
		})
	}},
	{"due keeps an order's latest time, in whole milliseconds, UTC", func(k *kit) {
		k.due("a", at(1))
		k.due("a", at(2).Add(1500*time.Microsecond).In(time.FixedZone("Tashkent", 5*3600)))
		k.see(func(tx kassa.Tx) {
			due, err := tx.Due("a")
			k.same(due, err, at(2).Add(time.Millisecond))
		})
		k.due("a", never)
		k.see(func(tx kassa.Tx) {
			due, err := tx.Due("a")
			k.same(due, err, never)
		})
	}},
	{"due orders come the longest due first, ties by order", func(k *kit) {
		for order, s := range map[string]int{"d": 4, "b": 2, "c": 2, "a": 3, "e": 1} {
			k.due(order, at(s))
		}
		e, b, c, a := kassa.Queued{ID: "e", At: at(1)}, kassa.Queued{ID: "b", At: at(2)}, kassa.Queued{ID: "c", At: at(2)}, kassa.Queued{ID: "a", At: at(3)}
		k.see(func(tx kassa.Tx) {
			queue, err := tx.DueBy(at(3), 9)
			k.same(queue, err, []kassa.Queued{e, b, c, a})
			queue, err = tx.DueBy(at(3), 2)
			k.same(queue, err, []kassa.Queued{e, b})
			queue, err = tx.DueBy(at(1).Add(-time.Millisecond), 2)
			k.same(len(queue), err, 0)
			queue, err = tx.DueBy(at(3), 0)
			k.same(len(queue), err, 0)
			next, err := tx.NextDue()
			k.same(next, err, at(1))
		})
	}},
	{"ready is such a queue of its own", func(k *kit) {
		k.due("p1", at(7))
		k.do(func(tx kassa.Tx) {
			tx.SetReady("p1", at(2))
			tx.SetReady("p2", at(1))
		})
		k.ready("p1", at(2))
		k.see(func(tx kassa.Tx) {
			queue, err := tx.ReadyBy(at(2), 9)
			k.same(queue, err, []kassa.Queued{{ID: "p2", At: at(1)}, {ID: "p1", At: at(2)}})
			next, err := tx.NextReady()
			k.same(next, err, at(1))
		})
		k.do(func(tx kassa.Tx) { tx.SetReady("p2", never) })
		k.ready("p2", never)
		k.see(func(tx kassa.Tx) {
			next, err := tx.NextReady()
			k.same(next, err, at(2))
		})
	}},
	{"the tally keeps its latest time, in whole milliseconds, UTC", func(k *kit) {
		k.tally(never)
		k.do(func(tx kassa.Tx) { tx.SetTally(at(1)) })
		k.do(func(tx kassa.Tx) {
			tx.SetTally(at(2).Add(1500 * time.Microsecond).In(time.FixedZone("Tashkent", 5*3600)))
		})
		k.tally(at(2).Add(time.Millisecond))
		k.reopen()
		k.tally(at(2).Add(time.Millisecond))
		k.do(func(tx kassa.Tx) { tx.SetTally(never) })
		k.tally(never)
	}},
	{"the last word of a tx about a place counts", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.SetDue("s", "a", at(1))
			tx.SetDue("s", "a", at(2))
			tx.SetReady("p1", at(1))
			tx.SetReady("p1", never)
		})
		k.see(func(tx kassa.Tx) {
			due, err := tx.Due("a")
			k.same(due, err, at(2))
		})
		k.ready("p1", never)
	}},
}

func (k *kit) due(order string, t time.Time) {
	k.Helper()
	k.do(func(tx kassa.Tx) { tx.SetDue("s", order, t) })
}

func (k *kit) tally(want time.Time) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Tally()
		k.same(got, err, want)
	})
}

func (k *kit) ready(peer kassa.PeerID, want time.Time) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Ready(peer)
		k.same(got, err, want)
	})
}
