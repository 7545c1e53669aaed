package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"payferbot/kassa"
	"payferbot/secret"
)

// Options say where the store is and what it is sealed with.
type Options struct {
	// RedisURL is a Redis to keep everything in: redis://, rediss://, unix://,
	// or a comma list of hosts with ?master=NAME (Sentinel) or ?cluster=true.
	// Empty: the embedded store in DataDir. It may hold a password.
	RedisURL string
	// DataDir is the folder of the embedded store; it is made, with mode 0700,
	// where there is none.
	DataDir string
	// Keys seal shop_keys and updates. Required.
	Keys *secret.Keyring
	// Namespace keeps several bots apart that share a Redis; letters, digits, '-', '_', '.'.
	Namespace string
	// Log gets warnings about how Redis is set up; nil: slog's default.
	Log *slog.Logger
}

// Store is the bot's memory: [kassa.Store] and [kassa.Inbox].
type Store struct {
	engine engine
	keys   *secret.Keyring
	own    ownLease    // in use where nobody else can have the store open
	full   atomic.Bool // a batch found no room, and no Ping has found any since
}

var (
	_ kassa.Store = (*Store)(nil)
	_ kassa.Inbox = (*Store)(nil)
)

// Open opens the store and makes it where there is none. Its errors are, among
// others, ErrLocked, ErrWrongKey, *EvictionError, *VersionError and *URLError.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Keys == nil {
		return nil, errors.New("open store: no keys to seal with")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	e, err := openEngine(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{engine: e, keys: o.Keys}
	if err := s.unlock(ctx); err != nil {
		return nil, fmt.Errorf("open store: %w", errors.Join(err, e.close()))
	}
	return s, nil
}

func openEngine(ctx context.Context, o Options) (engine, error) {
	if o.RedisURL == "" {
		return openBolt(o.DataDir, o.Log)
	}
	return openRedis(ctx, o)
}

// Close ends the store's use. An Update that is under way ends first or gives ErrClosed.
func (s *Store) Close() error { return s.engine.close() }

// Update implements [kassa.Store].
func (s *Store) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.update(ctx, func(t *tx) error { return fn(t) })
}

// View implements [kassa.Store].
func (s *Store) View(ctx context.Context, fn func(kassa.Tx) error) error {
	t := newTx(ctx, s)
	t.readonly = true
	err := fn(t)
	if t.err != nil {
		return t.err
	}
	return err
}

// Ping implements [kassa.Store]: it writes, durably, the way everything is
// written. A file has room for a small thing long after it has none for others, so
// once a batch found no room, all is well only when some is there again.
func (s *Store) Ping(ctx context.Context) error {
	full := s.full.Load()
	probe := put{key: probeKey()}
	if full {
		probe.data = make([]byte, roomSize)
	}
	if err := s.apply(ctx, &batch{nonce: newNonce(), passing: true, puts: []put{probe}}); err != nil {
		return fmt.Errorf("ping store: %w", err)
	}
	if full {
		s.full.Store(false)
	}
	return nil
}

// apply is the engine's, and remembers that it found no room.
func (s *Store) apply(ctx context.Context, b *batch) error {
	err := s.engine.apply(ctx, b)
	if errors.Is(err, kassa.ErrFull) {
		s.full.Store(true)
	}
	return err
}

// maxTries is how often a transaction runs before ErrContended. Of those that
// meet, one always gets through: it takes a crowd to fail this often.
const maxTries = 500

// update runs fn until its batch meets no conflict.
func (s *Store) update(ctx context.Context, fn func(*tx) error) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return fmt.Errorf("update store: %w", err)
		}
		err := s.attempt(ctx, fn)
		if !errors.Is(err, errConflict) {
			return err
		}
	}
	return fmt.Errorf("update store: %w", ErrContended)
}

// attempt runs fn once and commits what it wrote.
func (s *Store) attempt(ctx context.Context, fn func(*tx) error) error {
	t := newTx(ctx, s)
	err := fn(t)
	if t.err != nil {
		return t.err // the store's failure, even where fn went on without what it could not read
	}
	if err != nil {
		return err
	}
	b := t.batch()
	if b.empty() {
		return nil
	}
	if err := s.apply(ctx, b); err != nil {
		return fmt.Errorf("update store: %w", err)
	}
	return nil
}

// pause waits before a further try: a random while, so that those who met do
// not meet again, longer on average the more often they met.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	return sleep(ctx, rand.N(time.Millisecond<<min(try-1, 5)))
}

// sleep waits so long, or until ctx ends, whose error it then gives.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
