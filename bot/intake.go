package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"payferbot/fault"
	"payferbot/kassa"
)

// intake makes letters durable, then hands them to the workers.
type intake struct {
	inbox kassa.Inbox
	rooms *mailroom
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	unsure map[int64]bool // letters of a Receive that failed: it may have saved them all the same
}

// receive saves the letters; only after it has returned nil may Telegram forget
// them. What Telegram has sent before is not handed on again.
func (i *intake) receive(ctx context.Context, letters []kassa.Letter) error {
	fresh, err := i.inbox.Receive(ctx, letters, i.now())
	if err != nil {
		i.doubt(letters)
		return err
	}
	fault.At("inbox saved")
	i.handOn(i.unhanded(letters, fresh))
	return nil
}

// doubt remembers letters that Telegram will send again and that the inbox may
// know by then, though nobody was given them.
func (i *intake) doubt(letters []kassa.Letter) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.unsure == nil {
		i.unsure = map[int64]bool{}
	}
	for _, l := range letters {
		i.unsure[l.ID] = true
	}
}

// unhanded gives the letters that no worker was given yet: those that are new
// to the inbox, and those that were in doubt.
func (i *intake) unhanded(letters, fresh []kassa.Letter) []kassa.Letter {
	i.mu.Lock()
	defer i.mu.Unlock()
	left := map[int64]bool{}
	for _, l := range fresh {
		left[l.ID] = true
	}
	var out []kassa.Letter
	for _, l := range letters {
		if left[l.ID] || i.unsure[l.ID] {
			out = append(out, l)
		}
		delete(left, l.ID)
		delete(i.unsure, l.ID)
	}
	return out
}

// handOn gives saved letters to the workers.
func (i *intake) handOn(letters []kassa.Letter) {
	entries := make([]entry, len(letters))
	for n, l := range letters {
		u, err := readUpdate(l.Body)
		if err != nil {
			i.log.Error("an update cannot be read and is dropped", "update", l.ID)
		}
		entries[n] = entry{id: l.ID, update: u}
	}
	i.rooms.put(entries...)
}

// saved gives what an earlier run left in the inbox, as soon as the store answers.
func (b *Bot) saved(ctx context.Context, inbox kassa.Inbox) ([]kassa.Letter, error) {
	pause := newPause()
	for {
		letters, err := inbox.Letters(ctx)
		if err == nil {
			return letters, nil
		}
		wait := pause.after(err)
		b.log.Error("the inbox cannot be read, trying again", "in", wait.Round(time.Millisecond), "error", err)
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}
