package store

import (
	"time"

	"payferbot/kassa"
)

// Due implements [kassa.Tx].
func (t *tx) Due(order string) (time.Time, error) { return t.when(queueOf(order), order) }

// queueOf is the queue in which the order waits for its check.
func queueOf(order string) string {
	if kassa.IsStranger(order) {
		return strangersIndex()
	}
	return dueIndex()
}

// DueBy implements [kassa.Tx].
func (t *tx) DueBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return t.dueIn(dueIndex(), now, limit)
}

// dueIn reads who is due in one of the two queues, and foresees that they are looked at.
func (t *tx) dueIn(queue string, now time.Time, limit int) ([]kassa.Queued, error) {
	due, err := t.by(queue, now, limit)
	if err != nil {
		return nil, err
	}
	orders := make([]string, len(due))
	for i, q := range due {
		orders[i] = q.ID
	}
	return due, t.foreseeInvoices(orders) // whoever asks what is due looks at it next
}

// NextDue implements [kassa.Tx].
func (t *tx) NextDue() (time.Time, error) { return t.next(dueIndex()) }

// SetDue implements [kassa.Tx].
func (t *tx) SetDue(shop kassa.ShopID, order string, at time.Time) {
	t.schedule(queueOf(order), order, at)
	watched := watchedIndex(shop)
	if kassa.IsStranger(order) {
		watched = waitingIndex(shop)
	}
	if at.IsZero() {
		t.remove(watched, order)
	} else {
		t.set(watched, order, 0)
	}
}

// Owed implements [kassa.Tx].
func (t *tx) Owed(peer kassa.PeerID, limit int) ([]string, error) {
	orders, err := t.names(owedIndex(peer), everything(max(limit, 0)))
	if err != nil {
		return nil, err
	}
	return orders, t.foreseeInvoices(orders)
}

// OwedSince implements [kassa.Tx].
func (t *tx) OwedSince(peer kassa.PeerID, since time.Time, limit int) ([]kassa.Queued, error) {
	s := everything(max(limit, 0))
	s.min = millis(since)
	entries, err := t.slice(owedIndex(peer), s)
	return queued(entries), err
}

// foreseeInvoices reads invoices that are about to be looked at, in one go.
func (t *tx) foreseeInvoices(orders []string) error {
	keys := make([]string, len(orders))
	for i, order := range orders {
		keys[i] = invoiceKey(order)
	}
	return t.foresee(keys...)
}

// Owe implements [kassa.Tx].
func (t *tx) Owe(peer kassa.PeerID, order string, now time.Time) {
	t.add(owedIndex(peer), order, millis(now))
	t.add(readyIndex(), string(peer), millis(now))
}

// Shown implements [kassa.Tx].
func (t *tx) Shown(peer kassa.PeerID, order string) { t.remove(owedIndex(peer), order) }

// Ready implements [kassa.Tx].
func (t *tx) Ready(peer kassa.PeerID) (time.Time, error) { return t.when(readyIndex(), string(peer)) }

// ReadyBy implements [kassa.Tx].
func (t *tx) ReadyBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return t.by(readyIndex(), now, limit)
}

// NextReady implements [kassa.Tx].
func (t *tx) NextReady() (time.Time, error) { return t.next(readyIndex()) }

// SetReady implements [kassa.Tx].
func (t *tx) SetReady(peer kassa.PeerID, at time.Time) { t.schedule(readyIndex(), string(peer), at) }

// Tally implements [kassa.Tx].
func (t *tx) Tally() (time.Time, error) { return t.when(rateIndex(), rateMember) }

// SetTally implements [kassa.Tx].
func (t *tx) SetTally(at time.Time) { t.schedule(rateIndex(), rateMember, at) }

// rateMember is the one member of rateIndex.
const rateMember = "announcements"

// Rest implements [kassa.Tx].
func (t *tx) Rest(peer kassa.PeerID, at time.Time) {
	if !t.writable() {
		return
	}
	p := place{readyIndex(), string(peer)}
	t.moved[p] = true
	t.rests[p] = rest{place: p, at: millis(at), while: owedIndex(peer)}
}
