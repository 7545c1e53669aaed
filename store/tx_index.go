package store

import (
	"fmt"
	"time"

	"payferbot/kassa"
)

// millis is a time as an index keeps it.
func millis(at time.Time) int64 { return at.UnixMilli() }

// moment undoes millis.
func moment(at int64) time.Time { return time.UnixMilli(at).UTC() }

// slice reads a part of an index, without this tx's own moves.
func (t *tx) slice(index string, s span) ([]entry, error) {
	if t.err != nil || s.limit == 0 {
		return nil, t.err
	}
	entries, err := t.store.engine.slice(t.ctx, index, s)
	if err != nil {
		return nil, t.fail(fmt.Errorf("read store: %s: %w", index, err))
	}
	return entries, nil
}

// look reads members' places, without this tx's own moves, and remembers them.
// Read twice, the first answer counts: if it no longer holds, the batch is to fail.
func (t *tx) look(index string, members ...string) ([]score, error) {
	missing := make([]string, 0, len(members))
	for _, m := range members {
		if _, ok := t.places[place{index, m}]; !ok {
			missing = append(missing, m)
		}
	}
	if t.err == nil && len(missing) > 0 {
		found, err := t.store.engine.scores(t.ctx, index, missing)
		if err != nil {
			return nil, t.fail(fmt.Errorf("read store: %s: %w", index, err))
		}
		for i, m := range missing {
			t.places[place{index, m}] = found[i]
		}
	}
	scores := make([]score, len(members))
	for i, m := range members {
		scores[i] = t.places[place{index, m}]
	}
	return scores, t.err
}

// note remembers places that a slice told.
func (t *tx) note(index string, entries []entry) {
	for _, e := range entries {
		if _, ok := t.places[place{index, e.member}]; !ok {
			t.places[place{index, e.member}] = score{at: e.at, ok: true}
		}
	}
}

// size reads how many members an index has. The batch expects it to stay so: two
// transactions may each take one of the last two away, and one of them must see
// that nothing is left.
func (t *tx) size(index string) (int, error) {
	if n, ok := t.counts[index]; ok || t.err != nil {
		return n, t.err
	}
	n, err := t.store.engine.count(t.ctx, index)
	if err != nil {
		return 0, t.fail(fmt.Errorf("read store: %s: %w", index, err))
	}
	t.counts[index] = n
	return n, nil
}

// whole reads an index whole. The batch expects exactly the same members.
func (t *tx) whole(index string) ([]entry, error) {
	entries, err := t.slice(index, everything(-1))
	if err != nil {
		return nil, err
	}
	if _, ok := t.counts[index]; !ok {
		t.counts[index] = len(entries)
	}
	for _, e := range entries {
		t.members[place{index, e.member}] = score{at: e.at, ok: true}
	}
	return entries, nil
}

// set gives the member a place, whether it has one or not.
func (t *tx) set(index, member string, at int64) {
	t.move(move{place{index, member}, set, at})
}

// add gives the member a place if it has none.
func (t *tx) add(index, member string, at int64) {
	t.move(move{place{index, member}, add, at})
}

// remove takes the member's place away.
func (t *tx) remove(index, member string) {
	t.move(move{place{index, member}, remove, 0})
}

func (t *tx) move(m move) {
	if t.writable() {
		t.moves = append(t.moves, m)
	}
}

// schedule moves the member in a queue, zero takes it out; where this tx read
// the member's place, it must still be the same.
func (t *tx) schedule(index, member string, at time.Time) {
	t.moved[place{index, member}] = true
	if at.IsZero() {
		t.remove(index, member)
	} else {
		t.set(index, member, millis(at))
	}
}

// when reads a member's time in a queue; zero: it has no place there.
func (t *tx) when(index, member string) (time.Time, error) {
	scores, err := t.look(index, member)
	if err != nil || !scores[0].ok {
		return time.Time{}, err
	}
	return moment(scores[0].at), nil
}

// by reads who is in a queue at now or before, the earliest first.
func (t *tx) by(index string, now time.Time, limit int) ([]kassa.Queued, error) {
	s := everything(max(limit, 0))
	s.max = millis(now)
	entries, err := t.slice(index, s)
	if err != nil {
		return nil, err
	}
	t.note(index, entries)
	return queued(entries), nil
}

func queued(entries []entry) []kassa.Queued {
	out := make([]kassa.Queued, len(entries))
	for i, e := range entries {
		out[i] = kassa.Queued{ID: e.member, At: moment(e.at)}
	}
	return out
}

// names reads the members of a part of an index.
func (t *tx) names(index string, s span) ([]string, error) {
	entries, err := t.slice(index, s)
	return membersOf(entries), err
}

func membersOf(entries []entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.member
	}
	return out
}

// next reads the earliest time in a queue; zero: it is empty.
func (t *tx) next(index string) (time.Time, error) {
	entries, err := t.slice(index, everything(1))
	if err != nil || len(entries) == 0 {
		return time.Time{}, err
	}
	return moment(entries[0].at), nil
}
