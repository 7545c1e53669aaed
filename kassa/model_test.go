package kassa_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"payferbot/kassa"
	"payferbot/payfer"
	"payferbot/store"
	"payferbot/store/redistest"
)

// TestMain keeps the model test short; -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	if asked := slices.ContainsFunc(os.Args, func(a string) bool { return len(a) > 13 && a[:13] == "-rapid.checks" }); !asked {
		_ = flag.Set("rapid.checks", "15")
	}
	_ = flag.Set("rapid.nofailfile", "true") // the seed is printed, and replays it
	goleak.VerifyTestMain(m)
}

// model is the world with the little that it must remember to judge it: the
// commands that were given, and whether anything went wrong that excuses a
// repeated message.
type model struct {
	*world
	life     *mortal
	commands []kassa.Command
	waiting  []kassa.Command // letters in the inbox: read, not dealt with
	excused  bool
	renewals int
	crowd    crowd
	site     site
}

func newModel(t *rapid.T, tb testing.TB, s kassa.Store) *model {
	m := &model{life: &mortal{}, crowd: newCrowd(), site: newSite()}
	m.world = newWorld(tb, mortalStore{s, m.life})
	if m.crowd.home = 77; rapid.Bool().Draw(t, "in a group") {
		m.group()
		m.crowd.home = yard
	}
	m.linkedTo(neighbour)
	m.rate = rapid.SampledFrom([]float64{0, 2, 30}).Draw(t, "rate")
	m.reborn()
	return m
}

// reborn is the start of a new process: a new Desk on the old store.
func (m *model) reborn() {
	m.life.left = 0
	m.startWith(mortalGateway{m.gate, m.life}, mortalChats{m.chat, m.life})
}

// live does something during which the process may die. The inbox then
// delivers what was not dealt with once more.
func (m *model) live(do func()) {
	for range 100 {
		alive := func() (alive bool) {
			defer func() {
				if cause := recover(); cause != nil {
					if _, ok := cause.(died); !ok {
						panic(cause)
					}
				}
			}()
			for len(m.waiting) > 0 {
				_, err := m.desk.Issue(m.ctx(), m.waiting[0])
				m.must(err)
				m.waiting = m.waiting[1:]
			}
			do()
			return true
		}()
		if alive {
			return
		}
		m.excused = true
		m.reborn()
		do = func() {}
	}
}

// orders are all codes of the bot's that Payfer ever heard of, in a fixed sequence.
func (m *model) orders() []string { return m.codes(false) }

// codes are those that the bot made, or the website.
func (m *model) codes(site bool) []string {
	all := slices.SortedFunc(maps.Keys(m.gate.payments), func(a, b string) int {
		return int(m.gate.payments[a].unique - m.gate.payments[b].unique)
	})
	return slices.DeleteFunc(all, func(code string) bool { return m.gate.payments[code].site != site })
}

func (m *model) anOrder(t *rapid.T) string {
	orders := m.orders()
	if len(orders) == 0 {
		t.Skip("no orders yet")
	}
	return rapid.SampledFrom(orders).Draw(t, "order")
}

var createFaults = map[string]func(*call) error{
	"reply lost": replyLost, "never arrived": fails(payfer.ErrUnknown), "unsent": fails(payfer.ErrUnsent), "maintenance": fails(payfer.ErrMaintenance),
}

// Command is a new /invoice, to which Payfer may answer in any way.
func (m *model) Command(t *rapid.T) {
	if len(m.commands) >= 16 {
		t.Skip("enough commands")
	}
	m.gate.create = nil
	for range 2 {
		fault := rapid.SampledFrom([]string{"none", "reply lost", "never arrived", "unsent", "maintenance"}).Draw(t, "create")
		if f := createFaults[fault]; f != nil {
			m.gate.create = append(m.gate.create, f)
		}
	}
	c := m.command()
	if rapid.Bool().Draw(t, "by an inline message") {
		c.Inline = fmt.Sprint("in", m.msgs)
		c.Origin = kassa.InlineOrigin(c.Inline)
	}
	m.commands = append(m.commands, c)
	m.waiting = append(m.waiting, c)
	m.live(func() {})
}

