package e2e

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"payferbot/secret"
	"payferbot/store/redistest"
)

// How often the test takes the master away, and how Redis is set up for it.
var (
	failovers = flag.Int("failovers", 0, "how often the failover test takes the master of Redis away")
	settings  = flag.String("redis", "", "settings of the failover test's Redis servers")
)

// A master with two replicas and three sentinels; the master is killed, or is
// made to give up its place, again and again in the midst of sales. Redis
// copies to its replicas after it has answered, so each failover may lose the last
// of what was acknowledged. What the new master remembers is announced; what it
// does not is counted.
func TestFailoversOfRedisLoseOnlyWhatTheNewMasterForgot(t *testing.T) {
	if *failovers == 0 {
		t.Skip("it wants a machine to itself: make soak-redis")
	}
	t.Parallel()
	heavy(t)
	v := embark(t, sow(t, fmt.Sprintf("-failovers %d -redis %q", *failovers, *settings)))
	stop := v.trade()
	for n := range *failovers {
		v.awaitSales(8)
		v.lose(n)
		if n+1 < *failovers {
			v.fleet.AwaitWhole()
		}
	}
	v.awaitSales(8)
	stop()
	byThemselves := v.fleet.Accessions() - 1 - *failovers // on a busy machine a master may seem dead
	v.losses = v.lost
	figures := v.arrive(t, inTime)
	var longest time.Duration
	for _, r := range v.lost() {
		longest = max(longest, r.to.Sub(r.from))
	}
	t.Logf("%d failovers, and %d that came by themselves, of at most %s each a new master knew nothing; %s",
		*failovers, byThemselves, longest.Round(10*time.Millisecond), figures)
}

// voyage is a passage on a fleet of Redis servers.
type voyage struct {
	*passage
	fleet *redistest.Fleet
}

// embark starts a bot on a fleet, and waits until the replicas know its people.
func embark(t *testing.T, seed uint64) *voyage {
	t.Helper()
	fleet := redistest.StartFleet(t, strings.Fields(*settings)...)
	f := open(t, "sentinel", "REDIS_URL="+fleet.URL(), "SECRET_KEY="+secret.NewKey())
	f.launch()
	f.ready()
	v := &voyage{newPassage(f, seed, fleet.Master), fleet}
	if n, err := fleet.Master().Wait(soon(t), 2, 10*time.Second).Result(); err != nil || n != 2 {
		t.Fatalf("%d replicas follow, error %v", n, err)
	}
	return v
}

// lose takes the master away and waits until the bot has found the new one by
// itself. What the new one does not know is looked up before anybody forgets when
// it was lost.
func (v *voyage) lose(n int) {
	v.f.t.Helper()
	r := rough{how: "SIGKILL", from: time.Now()}
	var was string
	if killed := v.roll(5) < 3 || n == 0; killed {
		was = v.fleet.Kill()
		v.fleet.AwaitOther(was)
		v.fleet.Return(was)
	} else {
		r.how = "SENTINEL FAILOVER"
		was = v.fleet.Order()
		v.fleet.AwaitOther(was)
	}
	v.awaitWriting()
	took := time.Since(r.from).Round(10 * time.Millisecond)
	v.f.t.Logf("failover %d, %s: without a master for %s; %s", n+1, r.how, took, v.over(r))
}

// awaitWriting waits until what the bot writes arrives at the master that the
// sentinels name. To be ready is not enough: for a while it may be so with a
// master that has lost its place. /readyz writes a record that is new each time.
func (v *voyage) awaitWriting() {
	v.f.t.Helper()
	const probe = "{payferbot}:record:probe"
	ctx, master := soon(v.f.t), v.fleet.Master()
	before := master.Get(ctx, probe).Val()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, _, _ = get(ctx, v.f.admin+"/readyz")
		if now, err := master.Get(ctx, probe).Result(); err == nil && now != before {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			v.f.t.Fatal("the bot never found the new master")
		}
	}
}

// lost are, in place of the rough times that the test saw, exactly those of which
// a new master knew nothing. Such a time may go on while the market is closed already.
func (v *voyage) lost() (all []rough) {
	for _, l := range v.fleet.Losses() {
		all = append(all, rough{how: "failover", from: l.From, to: l.To})
	}
	return all
}
