package store

import (
	"time"

	"payferbot/kassa"
)

// Invoice implements [kassa.Tx].
func (t *tx) Invoice(order string) (kassa.Invoice, error) {
	var inv kassa.Invoice
	if err := t.loadJSON(invoiceKey(order), &inv); err != nil {
		return kassa.Invoice{}, err
	}
	return inv, nil
}

// InvoiceFrom implements [kassa.Tx].
func (t *tx) InvoiceFrom(o kassa.Origin) (kassa.Invoice, error) {
	return t.invoiceAt(originKey(o))
}

// InvoiceNumbered implements [kassa.Tx].
func (t *tx) InvoiceNumbered(id kassa.PeerID, n int) (kassa.Invoice, error) {
	return t.invoiceAt(numberKey(id, n))
}

// invoiceAt gives the invoice to which another record leads.
func (t *tx) invoiceAt(key string) (kassa.Invoice, error) {
	order, err := t.follow(key)
	if err != nil {
		return kassa.Invoice{}, err
	}
	if order == "" {
		return kassa.Invoice{}, kassa.ErrNotFound
	}
	return t.Invoice(order)
}

// PutInvoice implements [kassa.Tx]. The peer, the number and the origin of an
// order never change; an empty origin and the number 0 lead nowhere.
func (t *tx) PutInvoice(inv kassa.Invoice) {
	t.putJSON(invoiceKey(inv.Order), inv)
	if inv.Next == "" && inv.Origin != "" {
		t.put(originKey(inv.Origin), []byte(inv.Order))
	}
	if inv.Next == "" && inv.Number != 0 {
		t.put(numberKey(inv.Peer, inv.Number), []byte(inv.Order))
	}
	if !inv.Kept.IsZero() {
		t.set(keptIndex(), inv.Order, millis(inv.Kept))
	}
	if inv.Listed() {
		t.set(historyIndex(inv.Peer), inv.Order, millis(inv.Created))
	} else {
		t.remove(historyIndex(inv.Peer), inv.Order)
	}
}

// History implements [kassa.Tx]. Times are compared in whole milliseconds;
// within one, the order codes decide.
func (t *tx) History(peer kassa.PeerID, from, to time.Time, limit int) ([]kassa.Invoice, error) {
	s := span{min: millis(from), max: millis(to) - 1, limit: max(limit, 0), reverse: true}
	entries, err := t.slice(historyIndex(peer), s)
	if err != nil {
		return nil, err
	}
	if err := t.foreseeInvoices(membersOf(entries)); err != nil {
		return nil, err
	}
	invoices := make([]kassa.Invoice, len(entries))
	for i, e := range entries {
		if invoices[i], err = t.Invoice(e.member); err != nil {
			return nil, t.fail(err)
		}
	}
	return invoices, nil
}
