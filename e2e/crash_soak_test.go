package e2e

import (
	"flag"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// How long the soak is and what it does, for `make soak` and to see a failure again.
var (
	rounds = flag.Int("rounds", 6, "how often the soak kills a process, on each store")
	load   = flag.Float64("load", 8, "invoices a second that people ask for during the soak, on each store")
	quiet  = flag.Duration("quiet", 0, "how long the processes run after the soak, with nothing to do")
	seed   = flag.Uint64("seed", 0, "what the soak does, at random; 0: something new")
)

// TestSoakKilledAtRandomInstantsKeepsItsWord has one process on the embedded store,
// and two on Redis, of which one polls. One is killed at a time; of the two one
// also stands still now and then for longer than its lease.
func TestSoakKilledAtRandomInstantsKeepsItsWord(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		s := *seed
		if s == 0 {
			s = uint64(time.Now().UnixNano())
		}
		replay := fmt.Sprintf("go test ./e2e -run 'TestSoakKilledAtRandomInstantsKeepsItsWord/%s' -rounds %d -load %g -quiet %s -seed %d",
			k, *rounds, *load, *quiet, s)
		t.Log("the same again: " + replay)
		defer func() {
			if t.Failed() {
				fmt.Println("FAILED SEED: " + replay)
			}
		}()
		m := newMarket(t, k, s, *load)
		began := time.Now()
		shut := m.open(*load)
		for n := range *rounds {
			if len(m.more) > 0 && (n == *rounds/2 || m.roll(40) == 0) {
				m.standStill(t)
			}
			m.round(t)
		}
		shut()
		traded := time.Since(began)
		m.f.Telegram.ClearFaults()
		m.f.Payfer.ClearFaults()
		got := m.settled(t, inTime+traded+longSoak(settleTime), *quiet)
		t.Logf("%s store, %d process(es): %s; %.1f commands a second over %s, then %s to settle, %s of it quiet",
			k, len(m.processes()), got, float64(got.commands)/traded.Seconds(), traded.Round(time.Second),
			(time.Since(began) - traded).Round(time.Second), *quiet)
	})
}

// settleTime is how much longer a long soak may take to settle: a message that was lost
// again and again, and an order that Payfer did not know, are tried anew after up to 5 minutes.
const settleTime = 6 * time.Minute

// longSoak is the time in a long soak, and none in a short one.
func longSoak(d time.Duration) time.Duration {
	const long = 50
	if *rounds < long {
		return 0
	}
	return d
}

// round is one life of a process, which ends by kill -9 at any instant, and the
// start of the next one.
func (m *market) round(t *testing.T) {
	t.Helper()
	m.f.Payfer.UniqueInPending(m.roll(2) == 0)
	m.during(t, m.lifetime())
	p := m.anyOf()
	p.kill()
	if len(m.more) == 0 {
		m.died()
	} else { // the others go on, so that there is no moment at which the sandbox has dealt with all
		now := time.Now()
		m.diedWithin(span{now, now.Add(lateTime)})
	}
	m.overdue()
	if len(m.more) > 0 && m.roll(30) == 0 {
		m.elsewhere(t, p, followTime) // long enough for another to take over
	} else {
		m.elsewhere(t, p, time.Duration(m.roll(100))*time.Millisecond)
	}
	p.launch()
	if m.roll(8) > 0 { // or it may die while it starts
		p.ready()
	}
}

// lateTime is how much later the sandbox may deal with what a process sent just
// before it died.
const lateTime = 2 * time.Second

// standStill stops a process for longer than its lease, and in a long soak every fourth
// time for longer than it holds anything that it has in hand, and then lets it go on. What
// it finishes then may have been done by another.
func (m *market) standStill(t *testing.T) {
	t.Helper()
	const drained = 12 * time.Second // for what was in hand
	still := 6*time.Second + time.Duration(m.roll(2000))*time.Millisecond
	if m.roll(4) == 0 {
		still += longSoak(12 * time.Second)
	}
	p := m.anyOf()
	p.ready()
	from := time.Now()
	p.run.signal(syscall.SIGSTOP)
	m.during(t, still)
	p.run.signal(syscall.SIGCONT)
	m.stoodStill(span{from, time.Now().Add(drained)})
	m.overdue()
}

// anyOf picks a process.
func (m *market) anyOf() *shopfloor {
	all := m.processes()
	return all[m.roll(len(all))]
}

// during lets time go by; no process may end by itself meanwhile.
func (m *market) during(t *testing.T, d time.Duration) {
	t.Helper()
	m.elsewhere(t, nil, d)
}

// elsewhere is during, but for one process that is dead.
func (m *market) elsewhere(t *testing.T, dead *shopfloor, d time.Duration) {
	t.Helper()
	over := time.NewTimer(d)
	defer over.Stop()
	<-over.C
	for _, p := range m.processes() {
		if p == dead {
			continue
		}
		select {
		case <-p.run.done:
			t.Fatalf("the process ended by itself, exit %d", p.run.code)
		default:
		}
	}
}

// lifetime is how long a process lives on. Every third dies while it deals
// with what it was just told.
func (m *market) lifetime() time.Duration {
	if m.roll(3) == 0 {
		return time.Duration(m.roll(60)) * time.Millisecond
	}
	return time.Duration(20+m.roll(580)) * time.Millisecond
}
