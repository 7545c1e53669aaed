package store

import (
	"go.etcd.io/bbolt"
)

// boltHolds tells whether all that the batch expects is so.
func boltHolds(tx *bbolt.Tx, b *batch) bool {
	for _, w := range b.revisions {
		if boltGet(tx, w.key).revision != w.revision {
			return false
		}
	}
	for _, w := range b.scores {
		if boltScore(tx, w.place) != w.score {
			return false
		}
	}
	for _, w := range b.counts {
		if boltCount(tx, w.index) != w.n {
			return false
		}
	}
	return true
}

// boltWrite does the batch's writes.
func boltWrite(tx *bbolt.Tx, b *batch) error {
	records := tx.Bucket(recordsBucket)
	for _, p := range b.puts {
		if err := records.Put([]byte(p.key), append([]byte(b.nonce), p.data...)); err != nil {
			return err
		}
	}
	for _, key := range b.deletes {
		if err := records.Delete([]byte(key)); err != nil {
			return err
		}
	}
	for _, m := range b.moves {
		if err := boltMove(tx, m); err != nil {
			return err
		}
	}
	for _, r := range b.rests {
		if err := boltRest(tx, r); err != nil {
			return err
		}
	}
	return nil
}

func boltMove(tx *bbolt.Tx, m move) error {
	was := boltScore(tx, m.place)
	switch {
	case m.how == remove:
		return boltPlace(tx, m.place, was, score{})
	case m.how == add && was.ok:
		return nil
	default:
		return boltPlace(tx, m.place, was, score{at: m.at, ok: true})
	}
}

func boltRest(tx *bbolt.Tx, r rest) error {
	m := move{place: r.place, how: remove}
	if boltCount(tx, r.while) > 0 {
		m.how, m.at = set, r.at
	}
	return boltMove(tx, m)
}
