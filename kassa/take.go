package kassa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"payferbot/fault"
)

// job is one delivery under way: what to do, on which view, and the claim.
type job struct {
	Delivery
	view  int       // index into Invoice.Views
	until time.Time // the claim, and its token
}

// take claims the peer for its most urgent delivery. In the same step as the
// claim it marks the view, so that a send whose outcome is never recorded
// is known to have been possible. It gives nil when there is nothing to do now.
func (d *Desk) take(ctx context.Context, id PeerID, order string) (*job, error) {
	var mine *job
	err := d.store.Update(ctx, func(tx Tx) error {
		mine = nil
		now := d.now()
		at, err := tx.Ready(id)
		if err != nil || at.IsZero() {
			return err
		}
		peer, err := tx.Peer(id)
		if err != nil {
			return err
		}
		if wait, no := peer.closed(now, order != ""); no {
			if at.Before(wait) || wait.IsZero() {
				tx.SetReady(id, wait)
			}
			return nil
		}
		jobs, err := d.jobs(tx, peer, order)
		if err != nil {
			return err
		}
		mine = d.choose(tx, peer, jobs, now)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take peer %s: %w", id, err)
	}
	if mine != nil {
		d.telling.spend(d.now())
		fault.At("attempt saved")
	}
	return mine, nil
}

// closed tells that nothing may be sent to the peer now, and until when; zero:
// until it comes back. An urgent answer does not sit out a pause that we made
// up ourselves while Telegram was silent: its question shows that it speaks again.
func (p *Peer) closed(now time.Time, urgent bool) (until time.Time, yes bool) {
	if p.Parked != "" {
		return time.Time{}, true
	}
	until = p.Busy
	if !urgent || p.Failed == 0 {
		until = later(until, p.Hold)
	}
	return until, until.After(now)
}

// choose picks the most urgent of the jobs and writes the claim for it. Where
// only what can wait is left and the chat's pace says wait, it writes that.
func (d *Desk) choose(tx Tx, peer Peer, jobs []*job, now time.Time) *job {
	best := mostUrgent(jobs)
	if best == nil {
		peer.Busy = time.Time{}
		tx.PutPeer(peer)
		tx.Rest(peer.ID, now)
		return nil
	}
	if at := d.allowed(&peer, best.Kind, now); at.After(now) {
		tx.SetReady(peer.ID, at.Truncate(time.Millisecond))
		return nil
	}
	best.until = now.Add(sendLease)
	if begun := best.Invoice.Views[best.view].begun(best.Kind); begun != nil {
		best.Again, *begun = *begun, true
		tx.PutInvoice(best.Invoice)
	}
	peer.Busy = best.until
	peer.spent(now)
	tx.PutPeer(peer)
	tx.SetReady(peer.ID, best.until)
	return best
}

// allowed is the earliest time for a delivery of the kind: answers to people at
// once, the rest as the chat's pace and the bot's rate allow.
func (d *Desk) allowed(peer *Peer, kind Kind, now time.Time) time.Time {
	if kind == Show {
		return now
	}
	return later(peer.freeAt(), now.Add(d.telling.wait(now)))
}

// mostUrgent of what is owed; the oldest debt among equals.
func mostUrgent(jobs []*job) *job {
	var best *job
	for _, j := range jobs {
		if best == nil || rank(j.Kind) < rank(best.Kind) {
			best = j
		}
	}
	return best
}

// jobs are the deliveries owed to the peer, oldest debt first. Debts that are
// none any more are struck off.
func (d *Desk) jobs(tx Tx, peer Peer, order string) ([]*job, error) {
	const most = 50
	owed, err := tx.Owed(peer.ID, most)
	if err != nil {
		return nil, err
	}
	if order != "" && !slices.Contains(owed, order) {
		owed = append(owed, order)
	}
	var jobs []*job
	for _, order := range owed {
		j, err := d.job(tx, peer, order)
		if err != nil {
			return nil, err
		}
		if j != nil {
			jobs = append(jobs, j)
		} else {
			tx.Shown(peer.ID, order)
		}
	}
	return jobs, nil
}

// job is what the peer is owed of one order; nil: its chat shows the present.
func (d *Desk) job(tx Tx, peer Peer, order string) (*job, error) {
	inv, err := tx.Invoice(order)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, v := range inv.Views {
		if v.Peer != peer.ID {
			continue
		}
		kind, any := inv.duty(v)
		if !any {
			continue
		}
		shop, err := tx.Shop(inv.Shop)
		if err != nil {
			return nil, err
		}
		shop.Key = ""
		j := &job{Delivery: Delivery{Kind: kind, Peer: peer, Invoice: inv, Shop: shop, View: v}, view: i}
		return j, d.dress(tx, j)
	}
	return nil, nil
}

// dress gives the view as the messenger is to use it: a message about to be
// shown has its new form, and news of an attempt that was replaced answer the
// message of the one that people see.
func (d *Desk) dress(tx Tx, j *job) error {
	if j.Kind == Show {
		j.View.Photo = j.Invoice.Photo()
	}
	if j.Kind != Announce || j.View.Message != 0 || j.Invoice.Next == "" {
		return nil
	}
	next, err := tx.Invoice(j.Invoice.Next)
	if err != nil {
		return err
	}
	for _, v := range next.Views {
		if v.Peer == j.Peer.ID && !v.Copy {
			j.View.Message = v.Message
		}
	}
	return nil
}
