package kassa

import "context"

// Withdraw takes back the chat's invoice that waits for money: nobody is to pay
// it any more. Payfer knows no such thing, so it stays watched, and if money
// comes all the same the chat is told. An invoice that does not wait is given
// as it is. ErrNotFound where the chat has no such invoice.
func (d *Desk) Withdraw(ctx context.Context, peer PeerID, order string) (inv Invoice, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		if inv, err = tx.Invoice(order); err != nil {
			return err
		}
		if inv.Peer != peer {
			return ErrNotFound
		}
		if inv.State != Pending || inv.PaidBefore {
			return nil
		}
		inv.Withdrawn = true
		tx.PutInvoice(inv)
		d.owe(tx, &inv)
		return nil
	})
	d.readyBell.ring()
	return inv, err
}
