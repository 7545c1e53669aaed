package e2e

import (
	"flag"
	"fmt"
	"testing"
	"time"
)

// tears is how often the test tears the end off Redis' append-only file.
var tears = flag.Int("tears", 2, "how often the test of the torn file tears it, with the bot alive and with the bot killed too")

// Redis is killed and the end of its file cut off in the midst of a script, as
// where a machine loses its power before the last second is on its disk. The bot on
// another machine lives on, and what it did itself it remembers.
func TestRedisWithATornFileForgetsItsEndAndTheBotDoesNotRepeatItself(t *testing.T) {
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
	for n := range *tears {
		p.awaitSales(12)
		p.tear(n, die)
	}
	p.awaitSales(12)
	stop()
	t.Logf("%d times torn; %s", *tears, p.arrive(t, inTime))
}

// tear cuts off a little more than a script each time, or much more. What was
// lost of the file is less than what the bot writes in a second.
func (p *passage) tear(n int, die bool) {
	p.f.t.Helper()
	const most = 12_000
	const behind = time.Second // how old may be what is lost
	began := time.Now()
	r := rough{how: "torn", from: began.Add(-behind), died: die}
	p.f.redis.Kill()
	if die {
		p.f.kill()
	}
	cut := int64(1 + p.roll(most))
	left := p.f.redis.Tear(cut)
	p.f.redis.Restart()
	if die {
		p.f.launch()
	}
	p.f.ready()
	took := time.Since(began).Round(10 * time.Millisecond)
	p.f.t.Logf("torn %d: %d bytes of %d, back after %s; %s", n+1, cut, left+cut, took, p.over(r))
}
