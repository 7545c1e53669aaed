package sandbox

import (
	"context"
	"fmt"
	"sync"
)

// board guards a service's memory and wakes those who wait for it to change. A closed channel
// wakes any number of waiters and can be selected on together with a context, which a
// sync.Cond cannot.
type board struct {
	mu      sync.Mutex
	changed chan struct{}
}

func newBoard() board { return board{changed: make(chan struct{})} }

// ring tells the waiters that something changed. The caller holds mu.
func (b *board) ring() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// await blocks until ok, called with mu held, says true, or ctx ends.
func (b *board) await(ctx context.Context, ok func() bool) error {
	for {
		b.mu.Lock()
		done, changed := ok(), b.changed
		b.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("sandbox: waited in vain: %w", ctx.Err())
		}
	}
}

// Stage says which of the two moments of a call a hook or a log line is about.
type Stage string

// The two moments.
const (
	Received Stage = "received" // read and counted, nothing done yet
	Applied  Stage = "applied"  // done (or refused), the reply not yet written
)
