package sim

import (
	"fmt"
	"time"
)

// trouble is how long people order and everything may go wrong.
const trouble = 5 * time.Minute

// calm is how everything has to come right then. All is well, but the bot runs only now
// and then, which hours that nobody would watch cost nothing. The last check is the one two hours after an expiry,
// which finds what was paid late and told by no webhook.
var calm = []struct{ runs, rests time.Duration }{
	{4 * time.Minute, 30 * time.Minute},
	{3 * time.Minute, 100 * time.Minute},
	{4 * time.Minute, 0},
}

// plan is what a life will be like, drawn from its seed beforehand.
type plan struct {
	processes int
	shops     int
	chats     int // shops' own
	guests    int
	strangers int // payments of the shops' websites
	commands  int
	rough     float64 // how rough an ordinary day is
	rate      float64 // BOT_RATE
	zone      *time.Location
	tells     bool          // Payfer's check tells the unique amount
	ahead     time.Duration // by how much Payfer's clock is ahead of ours
	skew      time.Duration // by how much the processes' clocks may differ from the true time
	expiry    time.Duration
	lives     time.Duration // how long a process lives, on average; 0: for ever
	freezes   bool
	episodes  []episode
}

func drawPlan(d *dice, start time.Time) plan {
	t := d.roll("plan")
	p := plan{
		processes: 1 + t.below(3),
		shops:     1 + t.below(3),
		chats:     2 + t.below(4),
		guests:    t.below(3),
		strangers: pick(t, 0, 1, 3, 8),
		commands:  3 + t.below(28),
		rough:     pick(t, 0, 0.3, 1, 2),
		rate:      pick[float64](t, 0, 2, 30, 30),
		zone:      pick(t, time.UTC, time.FixedZone("Asia/Tashkent", 5*60*60)),
		tells:     t.once(2),
		ahead:     pick(t, 0, 0, 0, 0, time.Minute, 24*time.Hour, -24*time.Hour),
		skew:      pick(t, 0, 0, 100*time.Millisecond, 2*time.Second),
		expiry:    t.between(20*time.Second, 3*time.Minute),
		lives:     pick(t, 0, 15*time.Second, 40*time.Second, 2*time.Minute),
		freezes:   t.once(2),
	}
	for i := range t.below(5) {
		e := d.roll(fmt.Sprint("episode ", i))
		at := pick(e, atPayfer, atPayfer, atTelegram, atTelegram, atStore)
		kind := pick(e, "down", "silent", "refuses", "drags", "flaky")
		if at == atPayfer && e.once(4) {
			kind = "revokes" // the kassas' keys
		}
		from := start.Add(e.between(0, trouble*8/10))
		p.episodes = append(p.episodes, episode{at, kind, from, from.Add(e.between(2*time.Second, trouble/4))})
	}
	return p
}

func (p plan) String() string {
	s := fmt.Sprintf("%d processes living %v (freezes %t), %d kassas, %d chats, %d guests, %d strangers, %d commands, roughness %v, rate %v, zone %v, check tells the sum %t, expiry %v, Payfer ahead by %v, clocks off by up to %v",
		p.processes, p.lives, p.freezes, p.shops, p.chats, p.guests, p.strangers, p.commands, p.rough, p.rate, p.zone, p.tells, p.expiry.Round(time.Second), p.ahead, p.skew)
	for _, e := range p.episodes {
		s += fmt.Sprintf("; %s %s from %s to %s", e.at, e.kind, e.from.Format(clockFace), e.to.Format(clockFace))
	}
	return s
}

const clockFace = "15:04:05.000"
