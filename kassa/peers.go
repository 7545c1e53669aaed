package kassa

import (
	"context"
	"errors"
	"time"
)

// PeerAt finds the peer at the address, or makes it, speaking the given language.
func (d *Desk) PeerAt(ctx context.Context, at Address, lang string) (peer Peer, err error) {
	find := func(tx Tx) error {
		peer, err = tx.PeerAt(at)
		return err
	}
	if err = d.store.View(ctx, find); !errors.Is(err, ErrNotFound) {
		return peer, err
	}
	err = d.store.Update(ctx, func(tx Tx) error {
		if err := find(tx); !errors.Is(err, ErrNotFound) {
			return err
		}
		peer = Peer{ID: NewPeerID(), At: at, Lang: lang}
		tx.PutPeer(peer)
		return nil
	})
	return peer, err
}

// Known gives the peer at the address, or ErrNotFound where the bot never spoke.
func (d *Desk) Known(ctx context.Context, at Address) (peer Peer, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		peer, err = tx.PeerAt(at)
		return err
	})
	return peer, err
}

// Linked are the peers to which the kassa is linked.
func (d *Desk) Linked(ctx context.Context, shop ShopID) ([]Peer, error) {
	return d.peers(ctx, func(tx Tx) ([]PeerID, error) { return tx.Links(shop) })
}

// peers gives those that are named.
func (d *Desk) peers(ctx context.Context, named func(Tx) ([]PeerID, error)) (peers []Peer, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		ids, err := named(tx)
		peers = make([]Peer, len(ids))
		for i := 0; i < len(ids) && err == nil; i++ {
			peers[i], err = tx.Peer(ids[i])
		}
		return err
	})
	return peers, err
}

// ChangePeer alters the peer in one atomic step and gives it as it is then.
func (d *Desk) ChangePeer(ctx context.Context, id PeerID, fn func(*Peer) error) (peer Peer, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		if peer, err = tx.Peer(id); err != nil {
			return err
		}
		if err := fn(&peer); err != nil {
			return err
		}
		tx.PutPeer(peer)
		return nil
	})
	return peer, err
}

// Peer gives the peer; ErrNotFound.
func (d *Desk) Peer(ctx context.Context, id PeerID) (peer Peer, err error) {
	err = d.store.View(ctx, func(tx Tx) error {
		peer, err = tx.Peer(id)
		return err
	})
	return peer, err
}

// Park says that nothing can be sent to the peer until it comes back, and why
// ("kicked"). What it is owed waits.
func (d *Desk) Park(ctx context.Context, id PeerID, why string) error {
	_, err := d.ChangePeer(ctx, id, func(p *Peer) error {
		d.park(p, why)
		return nil
	})
	return err
}

// How long a parked peer is left alone before it is tried once more, though
// nobody said that it is back.
const (
	parkedFirst = 15 * time.Minute
	parkedMost  = 6 * time.Hour
)

func (d *Desk) park(p *Peer, why string) {
	if p.Parked == "" {
		p.Failed = 0
		d.log.Warn("a chat is parked: nothing can be sent there", "peer", p.ID, "why", why)
	}
	p.Parked = why
	p.Hold = d.now().Add(clamp(parkedFirst<<min(p.Failed, 10), parkedFirst, parkedMost))
	p.Failed++
}

func (d *Desk) unpark(p *Peer) {
	if p.Parked == "" {
		return
	}
	p.Parked, p.Failed, p.Hold = "", 0, time.Time{}
	d.log.Info("a parked chat is back", "peer", p.ID)
}

// Parked gives up to limit peers to which nothing can be sent.
func (d *Desk) Parked(ctx context.Context, limit int) ([]Peer, error) {
	return d.peers(ctx, func(tx Tx) ([]PeerID, error) { return tx.Parked(limit) })
}

// Back says that the peer can be spoken to again: it wrote to us, or Telegram
// said so. What it is owed is delivered from now on.
func (d *Desk) Back(ctx context.Context, id PeerID) error {
	err := d.store.Update(ctx, func(tx Tx) error {
		peer, err := tx.Peer(id)
		underWay := peer.Busy.After(d.now())
		if err != nil || (peer.Parked == "" && !underWay) {
			return err
		}
		if underWay {
			peer.Heard = d.now()
		}
		d.unpark(&peer)
		tx.PutPeer(peer)
		tx.Rest(id, later(d.now(), peer.Busy)) // where a worker has it, its claim stays as it is
		return nil
	})
	d.readyBell.ring()
	return err
}

// Move follows a group that became a supergroup. Its old messages belong to the
// old chat and are out of reach (View.In).
func (d *Desk) Move(ctx context.Context, from, to int64) error {
	return d.store.Update(ctx, func(tx Tx) error {
		peer, err := tx.PeerAt(Address{Chat: from})
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return move(tx, &peer, to)
	})
}

// move gives the peer its new address. Should the bot have met the supergroup
// before it heard of this, the peer that has a kassa keeps the place; the other
// one still speaks to the same chat.
func move(tx Tx, peer *Peer, to int64) error {
	from := peer.At.Chat
	there, err := tx.PeerAt(Address{Chat: to})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	peer.At.Chat, peer.Dialogue = to, Dialogue{} // numbers of messages begin anew: none answers the open question
	tx.PutPeer(*peer)
	if err == nil && there.ID != peer.ID && there.Shop != "" && peer.Shop == "" {
		there.At.Chat = from
		tx.PutPeer(there)
		there.At.Chat = to
		tx.PutPeer(there) // takes the address over
	}
	return nil
}
