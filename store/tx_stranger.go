package store

import (
	"time"

	"payferbot/kassa"
)

// Strangers implements [kassa.Tx].
func (t *tx) Strangers(id kassa.ShopID) ([]string, error) {
	entries, err := t.whole(waitingIndex(id))
	if err != nil {
		return nil, err
	}
	return membersOf(entries), nil
}

// StrangersBy implements [kassa.Tx].
func (t *tx) StrangersBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return t.dueIn(strangersIndex(), now, limit)
}

// NextStranger implements [kassa.Tx].
func (t *tx) NextStranger() (time.Time, error) { return t.next(strangersIndex()) }

// DropStranger implements [kassa.Tx].
func (t *tx) DropStranger(shop kassa.ShopID, order string) {
	t.SetDue(shop, order, time.Time{})
	t.delete(invoiceKey(order))
	t.remove(keptIndex(), order)
}

// StrangersOver implements [kassa.Tx].
func (t *tx) StrangersOver(now time.Time, limit int) ([]string, error) {
	s := everything(max(limit, 0))
	s.max = millis(now)
	return t.names(keptIndex(), s)
}