// Renew is a press on "issue again", also where that button is gone.
func (m *model) Renew(t *rapid.T) {
	if order := m.anOrder(t); m.renewals < 8 {
		m.renewals++
		m.live(func() {
			if _, err := m.desk.Renew(m.ctx(), m.peer, order, 7); !errors.Is(err, kassa.ErrNotFound) {
				m.must(err)
			}
		})
	}
}

// Redeliver is Telegram repeating itself.
func (m *model) Redeliver(t *rapid.T) {
	if len(m.commands) == 0 {
		t.Skip("no commands yet")
	}
	m.waiting = append(m.waiting, rapid.SampledFrom(m.commands).Draw(t, "command"))
	m.live(func() {})
}

// Pay is a customer's transfer, for any order in any state but paid.
func (m *model) Pay(t *rapid.T) {
	if order := m.anOrder(t); m.gate.payments[order].state != payfer.Paid {
		m.gate.pay(order)
	}
}

// Cancel happens at Payfer.
func (m *model) Cancel(t *rapid.T) {
	if p := m.gate.payments[m.anOrder(t)]; p.state == payfer.Pending {
		p.state = payfer.Cancelled
	}
}

// Webhook is true or forged, and may come any number of times.
func (m *model) Webhook(t *rapid.T) {
	order := m.anOrder(t)
	m.live(func() { m.must(m.desk.Hint(m.ctx(), m.shop.Token, order)) })
}

// Ask is a person pressing the button.
func (m *model) Ask(t *rapid.T) {
	order := m.anOrder(t)
	m.live(func() { _, _ = m.desk.Check(m.ctx(), m.peer, order) })
}

// Pass is time.
func (m *model) Pass(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 1200).Draw(t, "seconds")) * time.Second
	m.live(func() { m.pass(d) })
}

// Death comes some steps later.
func (m *model) Death(t *rapid.T) { m.life.left = rapid.IntRange(1, 12).Draw(t, "steps to live") }

// Silence is Payfer not answering checks.
func (m *model) Silence(t *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(t, "checks") {
		m.gate.check = append(m.gate.check, fails(payfer.ErrUnknown))
	}
}

// Telegram fails the next delivery in some way.
func (m *model) Telegram(t *rapid.T) {
	switch rapid.SampledFrom([]string{"unheard", "unsent", "flood"}).Draw(t, "fault") {
	case "unheard":
		m.excused = true
		m.chat.fault = append(m.chat.fault, arrivedUnheard)
	case "unsent":
		m.excused = true
		m.chat.fault = append(m.chat.fault, func(*call) error { return context.DeadlineExceeded })
	case "flood":
		m.chat.fault = append(m.chat.fault, answers(kassa.SendError{Fate: kassa.Flooded, Wait: 5 * time.Second}))
	}
}

// Check holds at every instant: nothing false is ever said, nothing is asked
// of Payfer twice, and what is repeated says so.
func (m *model) Check(t *rapid.T) {
	if len(m.chat.wrong) > 0 {
		t.Fatal(m.chat.wrong)
	}
	news, shown := map[seat]int{}, map[string]int{}
	for _, n := range m.chat.of(kassa.Announce) {
		if m.gate.payments[n.order] == nil || m.gate.payments[n.order].state != payfer.Paid {
			t.Fatalf("order %s was announced and is not paid", n.order)
		}
		if !n.again {
			news[seat{n.chat, n.order}]++
		}
	}
	for _, s := range m.chat.of(kassa.Show) {
		if !s.again && !m.crowd.anew[visit{s.chat, s.number}] {
			shown[fmt.Sprintf("№%d photo=%t in %d", s.number, s.photo, s.chat)]++ // a notice stands beside the photo until it is tidied away
		}
	}
	for in, n := range news {
		if n > 1 {
			t.Fatalf("order %s was announced %d times in %d, unmarked", in.order, n, in.chat)
		}
	}
	for what, n := range shown {
		if n > 1 {
			t.Fatalf("%s was shown %d times, unmarked", what, n)
		}
	}
	for order, n := range m.gate.creates {
		if n > 1 {
			t.Fatalf("order %s was sent to create %d times", order, n)
		}
	}
}

