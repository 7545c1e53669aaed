package bot

import (
	"context"
	"log/slog"
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
}

// receive saves the letters; only after it has returned nil may Telegram forget
// them. What Telegram has sent before is not handed on again.
func (i *intake) receive(ctx context.Context, letters []kassa.Letter) error {
	fresh, err := i.inbox.Receive(ctx, letters, i.now())
	if err != nil {
		return err
	}
	fault.At("inbox saved")
	i.handOn(fresh)
	return nil
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
