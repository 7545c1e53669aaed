package store

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"payferbot/kassa"
)

// Redis may forget what it has acknowledged: a new master has not heard of the
// last of it, or the machine lost its power before that was on the disk. The
// process that wrote it still knows. So it keeps its last batches, and before a
// new connection is used for anything it makes sure that the server there knows them,
// and applies once more those that it does not. That needs no new rules: a batch
// holds what it expects, so what another has written meanwhile is not undone, and its
// mark, so one that is known changes nothing.

const (
	// redoTime, redoMost and redoSize bound what is kept. A master that was replaced
	// takes writes for up to nine seconds, a disk is behind by two.
	redoTime = 30 * time.Second
	redoMost = 10_000
	redoSize = 8 << 20
	// redoAgain is when it is looked once more after a connection was made. A master
	// that is being replaced may have acknowledged something meanwhile, over a
	// connection that was made before; and what other processes wrote, on which
	// ours rests, they have brought back by then.
	redoAgain = 3 * time.Second
	// redoPatience bounds that look.
	redoPatience = 5 * time.Second
)

// redo is what this process had acknowledged lately, in that order.
type redo struct {
	log  *slog.Logger
	mu   sync.Mutex
	kept []acknowledged
	size int
}

type acknowledged struct {
	batch *batch
	at    time.Time
	size  int
}

// keep notes a batch that was acknowledged, unless there is no room for it.
func (r *redo) keep(b *batch, now time.Time) {
	a := acknowledged{batch: b, at: now, size: b.size()}
	if a.size > redoSize {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, a)
	r.size += a.size
	for r.size > redoSize || len(r.kept) > redoMost || now.Sub(r.kept[0].at) > redoTime {
		r.size -= r.kept[0].size
		r.kept[0] = acknowledged{}
		r.kept = r.kept[1:]
	}
}

// all are those that are young enough to be brought back, the oldest first.
func (r *redo) all(now time.Time) (batches []*batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.kept {
		if now.Sub(a.at) <= redoTime {
			batches = append(batches, a.batch)
		}
	}
	return batches
}

// size is about what a batch takes in memory.
func (b *batch) size() int {
	const step = 100
	n := step * (1 + len(b.revisions) + len(b.scores) + len(b.counts) + len(b.deletes) + len(b.moves) + len(b.rests))
	for _, p := range b.puts {
		n += step + len(p.key) + len(p.data)
	}
	return n
}

// connected looks after a server that a connection was made to, before the
// connection is used. An error says that it is not to be used.
func (r *redis) connected(ctx context.Context, conn *goredis.Conn) error {
	r.again.Reset(redoAgain)
	_, err := r.remind(ctx, conn)
	return err
}

// lookAgain is the look after a while, and again as long as something is missing.
// Where it fails a connection fails, and the next one begins with a look.
func (r *redis) lookAgain() {
	ctx, cancel := context.WithTimeout(context.Background(), redoPatience)
	defer cancel()
	if missing, err := r.remind(ctx, r.client); err == nil && missing > 0 {
		r.again.Reset(redoAgain)
	}
}

// teller is a client, or one connection of it.
type teller interface {
	goredis.Scripter
	MGet(ctx context.Context, keys ...string) *goredis.SliceCmd
}

// remind tells the server what it has acknowledged and does not know. It gives how
// much of that does not fit what the server holds now.
func (r *redis) remind(ctx context.Context, to teller) (missing int, err error) {
	batches := r.redo.all(time.Now())
	forgotten, err := r.unknown(ctx, to, batches)
	if err != nil || len(forgotten) == 0 {
		return 0, err
	}
	left, err := r.retell(ctx, to, forgotten)
	if back := len(forgotten) - len(left); err != nil || back > 0 {
		r.redo.log.Warn("redis had forgotten writes that it had acknowledged: they are made once more, unless others have changed the same since",
			"of the last", len(batches), "forgotten", len(forgotten), "brought back", back, "error", err)
	}
	return len(left), err
}

// unknown are those of the batches whose marks the server has not.
func (r *redis) unknown(ctx context.Context, to teller, batches []*batch) (missing []*batch, err error) {
	if len(batches) == 0 {
		return nil, nil
	}
	marks := make([]string, len(batches))
	for i, b := range batches {
		marks[i] = r.doneKey(b.nonce)
	}
	known, err := to.MGet(ctx, marks...).Result()
	if err != nil {
		return nil, notHere(err)
	}
	for i, mark := range known {
		if mark == nil {
			missing = append(missing, batches[i])
		}
	}
	return missing, nil
}

// retell applies the batches once more, and gives those that no longer fit. Replies
// may have come in another order than the batches were applied in: as long
// as one fits, another may fit that did not before.
func (r *redis) retell(ctx context.Context, to teller, batches []*batch) ([]*batch, error) {
	for {
		var left []*batch
		for _, b := range batches {
			fits, err := r.applyOn(ctx, to, b)
			if err != nil && !errors.Is(err, kassa.ErrFull) {
				return left, err
			}
			if !fits {
				left = append(left, b)
			}
		}
		if len(left) == 0 || len(left) == len(batches) {
			return left, nil
		}
		batches = left
	}
}

// notHere is the error without that of a server which has nothing of ours to
// forget: a sentinel, or a node of a Cluster that has other slots.
func notHere(err error) error {
	for _, other := range []string{"unknown command", "MOVED", "ASK"} {
		if goredis.HasErrorPrefix(err, other) {
			return nil
		}
	}
	return err
}
