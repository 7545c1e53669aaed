package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"payferbot/kassa"
)

// lease is who works the inbox, and until when.
type lease struct {
	Who   string
	Until time.Time
}

// take gives the lease to who until then, unless it is another's at now.
func (l *lease) take(who string, now, until time.Time) bool {
	if l.Who != who && l.Until.After(now) {
		return false
	}
	*l = lease{who, until.UTC().Round(0)}
	return true
}

// ownLease is the lease in a store that no other process can have open. It lies in
// memory: whoever opens the store after a kill finds nobody to wait for, and an
// idle bot does not write to the disk every second.
type ownLease struct {
	mu sync.Mutex
	lease
}

// Hold implements [kassa.Inbox]. Where there is no room to write the lease down,
// nobody else can have it either: it stays with whom it names, for people are to
// hear that there is no room.
func (s *Store) Hold(ctx context.Context, who string, now, until time.Time) (held bool, err error) {
	named := false
	err = s.changeLease(ctx, func(l *lease) bool {
		named = l.Who == who
		held = l.take(who, now, until)
		return held
	})
	if errors.Is(err, kassa.ErrFull) && named {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("hold the inbox: %w", err)
	}
	return held, nil
}

// LetGo implements [kassa.Inbox].
func (s *Store) LetGo(ctx context.Context, who string) error {
	err := s.changeLease(ctx, func(l *lease) bool {
		if l.Who != who {
			return false
		}
		*l = lease{}
		return true
	})
	if err != nil {
		return fmt.Errorf("let go of the inbox: %w", err)
	}
	return nil
}

// changeLease runs fn on the lease, in one atomic step, and keeps what it made of
// it where it says so.
func (s *Store) changeLease(ctx context.Context, fn func(*lease) bool) error {
	if s.engine.alone() {
		s.own.mu.Lock()
		defer s.own.mu.Unlock()
		fn(&s.own.lease)
		return ctx.Err()
	}
	return s.update(ctx, func(t *tx) error {
		t.passing = true
		var l lease
		if err := t.loadJSON(leaseKey(), &l); err != nil && !errors.Is(err, kassa.ErrNotFound) {
			return err
		}
		if fn(&l) {
			t.putJSON(leaseKey(), l)
		}
		return nil
	})
}
