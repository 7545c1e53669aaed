package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"payferbot/sandbox"
)

// passage is a market whose bot has a store that fails, and may have forgotten
// the last of what it had acknowledged when it is back.
type passage struct {
	*market
	books  *books
	hooks  *hooks
	rough  []rough
	losses func() []rough // known better than by what the test did; nil: it knows best
	sold   int            // payments at Payfer when the last rough time was over
}

// rough is a time of which the store may have forgotten what it had acknowledged.
type rough struct {
	how      string
	from, to time.Time
	died     bool // the bot died in it, too
}

func newPassage(f *shopfloor, seed uint64, redis func() *goredis.Client) *passage {
	f.t.Helper()
	return &passage{market: openMarket(f, seed, shopkeepers), books: openBooks(f, redis), hooks: &hooks{f: f}}
}

// trade has people ask for invoices, customers pay and strangers send webhooks, at
// a steady pace, until it is told to stop.
func (p *passage) trade() (stop func()) {
	ctx, cancel := context.WithCancel(p.f.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(150 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			p.command(p.owners[n%len(p.owners)]) // in turn: nobody is to ask for more than 20 a minute
			if n%10 == 0 {
				p.overdue()
			}
			p.hooks.again(ctx, p.market)
		}
	}()
	return func() {
		cancel()
		<-done
		p.overdue()
		p.hooks.flying.Wait()
	}
}

// awaitSales waits until so many payments were opened since the last rough time.
func (p *passage) awaitSales(n int) {
	p.f.t.Helper()
	p.f.awaitPayfer("sales go on", func(v *sandbox.PayferView) bool { return len(v.Payments("")) >= p.sold+n })
}

// arrive waits until all that can come has come, and gives the figures.
func (p *passage) arrive(t *testing.T, within time.Duration) string {
	t.Helper()
	p.lookUpAll()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	began := time.Now()
	r := p.reckon()
	for ; len(r.missing) > 0; r = p.reckon() {
		select {
		case <-tick.C:
			p.lookUpAll()
			continue
		case <-p.f.run.done:
			t.Fatalf("the process ended by itself, exit %d", p.f.run.code)
		case <-deadline.C:
		}
		break
	}
	p.rest(t, time.After(settleTime), false) // a picture is closed after all news, and a chat gets one message a second
	r = p.reckon()
	r.report(t)
	p.hooks.report(t)
	for _, h := range p.f.Payfer.Hooks() {
		if h.Status != http.StatusOK && h.Status != http.StatusServiceUnavailable && h.Status != 0 {
			t.Errorf("a webhook was answered %d", h.Status)
		}
	}
	return fmt.Sprintf("%s; %s; %s to settle", r, p.hooks, time.Since(began).Round(time.Second))
}

// lookUpAll looks every payment up once more.
func (p *passage) lookUpAll() {
	p.books.looked = 0
	p.books.compare(p.f.Payfer.Payments(""), nil, rough{})
}

// over notes that the bot can write again, and what was forgotten meanwhile.
func (p *passage) over(r rough) loss {
	p.f.t.Helper()
	r.to = time.Now()
	p.rough = append(p.rough, r)
	lost := p.books.compare(p.f.Payfer.Payments(""), p.f.Payfer.Hooks(), r)
	p.sold = len(p.f.Payfer.Payments(""))
	return lost
}

// between tells whether there was a rough time, or a part of one, between two moments.
func (p *passage) between(from, to time.Time) bool {
	return slices.ContainsFunc(p.rough, func(r rough) bool { return r.to.After(from) && r.from.Before(to) })
}

// diedBetween tells whether one of these was such that the bot died in it.
func (p *passage) diedBetween(from, to time.Time) bool {
	return slices.ContainsFunc(p.rough, func(r rough) bool { return r.died && r.to.After(from) && r.from.Before(to) })
}

// lived tells that the bot has not died since: what the store forgot, it brought back.
func (p *passage) lived(since time.Time) bool { return !p.diedBetween(since, time.Now()) }

// sow gives the seed, and has a failure print how to see the same again.
func sow(t *testing.T, more string) uint64 {
	t.Helper()
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	replay := fmt.Sprintf("go test ./e2e -run '%s' %s -seed %d", t.Name(), more, s)
	t.Log("the same again: " + replay)
	t.Cleanup(func() {
		if t.Failed() {
			fmt.Println("FAILED SEED: " + replay)
		}
	})
	return s
}

// order lets somebody ask for an invoice.
func (m *market) order() { m.command(m.owners[m.roll(len(m.owners))]) }
