package storetest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"payferbot/kassa"
)

var inboxRules = []rule{
	{"letters wait in the order of arrival, ties by id", func(k *kit) {
		k.waiting()
		k.receive(at(1), "9 30 100", "9 30 100")
		k.receive(at(2), "8 7", "8 7")
		k.waiting("9", "30", "100", "7", "8")
	}},
	{"a letter comes back as it was received", func(k *kit) {
		want := []kassa.Letter{{ID: -5, Body: []byte{0, 255, 10}}, {ID: 1 << 62, Body: []byte("{}")}}
		fresh, err := k.store.Receive(k.ctx, want, at(1))
		k.same(fresh, err, want)
		got, err := k.store.Letters(k.ctx, []int64{-5, 1 << 62})
		k.same(got, err, want)
	}},
	{"letters are given in the order asked for, without those that wait no more", func(k *kit) {
		k.receive(at(1), "1 2 3", "1 2 3")
		k.discard(2)
		got, err := k.store.Letters(k.ctx, []int64{3, 2, 7, 1})
		k.same(got, err, letters("3 1"))
		got, err = k.store.Letters(k.ctx, nil)
		k.alike(got, err, letters(""))
	}},
	{"a letter seen before is not new, whether it waits or was dealt with", func(k *kit) {
		k.receive(at(1), "1 2", "1 2")
		k.discard(1)
		k.receive(at(2), "1 2 3", "3")
		k.waiting("2", "3")
		k.receive(at(2), "", "")
	}},
	{"a letter that comes twice in one batch is taken once", func(k *kit) {
		k.receive(at(1), "1 1 2 1", "1 2")
		k.waiting("1", "2")
	}},
	{"a letter is known again for two days", func(k *kit) {
		const days = 24 * 3600
		k.receive(at(0), "1 2 3", "1 2 3")
		k.discard(1)
		k.discard(2)
		k.receive(at(2*days), "1", "")
		k.receive(at(2*days+1), "1", "1")
		k.receive(at(2*days+2), "3", "") // it still waits
		k.receive(at(4*days), "1", "")
	}},
	{"what outlived its use is forgotten in the end", func(k *kit) {
		for i := range 30 {
			k.receive(at(0), fmt.Sprint(i), fmt.Sprint(i))
			k.discard(int64(i))
		}
		later := start.Add(72 * time.Hour)
		_, err := k.store.Receive(k.ctx, letters("100"), later)
		k.must(err)
		_, err = k.store.Receive(k.ctx, letters("101"), later)
		k.must(err)
		// Told from outside: what is forgotten is new again even for a clock that went back.
		k.receive(at(1), "0 1 2 29", "0 1 2 29")
	}},
	{"discarding is done once and for all", func(k *kit) {
		k.receive(at(1), "1", "1")
		k.discard(1)
		k.discard(1)
		k.discard(2)
		k.waiting()
	}},
	{"of many that receive the same letters one gets each", func(k *kit) {
		var mu sync.Mutex
		got := map[int64]int{}
		k.together(func(i int) error {
			for n := range 10 {
				fresh, err := k.store.Receive(k.ctx, letters(fmt.Sprintln(n, n+1, n+2)), at(i))
				if err != nil {
					return err
				}
				mu.Lock()
				for _, l := range fresh {
					got[l.ID]++
				}
				mu.Unlock()
			}
			return nil
		})
		k.same(len(got), nil, 12)
		for id, n := range got {
			if n != 1 {
				k.Errorf("letter %d was new %d times", id, n)
			}
		}
		all, err := k.store.Waiting(k.ctx)
		k.same(len(all), err, 12)
	}},
	{"letters survive a reopening, and so does the memory of them", func(k *kit) {
		k.receive(at(1), "1 2", "1 2")
		k.discard(1)
		k.reopen()
		k.waiting("2")
		k.receive(at(2), "1 2", "")
	}},
}

// letters are those with the given ids, "1 2 3".
func letters(ids string) (all []kassa.Letter) {
	for _, word := range strings.Fields(ids) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			panic(err)
		}
		all = append(all, kassa.Letter{ID: id, Body: []byte("body of " + word)})
	}
	return all
}

func (k *kit) receive(now time.Time, ids, want string) {
	k.Helper()
	fresh, err := k.store.Receive(k.ctx, letters(ids), now)
	k.same(fresh, err, letters(want))
}

func (k *kit) waiting(want ...string) {
	k.Helper()
	ids, err := k.store.Waiting(k.ctx)
	k.must(err)
	got, err := k.store.Letters(k.ctx, ids)
	k.same(got, err, append([]kassa.Letter{}, letters(strings.Join(want, " "))...))
	k.same(len(ids), nil, len(want))
}

func (k *kit) discard(id int64) {
	k.Helper()
	k.must(k.store.Discard(k.ctx, id))
}
