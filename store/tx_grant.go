package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
)

// grantPurpose is what a grant is sealed for; its owner is its code.
const grantPurpose = "grant"

// grantRecord is a grant as it is kept: sealed, for it may hold a shop_key.
type grantRecord struct {
	kassa.Grant
	Key string `json:",omitempty"`
}

// Grant implements [kassa.Tx].
func (t *tx) Grant(code string) (kassa.Grant, error) {
	sealed, err := t.load(grantKey(code))
	if err != nil {
		return kassa.Grant{}, err
	}
	raw, err := t.store.keys.Open(grantPurpose, code, sealed)
	if err != nil {
		return kassa.Grant{}, t.fail(fmt.Errorf("open a grant: %w", err))
	}
	var r grantRecord
	if err := json.Unmarshal(raw, &r); err != nil {
		return kassa.Grant{}, t.fail(errors.New("read store: a grant is not JSON"))
	}
	r.Grant.Key = secret.Text(r.Key)
	return r.Grant, nil
}

// PutGrant implements [kassa.Tx].
func (t *tx) PutGrant(g kassa.Grant) {
	raw, err := json.Marshal(grantRecord{Grant: g, Key: g.Key.Reveal()})
	if err != nil {
		_ = t.fail(errors.New("write store: a grant"))
		return
	}
	t.put(grantKey(g.Code), t.store.keys.Seal(grantPurpose, g.Code, raw))
	t.set(grantsIndex(), g.Code, millis(g.Until))
}

// DropGrant implements [kassa.Tx].
func (t *tx) DropGrant(code string) {
	t.delete(grantKey(code))
	t.remove(grantsIndex(), code)
}

// GrantsOver implements [kassa.Tx].
func (t *tx) GrantsOver(now time.Time, limit int) ([]string, error) {
	s := everything(max(limit, 0))
	s.max = millis(now)
	return t.names(grantsIndex(), s)
}
