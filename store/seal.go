package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"payferbot/kassa"
)

// The canary is sealed like a secret but is none: opening it tells that the
// keys are the right ones before the first shop_key is needed.
const (
	canaryPurpose = "canary"
	canaryOwner   = "payferbot"
)

// unlock checks the keys against the canary, or leaves one in a new store.
// Where the first key is a new one, everything is sealed anew with it, so that
// from then on the older keys can be dropped from SECRET_KEY.
func (s *Store) unlock(ctx context.Context) error {
	var stale bool
	err := s.update(ctx, func(t *tx) error {
		sealed, err := t.load(canaryKey())
		if errors.Is(err, kassa.ErrNotFound) {
			stale = false
			t.put(canaryKey(), s.newCanary())
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := s.keys.Open(canaryPurpose, canaryOwner, sealed); err != nil {
			return ErrWrongKey
		}
		stale = !sameKey(sealed, s.newCanary())
		return nil
	})
	if err != nil || !stale {
		return err
	}
	if err := s.reseal(ctx); err != nil {
		return fmt.Errorf("seal everything with the new key: %w", err)
	}
	return nil
}

func (s *Store) newCanary() []byte {
	return s.keys.Seal(canaryPurpose, canaryOwner, []byte(canaryOwner))
}

// sameKey tells whether two sealed texts were sealed with the same key: its id
// is their first four bytes.
func sameKey(a, b []byte) bool { return len(a) > 4 && len(b) > 4 && bytes.Equal(a[:4], b[:4]) }

// reseal seals every secret with the first key, the canary last: cut short, it
// begins again at the next start.
func (s *Store) reseal(ctx context.Context) error {
	for _, sealed := range []struct {
		index string
		again func(t *tx, member string) error
	}{
		{shopsIndex(), (*tx).resealShop},
		{grantsIndex(), (*tx).resealGrant},
		{inboxIndex(), (*tx).resealLetter},
	} {
		members, err := s.engine.slice(ctx, sealed.index, everything(-1))
		if err != nil {
			return err
		}
		for _, e := range members {
			if err := s.update(ctx, func(t *tx) error { return sealed.again(t, e.member) }); err != nil {
				return err
			}
		}
	}
	return s.update(ctx, func(t *tx) error {
		t.put(canaryKey(), s.newCanary())
		return nil
	})
}

func (t *tx) resealShop(id string) error {
	shop, err := t.Shop(kassa.ShopID(id))
	if err != nil {
		return err
	}
	t.PutShop(shop)
	return nil
}

func (t *tx) resealGrant(code string) error {
	g, err := t.Grant(code)
	if errors.Is(err, kassa.ErrNotFound) {
		return nil // used up or swept out meanwhile
	}
	if err != nil {
		return err
	}
	t.PutGrant(g)
	return nil
}

func (t *tx) resealLetter(member string) error {
	id, err := letterID(member)
	if err != nil {
		return t.fail(fmt.Errorf("letter %q: %w", member, err))
	}
	letter, err := t.letter(id)
	if errors.Is(err, kassa.ErrNotFound) {
		return nil // dealt with meanwhile
	}
	if err != nil {
		return err
	}
	t.putLetter(letter)
	return nil
}
