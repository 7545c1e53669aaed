package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What a process keeps of its writes, should Redis forget them, is bounded in
// number, size and age, the youngest being kept.
func TestWhatIsKeptToBeBroughtBackIsBounded(t *testing.T) {
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	of := func(size int) *batch { return &batch{puts: []put{{key: "record", data: make([]byte, size)}}} }

	nth := int64(0)
	keep := func(r *redo, b *batch, at time.Time) {
		nth++
		r.settle(r.begin(b, at), nth)
	}

	var many redo
	for range 2 * redoMost {
		keep(&many, of(10), now)
	}
	if n := len(many.all(now)); n != redoMost {
		t.Errorf("%d small ones are kept, want %d", n, redoMost)
	}

	var large redo
	for range 100 {
		keep(&large, of(redoSize/10), now)
	}
	last := of(redoSize / 10)
	keep(&large, last, now)
	if kept := large.all(now); len(kept) != 9 || kept[8].batch != last || large.size > redoSize {
		t.Errorf("%d large ones are kept, %d bytes", len(kept), large.size)
	}

	keep(&large, of(redoSize+1), now)
	if kept := large.all(now); len(kept) != 9 || kept[8].batch != last {
		t.Errorf("one that is too large leaves %d", len(kept))
	}

	var old redo
	keep(&old, of(10), now)
	if n := len(old.all(now.Add(5 * time.Minute))); n != 1 {
		t.Errorf("%d are brought back to a Redis that was away for five minutes, want the one", n)
	}
	if old.begin(&batch{passing: true}, now) != nil {
		t.Error("a lease is kept")
	}
	if n := len(old.all(now.Add(redoTime + 1))); n != 0 {
		t.Errorf("%d are brought back though they are old", n)
	}
	for range 3 {
		keep(&old, of(10), now.Add(redoTime+1))
	}
	if len(old.kept) != 3 {
		t.Errorf("%d are kept, want the three young ones", len(old.kept))
	}
}

// A batch whose answer was lost is brought back only where something later has
// found its mark. One that did not fit never is, and one that ended without a mark is forgotten.
func TestWhatNobodyConfirmedIsBroughtBackOnlyWhereItWasFound(t *testing.T) {
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	on := func(nonce, revision string) *batch {
		return &batch{nonce: nonce, revisions: []wantRevision{{"record", revision}}, puts: []put{{key: "record"}}}
	}
	var r redo
	r.settle(r.begin(on("a", ""), now), 1)
	found, lost, late := r.begin(on("lost and found", "a"), now), r.begin(on("lost", "b"), now), r.begin(on("on its way", "b"), now)
	r.end(found, false, now)
	r.end(lost, false, now)
	refused := r.begin(on("refused", "b"), now)
	r.end(refused, true, now)
	b := r.begin(on("b", "lost and found"), now)
	if others := r.doubted(b); len(others) != 3 {
		t.Errorf("%d are doubted, want the three without an answer", len(others))
	}
	r.heard(b, 3, []*written{lost, found, late}, []any{nil, "2", nil}, now.Add(redoEnd))
	if others := r.doubted(b); len(others) != 2 {
		t.Errorf("%d are doubted still, want the two without a mark", len(others))
	}
	r.heard(b, 3, []*written{lost, late}, []any{nil, nil}, now.Add(redoEnd+1))
	r.settle(r.begin(on("did not fit", "a"), now), 0)
	var back []string
	for _, w := range r.all(now) {
		back = append(back, w.batch.nonce)
	}
	if diff := cmp.Diff([]string{"a", "lost and found", "b"}, back); diff != "" {
		t.Error(diff)
	}
	if want := 4 * on("a", "a").size(); len(r.kept) != 4 || len(r.open) != 1 || r.size > want+40 {
		t.Errorf("%d are kept, of %d bytes", len(r.kept), r.size)
	}
}
