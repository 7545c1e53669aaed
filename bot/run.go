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

// Run serves people until ctx ends. Of several processes on one store the one
// that holds the inbox takes updates from Telegram and works what is in it; updates
// that Telegram posts are taken by each. At the end the letters in hand are finished,
// within ten seconds; the rest stays in the inbox. The desk is a [*kassa.Desk].
// It gives an error only when it cannot go on: ErrToken.
func (b *Bot) Run(ctx context.Context, d desk, inbox kassa.Inbox) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer b.client.close()

	b.desk = d
	in := newIntake(inbox, &lease{inbox: inbox, who: b.who, now: b.now, log: b.log})
	b.intake.Store(in)
	defer b.intake.Store(nil)
	defer context.AfterFunc(ctx, func() { b.intake.Store(nil) })() // nothing is taken while the rest is finished

	var aside sync.WaitGroup
	aside.Go(func() { b.introduce(ctx) })
	var refused error
	if b.mode == Webhook {
		aside.Go(func() {
			if refused = b.hook(ctx); refused != nil {
				stop()
			}
		})
	}
	err := b.shifts(ctx, in)
	stop()
	aside.Wait()
	return errors.Join(err, refused)
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

// Healthy says why the bot does not hear people now; nil: it does, or another
// process does, and this one would follow it.
func (b *Bot) Healthy() error {
	in := b.intake.Load()
	if in == nil {
		return errors.New("telegram: not listening")
	}
	if err := in.lease.healthy(); err != nil {
		return err
	}
	if b.mode == Webhook {
		if !b.hooked.Load() {
			return errors.New("telegram: has not taken the webhook yet")
		}
		return nil
	}
	if !in.lease.runs() {
		return nil // another process listens; this one stands by
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
