package bot

import (
	"context"
	"log/slog"
	"time"

	"payferbot/kassa"
)

// sweepTime is how often the inbox is looked into without being told of anything
// new: what another process put there is seen that late at worst.
const sweepTime = 500 * time.Millisecond

// sweep hands to the workers what waits in the inbox, until ctx ends. It is the one
// way to them, and so does for what just came, for what an earlier run left, for
// what another process took, and for what was saved though its saver was told that it
// had failed.
func (b *Bot) sweep(ctx context.Context, in *intake, rooms *mailroom) {
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	failing := false
	for {
		err := b.sweepOnce(ctx, in, rooms)
		if err != nil && !failing && ctx.Err() == nil { // once, for it comes again twice a second
			b.log.Error("the inbox cannot be read, trying again", "in", sweepTime, "error", err)
		}
		failing = err != nil
		select {
		case <-in.news:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (b *Bot) sweepOnce(ctx context.Context, in *intake, rooms *mailroom) error {
	rooms.beginReading()
	defer rooms.endReading()
	ids, err := in.inbox.Waiting(ctx)
	if err != nil {
		return err
	}
	lacking := rooms.lacks(in.kept.with(ids))
	if len(lacking) == 0 {
		return nil
	}
	letters, err := in.inbox.Letters(ctx, lacking)
	if err != nil {
		return err
	}
	letters = in.kept.add(letters, lacking)
	for _, l := range letters {
		rooms.put(readLetter(l, b.log))
	}
	in.kept.handed(letters)
	return nil
}

// readLetter makes an entry of a letter.
func readLetter(l kassa.Letter, log *slog.Logger) entry {
	u, err := readUpdate(l.Body)
	if err != nil {
		log.Error("an update cannot be read and is dropped", "update", l.ID)
	}
	return entry{id: l.ID, update: u}
}
