package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"payferbot/kassa"
)

// errDead is what a dead process' calls come to. Nobody who lives sees it.
var errDead = errors.New("the process is dead")

// Errors of the network between a process and a service.
var (
	errUnsent  = errors.New("not sent")
	errUnheard = errors.New("no answer")
)

// process is one run of the bot. A dead one's goroutines may go on for a while,
// but nothing that they do reaches anything any more.
type process struct {
	world *world
	name  string
	desk  *kassa.Desk
	stop  context.CancelFunc
	ended chan struct{} // the desk's Run is over

	mu     sync.Mutex
	gone   bool
	frozen time.Time // until when it stands still
	dumb   int       // how often in a row Telegram could not be reached
	hurt   time.Time // when last something happened that may have kept it from recording
	drags  time.Time // until when the slowest of its calls to the store is under way
}

// boot starts a process.
func (w *world) boot(name string) *process {
	p := &process{world: w, name: name, ended: make(chan struct{})}
	skew := w.dice.roll("clock of "+name).between(-w.plan.skew, w.plan.skew)
	desk, err := kassa.New(kassa.Options{
		Store: slowStore{w.store, p}, Gateway: gateway{p}, Messenger: messenger{p},
		Now: func() time.Time { return time.Now().Add(skew) },
		Log: slog.New(slog.DiscardHandler), Zone: "auto", Rate: w.plan.rate,
	})
	w.must(err)
	p.desk = desk
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	w.async(func() {
		defer close(p.ended)
		_ = desk.Run(ctx) // it has no errors of its own
	})
	w.note("%s starts", name)
	return p
}

// die ends the process at once.
func (p *process) die() {
	p.harmed()
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	p.world.note("%s dies", p.name)
	p.stop()
}

// freeze lets it stand still for a while, its work and its timers with it, as SIGSTOP does.
func (p *process) freeze(d time.Duration) {
	p.harmed()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = time.Now().Add(d)
	p.hurt = p.frozen
	p.world.note("%s stands still for %v", p.name, d)
}

func (p *process) dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

// hurtSince tells whether anything happened to it since then that may have kept it from recording what it did.
func (p *process) hurtSince(at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.hurt.Before(at)
}

// harmed notes that it happens now.
func (p *process) harmed() {
	p.mu.Lock()
	p.hurt = time.Now()
	p.mu.Unlock()
	p.world.mu.Lock()
	p.world.hurts++
	p.world.mu.Unlock()
}

// dragging notes that a call to the store takes so long.
func (p *process) dragging(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.drags) {
		p.drags = until
	}
}

// waitsAt tells whether it was still waiting for the store then.
func (p *process) waitsAt(at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.drags.After(at)
}

// awake waits until the process does not stand still; errDead where it never will again. Its
// goroutines wake up one after the other.
func (p *process) awake() error {
	for {
		p.mu.Lock()
		gone, wait := p.gone, time.Until(p.frozen)
		p.mu.Unlock()
		if gone {
			return errDead
		}
		if wait <= 0 {
			return nil
		}
		elapse(wait + p.world.dice.roll(p.name+" wakes up").between(0, 20*time.Millisecond))
	}
}

// travel takes one call to a service and its answer back. do is what the service
// does; what it wrote may be read when travel gave nil, and not otherwise. Once a call
// has left, the death of the process does not stop it.
func (p *process) travel(ctx context.Context, at place, name string, do func()) error {
	if err := p.awake(); err != nil {
		return err
	}
	throw, weather := p.world.dice.roll(name), p.world.weatherAt(at)
	quick := func() time.Duration { return throw.between(time.Millisecond, weather.quick) }
	there, back := quick(), quick()
	if throw.chance(weather.slow) {
		there = throw.between(time.Second, weather.dragged)
	}
	left := time.Duration(float64(there) * throw.rand.Float64() / 2)
	lost, mute, hangs := throw.chance(weather.lost), throw.chance(weather.mute), throw.once(2)
	if throw.chance(weather.unsent) {
		elapse(back)
		return errors.Join(errUnsent, p.awake())
	}
	answer := make(chan error, 1)
	p.world.async(func() {
		if elapse(left); p.dead() {
			return
		}
		if elapse(there - left); !lost {
			do()
		}
		switch {
		case (lost || mute) && hangs:
			return // until the caller's patience ends
		case lost || mute:
			answer <- errUnheard
		default:
			elapse(back)
			answer <- nil
		}
	})
	return p.hear(ctx, answer)
}

// hear waits for the answer to a call.
func (p *process) hear(ctx context.Context, answer <-chan error) error {
	var err error
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = errUnheard
	}
	return errors.Join(err, p.awake())
}

// slowStore is the process' connection to the store.
type slowStore struct {
	inner kassa.Store
	p     *process
}

var errStore = errors.New("the store does not answer")

func (s slowStore) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.call(ctx, "update", func() error { return s.inner.Update(context.WithoutCancel(ctx), fn) })
}

func (s slowStore) View(ctx context.Context, fn func(kassa.Tx) error) error {
	return s.call(ctx, "view", func() error { return s.inner.View(context.WithoutCancel(ctx), fn) })
}

func (s slowStore) Ping(ctx context.Context) error {
	return s.call(ctx, "ping", func() error { return s.inner.Ping(ctx) })
}

// call may fail before anything is done and, as over a network, after it.
func (s slowStore) call(ctx context.Context, what string, do func() error) error {
	if err := s.p.awake(); err != nil {
		return err
	}
	throw, weather := s.p.world.dice.roll(s.p.name+" "+what), s.p.world.weatherAt(atStore)
	there, back := throw.between(time.Microsecond, weather.quick), throw.between(time.Microsecond, weather.quick)
	if throw.chance(weather.slow) {
		there = throw.between(time.Second, weather.dragged)
		s.p.dragging(there)
	}
	if !rest(ctx, there) {
		return errors.Join(s.failed(ctx.Err()), s.p.awake())
	}
	if err := s.p.awake(); err != nil {
		return err
	}
	if throw.chance(weather.refused) || throw.chance(weather.unsent) || throw.chance(weather.lost) {
		return s.failed(errStore)
	}
	err := do()
	if !rest(ctx, back) {
		err = s.failed(ctx.Err())
	}
	if what == "update" && err == nil && throw.chance(weather.mute) {
		err = s.failed(errStore)
	}
	if gone := s.p.awake(); gone != nil {
		return gone
	}
	return err
}

func (s slowStore) failed(err error) error {
	s.p.harmed()
	return fmt.Errorf("store: %w", err)
}

// rest sleeps, or gives false when ctx ends first.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
