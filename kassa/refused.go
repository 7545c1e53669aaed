package kassa

import (
	"context"
	"errors"
	"time"

	"payferbot/payfer"
)

// sure is how long Payfer must have refused a kassa before its chats are told:
// one wrong answer alarms nobody.
const sure = 10 * time.Second

// mark notes what an answer of Payfer's says about the kassa's key. While it is
// refused the kassa is paused: its orders are kept, but one question in a while
// is enough to see whether it is good again, upon which all of them are asked about
// soon. Its chats are told once of the one and once of the other.
func (d *Desk) mark(ctx context.Context, shop Shop, cause error) error {
	refused := errors.Is(cause, payfer.ErrCredentials) || errors.Is(cause, payfer.ErrInactive)
	if (cause != nil && !refused) || (!refused && shop.Refused.IsZero()) {
		return nil
	}
	now, was, waiting, err := d.markShop(ctx, shop, refused)
	switch {
	case err != nil || now.ID == "":
		return err // or another key has come meanwhile: the answer was about the old one
	case refused && was.IsZero():
		d.log.Warn("Payfer refuses the kassa's key", "shop", shop.ID, "error", cause)
	case refused && d.now().Sub(now.Refused) >= sure:
		return d.warn(ctx, now)
	case !refused && !was.IsZero():
		d.log.Info("Payfer accepts the kassa's key again", "shop", shop.ID)
		return d.good(ctx, now, waiting)
	}
	return nil
}

// good follows from a key that Payfer accepts: the orders that waited for it are
// asked about, and the chats that were warned hear of it.
func (d *Desk) good(ctx context.Context, shop Shop, waiting []string) error {
	return errors.Join(d.wake(ctx, shop.ID, waiting), d.warn(ctx, shop))
}

// markShop writes since when the key is refused, and gives since when it was before.
// Of a kassa that is good again it gives the orders to ask about.
func (d *Desk) markShop(ctx context.Context, shop Shop, refused bool) (now Shop, was time.Time, waiting []string, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		now, waiting = Shop{}, nil
		found, err := tx.Shop(shop.ID)
		if err != nil || found.Key != shop.Key {
			return err
		}
		now, was = found, found.Refused
		if refused == !was.IsZero() {
			return nil
		}
		now.Refused = time.Time{}
		if refused {
			now.Refused = d.now()
		} else if waiting, err = asleep(tx, shop.ID); err != nil {
			return err
		}
		tx.PutShop(now)
		return nil
	})
	return now, was, waiting, err
}

// warn tells the kassa's chats that Payfer refuses its key, or accepts it again,
// each that does not know. One that could not be told is told after the next
// question to Payfer.
func (d *Desk) warn(ctx context.Context, shop Shop) error {
	peers, err := d.Linked(ctx, shop.ID)
	if err != nil {
		return err
	}
	refused := !shop.Refused.IsZero()
	shop.Key = ""
	for _, p := range peers {
		if p.Warned == refused || p.Parked != "" {
			continue
		}
		out := d.send(ctx, &job{Delivery: Delivery{Kind: Warn, Peer: p, Shop: shop}})
		if out.err != nil {
			d.log.Warn("a chat does not know how its kassa stands", "peer", p.ID, "shop", shop.ID, "error", out.err)
			continue
		}
		if _, err := d.ChangePeer(ctx, p.ID, func(p *Peer) error { p.Warned = refused; return nil }); err != nil {
			return err
		}
	}
	return nil
}
