package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/sandbox"
)

// Redis is killed under load, twice, and comes back on its files after a while.
// Meanwhile webhooks are told to come again, people's commands wait at Telegram,
// and customers pay. Nothing that was acknowledged is lost by that: Redis has
// handed it to the kernel before it answered.
func TestRedisThatIsAwayMakesPaymentsLateAndLosesNone(t *testing.T) {
	t.Parallel()
	heavy(t)
	s := sow(t, "")
	f := start(t, redis)
	m := openMarket(f, s, shopkeepers)
	h := &hooks{f: f}
	for range 2 {
		m.busy(10)
		m.noteTrouble()
		f.redis.Kill()
		m.whileAway(h)
		f.redis.Restart()
		f.ready()
		m.noteTrouble()
	}
	m.busy(10)
	m.overdue()
	h.report(t)
	t.Logf("%s; %s", m.settled(t, inTime, 0), h)
}

// busy lets people ask for invoices, and waits until Payfer has so many more.
func (m *market) busy(n int) {
	m.f.t.Helper()
	had := len(m.f.Payfer.Payments(""))
	for range n {
		m.order()
	}
	m.f.awaitPayfer("sales go on", func(v *sandbox.PayferView) bool { return len(v.Payments("")) >= had+n-n/3 })
}

// noteTrouble notes a moment at which the store went away or came back: what was
// under way then may be done again, marked.
func (m *market) noteTrouble() {
	now := time.Now()
	m.diedWithin(span{now, now})
}

// whileAway is what goes on while there is no store: customers pay, people ask,
// and every webhook gets 503, as does who asks whether the bot is ready.
func (m *market) whileAway(h *hooks) {
	m.f.t.Helper()
	m.overdue()
	for range 6 {
		m.order()
	}
	var crew errgroup.Group
	payments := m.f.Payfer.Payments("")
	for _, p := range payments[max(0, len(payments)-12):] {
		crew.Go(func() error {
			status, took := h.send(context.Background(), m.ownerOf(p.Shop).hook, p.Order)
			if status != http.StatusServiceUnavailable {
				return fmt.Errorf("a webhook without a store was answered %d after %s", status, took)
			}
			return nil
		})
	}
	crew.Go(func() error {
		status, body, err := get(context.Background(), m.f.admin+"/readyz")
		if err != nil || status != http.StatusServiceUnavailable {
			return fmt.Errorf("/readyz without a store: %d %q, error %w", status, body, err)
		}
		return nil
	})
	if err := crew.Wait(); err != nil {
		m.f.t.Error(err)
	}
}

func (m *market) ownerOf(shop string) *owner {
	for _, o := range m.owners {
		if o.shop == shop {
			return o
		}
	}
	m.f.t.Fatalf("nobody has the kassa %s", shop)
	return nil
}
