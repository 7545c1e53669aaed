package bot

import (
	"context"
	"fmt"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

func (d *fakeDesk) Invite(_ context.Context, group kassa.PeerID, by int64) (kassa.Grant, error) {
	done, err := d.does("Invite", group)
	if err != nil {
		return kassa.Grant{}, err
	}
	defer done()
	return d.grant(kassa.Grant{Group: group, By: by}), nil
}

func (d *fakeDesk) Vouch(_ context.Context, group kassa.PeerID, c payfer.Credentials) (kassa.Grant, error) {
	done, err := d.does("Vouch", group)
	if err != nil {
		return kassa.Grant{}, err
	}
	defer done()
	return d.grant(kassa.Grant{Group: group, Shop: kassa.ShopID(c.ShopID), Key: c.ShopKey}), nil
}

// grant keeps a grant under codes that can be told in advance: "code1", "code2", …
func (d *fakeDesk) grant(g kassa.Grant) kassa.Grant {
	g.Code, g.Until = fmt.Sprint("code", len(d.grants)+1), time.Now().Add(10*time.Minute)
	d.grants[g.Code] = g
	return g
}

func (d *fakeDesk) Accept(_ context.Context, invitation string, who int64, use string) (kassa.Grant, error) {
	done, err := d.does("Accept", "")
	if err != nil {
		return kassa.Grant{}, err
	}
	defer done()
	g, ok := d.grants[invitation]
	switch {
	case !ok, g.Shop != "", !time.Now().Before(g.Until), g.Used != "" && g.Used != use:
		return kassa.Grant{}, kassa.ErrNotFound
	case g.By != 0 && g.By != who:
		return kassa.Grant{}, kassa.ErrNotYours
	}
	g.Used = use
	d.grants[invitation] = g
	return g, nil
}

func (d *fakeDesk) Redeem(ctx context.Context, group kassa.PeerID, voucher, use string) (kassa.Shop, error) {
	g, err := d.redeem(group, voucher, use)
	if err != nil {
		return kassa.Shop{}, err
	}
	return d.Link(ctx, group, payfer.Credentials{ShopID: string(g.Shop), ShopKey: g.Key})
}

func (d *fakeDesk) redeem(group kassa.PeerID, voucher, use string) (kassa.Grant, error) {
	done, err := d.does("Redeem", group)
	if err != nil {
		return kassa.Grant{}, err
	}
	defer done()
	g, ok := d.grants[voucher]
	if !ok || g.Shop == "" || g.Group != group || (g.Used != "" && g.Used != use) {
		return kassa.Grant{}, kassa.ErrNotFound
	}
	g.Used = use
	d.grants[voucher] = g
	return g, nil
}
