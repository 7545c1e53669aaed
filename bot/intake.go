package bot

import (
	"context"
	"sync/atomic"
	"time"

	"payferbot/fault"
	"payferbot/kassa"
)

// intake makes letters durable. Who works them finds them in the inbox, as
// those that another process left there.
type intake struct {
	inbox kassa.Inbox
	lease *lease
	now   func() time.Time
	rooms atomic.Pointer[mailroom] // where they are worked; nil while another process does it
	news  chan struct{}            // tells that the inbox may hold something new
}

func newIntake(inbox kassa.Inbox, l *lease) *intake {
	return &intake{inbox: inbox, lease: l, now: l.now, news: make(chan struct{}, 1)}
}

// receive saves the letters; only after it has returned nil may Telegram forget
// them. After an error they may be saved all the same.
func (i *intake) receive(ctx context.Context, letters []kassa.Letter) error {
	_, err := i.inbox.Receive(ctx, letters, i.now())
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
