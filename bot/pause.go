package bot

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"payferbot/kassa"
)

// pause is how long to wait before the next try, ever longer up to half a minute.
type pause struct{ steps *backoff.ExponentialBackOff }

func newPause() pause {
	steps := backoff.NewExponentialBackOff()
	steps.InitialInterval = 200 * time.Millisecond
	steps.Multiplier = 2
	steps.MaxInterval = 30 * time.Second
	steps.Reset()
	return pause{steps}
}

// after is the wait that err calls for: Telegram's own where it names one.
func (p pause) after(err error) time.Duration {
	wait := p.steps.NextBackOff()
	if errors.Is(err, kassa.ErrFull) {
		wait = min(wait, fullPause)
	}
	var no *replyError
	if errors.As(err, &no) {
		return max(wait, no.Wait)
	}
	return wait
}

// over begins anew after a success.
func (p pause) over() { p.steps.Reset() }

// sleep waits, or gives the context's error when it ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
