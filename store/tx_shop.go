package store

import (
	"errors"
	"fmt"

	"payferbot/kassa"
	"payferbot/secret"
)

// shopKeyPurpose is what a shop_key is sealed for; its owner is the ShopID.
const shopKeyPurpose = "shop_key"

// shopRecord is a shop as it is kept.
type shopRecord struct {
	kassa.Shop
	Sealed []byte `json:",omitempty"` // the shop_key
}

// Shop implements [kassa.Tx].
func (t *tx) Shop(id kassa.ShopID) (kassa.Shop, error) {
	var r shopRecord
	if err := t.loadJSON(shopKey(id), &r); err != nil {
		return kassa.Shop{}, err
	}
	if len(r.Sealed) == 0 {
		return r.Shop, nil
	}
	key, err := t.store.keys.Open(shopKeyPurpose, string(id), r.Sealed)
	if err != nil {
		return kassa.Shop{}, t.fail(fmt.Errorf("open the shop_key of kassa %q: %w", id, err))
	}
	r.Shop.Key = secret.Text(key)
	return r.Shop, nil
}

// ShopByToken implements [kassa.Tx].
func (t *tx) ShopByToken(token string) (kassa.Shop, error) {
	id, err := t.follow(tokenKey(token))
	if err != nil {
		return kassa.Shop{}, err
	}
	if id == "" {
		return kassa.Shop{}, kassa.ErrNotFound
	}
	return t.Shop(kassa.ShopID(id))
}

// PutShop implements [kassa.Tx]. A token that the shop had before leads nowhere afterwards.
func (t *tx) PutShop(s kassa.Shop) {
	var was shopRecord
	if err := t.loadJSON(shopKey(s.ID), &was); err != nil && !errors.Is(err, kassa.ErrNotFound) {
		return // kept in t.err
	}
	r := shopRecord{Shop: s}
	if s.Key != "" {
		r.Sealed = t.store.keys.Seal(shopKeyPurpose, string(s.ID), []byte(s.Key.Reveal()))
	}
	t.putJSON(shopKey(s.ID), r)
	t.add(shopsIndex(), string(s.ID), 0)
	t.redirect(tokenKeyOrNone(was.Token), tokenKeyOrNone(s.Token), string(s.ID))
}

func tokenKeyOrNone(token string) string {
	if token == "" {
		return ""
	}
	return tokenKey(token)
}

// Links implements [kassa.Tx].
func (t *tx) Links(id kassa.ShopID) ([]kassa.PeerID, error) {
	entries, err := t.whole(linksIndex(id))
	if err != nil {
		return nil, err
	}
	return peerIDs(membersOf(entries)), nil
}

// Watched implements [kassa.Tx].
func (t *tx) Watched(id kassa.ShopID) (int, error) { return t.size(watchedIndex(id)) }

// WatchedOrders implements [kassa.Tx].
func (t *tx) WatchedOrders(id kassa.ShopID, limit int) ([]string, error) {
	return t.names(watchedIndex(id), everything(max(limit, 0)))
}
