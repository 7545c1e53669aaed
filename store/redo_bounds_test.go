package store

import (
	"testing"
	"time"
)

// What a process keeps of its writes, should Redis forget them, is bounded in
// number, size and age, the youngest being kept.
func TestWhatIsKeptToBeBroughtBackIsBounded(t *testing.T) {
	now := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	of := func(size int) *batch { return &batch{puts: []put{{key: "record", data: make([]byte, size)}}} }

	var many redo
	for range 2 * redoMost {
		many.keep(of(10), now)
	}
	if n := len(many.all(now)); n != redoMost {
		t.Errorf("%d small ones are kept, want %d", n, redoMost)
	}

	var large redo
	for range 100 {
		large.keep(of(redoSize/10), now)
	}
	last := of(redoSize / 10)
	large.keep(last, now)
	if kept := large.all(now); len(kept) != 9 || kept[8] != last || large.size > redoSize {
		t.Errorf("%d large ones are kept, %d bytes", len(kept), large.size)
	}

	large.keep(of(redoSize+1), now)
	if kept := large.all(now); len(kept) != 9 || kept[8] != last {
		t.Errorf("one that is too large leaves %d", len(kept))
	}

	var old redo
	old.keep(of(10), now)
	if n := len(old.all(now.Add(5 * time.Minute))); n != 1 {
		t.Errorf("%d are brought back to a Redis that was away for five minutes, want the one", n)
	}
	old.keep(&batch{passing: true}, now)
	if n := len(old.all(now.Add(redoTime + 1))); n != 0 {
		t.Errorf("%d are brought back though they are old", n)
	}
	for range 3 {
		old.keep(of(10), now.Add(redoTime+1))
	}
	if len(old.kept) != 3 {
		t.Errorf("%d are kept, want the three young ones", len(old.kept))
	}
}
