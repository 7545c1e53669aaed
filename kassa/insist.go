package kassa

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// insist saves what the outside world has just told, and tries again for a
// while when the store fails: create's reply and a message's number come only
// once. What is not there is not tried again.
func insist(ctx context.Context, most time.Duration, save func() error) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = 20 * time.Millisecond
	pause.RandomizationFactor = 0 // those who fail together write different records, and have nothing to fight over
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := save()
		if errors.Is(err, ErrNotFound) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(most))
	return err
}
