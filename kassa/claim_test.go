package kassa_test

import "testing"

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
