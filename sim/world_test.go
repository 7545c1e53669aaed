package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/secret"
	"payferbot/store"
)

// world is all that there is.
type world struct {
	t        *testing.T
	dice     *dice
	plan     plan
	start    time.Time
	calmFrom time.Time
	store    *store.Store
	tasks    sync.WaitGroup
	owners   []owner
	tokens   map[string]string // of the kassas' webhooks

	mu        sync.Mutex
	processes []*process // one a place; nil while nobody runs there
	rooms     map[int64]*room
	payments  map[string]*payment
	strange   []string // orders of the shops' websites
	orders    []string // in the order in which Payfer heard of them
	letters   []*letter
	visits    map[visit]bool
	hinted    map[string]bool // orders of which a webhook was taken after they were paid
	deeds     map[saying][]*deed
	foretold  map[saying][]*deed // of news: messages of the invoice that were to say so before
	said      map[saying]int
	plain     map[saying]int // of those said, without a mark
	hurts     int            // deaths, stops and failures of the store, so far
	deaths    int
	numbers   map[kassa.Origin]string // what was made of each command
	faults    []string
	limits    *limits          // Telegram's; nil: it has none
	warned    map[int64][]bool // chats that were told how their kassa's key stands: whether it is refused

	checks, repeats, announced int

	story sync.Mutex
	lines []string
}

// newWorld is the world of a seed.
func newWorld(t *testing.T, seed uint64, dir string) *world {
	d := newDice(seed)
	return found(t, d, drawPlan(d, time.Now()), dir)
}

// newWorldOf is a world that is planned by hand.
func newWorldOf(t *testing.T, p plan, dir string) *world { return found(t, newDice(0), p, dir) }

// found opens the shops, before anything goes wrong.
func found(t *testing.T, d *dice, p plan, dir string) *world {
	w := &world{
		t: t, dice: d, plan: p, start: time.Now(), rooms: map[int64]*room{}, tokens: map[string]string{}, hinted: map[string]bool{}, numbers: map[kassa.Origin]string{}, payments: map[string]*payment{},
		visits: map[visit]bool{}, warned: map[int64][]bool{}, deeds: map[saying][]*deed{}, foretold: map[saying][]*deed{}, said: map[saying]int{}, plain: map[saying]int{},
	}
	keys, err := secret.ParseKeys(strings.Repeat("A", 43) + "=")
	w.must(err)
	w.store, err = store.Open(context.Background(), store.Options{DataDir: dir, Keys: keys, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	w.note("the plan: %s", w.plan)
	w.open()
	return w
}

// open links the chats to their kassas.
func (w *world) open() {
	desk, err := kassa.New(kassa.Options{Store: w.store, Gateway: gateway{}, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	ctx := context.Background()
	for i := range w.plan.chats {
		throw := w.dice.roll(fmt.Sprint("chat ", i))
		chat := int64(100 + i)
		if throw.once(3) {
			chat = -chat
		}
		peer, err := desk.PeerAt(ctx, kassa.Address{Chat: chat}, "uz")
		w.must(err)
		shop := fmt.Sprint("shop_", i%w.plan.shops)
		linked, err := desk.Link(ctx, peer.ID, payfer.Credentials{ShopID: shop, ShopKey: "key"})
		w.must(err)
		w.tokens[shop] = linked.Token
		w.owners = append(w.owners, owner{peer.ID, chat, shop})
	}
}

// live is the whole story.
func (w *world) live() {
	w.calmFrom = w.start.Add(trouble)
	w.processes = make([]*process, w.plan.processes)
	var places sync.WaitGroup
	for i := range w.processes {
		places.Go(func() { w.fates(i) })
	}
	w.async(w.ordering)
	w.async(w.asking)
	w.async(w.website)
	w.async(w.blocking)
	w.async(w.moving)
	places.Wait()
	for n, c := range calm {
		p := w.boot(fmt.Sprint("calm.", n))
		w.at(0, p)
		elapse(c.runs)
		w.at(0, nil)
		p.stop()
		<-p.ended
		elapse(c.rests)
	}
	w.tasks.Wait()
	w.judge()
}

// fates is one place at which processes run, one after the other.
func (w *world) fates(i int) {
	for n := 1; ; n++ {
		throw := w.dice.roll(fmt.Sprint("fate ", i))
		elapse(throw.between(50*time.Millisecond, 150*time.Millisecond))
		p := w.boot(fmt.Sprintf("p%d.%d", i+1, n))
		w.at(i, p)
		life := throw.between(w.plan.lives/10, 2*w.plan.lives)
		if left := time.Until(w.calmFrom); w.plan.lives == 0 || life > left {
			elapse(left + throw.between(0, time.Second))
			w.at(i, nil)
			p.stop()
			<-p.ended
			return
		}
		if w.plan.freezes && throw.once(3) {
			elapse(life / 2)
			p.freeze(throw.between(time.Second, 40*time.Second))
		}
		elapse(life)
		w.at(i, nil)
		w.end(p, throw)
		elapse(throw.between(0, 8*time.Second))
	}
}

// end ends a process: mostly it dies, at times it is asked to stop.
func (w *world) end(p *process, throw *throw) {
	w.mu.Lock()
	w.deaths++
	w.mu.Unlock()
	if throw.once(4) {
		p.stop()
		<-p.ended
		return
	}
	p.die()
}

func (w *world) at(i int, p *process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.processes[i] = p
}

// async does something beside everything else, and is waited for at the end.
func (w *world) async(do func()) { w.tasks.Go(do) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// note writes a line of the story.
func (w *world) note(format string, args ...any) {
	w.story.Lock()
	defer w.story.Unlock()
	w.lines = append(w.lines, time.Now().Format("15:04:05.000000")+" "+fmt.Sprintf(format, args...))
}

// digest is the same for two lives that were the same.
func (w *world) digest() string {
	h := sha256.New()
	for _, l := range w.lines {
		h.Write([]byte(l + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// quickDir is a folder in memory where there is one.
func quickDir(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat("/dev/shm"); err != nil {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "payferbot-sim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
