package kassa

import (
	"cmp"
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
	also  []*job    // further news in the same message
	told  int       // how many news its message tells
	// foretells says that the claim marked the news as begun, which the message tells before them.
	foretells bool
}

// began is when its claim was made.
func (j *job) began() time.Time { return j.until.Add(-sendLease) }

// all are the job and the further news that its message tells.
func (j *job) all() []*job { return append([]*job{j}, j.also...) }

// take claims the peer for its most urgent delivery. In the same step as the
// claim it marks the view, so that a send whose outcome is never recorded
// is known to have been possible. It gives nil when there is nothing to do now.
func (d *Desk) take(ctx context.Context, id PeerID, order string) (*job, error) {
	var mine *job
	ration := d.telling.ration(d.now())
	defer func() { ration.settle(mine != nil, d.now()) }()
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
			if at.Before(wait) {
				tx.SetReady(id, wait.Truncate(time.Millisecond))
			}
			return nil
		}
		if early, err := d.early(tx, peer, now); err != nil || (early && order == "") {
			return err
		}
		jobs, err := d.jobs(tx, peer, order)
		if err != nil {
			return err
		}
		mine, err = d.choose(tx, peer, jobs, ration, now)
		return err
	})
	if err != nil {
		mine = nil
		return nil, fmt.Errorf("take peer %s: %w", id, err)
	}
	if mine != nil {
		fault.At("attempt saved")
	}
	return mine, nil
}

// closed tells that nothing may be sent to the peer now, and until when. One
// that is parked is tried now and then: Telegram does not always say that a chat
// is open again. An urgent answer does not sit out a pause that we made
// up ourselves while Telegram was silent: its question shows that it speaks again.
func (p *Peer) closed(now time.Time, urgent bool) (until time.Time, yes bool) {
	until = p.Busy
	if p.Parked != "" || !urgent || p.Failed == 0 {
		until = later(until, p.Hold)
	}
	return until, until.After(now)
}

// early tells that all that the peer is owed has to wait for its pace, and
// writes until when. It looks at the head of the line alone, for a chat under a
// flood asks often.
func (d *Desk) early(tx Tx, peer Peer, now time.Time) (bool, error) {
	head, err := tx.OwedSince(peer.ID, now.Add(-3*ahead), 1)
	if err != nil || len(head) == 0 {
		return false, err
	}
	kind := Edit
	switch age := now.Sub(head[0].At); {
	case age > ahead+ahead/2:
		return false, nil // an answer waits for nothing
	case age > ahead/2:
		kind = Announce
	}
	free := peer.freeAt(kind)
	if !free.After(now) {
		return false, nil
	}
	tx.SetReady(peer.ID, ceil(earliest(free, now.Add(poll))))
	return true, nil
}

// choose picks the most urgent of the jobs and writes the claim for it. Where
// only what can wait is left and the chat's pace or the bot's rate says wait, it writes that.
func (d *Desk) choose(tx Tx, peer Peer, jobs []*job, r *ration, now time.Time) (*job, error) {
	ripe, next := d.ripe(jobs, now)
	best := mostUrgent(ripe)
	if best == nil {
		peer.Busy = time.Time{}
		tx.PutPeer(peer)
		if next.IsZero() {
			tx.Rest(peer.ID, now)
		} else {
			tx.SetReady(peer.ID, next)
		}
		return nil, nil
	}
	like := best.Kind // the kind whose place in the line it takes
	if edit, err := d.agedEdit(tx, peer, best, now); err != nil {
		return nil, err
	} else if edit != nil {
		best = edit
	}
	wait, err := d.mustWait(tx, peer, like, r, now)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		// Not for long at a time: what is owed meanwhile may be more urgent, and a
		// debt does not move the place that the peer has in ready.
		tx.SetReady(peer.ID, ceil(now.Add(min(wait, poll))))
		return nil, nil
	}
	best.gather(ripe)
	d.claim(tx, peer, best, now)
	return best, nil
}

