package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"go.etcd.io/bbolt"
)

// The buckets. An index lives in three of them, under its name with the
// name's length in front, so that no name is the beginning of another.
var (
	recordsBucket = []byte("records") // key → revision, data
	rankedBucket  = []byte("ranked")  // index, score, member → nothing: the order
	scoresBucket  = []byte("scores")  // index, member → score: the look-up
	countsBucket  = []byte("counts")  // index → number of members
)

// needBuckets makes those that an older file lacks. It writes nothing where none
// is lacking: a start must not fail for a full disk.
func needBuckets(db *bbolt.DB) error {
	lacking := false
	err := db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			lacking = lacking || tx.Bucket(name) == nil
		}
		return nil
	})
	if err != nil || !lacking {
		return err
	}
	return db.Update(makeBuckets)
}

func buckets() [][]byte { return [][]byte{recordsBucket, rankedBucket, scoresBucket, countsBucket} }

func makeBuckets(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

func indexPrefix(index string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(index))), index...)
}

// sortable is a score as bytes that sort like the numbers: negative ones first.
func sortable(at int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(at)^1<<63) }

func unsortable(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func rankedKey(p place, at int64) []byte {
	return append(append(indexPrefix(p.index), sortable(at)...), p.member...)
}

func scoresKey(p place) []byte { return append(indexPrefix(p.index), p.member...) }

func boltGet(tx *bbolt.Tx, key string) record {
	raw := tx.Bucket(recordsBucket).Get([]byte(key))
	if len(raw) < revisionSize {
		return record{}
	}
	return record{revision: string(raw[:revisionSize]), data: bytes.Clone(raw[revisionSize:])}
}

func boltScore(tx *bbolt.Tx, p place) score {
	raw := tx.Bucket(scoresBucket).Get(scoresKey(p))
	if raw == nil {
		return score{}
	}
	return score{at: unsortable(raw), ok: true}
}

func boltCount(tx *bbolt.Tx, index string) int {
	raw := tx.Bucket(countsBucket).Get(indexPrefix(index))
	if raw == nil {
		return 0
	}
	return int(binary.BigEndian.Uint64(raw))
}

// boltPlace moves a member from where it was to where it is to be.
func boltPlace(tx *bbolt.Tx, p place, was, is score) error {
	if was == is {
		return nil
	}
	ranked, scores := tx.Bucket(rankedBucket), tx.Bucket(scoresBucket)
	var errs [4]error
	if was.ok {
		errs[0] = ranked.Delete(rankedKey(p, was.at))
	}
	switch {
	case is.ok:
		errs[1] = ranked.Put(rankedKey(p, is.at), nil)
		errs[2] = scores.Put(scoresKey(p), sortable(is.at))
	case was.ok:
		errs[2] = scores.Delete(scoresKey(p))
	}
	if was.ok != is.ok {
		errs[3] = boltRecount(tx, p.index, is.ok)
	}
	return errors.Join(errs[:]...)
}

// boltRecount counts a member more or one less; bbolt itself counts only by
// walking through all of them.
func boltRecount(tx *bbolt.Tx, index string, more bool) error {
	n := boltCount(tx, index)
	if more {
		n++
	} else {
		n--
	}
	counts := tx.Bucket(countsBucket)
	if n == 0 {
		return counts.Delete(indexPrefix(index))
	}
	return counts.Put(indexPrefix(index), binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// boltSlice walks through the order of an index, forth or back.
func boltSlice(tx *bbolt.Tx, index string, s span) []entry {
	prefix := indexPrefix(index)
	c := tx.Bucket(rankedBucket).Cursor()
	key, step := boltStart(c, prefix, s), c.Next
	if s.reverse {
		step = c.Prev
	}
	var found []entry
	for ; bytes.HasPrefix(key, prefix) && (s.limit < 0 || len(found) < s.limit); key, _ = step() {
		rest := key[len(prefix):]
		e := entry{at: unsortable(rest), member: string(rest[8:])}
		if e.at < s.min || e.at > s.max {
			break
		}
		found = append(found, e)
	}
	return found
}

// boltStart puts the cursor on the first entry of the span, or past its end.
func boltStart(c *bbolt.Cursor, prefix []byte, s span) (key []byte) {
	if !s.reverse {
		key, _ = c.Seek(slices.Concat(prefix, sortable(s.min)))
		return key
	}
	// The first key past the span: past the score, or past the whole index.
	past := slices.Concat(prefix, sortable(s.max))
	for i := len(past) - 1; i >= 0; i-- {
		if past[i]++; past[i] != 0 {
			break
		}
	}
	if key, _ = c.Seek(past); key == nil {
		key, _ = c.Last()
		return key
	}
	key, _ = c.Prev()
	return key
}