// atRest judges the end, when all faults are over and time has passed: no
// command was lost, every payment was told.
func (m *model) atRest(t *rapid.T) {
	m.chat.fault, m.chat.refuse, m.gate.create, m.gate.check = nil, nil, nil, nil
	m.live(func() {})
	m.life.left = 0
	m.live(m.allBack)
	m.live(func() { m.pass(120 * time.Hour) })
	m.live(m.allBack)
	m.live(func() { m.pass(time.Hour) })
	m.Check(t)
	m.toldOnce(t)
	m.strangersTold(t)
	for _, c := range m.commands {
		m.shownOnce(t, c)
	}
	if made, most := len(m.gate.creates), 2*(len(m.commands)+m.renewals); made > most {
		t.Fatalf("%d creates for %d commands", made, len(m.commands))
	}
}

// shownOnce holds that a command ended in an invoice whose message shows it as it is.
func (m *model) shownOnce(t *rapid.T, c kassa.Command) {
	var inv kassa.Invoice
	if err := m.store.View(m.ctx(), func(tx kassa.Tx) (err error) {
		inv, err = tx.InvoiceFrom(c.Origin)
		return err
	}); err != nil {
		t.Fatalf("the command %s was lost: %v", c.Origin, err)
	}
	if inv.Open() {
		t.Fatalf("№%d is still %s after five days", inv.Number, inv.State)
	}
	for _, v := range inv.Views {
		peer, err := m.desk.Peer(m.ctx(), v.Peer)
		m.must(err)
		if v.Broken != "" || (v.In != 0 && v.In != peer.At.Chat) {
			continue // Telegram refused it, or it was left behind
		}
		shown := m.chat.find(peer.At.Chat, v.Message)
		if edits := m.chat.inline[peer.At.Inline]; v.Inline && len(edits) > 0 {
			shown = &edits[len(edits)-1]
		}
		if shown == nil || !strings.HasPrefix(v.Shown, inv.Face()) || shown.state != inv.State || shown.face != inv.Standing() {
			t.Fatalf("№%d is %s, in %d its message %+v shows %+v", inv.Number, inv.Standing(), peer.At.Chat, v, shown)
		}
	}
}

func TestWhateverHappensThePromiseHolds(t *testing.T) {
	t.Parallel()
	t.Run("bolt", func(t *testing.T) {
		t.Parallel()
		live(t, func(t *rapid.T, tb testing.TB) *store.Store {
			return openStore(tb, store.Options{DataDir: quickDir(tb)})
		})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		server, n := redistest.Start(t), 0
		live(t, func(t *rapid.T, tb testing.TB) *store.Store {
			n++
			return openStore(tb, store.Options{RedisURL: server.URL(), Namespace: fmt.Sprint("life", n)})
		})
	})
}

func live(t *testing.T, open func(*rapid.T, testing.TB) *store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(rt, t)
		defer s.Close()
		m := newModel(rt, t, s)
		m.gate.tells = rapid.Bool().Draw(rt, "check tells the unique amount")
		rt.Repeat(map[string]func(*rapid.T){
			"": m.Check, "command": m.Command, "redeliver": m.Redeliver, "pay": m.Pay, "cancel": m.Cancel, "webhook": m.Webhook,
			"ask": m.Ask, "pass": m.Pass, "death": m.Death, "silence": m.Silence, "telegram": m.Telegram,
			"burst": m.Burst, "visit": m.Visit, "withdraw": m.Withdraw, "renew": m.Renew, "move": m.Move, "refuse": m.Refuse, "shut": m.Shut, "back": m.Back,
			"website": m.Website, "sell": m.Sell, "stray webhook": m.Stray,
		})
		m.atRest(rt)
	})
}

// quickDir is a folder in memory where there is one: the model lives through
// thousands of commits whose durability is not its subject.
func quickDir(tb testing.TB) string {
	if _, err := os.Stat("/dev/shm"); err != nil {
		return tb.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "payferbot-model-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
