package storetest

import (
	"fmt"
	"sync/atomic"
	"time"
)

var leaseRules = []rule{
	{"one holds the inbox until the end of its time", func(k *kit) {
		k.holds("a", at(0), at(5), true)
		k.holds("b", at(1), at(6), false)
		k.holds("a", at(4), at(9), true)
		k.holds("b", at(8), at(13), false)
		k.holds("b", at(9), at(14), true)
		k.holds("a", at(10), at(15), false)
	}},
	{"whoever lets go of the inbox leaves it to the next at once", func(k *kit) {
		k.must(k.store.LetGo(k.ctx, "a"))
		k.holds("a", at(0), at(5), true)
		k.must(k.store.LetGo(k.ctx, "b"))
		k.holds("b", at(1), at(6), false)
		k.must(k.store.LetGo(k.ctx, "a"))
		k.holds("b", at(1), at(6), true)
	}},
	{"a late question takes nothing away from who has the inbox by then", func(k *kit) {
		k.holds("a", at(0), at(5), true)
		k.holds("b", at(20), at(25), true)
		k.holds("a", at(4), at(9), false)
	}},
	{"of many that reach for the inbox one gets it", func(k *kit) {
		for round := range 5 {
			var got atomic.Int64
			k.together(func(i int) error {
				held, err := k.store.Hold(k.ctx, fmt.Sprint("racer ", i), at(5*round), at(5*round+5))
				if held {
					got.Add(1)
				}
				return err
			})
			k.same(got.Load(), nil, int64(1))
		}
	}},
	{"the same name finds its holding again after a reopening", func(k *kit) {
		k.holds("a", at(0), at(5), true)
		k.reopen()
		k.holds("a", at(1), at(6), true)
		k.holds("b", at(2), at(7), false)
	}},
}

func (k *kit) holds(who string, now, until time.Time, want bool) {
	k.Helper()
	held, err := k.store.Hold(k.ctx, who, now, until)
	k.same(held, err, want)
}
