package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"payferbot/kassa"
)

const (
	// inboxPurpose is what a letter is sealed for; its owner is the update_id.
	inboxPurpose = "inbox"
	// memory is how long a letter is known again.
	memory = 48 * time.Hour
	// trimAtLeast is how many outlived entries of seen a Receive takes away
	// besides one for each letter that it adds, so that seen shrinks in the end.
	trimAtLeast = 16
)

// Receive implements [kassa.Inbox]. A letter that still waits is not new, however old it is.
func (s *Store) Receive(ctx context.Context, letters []kassa.Letter, now time.Time) ([]kassa.Letter, error) {
	var fresh []kassa.Letter
	err := s.update(ctx, func(t *tx) (err error) {
		if fresh, err = t.unseen(letters, now); err != nil || len(fresh) == 0 {
			return err
		}
		if err := t.trimSeen(len(fresh)+trimAtLeast, now); err != nil {
			return err
		}
		for _, l := range fresh {
			t.putLetter(l)
			t.set(inboxIndex(), letterMember(l.ID), millis(now))
			t.schedule(seenIndex(), letterMember(l.ID), now)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("receive %d letters: %w", len(letters), err)
	}
	return fresh, nil
}

// unseen picks the letters that are new, each once.
func (t *tx) unseen(letters []kassa.Letter, now time.Time) ([]kassa.Letter, error) {
	members := make([]string, len(letters))
	keys := make([]string, len(letters))
	for i, l := range letters {
		members[i] = letterMember(l.ID)
		keys[i] = letterKey(members[i])
	}
	scores, err := t.look(seenIndex(), members...)
	if err != nil {
		return nil, err
	}
	if err := t.fetch(keys...); err != nil {
		return nil, err
	}
	oldest := millis(now.Add(-memory))
	taken := map[int64]bool{}
	var fresh []kassa.Letter
	for i, l := range letters {
		seen := scores[i].ok && scores[i].at >= oldest
		waits := t.records[keys[i]].revision != ""
		if !seen && !waits && !taken[l.ID] {
			taken[l.ID] = true
			fresh = append(fresh, l)
		}
	}
	return fresh, nil
}

// trimSeen takes away up to limit entries that outlived their use. Their
// reading is checked, for another Receive may give one of them a new life.
func (t *tx) trimSeen(limit int, now time.Time) error {
	s := span{min: math.MinInt64, max: millis(now.Add(-memory)) - 1, limit: limit}
	entries, err := t.slice(seenIndex(), s)
	if err != nil {
		return err
	}
	t.note(seenIndex(), entries)
	for _, e := range entries {
		t.schedule(seenIndex(), e.member, time.Time{})
	}
	return nil
}

// Waiting implements [kassa.Inbox].
func (s *Store) Waiting(ctx context.Context) ([]int64, error) {
	members, err := newTx(ctx, s).names(inboxIndex(), everything(-1))
	if err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	ids := make([]int64, len(members))
	for i, m := range members {
		if ids[i], err = letterID(m); err != nil {
			return nil, fmt.Errorf("read the inbox: letter %q: %w", m, err)
		}
	}
	return ids, nil
}

// Letters implements [kassa.Inbox].
func (s *Store) Letters(ctx context.Context, ids []int64) ([]kassa.Letter, error) {
	t := newTx(ctx, s)
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = letterKey(letterMember(id))
	}
	if err := t.fetch(keys...); err != nil {
		return nil, fmt.Errorf("read the inbox: %w", err)
	}
	letters := make([]kassa.Letter, 0, len(ids))
	for _, id := range ids {
		l, err := t.letter(id)
		if errors.Is(err, kassa.ErrNotFound) {
			continue // discarded meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("read the inbox: %w", err)
		}
		letters = append(letters, l)
	}
	return letters, nil
}

// Discard implements [kassa.Inbox].
func (s *Store) Discard(ctx context.Context, id int64) error {
	err := s.update(ctx, func(t *tx) error {
		t.delete(letterKey(letterMember(id)))
		t.remove(inboxIndex(), letterMember(id))
		return nil
	})
	if err != nil {
		return fmt.Errorf("discard letter %d: %w", id, err)
	}
	return nil
}

// letter reads and opens a letter; kassa.ErrNotFound.
func (t *tx) letter(id int64) (kassa.Letter, error) {
	sealed, err := t.load(letterKey(letterMember(id)))
	if err != nil {
		return kassa.Letter{}, err
	}
	body, err := t.store.keys.Open(inboxPurpose, letterOwner(id), sealed)
	if err != nil {
		return kassa.Letter{}, t.fail(fmt.Errorf("open letter %d: %w", id, err))
	}
	return kassa.Letter{ID: id, Body: body}, nil
}

func (t *tx) putLetter(l kassa.Letter) {
	t.put(letterKey(letterMember(l.ID)), t.store.keys.Seal(inboxPurpose, letterOwner(l.ID), l.Body))
}

func letterOwner(id int64) string { return strconv.FormatInt(id, 10) }