// mustWait is how long a message of the kind has to wait for the chat's pace, for
// the end of a storm, and then for the bot's rate, of which nothing is drawn for a chat that waits anyway.
// Where news wait for the rate, in whatever chat, edits leave it to them.
func (d *Desk) mustWait(tx Tx, peer Peer, k Kind, r *ration, now time.Time) (time.Duration, error) {
	if wait := max(peer.freeAt(k).Sub(now), d.storm.wait(now)); wait > 0 && k != Show {
		return wait, nil
	}
	if (k == Edit || k == Tidy) && d.telling.pressed(now) {
		return poll, nil
	}
	wait, err := r.draw(tx, now, k == Show)
	if wait > 0 && k == Announce {
		d.telling.press(now)
	}
	return wait, err
}

// claim gives the peer to this worker for one delivery. In the same step every
// view that it sends something for is marked.
func (d *Desk) claim(tx Tx, peer Peer, j *job, now time.Time) {
	j.until = d.now().Add(sendLease) // what was read until here may have taken a while
	for _, one := range j.all() {
		one.told = 1 + len(j.also)
		d.undertake(tx, one)
	}
	j.Also = nil
	for _, one := range j.also {
		j.Also = append(j.Also, one.Delivery)
	}
	switch j.Kind {
	case Announce:
		peer.News++
	case Edit, Tidy:
		peer.News = 0
	}
	peer.Busy = j.until
	peer.spent(now)
	tx.PutPeer(peer)
	tx.SetReady(peer.ID, j.until)
}

// undertake marks the view for what is about to be sent. The message of an invoice that is
// paid before anybody could be shown it says so as news do: should it arrive and nobody
// know it, the news are not the first to say so.
func (d *Desk) undertake(tx Tx, j *job) {
	v := &j.Invoice.Views[j.view]
	begun := v.begun(j.Kind)
	if begun == nil {
		return
	}
	j.Again, *begun = *begun || d.recallSaying(j), true
	if j.Kind == Show && j.Invoice.State == Paid && !v.Announced && !v.Announcing {
		v.Announcing, j.foretells = true, true
	}
	tx.PutInvoice(j.Invoice)
}

// ripe are the jobs that may be tried now. The others wait for their views'
// sake alone, and next is when to look again: soon, for what is owed meanwhile
// must not wait for them.
func (d *Desk) ripe(jobs []*job, now time.Time) (ripe []*job, next time.Time) {
	for _, j := range jobs {
		if !j.View.Later.After(now) {
			ripe = append(ripe, j)
			continue
		}
		next = earliest(next, earliest(j.View.Later, now.Add(poll)))
	}
	return ripe, next
}

// mostUrgent of what is owed; the oldest debt among equals, but what was lost
// before comes after what was not.
func mostUrgent(jobs []*job) *job {
	if len(jobs) == 0 {
		return nil
	}
	return slices.MinFunc(jobs, func(a, b *job) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.View.Lost, b.View.Lost))
	})
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
	for i := range inv.Views {
		if inv.Views[i].Peer != peer.ID {
			continue
		}
		inv.strand(i, peer)
		d.recallTold(tx, &inv, &inv.Views[i])
		v := inv.Views[i]
		kind, any := inv.duty(v)
		if !any || (v.Guest && kind == Announce && peer.Shop != "") {
			continue // a shop's chat hears of its own money alone
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
	switch {
	case j.Kind == Show:
		j.View.Photo = j.Invoice.photo(j.View)
	case j.View.Inline:
		j.Picture = j.Invoice.picture()
	}
	if j.Kind != Announce || j.View.Message != 0 || j.Invoice.Next == "" {
		return nil
	}
	next, err := tx.Invoice(j.Invoice.Next)
	if err != nil {
		return err
	}
	for _, v := range next.Views {
		if v.Peer == j.Peer.ID && !v.Copy && !v.outOf(j.Peer) {
			j.View.Message = v.Message
		}
	}
	return nil
}
