package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"payferbot/kassa"
	"payferbot/secret"
)

// start is the day on which tests play, in whole milliseconds as queues are.
var start = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// at is start and so many seconds.
func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// kit is an open store and short words for what tests do with it.
type kit struct {
	*testing.T
	ctx   context.Context
	place Place
	spec  string // of the keys
	store Store
}

func newKit(t *testing.T, p Place) *kit {
	k := &kit{T: t, ctx: t.Context(), place: p, spec: secret.NewKey()}
	k.open()
	t.Cleanup(func() {
		if err := k.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

// keys reads SECRET_KEY.
func keys(t testing.TB, spec string) *secret.Keyring {
	t.Helper()
	k, err := secret.ParseKeys(spec)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) open() {
	k.Helper()
	s, err := k.place.Open(keys(k, k.spec))
	if err != nil {
		k.Fatal(err)
	}
	k.store = s
}

func (k *kit) reopen() {
	k.Helper()
	if err := k.store.Close(); err != nil {
		k.Fatal(err)
	}
	k.open()
}

// do runs an Update that cannot fail.
func (k *kit) do(fn func(kassa.Tx)) {
	k.Helper()
	k.must(k.store.Update(k.ctx, func(tx kassa.Tx) error {
		fn(tx)
		return nil
	}))
}

// see runs a View that cannot fail.
func (k *kit) see(fn func(kassa.Tx)) {
	k.Helper()
	k.must(k.store.View(k.ctx, func(tx kassa.Tx) error {
		fn(tx)
		return nil
	}))
}

func (k *kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// same compares what was read with what was wanted.
func (k *kit) same(got any, err error, want any) {
	k.Helper()
	if err != nil {
		k.Fatalf("got error %v, want %v", err, want)
	}
	if d := cmp.Diff(want, got); d != "" {
		k.Fatalf("(-want +got)\n%s", d)
	}
}

// alike is same for lists; an empty one is as good as none.
func (k *kit) alike(got any, err error, want any) {
	k.Helper()
	if err != nil {
		k.Fatalf("got error %v, want %v", err, want)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		k.Fatalf("(-want +got)\n%s", d)
	}
}

// missing wants kassa.ErrNotFound.
func (k *kit) missing(got any, err error) {
	k.Helper()
	if !errors.Is(err, kassa.ErrNotFound) {
		k.Fatalf("got %v and error %v, want kassa.ErrNotFound", got, err)
	}
}

// orders are the codes of invoices, in their order.
func orders(invoices []kassa.Invoice) []string {
	codes := make([]string, len(invoices))
	for i, inv := range invoices {
		codes[i] = inv.Order
	}
	return codes
}
