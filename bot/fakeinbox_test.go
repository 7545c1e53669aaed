package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"payferbot/kassa"
)

// fakeInbox is an inbox in memory that can be told to fail.
type fakeInbox struct {
	mu      sync.Mutex
	waiting []kassa.Letter
	seen    map[int64]bool
	holder  string
	until   time.Time
	fail    func(method string) error
	changed chan struct{} // closed at the next change
}

func newFakeInbox(waiting ...kassa.Letter) *fakeInbox {
	return &fakeInbox{waiting: waiting, seen: map[int64]bool{}, changed: make(chan struct{})}
}

func (i *fakeInbox) enter(method string) error {
	i.mu.Lock()
	if i.fail != nil {
		if err := i.fail(method); err != nil {
			i.mu.Unlock()
			return err
		}
	}
	return nil
}

func (i *fakeInbox) leave() {
	close(i.changed)
	i.changed = make(chan struct{})
	i.mu.Unlock()
}

func (i *fakeInbox) Receive(_ context.Context, letters []kassa.Letter, _ time.Time) ([]kassa.Letter, error) {
	if err := i.enter("Receive"); err != nil {
		return nil, err
	}
	defer i.leave()
	var fresh []kassa.Letter
	for _, l := range letters {
		if !i.seen[l.ID] {
			i.seen[l.ID] = true
			fresh = append(fresh, l)
		}
	}
	i.waiting = append(i.waiting, fresh...)
	return fresh, nil
}

func (i *fakeInbox) Waiting(context.Context) ([]int64, error) {
	if err := i.enter("Waiting"); err != nil {
		return nil, err
	}
	defer i.mu.Unlock()
	var ids []int64
	for _, l := range i.waiting {
		ids = append(ids, l.ID)
	}
	return ids, nil
}

func (i *fakeInbox) Letters(_ context.Context, ids []int64) ([]kassa.Letter, error) {
	if err := i.enter("Letters"); err != nil {
		return nil, err
	}
	defer i.mu.Unlock()
	var out []kassa.Letter
	for _, id := range ids {
		if n := slices.IndexFunc(i.waiting, func(l kassa.Letter) bool { return l.ID == id }); n >= 0 {
			out = append(out, i.waiting[n])
		}
	}
	return out, nil
}

func (i *fakeInbox) Discard(_ context.Context, id int64) error {
	if err := i.enter("Discard"); err != nil {
		return err
	}
	defer i.leave()
	i.waiting = slices.DeleteFunc(i.waiting, func(l kassa.Letter) bool { return l.ID == id })
	return nil
}

func (i *fakeInbox) Hold(_ context.Context, who string, now, until time.Time) (bool, error) {
	if err := i.enter("Hold"); err != nil {
		return false, err
	}
	defer i.leave()
	if i.holder != who && i.until.After(now) {
		return false, nil
	}
	i.holder, i.until = who, until
	return true, nil
}

func (i *fakeInbox) LetGo(_ context.Context, who string) error {
	if err := i.enter("LetGo"); err != nil {
		return err
	}
	defer i.leave()
	if i.holder == who {
		i.holder, i.until = "", time.Time{}
	}
	return nil
}

func (i *fakeInbox) setFail(fail func(string) error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fail = fail
}

// wait blocks until the waiting letters satisfy ok.
func (i *fakeInbox) wait(ctx context.Context, ok func(waiting []kassa.Letter, seen int) bool) error {
	for {
		i.mu.Lock()
		good, changed := ok(i.waiting, len(i.seen)), i.changed
		i.mu.Unlock()
		if good {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
