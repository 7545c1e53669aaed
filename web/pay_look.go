package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"payferbot/kassa"
)

const (
	// lookTime bounds the store's work for one look.
	lookTime = 5 * time.Second
	// lookKept is how long the store's answer is good for all who ask. Open pages ask
	// every three seconds, and a shop may have a queue of them.
	lookKept = time.Second
	// mostLooks bounds how many answers are kept, some 2 KB each.
	mostLooks = 1024
)

// errCutShort is what those hear who waited for a look that ended in a panic.
var errCutShort = errors.New("the look at the store was cut short")

// looks stand between open pages and the store. Whoever asks for an order while
// somebody else's look at it is under way, or within a second after it, gets its
// answer; so the store is read less than once an order and second, however many
// wait for the same payment. An order that is not there, and a store that cannot be read, are
// nothing to keep.
type looks struct {
	find    func(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error)
	log     *slog.Logger
	mu      sync.Mutex
	byOrder map[string]*look
}

// look is one reading of the store.
type look struct {
	done  chan struct{} // closed once the answer is there
	inv   kassa.Invoice
	shop  kassa.Shop
	err   error
	ended time.Time // under looks.mu; zero: under way
}

// at gives the order as the store has it, or had it a second ago. The answer is
// everybody's: nothing in it may be changed through a slice.
func (l *looks) at(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error) {
	one, mine := l.join(order)
	if mine {
		l.read(ctx, order, one)
	}
	select {
	case <-one.done:
		return one.inv, one.shop, one.err
	case <-ctx.Done():
		return kassa.Invoice{}, kassa.Shop{}, ctx.Err()
	}
}

// join gives the look to wait for, and whether it is the caller's to make.
func (l *looks) join(order string) (one *look, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if one, ok := l.byOrder[order]; ok && !one.old(now) {
		return one, false
	}
	if len(l.byOrder) >= mostLooks {
		maps.DeleteFunc(l.byOrder, func(_ string, o *look) bool { return o.old(now) })
	}
	one = &look{done: make(chan struct{})}
	if len(l.byOrder) < mostLooks { // else it is shared with nobody
		l.byOrder[order] = one
	}
	return one, true
}

func (o *look) old(now time.Time) bool {
	return !o.ended.IsZero() && now.Sub(o.ended) >= lookKept
}

// read fills the look. Others wait for it, so it does not end with the client
// who happened to be the first.
func (l *looks) read(ctx context.Context, order string, one *look) {
	one.err = errCutShort
	defer l.settle(order, one)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	one.inv, one.shop, one.err = l.find(ctx, order)
	if one.err != nil && !errors.Is(one.err, kassa.ErrNotFound) {
		l.log.Warn("pay page not shown, the store could not be read", "order", order, "error", one.err)
	}
}

// settle gives the answer to all who wait for it, and to those who will ask within the next second.
func (l *looks) settle(order string, one *look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one.ended = time.Now()
	if one.err != nil && l.byOrder[order] == one {
		delete(l.byOrder, order)
	}
	close(one.done)
}
