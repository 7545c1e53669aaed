package kassa

import (
	"context"
	"errors"
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

// Back says that the peer can be spoken to again: it wrote to us, or Telegram
// said so. What it is owed is delivered from now on.
func (d *Desk) Back(ctx context.Context, id PeerID) error {
	err := d.store.Update(ctx, func(tx Tx) error {
		peer, err := tx.Peer(id)
		if err != nil || peer.Parked == "" {
			return err
		}
		peer.Parked = ""
		tx.PutPeer(peer)
		tx.Rest(id, d.now())
		return nil
	})
	d.readyBell.ring()
	return err
}

// Move follows a group that became a supergroup. Its old messages belong to the
// old chat: editing them will fail and end there.
func (d *Desk) Move(ctx context.Context, from, to int64) error {
	return d.store.Update(ctx, func(tx Tx) error {
		peer, err := tx.PeerAt(Address{Chat: from})
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		peer.At.Chat = to
		tx.PutPeer(peer)
		return nil
	})
}
