package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"payferbot/kassa"
)

const (
	// drainTime is how long the letters in hand may take to be finished after the
	// end of Run's context.
	drainTime = 10 * time.Second
	// deafTime is how long a poll may be silent before the bot counts as cut off.
	deafTime = 90 * time.Second
)

// Run serves people until ctx ends: first what an earlier run left in the
// inbox, then what Telegram sends. Then it finishes the letters in hand,
// within ten seconds; the rest stays in the inbox. The desk is a [*kassa.Desk].
// It gives an error only when it cannot go on: ErrToken.
func (b *Bot) Run(ctx context.Context, d desk, inbox kassa.Inbox) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	work, end := afterwards(ctx, drainTime)
	defer end()
	defer b.client.close()

	b.desk = d
	in := &intake{inbox: inbox, now: b.now, log: b.log}
	in.rooms = newMailroom(func(e entry) { b.deal(work, ctx, inbox, e) })
	waiting, err := b.saved(ctx, inbox)
	if err != nil {
		return nil // the end came first
	}
	in.handOn(waiting)
	b.intake.Store(in)

	var aside sync.WaitGroup
	aside.Go(func() { b.introduce(ctx) })
	if b.mode == Webhook {
		err = b.hook(ctx)
	} else {
		err = b.poll(ctx, in)
	}

	b.intake.Store(nil)
	stop()
	in.rooms.close()
	in.rooms.wait()
	aside.Wait()
	return err
}

// afterwards is a context that outlives ctx by a while, for what is in hand.
func afterwards(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	detach := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(while, cancel)
		context.AfterFunc(work, func() { t.Stop() })
	})
	return work, func() { detach(); cancel() }
}

// Healthy says why the bot does not hear people now; nil: it does.
func (b *Bot) Healthy() error {
	if b.intake.Load() == nil {
		return errors.New("telegram: not listening")
	}
	if b.mode == Webhook {
		if !b.hooked.Load() {
			return errors.New("telegram: has not taken the webhook yet")
		}
		return nil
	}
	heard := b.heard.Load()
	if heard == 0 {
		return errors.New("telegram: no poll was answered yet")
	}
	if quiet := b.now().Sub(time.UnixMilli(heard)); quiet > deafTime {
		return fmt.Errorf("telegram: no poll was answered for %s", quiet.Round(time.Second))
	}
	return nil
}

// tokenError makes of Telegram's 401 the error that ends Run.
func tokenError(err error) error {
	var no *replyError
	if errors.As(err, &no) && no.Code == http.StatusUnauthorized {
		return fmt.Errorf("%w: %w", ErrToken, err)
	}
	return err
}
