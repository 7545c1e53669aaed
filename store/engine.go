package store

import (
	"context"
	"math"
)

// engine is what the two databases have to be able to do: records by key,
// sorted indexes, and changing both in one atomic and durable step.
type engine interface {
	// get gives the records under the keys, in their order.
	get(ctx context.Context, keys []string) ([]record, error)
	// scores gives the places of members of an index, in their order.
	scores(ctx context.Context, index string, members []string) ([]score, error)
	// slice gives entries of an index, by score, then by member.
	slice(ctx context.Context, index string, s span) ([]entry, error)
	// count gives how many members an index has.
	count(ctx context.Context, index string) (int, error)
	// apply takes the batch whole and durably, or gives errConflict and takes
	// nothing of it. After other errors it may have taken it.
	apply(ctx context.Context, b *batch) error
	// alone tells that no other process can have the same store open.
	alone() bool
	close() error
}

// revisionSize is how many bytes of a stored record are its revision.
const revisionSize = 16

// record is a value with the nonce of the batch that wrote it as its revision.
type record struct {
	revision string // empty: there is no such record
	data     []byte
}

// score is a member's place in an index.
type score struct {
	at int64
	ok bool // false: it has none
}

// entry is a member of an index.
type entry struct {
	member string
	at     int64
}

// span is a part of an index: scores from min to max, both included.
type span struct {
	min, max int64
	limit    int // negative: all
	reverse  bool
}

// everything is the whole of an index, up to limit.
func everything(limit int) span {
	return span{min: math.MinInt64, max: math.MaxInt64, limit: limit}
}

// batch is one atomic change. An engine first checks all the expectations, then
// does the writes: puts and deletes, moves in their order, rests.
type batch struct {
	nonce string // revisionSize random bytes, never used before
	// passing says that whoever wrote it writes it anew within seconds, so that nobody
	// misses it where it is forgotten.
	passing bool

	revisions []wantRevision
	scores    []wantScore
	counts    []wantCount

	puts    []put
	deletes []string
	moves   []move
	rests   []rest
}

func (b *batch) empty() bool {
	return len(b.puts) == 0 && len(b.deletes) == 0 && len(b.moves) == 0 && len(b.rests) == 0
}

// wantRevision expects a record to be unchanged; empty: absent.
type wantRevision struct{ key, revision string }

// wantScore expects a member to be where it was.
type wantScore struct {
	place
	score
}

// wantCount expects an index to have so many members.
type wantCount struct {
	index string
	n     int
}

type put struct {
	key  string
	data []byte
}

// place names a member of an index.
type place struct{ index, member string }

// move changes a member's place in an index.
type move struct {
	place
	how how
	at  int64
}

type how byte

const (
	set    how = iota // whether it is there or not
	add               // only if it is not there
	remove            // nothing to do if it is not there
)

// rest gives the member its place if the other index has any member, and takes
// it away otherwise.
type rest struct {
	place
	at    int64
	while string // the other index
}
