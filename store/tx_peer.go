package store

import (
	"errors"

	"payferbot/kassa"
)

// Peer implements [kassa.Tx].
func (t *tx) Peer(id kassa.PeerID) (kassa.Peer, error) {
	var p kassa.Peer
	if err := t.loadJSON(peerKey(id), &p); err != nil {
		return kassa.Peer{}, err
	}
	return p, nil
}

// PeerAt implements [kassa.Tx]. Where several peers were put at one address, it
// is the one that came there last.
func (t *tx) PeerAt(at kassa.Address) (kassa.Peer, error) {
	id, err := t.follow(addressKey(at))
	if err != nil {
		return kassa.Peer{}, err
	}
	if id == "" {
		return kassa.Peer{}, kassa.ErrNotFound
	}
	return t.Peer(kassa.PeerID(id))
}

// PutPeer implements [kassa.Tx].
func (t *tx) PutPeer(p kassa.Peer) {
	was, err := t.Peer(p.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotFound) {
		return // kept in t.err
	}
	from := ""
	if err == nil {
		from = addressKey(was.At)
	}
	t.putJSON(peerKey(p.ID), p)
	t.redirect(from, addressKey(p.At), string(p.ID))
	t.link(p.ID, was.Shop, p.Shop)
	switch {
	case p.Parked != "":
		t.set(parkedIndex(), string(p.ID), 0)
	case was.Parked != "":
		t.remove(parkedIndex(), string(p.ID))
	}
}

// Parked implements [kassa.Tx].
func (t *tx) Parked(limit int) ([]kassa.PeerID, error) {
	names, err := t.names(parkedIndex(), everything(max(limit, 0)))
	return peerIDs(names), err
}

func peerIDs(names []string) []kassa.PeerID {
	ids := make([]kassa.PeerID, len(names))
	for i, name := range names {
		ids[i] = kassa.PeerID(name)
	}
	return ids
}

// link moves a peer from one shop's links to another's; empty: none.
func (t *tx) link(id kassa.PeerID, from, to kassa.ShopID) {
	if from == to {
		return
	}
	if from != "" {
		t.remove(linksIndex(from), string(id))
	}
	if to != "" {
		t.set(linksIndex(to), string(id), 0)
	}
}
