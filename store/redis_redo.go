package store

import (
	"context"
	"errors"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Redis may forget what it has acknowledged: a new master has not heard of the
// last of it, or the machine lost its power before that was on the disk. The
// process that wrote it still knows. So it keeps its last batches, and before a
// new connection is used for anything it makes sure that the server there knows them,
// and applies once more those that it does not. That needs no new rules: a batch
// holds what it expects, so what another has written meanwhile is not undone, and its
// mark, so one that is known changes nothing.

const (
	// redoAgain is when it is looked once more after a connection was made, and again as
	// long as something does not fit, until redoEnd; for so long it is also asked what
	// became of a write whose answer was lost. A master that is being replaced may have
	// acknowledged something meanwhile, over a connection that was made before; and
	// what other processes wrote, on which ours rests, they have brought back by then.
	redoAgain = 3 * time.Second
	redoEnd   = 30 * time.Second
	// redoPatience bounds that look.
	redoPatience = 5 * time.Second
	// redoAtOnce is how many batches go with one question.
	redoAtOnce = 100
)

// teller is a client, or one connection of it.
type teller interface {
	MGet(ctx context.Context, keys ...string) *goredis.SliceCmd
	Pipelined(ctx context.Context, fn func(goredis.Pipeliner) error) ([]goredis.Cmder, error)
}

// connected looks after a server that a connection was made to, before the
// connection is used. An error says that it is not to be used. One that takes no
// writes now may be read: its own are made before any other (see settleUp). What was found
// not to fit there is left to lookAgain.
func (r *redis) connected(ctx context.Context, conn *goredis.Conn, of goredis.UniversalClient) error {
	r.lookEnd.Store(time.Now().Add(redoEnd).UnixNano())
	r.again.Reset(redoAgain)
	missing, _, err := r.unknown(ctx, conn, of, r.redo.fresh(time.Now(), of))
	if err != nil || len(missing) == 0 {
		return err
	}
	select { // one connection at a time, or all would do the same
	case r.reminding <- struct{}{}:
		defer func() { <-r.reminding }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, err = r.remind(ctx, conn, of, r.redo.fresh(time.Now(), of)); refuses(err) {
		return nil
	}
	return err
}

// lookAgain is the look after a while, and again as long as something is missing.
func (r *redis) lookAgain() {
	ctx, cancel := context.WithTimeout(context.Background(), redoPatience)
	defer cancel()
	client := r.server.present()
	missing, err := r.remind(ctx, client, client, r.redo.all(time.Now()))
	if errors.Is(err, goredis.ErrClosed) {
		return // its successor's connections look themselves
	}
	if r.owes.Load() != nil || ((err != nil || missing > 0) && time.Now().UnixNano() < r.lookEnd.Load()) {
		r.again.Reset(redoAgain)
	}
}

// settleUp makes what the server refused when it was reminded of it. One does so at a
// time; the others hear meanwhile what was said the last time.
func (r *redis) settleUp(ctx context.Context, client goredis.UniversalClient) error {
	why := r.owes.Load()
	if why == nil {
		return nil
	}
	if !r.settling.CompareAndSwap(false, true) {
		return *why
	}
	defer r.settling.Store(false)
	_, err := r.remind(ctx, client, client, r.redo.fresh(time.Now(), client))
	return err
}

// remind tells the server what of the list it does not know; of is the client of that
// server. It gives how much of that does not fit what the server holds now. It is not cut
// short with the question that happened to need the connection.
func (r *redis) remind(ctx context.Context, to teller, of goredis.UniversalClient, list []*written) (missing int, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redoPatience)
	defer cancel()
	forgotten, here, err := r.unknown(ctx, to, of, list)
	if err != nil || !here {
		return 0, err
	}
	left, err := r.retell(ctx, to, of, forgotten)
	switch {
	case refuses(err):
		r.server.while(of, func() { r.owes.Store(&err) })
	case err == nil:
		r.server.while(of, func() { r.owes.Store(nil) })
		r.redo.misfits(left, of)
	}
	if back := len(forgotten) - len(left); err != nil || back > 0 {
		r.log.Warn("redis had forgotten writes that it had acknowledged: they are made once more, unless others have changed the same since",
			"of the last", len(list), "forgotten", len(forgotten), "brought back", back, "error", err)
	}
	return len(left), err
}

// unknown are those whose marks the server has not. It is not here where the server has nothing of ours
// to forget: a sentinel, or a node of a Cluster that has other slots.
func (r *redis) unknown(ctx context.Context, to teller, of goredis.UniversalClient, list []*written) (missing []*written, here bool, err error) {
	if len(list) == 0 {
		return nil, true, nil
	}
	marks := make([]string, len(list))
	for i, w := range list {
		marks[i] = r.doneKey(w.batch.nonce)
	}
	known, err := to.MGet(ctx, marks...).Result()
	for _, other := range []string{"unknown command", "MOVED", "ASK"} {
		if goredis.HasErrorPrefix(err, other) {
			return nil, false, nil
		}
	}
	if err == nil && !r.server.while(of, func() { missing = r.redo.found(list, known) }) {
		err = errReplaced
	}
	return missing, true, err
}

// retell applies them once more, and gives those that no longer fit. What others have
// written meanwhile may be what one rests on: as long as one fits, the rest is
// tried again. What only takes away comes last, and not while anything is left: a
// letter is discarded for what came of it.
func (r *redis) retell(ctx context.Context, to teller, of goredis.UniversalClient, list []*written) (left []*written, err error) {
	left, last := apart(list)
	for len(left) > 0 {
		before := len(left)
		if left, err = r.applyAll(ctx, to, of, left); err != nil || len(left) == before {
			return append(left, last...), err
		}
	}
	return r.applyAll(ctx, to, of, last)
}

// apart puts what only takes away last, but for what something after it wants to be gone: a
// letter that was discarded, and came again together with another.
func apart(list []*written) (first, last []*written) {
	absent := map[string]bool{}
	for _, w := range slices.Backward(list) {
		if w.batch.onlyTakes() && !slices.ContainsFunc(w.batch.deletes, func(key string) bool { return absent[key] }) {
			last = append(last, w)
		} else {
			first = append(first, w)
		}
		for _, want := range w.batch.revisions {
			absent[want.key] = absent[want.key] || want.revision == ""
		}
	}
	slices.Reverse(first)
	slices.Reverse(last)
	return first, last
}

// applyAll applies them in their order. It gives those of which something is not as they
// expect, and with an error also those of which nobody knows.
func (r *redis) applyAll(ctx context.Context, to teller, of goredis.UniversalClient, list []*written) (left []*written, err error) {
	for len(list) > 0 {
		some := list[:min(redoAtOnce, len(list))]
		answers := make([]*goredis.Cmd, 0, len(some))
		_, err := to.Pipelined(ctx, func(p goredis.Pipeliner) error {
			run := applyScript.Eval // the first brings the script, should the server not know it
			for _, w := range some {
				c := newCall(r, w.batch)
				answers = append(answers, run(ctx, p, c.keys, c.args...))
				run = applyScript.EvalSha
			}
			return nil
		})
		for i, answer := range answers {
			nth, _, bad := answered(answer)
			if bad != nil {
				return append(left, list[i:]...), bad
			}
			if nth == 0 {
				left = append(left, some[i])
			} else {
				r.server.while(of, func() { r.redo.settle(some[i], nth) })
			}
		}
		if err != nil {
			return append(left, list...), err
		}
		list = list[len(some):]
	}
	return left, nil
}

// onlyTakes tells a batch that expects nothing, and leaves nothing: it would be applied whatever there is.
func (b *batch) onlyTakes() bool {
	gives := slices.ContainsFunc(b.moves, func(m move) bool { return m.how != remove })
	return len(b.revisions)+len(b.scores)+len(b.counts)+len(b.puts)+len(b.rests) == 0 && !gives
}

// refuses tells the error of a server that answers, and takes no writes for now.
func refuses(err error) bool {
	return slices.ContainsFunc([]string{"OOM", "MISCONF", "NOREPLICAS"}, func(why string) bool { return goredis.HasErrorPrefix(err, why) })
}
