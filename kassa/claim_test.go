package kassa_test

import (
	"context"
	"testing"

	"payferbot/kassa"
)

// Found by the end-to-end tests: a hint during create and create's reply, both
// within the millisecond of the first claim, made the first worker put off the
// check that the second was about to make, for fifteen seconds.
func TestTwoClaimsOfOneInstantAreNotTakenForEachOther(t *testing.T) {
	w := bolt(t)
	inv := w.issue()
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	first, err := w.desk.ClaimOnce(w.ctx())
	w.must(err)
	w.must(w.desk.Hint(w.ctx(), w.shop.Token, inv.Order))
	second, err := w.desk.ClaimOnce(w.ctx())
	w.must(err)
	if len(first) != 1 || len(second) != 1 || first[0].Equal(second[0]) {
		t.Errorf("tokens %v and %v, want one each that differ", first, second)
	}
}

// interposed is a store in which something happens between what an Update read
// and its commit.
type interposed struct {
	kassa.Store
	between func()
}

func (s *interposed) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.Store.Update(ctx, func(tx kassa.Tx) error {
		err := fn(tx)
		if between := s.between; between != nil {
			s.between = nil
			between()
		}
		return err
	})
}

// Found by the end-to-end tests as well: while create's reply was being saved,
// with the order left where a hint had put it, the watcher took the order,
// found its create still under way and put it off.
func TestHintDuringCreateIsNotPutOffWhileTheReplyIsSaved(t *testing.T) {
	w := bolt(t)
	s := &interposed{Store: w.store}
	w.store = s
	w.start()
	w.gate.create = append(w.gate.create, func(c *call) error {
		w.must(w.desk.Hint(w.ctx(), w.shop.Token, c.order))
		s.between = func() {
			_, err := w.desk.WatchOnce(w.ctx())
			w.must(err)
		}
		return nil
	})
	inv := w.issue()
	w.gate.pay(inv.Order)
	w.work()
	if got := w.invoice(inv.Order).State; got != kassa.Paid {
		t.Errorf("the invoice is %s, want the hint to be worth a check at once", got)
	}
}
