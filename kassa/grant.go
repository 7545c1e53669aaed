package kassa

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"payferbot/money"
	"payferbot/payfer"
	"payferbot/secret"
)

// ErrNotYours says that a grant is another person's.
var ErrNotYours = errors.New("meant for somebody else")

// grantTime is how long a grant for linking is good for.
const grantTime = 10 * time.Minute

// Grant is a leave that whoever holds its code may use, for a while. Two kinds
// are for linking a group, once and for ten minutes, so that the key never stands in the group. An
// invitation leads an admin from the group to the private chat. Where that
// person's being an admin cannot be proved there, a voucher leads back: it carries
// the kassa, and whoever posts its code in the group as an admin links it. The third is an offer, and
// the fourth what Telegram told of an inline message: which offer was posted in it.
type Grant struct {
	Code  string
	Group PeerID // of an offer: the chat of its maker
	By    int64  `json:",omitempty"` // an invitation: whom it is for; 0: whoever holds it; an offer: its maker
	Until time.Time
	Used  string `json:",omitempty"` // what used it up; that one may come again

	// Of an offer, what the invoice is to ask for.
	Sum  money.Amount `json:",omitempty"`
	Note string       `json:",omitempty"`

	// Of an inline message, the code of the offer that was posted in it.
	Posted string `json:",omitempty"`

	// Of a voucher and of an offer, the kassa. A voucher's key was good when the voucher was made; the store keeps it sealed.
	Shop ShopID      `json:",omitempty"`
	Key  secret.Text `json:"-"`
}

func (g *Grant) offer() bool { return g.Sum != 0 }

// Invite makes an invitation to link the group, for one person, or for
// whoever holds it where the person is not known (0).
func (d *Desk) Invite(ctx context.Context, group PeerID, by int64) (Grant, error) {
	return d.grant(ctx, Grant{Code: code(24), Group: group, By: by})
}

// Accept uses up an invitation and gives it. The same use, coming again after a
// crash, is given it again. Errors: ErrNotFound when there is no such invitation
// any more, ErrNotYours, the store's.
func (d *Desk) Accept(ctx context.Context, invitation string, who int64, use string) (g Grant, err error) {
	err = d.useGrant(ctx, invitation, use, func(_ Tx, found Grant) error {
		if g = found; g.Shop != "" || g.offer() || g.Posted != "" {
			return ErrNotFound
		}
		if g.By != 0 && g.By != who {
			return ErrNotYours
		}
		return nil
	})
	if err != nil {
		return Grant{}, err
	}
	return g, nil
}

// Vouch proves the credentials at Payfer and makes a voucher for linking the
// group to that kassa. Errors are Payfer's kinds and the store's.
func (d *Desk) Vouch(ctx context.Context, group PeerID, c payfer.Credentials) (Grant, error) {
	if _, err := d.gateway.Shop(ctx, c); err != nil {
		return Grant{}, fmt.Errorf("vouch for kassa %s: %w", c.ShopID, err)
	}
	return d.grant(ctx, Grant{Code: code(12), Group: group, Shop: ShopID(c.ShopID), Key: c.ShopKey})
}

// Redeem links the group to the voucher's kassa. The key is proved before the
// voucher is used up: should Payfer not answer, it is good for another try.
// Errors: ErrNotFound when the group has no such voucher any more, Payfer's kinds, the store's.
func (d *Desk) Redeem(ctx context.Context, group PeerID, voucher, use string) (shop Shop, err error) {
	var g Grant
	err = d.store.View(ctx, func(tx Tx) error {
		g, err = d.goodGrant(tx, voucher, use)
		if err == nil && (g.Shop == "" || g.offer() || g.Group != group) {
			return ErrNotFound
		}
		return err
	})
	if err != nil {
		return Shop{}, err
	}
	c := payfer.Credentials{ShopID: string(g.Shop), ShopKey: g.Key}
	info, err := d.gateway.Shop(ctx, c)
	if err != nil {
		return Shop{}, fmt.Errorf("link kassa %s: %w", g.Shop, err)
	}
	var waiting []string
	err = d.useGrant(ctx, voucher, use, func(tx Tx, _ Grant) error {
		shop, waiting, err = d.link(tx, group, c, info)
		return err
	})
	if err == nil {
		err = d.good(ctx, shop, waiting)
	}
	return shop, err
}

// grant saves a new grant for linking.
func (d *Desk) grant(ctx context.Context, g Grant) (Grant, error) {
	return d.grantFor(ctx, g, grantTime)
}

// grantFor saves a grant that is good for so long, and sweeps out some that are over.
func (d *Desk) grantFor(ctx context.Context, g Grant, long time.Duration) (Grant, error) {
	err := d.store.Update(ctx, func(tx Tx) error {
		now := d.now()
		const some = 16
		if err := dropOver(tx, now, some); err != nil {
			return err
		}
		g.Until = now.Add(long)
		tx.PutGrant(g)
		return nil
	})
	if err != nil {
		return Grant{}, fmt.Errorf("save a grant: %w", err)
	}
	return g, nil
}

// sweepTime is how often what is over is thrown away: grants may hold a key.
const sweepTime = 10 * time.Minute

// sweep throws away grants, and strangers that were told, once they are over, until ctx ends.
func (d *Desk) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepTime)
	defer tick.Stop()
	for {
		if err := d.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("sweep out what is over", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *Desk) sweepOnce(ctx context.Context) error {
	err := d.store.Update(ctx, func(tx Tx) error {
		const most = 1000
		return dropOver(tx, d.now(), most)
	})
	return errors.Join(err, d.dropStrangers(ctx))
}

// dropOver throws away up to so many grants that are over.
func dropOver(tx Tx, now time.Time, most int) error {
	over, err := tx.GrantsOver(now, most)
	for _, code := range over {
		tx.DropGrant(code)
	}
	return err
}

// useGrant uses up the grant if it is good and fits.
func (d *Desk) useGrant(ctx context.Context, code, use string, fits func(Tx, Grant) error) error {
	return d.store.Update(ctx, func(tx Tx) error {
		g, err := d.goodGrant(tx, code, use)
		if err != nil {
			return err
		}
		if err := fits(tx, g); err != nil {
			return err
		}
		g.Used = use
		tx.PutGrant(g)
		return nil
	})
}

// goodGrant is the grant if it may be used, once more or for the first time.
func (d *Desk) goodGrant(tx Tx, code, use string) (Grant, error) {
	g, err := tx.Grant(strings.ToLower(code))
	if err == nil && (!d.now().Before(g.Until) || (g.Used != "" && g.Used != use)) {
		err = ErrNotFound
	}
	return g, err
}
