package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"payferbot/kassa"
)

// Of the processes that share a store one takes Telegram's updates and works
// them: the one that holds the inbox. It asks to hold it further every leaseBeat,
// and the others ask for it as often, so that one that dies is followed
// within leaseTime and leaseBeat.
const (
	leaseTime = 5 * time.Second
	leaseBeat = time.Second
	// askTime is how long the store may take to answer; a beat and it end well before the lease.
	askTime = 2 * time.Second
)

// lease is what this process knows of who holds the inbox.
type lease struct {
	inbox kassa.Inbox
	who   string
	now   func() time.Time
	log   *slog.Logger

	mu       sync.Mutex
	until    time.Time // it is ours until then
	answered time.Time // when the store last said whose it is
}

// moment is now by the wall clock alone: the other one may stand still while a machine
// sleeps, and a lease must not.
func (l *lease) moment() time.Time { return l.now().Round(0) }

// runs tells whether the inbox is ours, as far as it can be known here: a process
// that was stopped for a while learns from its clock that it may no longer be.
func (l *lease) runs() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.moment().Before(l.until)
}

// ask asks the store to hold the inbox, or to hold it longer. Where the store is
// silent the lease runs on to its end.
func (l *lease) ask(ctx context.Context) bool {
	asked := l.moment()
	until := asked.Add(leaseTime)
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	held, err := l.inbox.Hold(ctx, l.who, asked, until)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			l.log.Error("the store does not say who takes the updates", "error", err)
		}
		return l.runs()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answered = l.moment()
	if !held {
		until = time.Time{}
	}
	l.until = until
	return l.answered.Before(l.until)
}

// await waits until the inbox is ours; an error is ctx's.
func (l *lease) await(ctx context.Context) error {
	for !l.ask(ctx) {
		if err := sleep(ctx, leaseBeat); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// keep holds the inbox until ctx ends, or it is lost.
func (l *lease) keep(ctx context.Context, lost func()) {
	for sleep(ctx, leaseBeat) == nil {
		if !l.ask(ctx) && ctx.Err() == nil {
			l.log.Warn("another process takes the updates now, or the store was silent for too long")
			lost()
			return
		}
	}
}

// letGo leaves the inbox to another process, which then need not wait for the lease's end.
func (l *lease) letGo() {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	if err := l.inbox.LetGo(ctx, l.who); err != nil {
		l.log.Warn("the inbox is not let go of; another process waits for the lease's end", "error", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = time.Time{}
}

// healthy is nil while the store answers whose the inbox is.
func (l *lease) healthy() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moment().Sub(l.answered) > leaseTime+leaseBeat {
		return errors.New("telegram: the store does not say who takes the updates")
	}
	return nil
}
