package e2e

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"
)

// tears is how often the test tears the end off Redis' append-only file.
var tears = flag.Int("tears", 2, "how often the test of the torn file tears it, with the bot alive and with the bot killed too")

// Redis is killed and the end of its file cut off in the midst of a script, as
// where a machine loses its power before the last second is on its disk. The bot on
// another machine lives on, and tells it again what it forgot: nothing is missing.
func TestRedisWithATornFileIsToldAgainWhatItForgot(t *testing.T) {
	t.Parallel()
	tearing(t, false)
}

// The same where bot and Redis share the machine: then nobody remembers.
func TestRedisWithATornFileAndTheBotKilledForgetsItsEnd(t *testing.T) {
	t.Parallel()
	tearing(t, true)
}

func tearing(t *testing.T, die bool) {
	t.Helper()
	heavy(t)
	s := sow(t, fmt.Sprint("-tears ", *tears))
	f := start(t, redis)
	p := newPassage(f, s, f.redis.Client)
	p.hooks.mortal = die
	stop := p.trade()
	file := watchFile(t, f.redis.Tail())
	for n := range *tears {
		p.awaitSales(12)
		p.tear(n, die, file)
	}
	p.awaitSales(12)
	stop()
	t.Logf("%d times torn; %s", *tears, p.arrive(t, inTime))
}

// tear cuts off a little more than a script each time, or much more.
func (p *passage) tear(n int, die bool, file *growth) {
	p.f.t.Helper()
	const most = 12_000
	began := time.Now()
	p.f.redis.Kill()
	if die {
		p.f.kill()
	}
	cut := int64(1 + p.roll(most))
	left := p.f.redis.Tear(cut)
	r := rough{how: "torn", from: file.had(left, began), died: die}
	p.f.redis.Restart()
	if die {
		p.f.launch()
	}
	p.f.ready()
	took := time.Since(began).Round(10 * time.Millisecond)
	p.f.t.Logf("torn %d: %d bytes of %d, back after %s; %s", n+1, cut, left+cut, took, p.over(r))
}

// growth is how a file grew: what had been written by when.
type growth struct {
	mu   sync.Mutex
	seen []mark
}

type mark struct {
	at     time.Time
	length int64
}

// watchFile looks at the file again and again until the test ends.
func watchFile(t *testing.T, name string) *growth {
	t.Helper()
	g := &growth{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-t.Context().Done():
				return
			}
			at := time.Now()
			if info, err := os.Stat(name); err == nil {
				g.mu.Lock()
				g.seen = append(g.seen, mark{at, info.Size()})
				g.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { <-ended })
	return g
}

// had is the last moment before the end at which the file held no more than so many bytes: what
// was written before is in them. The file may have been behind by a second.
func (g *growth) had(length int64, end time.Time) time.Time {
	const behind = time.Second
	g.mu.Lock()
	defer g.mu.Unlock()
	at := end
	for _, m := range slices.Backward(g.seen) {
		if m.at.Before(end) {
			at = m.at
		}
		if m.length <= length && at != end {
			break
		}
	}
	return at.Add(-behind)
}
