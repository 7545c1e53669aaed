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
	sent Sent
	err  error
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
		if out.err == nil {
			d.reached(&peer, j)
		} else if err := d.unreached(tx, &peer, j, out.err); err != nil {
			return err
		}
		for _, one := range j.all() {
			if err := d.recordOne(tx, one, out, at.Equal(j.until)); err != nil {
				return err
			}
		}
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

// reached writes what a delivery that arrived means for the peer. One that was
// parked while it was on its way has shut the bot out since.
func (d *Desk) reached(peer *Peer, j *job) {
	if j.Peer.Parked != "" {
		d.unpark(peer)
	}
	if peer.Parked == "" {
		peer.Failed, peer.Hold = 0, time.Time{}
	}
}

// recordOne writes the outcome into the view, and ends its debt. Where the claim is no
// longer held, another may be sending the same: that this one was not taken says
// nothing of that one.
func (d *Desk) recordOne(tx Tx, j *job, out outcome, held bool) error {
	inv, err := j.shownBy(tx)
	if err != nil {
		return err
	}
	v := &inv.Views[j.view]
	if begun := v.begun(j.Kind); begun != nil && j.certain(out.err) && (held || out.err == nil) {
		*begun = false
	}
	if j.foretells && held && (out.err == nil || fate(out.err) != Lost) {
		v.Announcing = false // it answers for itself, and the news will answer it
	}
	if out.err == nil {
		v.Lost, v.Later = 0, time.Time{}
		j.delivered(&inv, v, out.sent.Message)
		v.pictured(j, out.sent.Picture)
	} else {
		d.undelivered(j, v, out.err)
	}
	d.settleDebt(tx, &inv, j)
	return nil
}

// shownBy is the invoice whose view the delivery belongs to by now: a message
// on its way while its attempt was replaced has passed to the next attempt. What
// was begun later is the old attempt's own.
func (j *job) shownBy(tx Tx) (Invoice, error) {
	inv, err := tx.Invoice(j.Invoice.Order)
	if err == nil && inv.Next != "" && j.Invoice.Next == "" && j.Kind != Announce {
		inv, err = tx.Invoice(inv.Next)
	}
	return inv, err
}

// release ends the claim on the peer.
func (d *Desk) release(tx Tx, peer Peer) {
	peer.Busy = time.Time{}
	tx.PutPeer(peer)
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
		inv.Views = append(inv.Views, View{
			Peer: j.Peer.ID, Message: message, In: j.Peer.At.Chat, Photo: j.View.Photo, Copy: true, Guest: v.Guest, Shown: j.Invoice.face(j.View),
		})
	case j.Kind == Show:
		if v.Message != 0 {
			v.Stale = v.Message
		}
		v.Message, v.In, v.Photo, v.Shown = message, j.Peer.At.Chat, j.View.Photo, j.Invoice.face(j.View)
	case j.Kind == Announce:
		v.Announced = true
	case j.Kind == Edit:
		v.Shown = j.Invoice.face(j.View)
		v.Photo = v.Photo || j.Picture != ""
	case j.Kind == Tidy && v.Stale == j.View.Stale:
		v.Stale = 0
	}
}

// pictured writes which picture the message holds since the delivery.
func (v *View) pictured(j *job, picture string) {
	if picture != "" && (j.Kind == Show || j.Kind == Edit) {
		v.Picture, v.Pictured = picture, j.Invoice.Standing()
	}
}

// unreached writes what a failed delivery means for the peer.
func (d *Desk) unreached(tx Tx, peer *Peer, j *job, cause error) error {
	var e *SendError
	errors.As(cause, &e)
	now := d.now()
	switch fate(cause) {
	case Lost:
		// Not for long: it may be this message's fault alone, which then waits longer by itself.
		peer.Failed++
		peer.Hold = now.Add(clamp(time.Second<<min(peer.Failed-1, 10), time.Second, 4*time.Second))
	case Flooded:
		peer.Failed, peer.Hold = 0, now.Add(e.Wait) // an answer: the line is sound
		if e.Ours {
			peer.Failed = 1 // none: nobody forbade anything
		} else {
			d.storm.flooded(peer.ID, now, e.Wait)
		}
	case Forbidden:
		if !peer.Heard.Before(j.began()) {
			peer.Hold = now.Add(time.Second) // the chat was opened since
			break
		}
		d.park(peer, e.Error())
	case Moved:
		return move(tx, peer, e.MovedTo)
	}
	return nil
}

// undelivered writes what a failed delivery means for the view.
func (d *Desk) undelivered(j *job, v *View, cause error) {
	switch fate(cause) {
	case Lost:
		v.Lost++
		v.Later = d.now().Add(clamp(time.Second<<min(v.Lost-1, 10), time.Second, 5*time.Minute))
	case Moved:
		v.Answers = 0 // the command is left behind in the old group
	case Refused, Gone:
		d.broken(j, v, cause)
	}
}

// broken ends what can be done with one view. News that Telegram will not take
// in any form are given up, loudly: a person has to look.
func (d *Desk) broken(j *job, v *View, cause error) {
	switch {
	case j.Kind == Announce && j.told > 1:
		v.Alone = true // one of them is at fault, and the others are not to share its fate
	case j.Kind == Announce:
		v.Announced = true
		d.log.Error("a paid invoice could not be announced", "order", j.Invoice.Order, "peer", j.Peer.ID, "error", cause)
	case j.Kind == Tidy:
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
