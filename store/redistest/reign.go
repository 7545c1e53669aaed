package redistest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Loss is a time of which a new master knows nothing: whatever the one before
// acknowledged between its two ends may be forgotten, and nothing else.
type Loss struct{ From, To time.Time }

// reigns see from outside who takes writes, and until when. Into every server the
// time is written again and again, under a key of its own, which one that follows
// refuses. What is copied is copied in its order; so of its predecessor a new
// master remembers all that was acknowledged before the last time that it holds of
// it, and of what came later it remembers nothing for sure.
type reigns struct {
	mu     sync.Mutex
	last   []*reign    // of each server; nil: it never was the master
	vassal []time.Time // when each was last asked in vain to take a write
	reigns int
	losses []found
}

// reign is a time in which one server took writes.
type reign struct{ from, to time.Time } // to is zero while it lasts

// found is a loss whose end is that of a reign, which may go on for a while.
type found struct {
	from  time.Time
	reign *reign
}

const (
	clockBeat = 10 * time.Millisecond
	// clockPatience is how long a server may take to answer, which is not the end of its reign.
	clockPatience = 10 * time.Second
)

func clockKey(server int) string { return fmt.Sprint("clock:", server) }

// watch writes the time into one of the servers until ctx ends.
func (r *reigns) watch(ctx context.Context, server int, socket string) {
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1, DialerRetries: 1, ReadTimeout: clockPatience})
	defer client.Close()
	tick := time.NewTicker(clockBeat)
	defer tick.Stop()
	for {
		asked := time.Now()
		err := client.Set(ctx, clockKey(server), asked.UnixNano(), 0).Err()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			r.takes(ctx, server, client)
		default:
			r.refuses(server, asked)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// takes notes that the server took a write. At the beginning of its reign it is
// asked what it knows of the others'.
func (r *reigns) takes(ctx context.Context, server int, client *redis.Client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if one := r.last[server]; one != nil && one.to.IsZero() {
		return
	}
	var losses []found
	for other, one := range r.last {
		if other == server || one == nil {
			continue
		}
		at, err := client.Get(ctx, clockKey(other)).Int64()
		if err != nil && !errors.Is(err, redis.Nil) {
			return // asked again with the next write
		}
		heard := time.Unix(0, at)
		if heard.Before(one.from) {
			heard = one.from
		}
		losses = append(losses, found{heard, one})
	}
	r.losses = append(r.losses, losses...)
	r.reigns++
	r.last[server] = &reign{from: r.vassal[server]}
}

func (r *reigns) refuses(server int, asked time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.vassal[server] = asked
	if one := r.last[server]; one != nil && one.to.IsZero() {
		one.to = time.Now()
	}
}

// Accessions is how often a server has come to take writes, the first one included.
func (f *Fleet) Accessions() int {
	f.reigns.mu.Lock()
	defer f.reigns.mu.Unlock()
	return f.reigns.reigns
}

// Losses are all that failovers may have lost until now.
func (f *Fleet) Losses() (all []Loss) {
	f.reigns.mu.Lock()
	defer f.reigns.mu.Unlock()
	for _, l := range f.reigns.losses {
		to := l.reign.to
		if to.IsZero() {
			to = time.Now()
		}
		all = append(all, Loss{l.from, to})
	}
	return all
}

// watchReigns begins to look on; it ends with the test.
func (f *Fleet) watchReigns() {
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	f.reigns.last, f.reigns.vassal = make([]*reign, len(f.ships)), make([]time.Time, len(f.ships))
	for n, s := range f.ships {
		watching.Go(func() { f.reigns.watch(ctx, n, s.Socket()) })
	}
	f.t.Cleanup(func() {
		cancel()
		watching.Wait()
	})
}
