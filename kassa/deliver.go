package kassa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"payferbot/fault"
)

const (
	// sendTime bounds one call to Telegram. It ends leaseMargin before the lease
	// does, however long the claim took to save, so that no send is still under way
	// when another worker takes the peer over.
	sendTime    = 8 * time.Second
	sendLease   = 12 * time.Second
	leaseMargin = time.Second
	// leastTime is what must be left for a send to be worth beginning.
	leastTime = 2 * time.Second
	// takeTime bounds the claim, which is some eight questions to the store, one
	// after the other: it must leave room for a Redis that is far away. saveTime may
	// pass the lease, for what Telegram said is true whoever has the peer by then.
	takeTime = 8 * time.Second
	saveTime = 5 * time.Second
	couriers = 32
)

// deliver serves ready peers until ctx ends.
func (d *Desk) deliver(ctx context.Context) {
	hands := newCrew(couriers)
	defer hands.wait()
	for {
		ready, err := d.ready(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("look for ready peers", "error", err)
		}
		for _, q := range ready {
			hands.start(q.ID, func() {
				d.serve(ctx, PeerID(q.ID))
			})
		}
		if !d.readyBell.wait(ctx.Done(), d.pause(ctx, len(ready) > 0, Tx.NextReady)) {
			return
		}
	}
}

func (d *Desk) ready(ctx context.Context) (ready []Queued, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		ready, err = tx.ReadyBy(d.now(), 4*couriers)
		return err
	})
	return ready, err
}

// serve makes one delivery to the peer, then lets the loop choose anew.
func (d *Desk) serve(ctx context.Context, id PeerID) {
	if _, err := d.deliverOne(context.WithoutCancel(ctx), id, ""); err != nil {
		d.log.Error("deliver", "peer", id, "error", err)
		return // the loop comes back to it at its own pace
	}
	d.readyBell.ring()
}

// showNow delivers the invoice's message at once, for somebody waits for it.
// Where another worker has the peer, that one will do it next. Whatever goes
// wrong stays owed, and the deliverer's; the error is ErrFull where nothing was
// sent for want of room: that may take long, and whoever waits must be told; and
// ErrNotFound where the store has forgotten the order meanwhile, which one that
// failed may have done: then only who waits knows of it.
func (d *Desk) showNow(ctx context.Context, id PeerID, order string) error {
	ctx = context.WithoutCancel(ctx)
	sent, err := d.deliverOne(ctx, id, order)
	if err != nil {
		d.log.Error("deliver", "peer", id, "order", order, "error", err)
	}
	d.readyBell.ring()
	if sent {
		return nil
	}
	if !errors.Is(err, ErrFull) {
		err = insist(ctx, saveTime, func() error {
			return d.store.View(ctx, func(tx Tx) error {
				_, err := tx.Invoice(order)
				return err
			})
		})
	}
	if err != nil {
		return fmt.Errorf("deliver order %s: %w", order, err)
	}
	return nil
}

// deliverOne takes the peer, makes the delivery that is most urgent there, and
// records what came of it. An order given is looked at even where it is not
// among the oldest debts. It tells whether anything was sent.
func (d *Desk) deliverOne(ctx context.Context, id PeerID, order string) (bool, error) {
	job, err := d.takeSoon(ctx, id, order)
	if err != nil || job == nil {
		return false, err
	}
	if job.until.Sub(d.now()) < leaseMargin+leastTime {
		// The process stood still since it took the peer, or the store took as long. What it was about
		// to send may have been sent by another, or will be, marked as perhaps a repeat.
		d.log.Warn("a claim ran out before its send", "peer", id, "order", job.Invoice.Order)
		return false, nil
	}
	d.noteSaying(job)
	out := d.send(ctx, job)
	d.noteSaid(job, out)
	fault.At("delivered")
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	return true, insist(ctx, saveTime, func() error { return d.record(ctx, job, out) })
}

// takeSoon is take within its time.
func (d *Desk) takeSoon(ctx context.Context, id PeerID, order string) (*job, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	return d.take(ctx, id, order)
}

// send makes the one call to Telegram, within its time and that of the claim, if there is one.
func (d *Desk) send(ctx context.Context, job *job) outcome {
	within := sendTime
	if !job.until.IsZero() {
		within = min(within, job.until.Sub(d.now())-leaseMargin)
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var out outcome
	out.sent, out.err = d.messenger.Deliver(ctx, job.Delivery)
	return out
}
