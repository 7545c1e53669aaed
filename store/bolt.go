package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// boltFile is the embedded store's file in the data folder.
const boltFile = "payferbot.db"

// boltPatience is how long an open waits for another process to let go of the file.
const boltPatience = 2 * time.Second

// bolt is the embedded engine: one file, one process.
type bolt struct {
	db        *bbolt.DB
	committer *committer
}

func openBolt(dir string, log *slog.Logger) (*bolt, error) {
	if err := privateDir(dir, log); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, boltFile)
	if err := makeBolt(dir, path); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	db, err := bbolt.Open(path, 0o600, boltOptions())
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrLocked, path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := errors.Join(needBuckets(db), syncDirs(dir)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, db.Close()))
	}
	return &bolt{db: db, committer: startCommitter(db)}, nil
}

func (b *bolt) get(ctx context.Context, keys []string) (found []record, err error) {
	err = b.view(ctx, func(tx *bbolt.Tx) error {
		found = make([]record, len(keys))
		for i, key := range keys {
			found[i] = boltGet(tx, key)
		}
		return nil
	})
	return found, err
}

func (b *bolt) scores(ctx context.Context, index string, members []string) (found []score, err error) {
	err = b.view(ctx, func(tx *bbolt.Tx) error {
		found = make([]score, len(members))
		for i, m := range members {
			found[i] = boltScore(tx, place{index, m})
		}
		return nil
	})
	return found, err
}

func (b *bolt) slice(ctx context.Context, index string, s span) (found []entry, err error) {
	err = b.view(ctx, func(tx *bbolt.Tx) error {
		found = boltSlice(tx, index, s)
		return nil
	})
	return found, err
}

func (b *bolt) count(ctx context.Context, index string) (n int, err error) {
	err = b.view(ctx, func(tx *bbolt.Tx) error {
		n = boltCount(tx, index)
		return nil
	})
	return n, err
}

func (b *bolt) view(ctx context.Context, fn func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := b.db.View(fn)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

func (b *bolt) apply(ctx context.Context, batch *batch) error {
	return b.committer.commit(ctx, batch)
}

// alone: the lock on the file proves it.
func (b *bolt) alone() bool { return true }

func (b *bolt) close() error {
	b.committer.stop()
	return b.db.Close()
}
