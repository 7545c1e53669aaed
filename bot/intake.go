package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"payferbot/fault"
	"payferbot/kassa"
)

// intake makes letters durable. Who works them finds them in the inbox, as
// those that another process left there, or among the kept.
type intake struct {
	inbox kassa.Inbox
	lease *lease
	now   func() time.Time
	rooms atomic.Pointer[mailroom] // where they are worked; nil while another process does it
	news  chan struct{}            // tells that the inbox may hold something new
	kept  kept

	mu    sync.Mutex
	dealt map[int64]bool // letters that were answered unsaved and that Telegram will send again
}

func newIntake(inbox kassa.Inbox, l *lease) *intake {
	return &intake{inbox: inbox, lease: l, now: l.now, news: make(chan struct{}, 1)}
}

// receive saves the letters; only after it has returned nil may Telegram forget
// them. After an error they may be saved all the same.
func (i *intake) receive(ctx context.Context, letters []kassa.Letter) error {
	letters = i.undealt(letters)
	err := i.save(ctx, letters)
	if errors.Is(err, kassa.ErrFull) {
		err = i.receiveFull(ctx, letters)
	}
	if err == nil {
		i.settled()
	}
	return err
}

// save puts the letters into the inbox, all or none.
func (i *intake) save(ctx context.Context, letters []kassa.Letter) error {
	if i.rooms.Load() != nil { // or another process hands them to its workers
		i.kept.saving(letters)
	}
	fresh, err := i.inbox.Receive(ctx, letters, i.now())
	i.kept.saved(letters, fresh)
	if err == nil {
		fault.At("inbox saved")
	}
	select {
	case i.news <- struct{}{}:
	default:
	}
	return err
}

// full tells that no more letters should be taken for now.
func (i *intake) full() bool {
	rooms := i.rooms.Load()
	return rooms != nil && rooms.full()
}

// answered remembers a letter that needs no second answer.
func (i *intake) answered(id int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.dealt == nil {
		i.dealt = map[int64]bool{}
	}
	i.dealt[id] = true
}

// undealt leaves out the letters that were answered.
func (i *intake) undealt(letters []kassa.Letter) []kassa.Letter {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(letters), func(l kassa.Letter) bool { return i.dealt[l.ID] })
}

// settled forgets which letters were answered unsaved: Telegram forgets them, too.
func (i *intake) settled() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.dealt = nil
}
