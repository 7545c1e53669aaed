package bot

import (
	"context"

	"payferbot/kassa"
	"payferbot/money"
)

func (d *fakeDesk) Known(_ context.Context, at kassa.Address) (kassa.Peer, error) {
	done, err := d.does("Known", "")
	if err != nil {
		return kassa.Peer{}, err
	}
	defer done()
	if p, ok := d.peers[at.Chat]; ok {
		return p, nil
	}
	return kassa.Peer{}, kassa.ErrNotFound
}

func (d *fakeDesk) Linked(_ context.Context, shop kassa.ShopID) (peers []kassa.Peer, err error) {
	done, err := d.does("Linked", "")
	if err != nil {
		return nil, err
	}
	defer done()
	for _, p := range d.peers {
		if p.Shop == shop {
			peers = append(peers, p)
		}
	}
	return peers, nil
}

func (d *fakeDesk) SetHolder(ctx context.Context, id kassa.PeerID, card, holder string) (kassa.Shop, error) {
	d.mu.Lock()
	was := d.shops[d.byID(id).Shop].PayTo.Card
	d.mu.Unlock()
	if was != card {
		return kassa.Shop{}, kassa.ErrCard
	}
	return d.SetCard(ctx, id, card, holder)
}

// Visit shows what it was told to show; the invoice's message itself is the deliverer's.
func (d *fakeDesk) Visit(_ context.Context, id kassa.PeerID, order string) (kassa.Invoice, error) {
	done, err := d.does("Visit", id)
	if err != nil {
		return kassa.Invoice{}, err
	}
	defer done()
	for _, inv := range d.invoices {
		if inv.Order == order {
			d.visits = append(d.visits, string(id)+" "+order)
			return inv, nil
		}
	}
	return kassa.Invoice{}, kassa.ErrNotFound
}

func (d *fakeDesk) Withdraw(_ context.Context, id kassa.PeerID, order string) (kassa.Invoice, error) {
	done, err := d.does("Withdraw", id)
	if err != nil {
		return kassa.Invoice{}, err
	}
	defer done()
	for i := range d.invoices {
		inv := &d.invoices[i]
		if inv.Order == order && inv.Peer == id {
			inv.Withdrawn = inv.Withdrawn || inv.State == kassa.Pending
			return *inv, nil
		}
	}
	return kassa.Invoice{}, kassa.ErrNotFound
}

// Offer and TakeUp are tested against the real desk, in e2e.
func (d *fakeDesk) Offer(context.Context, kassa.PeerID, int64, money.Amount, string) (string, kassa.Shop, error) {
	return "", kassa.Shop{}, kassa.ErrNotLinked
}

func (d *fakeDesk) Posted(context.Context, string, int64, string) error { return nil }

func (d *fakeDesk) TakeUp(context.Context, string, string) (kassa.Invoice, error) {
	d.see(func() { d.takenUp++ })
	return kassa.Invoice{}, kassa.ErrNotFound
}
