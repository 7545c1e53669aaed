package store

import (
	"context"
	"sync"

	"go.etcd.io/bbolt"
)

// groupSize bounds how many batches share one commit.
const groupSize = 256

// committer is the only writer of a bolt file. Batches that come while it
// writes wait for each other's company: they share the next commit and its
// fsync. A lone batch is committed at once, which bbolt's own Batch would delay.
type committer struct {
	db    *bbolt.DB
	queue chan *pending
	quit  chan struct{} // closed: no more batches
	done  chan struct{} // closed: the last commit has ended
	once  sync.Once
}

// pending is a batch and where its answer goes.
type pending struct {
	batch  *batch
	answer chan error // takes one without waiting
}

func startCommitter(db *bbolt.DB) *committer {
	c := &committer{
		db:    db,
		queue: make(chan *pending), // without a buffer: what is in it is seen to
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	go c.run()
	return c
}

// commit gives its answer only when the batch's fate is known: handed over, it
// waits for the disk and no longer for ctx.
func (c *committer) commit(ctx context.Context, b *batch) error {
	p := &pending{batch: b, answer: make(chan error, 1)}
	select {
	case c.queue <- p:
		return <-p.answer
	case <-c.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *committer) stop() {
	c.once.Do(func() { close(c.quit) })
	<-c.done
}

func (c *committer) run() {
	defer close(c.done)
	for {
		select {
		case p := <-c.queue:
			c.write(c.gather(p))
		case <-c.quit:
			return
		}
	}
}

// gather takes along everybody who waits now.
func (c *committer) gather(first *pending) []*pending {
	group := []*pending{first}
	for len(group) < groupSize {
		select {
		case p := <-c.queue:
			group = append(group, p)
		default:
			return group
		}
	}
	return group
}

// write commits a group and answers it. Where bbolt refuses somebody's write
// (a key too long), nothing was written, and each batch is tried alone, so that
// none fails for another. Where the commit itself fails, nobody knows what is
// on the disk, and nothing is tried again.
func (c *committer) write(group []*pending) {
	answers, refused, err := c.transact(group)
	if refused && len(group) > 1 {
		for _, p := range group {
			c.write([]*pending{p})
		}
		return
	}
	for i, p := range group {
		if err != nil {
			p.answer <- err
		} else {
			p.answer <- answers[i]
		}
	}
}

// transact runs the group's batches one after another in one transaction. A
// batch in conflict writes nothing and leaves the others alone.
func (c *committer) transact(group []*pending) (answers []error, refused bool, err error) {
	answers = make([]error, len(group))
	err = c.db.Update(func(tx *bbolt.Tx) error {
		for i, p := range group {
			if !boltHolds(tx, p.batch) {
				answers[i] = errConflict
				continue
			}
			if err := boltWrite(tx, p.batch); err != nil {
				refused = true
				return err
			}
		}
		return nil
	})
	return answers, refused, boltFull(err)
}
