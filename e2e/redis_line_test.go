package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store/redistest"
)

// ailments are what befalls the line between bot and Redis, in toxiproxy's words.
var ailments = []ailment{
	{"slow", `{"type":"latency","stream":"downstream","attributes":{"latency":300,"jitter":100}}`, 8 * time.Second},
	{"narrow", `{"type":"bandwidth","stream":"downstream","attributes":{"rate":1}}`, 8 * time.Second},
	{"cut", `{"type":"reset_peer","stream":"downstream","attributes":{"timeout":20}}`, 4 * time.Second},
	{"commands swallowed", `{"type":"timeout","stream":"upstream","attributes":{"timeout":0}}`, 8 * time.Second},
	{"replies swallowed", `{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`, 8 * time.Second},
}

type ailment struct {
	name, toxic string
	lasts       time.Duration
}

// A line to Redis that is slow, narrow, cut, or half open, so that all seems well
// and nothing comes: no webhook hangs, none is acknowledged that is not in Redis,
// and once the line is mended all is answered and announced.
func TestAnAilingLineToRedisDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	for _, a := range ailments {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			ailing(t, a)
		})
	}
}

// Found by this very test: taking a chat is some eight questions to the store, for
// which there were three seconds. Beyond 370 ms a question no invoice was ever shown.
func TestASaleGoesThroughThoughRedisIsFarAway(t *testing.T) {
	t.Parallel()
	_, addr := redistest.StartTCP(t)
	line := startLine(t, addr)
	f := open(t, "redis over a line", "REDIS_URL=redis://"+line.Listen, "SECRET_KEY="+secret.NewKey())
	f.launch()
	f.ready()
	o := f.newLinked("en")
	line.ail(t, `{"type":"latency","stream":"downstream","attributes":{"latency":450,"jitter":0}}`)
	asked := time.Now()
	m, p := o.invoice("50000")
	shown := time.Now()
	o.pay(p.Order)
	if told := o.announced(m); !o.tells("paid.plain", 1, p.Unique)(told) {
		t.Errorf("told %q", told.Text)
	}
	t.Logf("at 450 ms a question: the invoice after %s, the announcement after %s",
		shown.Sub(asked).Round(100*time.Millisecond), time.Since(shown).Round(100*time.Millisecond))
}

func ailing(t *testing.T, a ailment) {
	t.Helper()
	s := sow(t, "")
	server, addr := redistest.StartTCP(t)
	line := startLine(t, addr)
	f := open(t, "redis over a line", "REDIS_URL=redis://"+line.Listen, "SECRET_KEY="+secret.NewKey())
	f.launch()
	f.ready()
	const people = 8
	m := openMarket(f, s, people)
	m.busy(people)
	h := &hooks{f: f}
	b := openBooks(f, server.Client, "REDIS_URL="+server.URL())

	m.noteTrouble()
	line.ail(t, a.toxic)
	m.suffer(h, b, a.lasts)
	line.heal(t)
	m.noteTrouble()
	f.ready()
	m.busy(people)
	m.overdue()
	h.report(t)
	t.Logf("%s: %s; %s", a.name, m.settled(t, inTime, 0), h)
}

// suffer is what goes on while the line ails: people ask, customers pay, and
// webhooks come, of which those that are taken must be in Redis.
func (m *market) suffer(h *hooks, b *books, lasts time.Duration) {
	m.f.t.Helper()
	ctx, cancel := context.WithTimeout(m.f.t.Context(), lasts)
	defer cancel()
	var crew errgroup.Group
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	payments := m.f.Payfer.Payments("")
	for n := 0; ctx.Err() == nil; n++ {
		p := payments[n%len(payments)]
		crew.Go(func() error {
			status, _ := h.send(context.WithoutCancel(ctx), m.ownerOf(p.Shop).hook, p.Order)
			inv, known := b.invoice(p.Order)
			if status == http.StatusOK && (!known || (inv.Hinted.IsZero() && inv.State != kassa.Paid)) {
				return fmt.Errorf("the webhook of order %s was taken and is not in Redis: %+v", p.Order, inv)
			}
			return nil
		})
		if n%3 == 0 {
			m.order()
			m.overdue()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	if err := crew.Wait(); err != nil {
		m.f.t.Error(err)
	}
}

// line is a toxiproxy between the bot and Redis.
type line struct{ *toxiproxy.Proxy }

func startLine(t *testing.T, upstream string) line {
	t.Helper()
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics tell the world what they do
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := line{toxiproxy.NewProxy(server, "redis", freeAddr(t), upstream)}
	if err := l.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

func (l line) ail(t *testing.T, toxic string) {
	t.Helper()
	if _, err := l.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		t.Fatal(err)
	}
}

func (l line) heal(t *testing.T) {
	t.Helper()
	l.Toxics.ResetToxics(soon(t))
}
