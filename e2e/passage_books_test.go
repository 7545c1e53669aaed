package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"payferbot/kassa"
	"payferbot/sandbox"
	"payferbot/store"
)

// books look from outside at what the store knows, while the bot works on it.
type books struct {
	t         *testing.T
	store     *store.Store
	redis     func() *goredis.Client
	looked    int                       // payments that were looked up by the last comparison
	forgotten map[string]bool           // orders that Payfer has and the store had lost
	hints     map[string][]sandbox.Hook // orders whose webhooks were taken, and the store had lost that
}

// openBooks opens the store that the bot works on; redis gives the server that has it, and
// variables may say by which way.
func openBooks(f *shopfloor, redis func() *goredis.Client, more ...string) *books {
	f.t.Helper()
	way := *f
	way.env = append(slices.Clone(f.env), more...)
	b := &books{t: f.t, store: way.openStore(), redis: redis, forgotten: map[string]bool{}, hints: map[string][]sandbox.Hook{}}
	f.t.Cleanup(func() { b.store.Close() })
	return b
}

// loss is what one failover lost.
type loss struct {
	orders, hints int
	when          []time.Duration // the orders were made, from the beginning of the rough time
}

func (l loss) String() string {
	return fmt.Sprintf("%d orders %v and %d acknowledged webhooks forgotten", l.orders, l.when, l.hints)
}

// compare looks up all payments made since the last comparison. An intent is
// saved before Payfer hears of the order, so one that Payfer has and the store has
// not was acknowledged and lost.
func (b *books) compare(payments []sandbox.Payment, hooks []sandbox.Hook, r rough) (l loss) {
	b.t.Helper()
	taken := map[string][]sandbox.Hook{}
	for _, h := range hooks {
		if h.Status == http.StatusOK && h.At.Before(r.to) {
			taken[h.Order] = append(taken[h.Order], h)
		}
	}
	from := max(0, b.looked-50) // some were under way when the last one was made
	b.looked = len(payments)
	for _, p := range payments[from:] {
		inv, known := b.invoice(p.Order)
		hinted := known && (inv.State == kassa.Paid || !inv.Hinted.IsZero())
		if known {
			delete(b.forgotten, p.Order) // it was brought back meanwhile
		}
		if hinted {
			delete(b.hints, p.Order)
		}
		switch {
		case !known && !b.forgotten[p.Order]:
			b.forgotten[p.Order] = true
			l.orders++
			l.when = append(l.when, p.CreatedAt.Sub(r.from).Round(10*time.Millisecond))
		case known && taken[p.Order] != nil && !hinted && b.hints[p.Order] == nil:
			b.hints[p.Order] = taken[p.Order]
			l.hints++
		}
	}
	return l
}

// letters are the updates that the inbox remembers to have had.
func (b *books) letters() map[int64]bool {
	b.t.Helper()
	members, err := b.redis().ZRange(soon(b.t), "{payferbot}:index:seen", 0, -1).Result()
	if err != nil {
		b.t.Fatal(err)
	}
	known := map[int64]bool{}
	for _, m := range members {
		n, err := strconv.ParseUint(m, 16, 64)
		if err != nil {
			b.t.Fatal(err)
		}
		known[int64(n^1<<63)] = true
	}
	return known
}

func (b *books) invoice(order string) (inv kassa.Invoice, known bool) {
	b.t.Helper()
	err := b.store.View(soon(b.t), func(tx kassa.Tx) (err error) {
		inv, err = tx.Invoice(order)
		return err
	})
	if err != nil && !errors.Is(err, kassa.ErrNotFound) {
		b.t.Fatal(err)
	}
	return inv, err == nil
}
