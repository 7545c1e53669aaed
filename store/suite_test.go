package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"payferbot/secret"
	"payferbot/store"
	"payferbot/store/redistest"
	"payferbot/store/smalldisk"
	"payferbot/store/storetest"
)

func TestMain(m *testing.M) {
	smalldisk.Enter()
	if args := os.Getenv(asWriter); args != "" {
		if err := write(args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func TestBoltKeepsTheStoresPromises(t *testing.T) {
	storetest.Exercise(t, func(t testing.TB) storetest.Place {
		dir := filepath.Join(t.TempDir(), "data")
		return storetest.Place{
			Open: opener(store.Options{DataDir: dir}),
			Raw: func() []byte {
				raw, err := os.ReadFile(filepath.Join(dir, "payferbot.db"))
				if err != nil {
					t.Fatal(err)
				}
				return raw
			},
		}
	})
}

func TestRedisKeepsTheStoresPromises(t *testing.T) {
	server := redistest.Start(t) // one for all: each place is a namespace
	var places atomic.Int64
	storetest.Exercise(t, func(testing.TB) storetest.Place {
		namespace := fmt.Sprint("place-", places.Add(1))
		return storetest.Place{
			Open: opener(store.Options{RedisURL: server.URL(), Namespace: namespace}),
			Raw:  server.Dump,
		}
	})
}

// opener opens the same place again and again.
func opener(o store.Options) func(*secret.Keyring) (storetest.Store, error) {
	return func(keys *secret.Keyring) (storetest.Store, error) {
		o := o
		o.Keys, o.Log = keys, slog.New(slog.DiscardHandler)
		s, err := store.Open(context.Background(), o)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}
