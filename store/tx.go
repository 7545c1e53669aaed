package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"payferbot/kassa"
)

// tx is one look at the store and the changes to be made to it. It serves one
// goroutine and one run of the function that was given it.
type tx struct {
	ctx      context.Context // lives no longer than the call that brought it
	store    *Store
	readonly bool
	passing  bool  // what is written is written anew within seconds
	err      error // the store's first failure: ends the Update

	// What was read, as it was: the batch expects it to be so still.
	records map[string]record
	places  map[place]score
	counts  map[string]int
	members map[place]score   // of indexes that were read whole
	ahead   map[string]record // read before anybody asked: nothing is expected of them

	// What is to be written.
	drafts map[string]draft
	moves  []move
	rests  map[place]rest
	moved  map[place]bool // places whose reading is to be checked
}

// draft is a record to be written.
type draft struct {
	data []byte
	gone bool
}

func newTx(ctx context.Context, s *Store) *tx {
	return &tx{
		ctx: ctx, store: s,
		records: map[string]record{}, places: map[place]score{}, counts: map[string]int{}, members: map[place]score{}, ahead: map[string]record{},
		drafts: map[string]draft{}, rests: map[place]rest{}, moved: map[place]bool{},
	}
}

// newNonce makes a batch's nonce.
func newNonce() string {
	raw := make([]byte, revisionSize)
	rand.Read(raw) // never fails: it ends the process instead
	return string(raw)
}

// fail keeps the store's first failure and gives it.
func (t *tx) fail(err error) error {
	if t.err == nil {
		t.err = err
	}
	return t.err
}

// fetch reads the records that this tx has not read or written yet, in one go.
func (t *tx) fetch(keys ...string) error {
	if err := t.foresee(keys...); err != nil {
		return err
	}
	for _, key := range keys {
		if r, ok := t.ahead[key]; ok {
			t.records[key] = r
			delete(t.ahead, key)
		}
	}
	return nil
}

// foresee is fetch for records that fn may ask for next: those that it does
// not ask for may change without making it run again.
func (t *tx) foresee(keys ...string) error {
	missing := make([]string, 0, len(keys))
	for _, key := range keys {
		_, written := t.drafts[key]
		_, read := t.records[key]
		_, ahead := t.ahead[key]
		if !written && !read && !ahead {
			missing = append(missing, key)
		}
	}
	if t.err != nil || len(missing) == 0 {
		return t.err
	}
	found, err := t.store.engine.get(t.ctx, missing)
	if err != nil {
		return t.fail(fmt.Errorf("read store: %w", err))
	}
	for i, key := range missing {
		t.ahead[key] = found[i]
	}
	return nil
}

// load gives a record's data, this tx's own draft first; kassa.ErrNotFound.
func (t *tx) load(key string) ([]byte, error) {
	if d, ok := t.drafts[key]; ok {
		if d.gone {
			return nil, kassa.ErrNotFound
		}
		return d.data, t.err
	}
	if err := t.fetch(key); err != nil {
		return nil, err
	}
	if r := t.records[key]; r.revision != "" {
		return r.data, nil
	}
	return nil, kassa.ErrNotFound
}

// loadJSON reads a record into v.
func (t *tx) loadJSON(key string, v any) error {
	data, err := t.load(key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return t.fail(fmt.Errorf("read store: %s: %w", key, err))
	}
	return nil
}

// follow gives what a record that only leads elsewhere leads to; empty: nothing.
func (t *tx) follow(key string) (string, error) {
	data, err := t.load(key)
	if errors.Is(err, kassa.ErrNotFound) {
		return "", nil
	}
	return string(data), err
}

// writable keeps a View from writing.
func (t *tx) writable() bool {
	if t.readonly {
		_ = t.fail(ErrReadOnly)
	}
	return !t.readonly
}

func (t *tx) put(key string, data []byte) {
	if t.writable() {
		t.drafts[key] = draft{data: data}
	}
}

func (t *tx) putJSON(key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		_ = t.fail(fmt.Errorf("write store: %s: %w", key, err))
		return
	}
	t.put(key, data)
}

func (t *tx) delete(key string) {
	if t.writable() {
		t.drafts[key] = draft{gone: true}
	}
}

// redirect moves a leading record from one key to another. A key is left
// behind only if it still leads to target: another may have taken it over.
// An empty key stands for none.
func (t *tx) redirect(from, to, target string) {
	if from == to {
		return
	}
	if from != "" {
		if led, err := t.follow(from); err == nil && led == target {
			t.delete(from)
		}
	}
	if to != "" {
		t.put(to, []byte(target))
	}
}

// batch puts together what this tx expects and writes.
func (t *tx) batch() *batch {
	b := &batch{nonce: newNonce(), passing: t.passing, moves: t.moves}
	for _, key := range slices.Sorted(maps.Keys(t.records)) {
		b.revisions = append(b.revisions, wantRevision{key, t.records[key].revision})
	}
	for p, s := range t.places {
		if t.moved[p] {
			b.scores = append(b.scores, wantScore{p, s})
		}
	}
	for p, s := range t.members {
		b.scores = append(b.scores, wantScore{p, s})
	}
	for index, n := range t.counts {
		b.counts = append(b.counts, wantCount{index, n})
	}
	for _, key := range slices.Sorted(maps.Keys(t.drafts)) {
		if d := t.drafts[key]; d.gone {
			b.deletes = append(b.deletes, key)
		} else {
			b.puts = append(b.puts, put{key, d.data})
		}
	}
	for _, r := range t.rests {
		b.rests = append(b.rests, r)
	}
	return b
}
