package bot

import (
	"slices"
	"sync"

	"payferbot/kassa"
)

// kept are letters that this process has just saved and has yet to hand to its
// workers. They are handed over also should the inbox have forgotten them
// meanwhile, as a Redis may that fails over: Telegram was told that they are saved
// and does not send them again.
type kept struct {
	mu      sync.Mutex
	letters map[int64]*keptLetter
}

type keptLetter struct {
	kassa.Letter
	saved bool // false: the inbox has not answered yet
}

// saving keeps letters before they are saved: whoever looks into the inbox may
// find them there before their saver is told that they are.
func (k *kept) saving(letters []kassa.Letter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.letters == nil {
		k.letters = map[int64]*keptLetter{}
	}
	for _, l := range letters {
		if k.letters[l.ID] == nil {
			k.letters[l.ID] = &keptLetter{Letter: l}
		}
	}
}

// saved tells which of the letters are new and in the inbox. The others were
// dealt with before, or are not saved, and Telegram sends them again.
func (k *kept) saved(letters, fresh []kassa.Letter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range fresh {
		if one := k.letters[l.ID]; one != nil {
			one.saved = true
		}
	}
	for _, l := range letters {
		if one := k.letters[l.ID]; one != nil && !one.saved {
			delete(k.letters, l.ID)
		}
	}
}

// with adds to the numbers of the letters in the inbox those of the kept.
func (k *kept) with(waiting []int64) []int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	var more []int64
	for id, one := range k.letters {
		if one.saved && !slices.Contains(waiting, id) {
			more = append(more, id)
		}
	}
	slices.Sort(more)
	return append(waiting, more...)
}

// add puts in the kept among the wanted letters that the inbox did not give.
func (k *kept) add(letters []kassa.Letter, wanted []int64) []kassa.Letter {
	k.mu.Lock()
	defer k.mu.Unlock()
	given := map[int64]kassa.Letter{}
	for _, l := range letters {
		given[l.ID] = l
	}
	var all []kassa.Letter
	for _, id := range wanted {
		if l, ok := given[id]; ok {
			all = append(all, l)
		} else if one := k.letters[id]; one != nil && one.saved {
			all = append(all, one.Letter)
		}
	}
	return all
}

// handed forgets letters that are with the workers.
func (k *kept) handed(letters []kassa.Letter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range letters {
		delete(k.letters, l.ID)
	}
}

// clear forgets all: another process works the inbox now.
func (k *kept) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.letters = nil
}
