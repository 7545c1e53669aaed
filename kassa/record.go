package kassa

import (
	"context"
	"errors"
	"fmt"
	"time"

	"payferbot/fault"
)

// outcome is what Telegram made of a delivery.
type outcome struct {
	message int
	err     error
}

// record saves the outcome, ends the claim, and strikes the debt off if the
// chat shows the invoice as it is by now. All in one step: nobody sees a
// message recorded whose peer is still taken, or the reverse.
func (d *Desk) record(ctx context.Context, j *job, out outcome) error {
	if out.err != nil {
		d.log.Warn("delivery", "kind", j.Kind, "peer", j.Peer.ID, "order", j.Invoice.Order, "error", out.err)
	}
	err := d.store.Update(ctx, func(tx Tx) error {
		at, err := tx.Ready(j.Peer.ID)
		if err != nil {
			return err
		}
		peer, err := tx.Peer(j.Peer.ID)
		if err != nil {
			return err
		}
		inv, err := j.shownBy(tx)
		if err != nil {
			return err
		}
		v := &inv.Views[j.view]
		if begun := v.begun(j.Kind); begun != nil && j.certain(out.err) {
			*begun = false
		}
		if out.err == nil {
			peer.Failed, peer.Hold = 0, time.Time{}
			j.delivered(&inv, v, out.message)
		} else {
			d.undelivered(&peer, j, v, out.err)
		}
		d.settleDebt(tx, &inv, j)
		if at.Equal(j.until) {
			d.release(tx, peer)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record %s of order %s: %w", j.Kind, j.Invoice.Order, err)
	}
	fault.At("recorded")
	return nil
}

// shownBy is the invoice whose view the delivery belongs to by now: a message
// on its way while its attempt was replaced has passed to the next attempt.
func (j *job) shownBy(tx Tx) (Invoice, error) {
	inv, err := tx.Invoice(j.Invoice.Order)
	for err == nil && inv.Next != "" && j.Kind != Announce {
		inv, err = tx.Invoice(inv.Next)
	}
	return inv, err
}

// release ends the claim on the peer.
func (d *Desk) release(tx Tx, peer Peer) {
	peer.Busy = time.Time{}
	tx.PutPeer(peer)
	if peer.Parked != "" {
		tx.SetReady(peer.ID, time.Time{})
		return
	}
	tx.Rest(peer.ID, later(d.now(), peer.Hold))
}

// certain tells whether it is known by now what stands in the chat. What surely
// was not sent this time may have been sent the time before.
func (j *job) certain(cause error) bool {
	return cause == nil || (fate(cause) != Lost && !j.Again)
}

// delivered writes into the view what the chat shows now.
func (j *job) delivered(inv *Invoice, v *View, message int) {
	switch {
	case j.Kind == Show && v.Message == message: // recorded before, by a step whose success was not heard of
	case j.Kind == Show && v.Message != j.Invoice.Views[j.view].Message:
		// A claim ran out and two workers sent it: two messages stand there.
		inv.Views = append(inv.Views, View{Peer: j.Peer.ID, Message: message, Photo: j.View.Photo, Copy: true, Shown: j.Invoice.Face()})
	case j.Kind == Show:
		v.Stale = v.Message
		v.Message, v.Photo, v.Shown = message, j.View.Photo, j.Invoice.Face()
	case j.Kind == Announce:
		v.Announced = true
	case j.Kind == Edit:
		v.Shown = j.Invoice.Face()
	case j.Kind == Tidy:
		v.Stale = 0
	}
}

// undelivered writes what a failed delivery means for the peer and the view.
func (d *Desk) undelivered(peer *Peer, j *job, v *View, cause error) {
	var e *SendError
	errors.As(cause, &e)
	now := d.now()
	switch fate(cause) {
	case Lost:
		peer.Failed++
		peer.Hold = now.Add(clamp(time.Second<<min(peer.Failed-1, 10), time.Second, time.Minute))
	case Flooded:
		peer.Failed, peer.Hold = 0, now.Add(e.Wait) // an answer: the line is sound
		if e.Ours {
			peer.Failed = 1 // none: nobody forbade anything
		}
	case Forbidden:
		peer.Parked = e.Error()
	case Moved:
		peer.At.Chat = e.MovedTo
	case Refused, Gone:
		d.broken(j, v, cause)
	}
}

// broken ends what can be done with one view. News that Telegram will not take
// in any form are given up, loudly: a person has to look.
func (d *Desk) broken(j *job, v *View, cause error) {
	switch j.Kind {
	case Announce:
		v.Announced = true
		d.log.Error("a paid invoice could not be announced", "order", j.Invoice.Order, "peer", j.Peer.ID, "error", cause)
	case Tidy:
		v.Stale = 0
	default:
		v.Broken = cause.Error()
	}
}

// settleDebt writes the invoice, and ends the debt. What is still owed finds its
// place anew: an edit that news left behind no longer stands among the news.
func (d *Desk) settleDebt(tx Tx, inv *Invoice, j *job) {
	tx.PutInvoice(*inv)
	tx.Shown(j.Peer.ID, inv.Order)
	d.owe(tx, inv)
}

// fate of an error that is no SendError is unknown, and so Lost.
func fate(err error) Fate {
	var e *SendError
	if errors.As(err, &e) {
		return e.Fate
	}
	return Lost
}
