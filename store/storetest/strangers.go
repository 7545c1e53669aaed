package storetest

import (
	"fmt"

	"payferbot/kassa"
)

// stray is a stranger of teashop's that waits, known one that was told and is kept.
var (
	stray = kassa.Invoice{Order: "stranger:stray", Code: "web-17", Shop: teashop.ID, State: kassa.Unknown, Created: at(1), Hinted: at(1)}
	known = kassa.Invoice{
		Order: "stranger:told", Code: "web-18", Shop: teashop.ID, State: kassa.Paid, Created: at(1), Kept: at(60),
		Views: []kassa.View{{Peer: market.ID}},
	}
)

var strangerRules = []rule{
	{"strangers wait in a queue of their own, in which Due and SetDue find them", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutInvoice(stray)
			tx.SetDue(teashop.ID, stray.Order, at(1))
			tx.SetDue(teashop.ID, "a", at(2))
		})
		k.reopen()
		k.see(func(tx kassa.Tx) {
			due, err := tx.Due(stray.Order)
			k.same(due, err, at(1))
			queue, err := tx.DueBy(at(9), 9)
			k.same(queue, err, []kassa.Queued{{ID: "a", At: at(2)}})
			queue, err = tx.StrangersBy(at(9), 9)
			k.same(queue, err, []kassa.Queued{{ID: stray.Order, At: at(1)}})
			queue, err = tx.StrangersBy(at(0), 9)
			k.same(len(queue), err, 0)
			next, err := tx.NextDue()
			k.same(next, err, at(2))
			next, err = tx.NextStranger()
			k.same(next, err, at(1))
		})
		k.watched(1)
		k.watchedOrders(9, "a")
		k.strangers(stray.Order)
	}},
	{"strangers that nobody put are none", func(k *kit) {
		k.strangers()
		k.see(func(tx kassa.Tx) {
			next, err := tx.NextStranger()
			k.same(next, err, never)
		})
		k.strangersOver(99, 9)
	}},
	{"a stranger taken out of its queue waits no more and is known all the same", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutInvoice(stray)
			tx.SetDue(teashop.ID, stray.Order, at(1))
		})
		k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, stray.Order, never) })
		k.strangers()
		k.see(func(tx kassa.Tx) {
			inv, err := tx.Invoice(stray.Order)
			k.same(inv, err, stray)
			next, err := tx.NextStranger()
			k.same(next, err, never)
		})
	}},
	{"a stranger is in nobody's history, and leads from no origin and no number", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.PutInvoice(known) })
		k.history("", at(0), at(9), 9)
		k.see(func(tx kassa.Tx) {
			inv, err := tx.InvoiceFrom("")
			k.missing(inv, err)
			inv, err = tx.InvoiceNumbered("", 0)
			k.missing(inv, err)
		})
	}},
	{"a stranger dropped is gone, from its tx on", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			tx.PutInvoice(stray)
			tx.PutInvoice(known)
			tx.SetDue(teashop.ID, stray.Order, at(1))
		})
		k.do(func(tx kassa.Tx) {
			tx.DropStranger(teashop.ID, stray.Order)
			tx.DropStranger(teashop.ID, "stranger:never-there")
			inv, err := tx.Invoice(stray.Order)
			k.missing(inv, err)
		})
		k.strangers()
		k.strangersOver(60, 9, known.Order)
		k.do(func(tx kassa.Tx) { tx.DropStranger(teashop.ID, known.Order) })
		k.strangersOver(60, 9)
		k.see(func(tx kassa.Tx) {
			for _, order := range []string{stray.Order, known.Order} {
				inv, err := tx.Invoice(order)
				k.missing(inv, err)
			}
			next, err := tx.NextStranger()
			k.same(next, err, never)
		})
	}},
	{"a stranger is over at the end of its keeping and after it, the longest over first", func(k *kit) {
		k.do(func(tx kassa.Tx) {
			for name, s := range map[string]int{"d": 4, "b": 2, "c": 2, "a": 3, "e": 1} {
				tx.PutInvoice(kassa.Invoice{Order: "stranger:" + name, Kept: at(s)})
			}
			tx.PutInvoice(stray) // waits: not over by itself, ever
		})
		k.strangersOver(0, 9)
		k.strangersOver(1, 9, "stranger:e")
		k.strangersOver(3, 9, "stranger:e", "stranger:b", "stranger:c", "stranger:a")
		k.strangersOver(3, 2, "stranger:e", "stranger:b")
		k.strangersOver(3, 0)
		k.do(func(tx kassa.Tx) { tx.PutInvoice(kassa.Invoice{Order: "stranger:e", Kept: at(9)}) }) // longer
		k.strangersOver(2, 9, "stranger:b", "stranger:c")
	}},
	{"strangers read are a set: one more, or another in its place, is a change", func(k *kit) {
		k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, stray.Order, at(1)) })
		read := func(tx kassa.Tx) {
			_, err := tx.Strangers(teashop.ID)
			k.must(err)
			tx.PutInvoice(stray)
		}
		k.runs(2, read, func(tx kassa.Tx) { tx.SetDue(teashop.ID, "stranger:b", at(1)) })
		k.runs(2, read, func(tx kassa.Tx) {
			tx.SetDue(teashop.ID, "stranger:b", never)
			tx.SetDue(teashop.ID, "stranger:c", at(1))
		})
		k.runs(1, read, func(tx kassa.Tx) { tx.SetDue(teashop.ID, "stranger:c", at(5)) }) // only when it is due
		k.runs(1, read, func(tx kassa.Tx) { tx.SetDue("another", "stranger:d", at(1)) })
	}},
	{"a stranger's place read by Due or StrangersBy and then given up must be the same", func(k *kit) {
		for _, read := range []func(kassa.Tx){
			func(tx kassa.Tx) { tx.Due(stray.Order) },
			func(tx kassa.Tx) { tx.StrangersBy(at(9), 9) },
		} {
			k.do(func(tx kassa.Tx) { tx.SetDue(teashop.ID, stray.Order, at(1)) })
			k.runs(2, func(tx kassa.Tx) {
				read(tx)
				tx.DropStranger(teashop.ID, stray.Order)
			}, func(tx kassa.Tx) { tx.SetDue(teashop.ID, stray.Order, at(2)) })
		}
	}},
	{"of many that come at once no more wait than each allows", func(k *kit) {
		const each, most = 20, 30
		k.together(func(i int) error {
			for n := range each {
				if err := k.store.Update(k.ctx, func(tx kassa.Tx) error {
					waiting, err := tx.Strangers(teashop.ID)
					if err != nil || len(waiting) >= most {
						return err
					}
					tx.SetDue(teashop.ID, fmt.Sprintf("stranger:%d-%d", i, n), at(1))
					return nil
				}); err != nil {
					return err
				}
			}
			return nil
		})
		k.see(func(tx kassa.Tx) {
			waiting, err := tx.Strangers(teashop.ID)
			k.same(len(waiting), err, most)
			queue, err := tx.StrangersBy(at(1), crowd*each)
			k.same(len(queue), err, most)
		})
	}},
}

func (k *kit) strangers(want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.Strangers(teashop.ID)
		k.alike(got, err, want)
	})
}

func (k *kit) strangersOver(seconds, limit int, want ...string) {
	k.Helper()
	k.see(func(tx kassa.Tx) {
		got, err := tx.StrangersOver(at(seconds), limit)
		k.alike(got, err, want)
	})
}
