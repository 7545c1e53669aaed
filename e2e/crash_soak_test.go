package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"sync"
	"testing"
	"time"

	"payferbot/sandbox"
)

// How long the soak is and what it does, for `make soak` and to see a failure again.
var (
	rounds = flag.Int("rounds", 8, "how often the soak kills the process, on each store")
	seed   = flag.Uint64("seed", 0, "what the soak does, at random; 0: something new")
)

// shopkeepers is how many people sell at once. Many, for a chat that was being
// written to when the process died waits for 12 s.
const shopkeepers = 24

func TestSoakKilledAtRandomInstantsKeepsItsWord(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		s := *seed
		if s == 0 {
			s = uint64(time.Now().UnixNano())
		}
		replay := fmt.Sprintf("go test ./e2e -run 'TestSoakKilledAtRandomInstantsKeepsItsWord/%s' -rounds %d -seed %d", k, *rounds, s)
		t.Log("the same again: " + replay)
		defer func() {
			if t.Failed() {
				fmt.Println("FAILED SEED: " + replay)
			}
		}()
		began := time.Now()
		m := newMarket(t, k, s)
		for range *rounds {
			m.round(t)
		}
		killed := time.Now()
		m.f.Telegram.ClearFaults()
		m.f.Payfer.ClearFaults()
		m.f.restart()
		got := m.settled(t, inTime)
		t.Logf("%s store: %s; %s for the kills, %s to settle", k, got,
			killed.Sub(began).Round(time.Second), time.Since(killed).Round(time.Second))
	})
}

// market is many shopkeepers and their customers around one bot that is killed
// again and again, with services that lose a reply here and there.
type market struct {
	*witness
	owners []*owner

	dice    sync.Mutex
	rand    *rand.Rand
	willPay map[string]bool // orders that the customer pays when he sees them
	later   []string        // orders that are paid while the bot is dead, mostly
}

func newMarket(t *testing.T, k kind, seed uint64) *market {
	t.Helper()
	f := start(t, k)
	m := openMarket(f, seed, shopkeepers)
	if code := f.stop(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	return m
}

// openMarket has so many people link their kassas to the bot that runs.
func openMarket(f *shopfloor, seed uint64, people int) *market {
	f.t.Helper()
	m := &market{witness: newWitness(f), rand: rand.New(rand.NewPCG(seed, 0)), willPay: map[string]bool{}}
	for range people {
		m.owners = append(m.owners, f.newLinked("en"))
	}
	f.Payfer.OnCreate(m.made)
	f.Telegram.OnCall(m.seen)
	return m
}

func (m *market) roll(n int) int {
	m.dice.Lock()
	defer m.dice.Unlock()
	return m.rand.IntN(n)
}

// made decides what becomes of a payment. Some are paid before create's answer
// is on its way; a second attempt's predecessor may be paid as well.
func (m *market) made(p sandbox.Payment) {
	switch fate := m.roll(100); {
	case fate < 20:
		_ = m.f.Payfer.Pay(p.Order)
	case fate < 60:
		m.dice.Lock()
		m.willPay[p.Order] = true
		m.dice.Unlock()
	case fate < 75:
		m.dice.Lock()
		m.later = append(m.later, p.Order)
		m.dice.Unlock()
	}
}

var orderForm = regexp.MustCompile(`check:([a-z2-7]+)`)

// seen lets the customer pay when the invoice's photo has come.
func (m *market) seen(c sandbox.Call) {
	if c.Method != "sendPhoto" || c.Stage != sandbox.Applied || c.Message == 0 {
		return
	}
	order := orderForm.FindStringSubmatch(c.Params.Get("reply_markup"))
	if order == nil {
		return
	}
	m.dice.Lock()
	pays := m.willPay[order[1]]
	delete(m.willPay, order[1])
	m.dice.Unlock()
	if pays {
		_ = m.f.Payfer.Pay(order[1])
	}
}

// round is one life of the process: commands and payments before it, at its
// start and in its midst, lost replies, and kill -9 at any instant.
func (m *market) round(t *testing.T) {
	t.Helper()
	m.mishaps()
	m.overdue()
	for range m.roll(2) {
		m.order()
	}
	m.f.launch()
	if m.roll(8) > 0 { // or it dies while it starts
		m.f.ready()
	}
	for range 1 + m.roll(4) {
		m.order()
	}
	end := time.NewTimer(m.lifetime())
	defer end.Stop()
	half := time.NewTimer(time.Duration(10+m.roll(290)) * time.Millisecond)
	defer half.Stop()
	for {
		select {
		case <-half.C:
			m.order()
			m.overdue()
			continue
		case <-m.f.run.done:
			t.Fatalf("the process ended by itself, exit %d", m.f.run.code)
		case <-end.C:
		}
		break
	}
	m.f.kill()
	m.died()
}

// lifetime is how long the process lives on. Every third dies while it deals
// with what it was just told.
func (m *market) lifetime() time.Duration {
	if m.roll(3) == 0 {
		return time.Duration(m.roll(60)) * time.Millisecond
	}
	return time.Duration(20+m.roll(580)) * time.Millisecond
}

// order lets somebody ask for an invoice.
func (m *market) order() { m.command(m.owners[m.roll(len(m.owners))]) }

// overdue lets those pay who said that they would do so later.
func (m *market) overdue() {
	m.dice.Lock()
	list := m.later
	m.later = nil
	m.dice.Unlock()
	for _, order := range list {
		_ = m.f.Payfer.Pay(order)
	}
}

// mishaps has replies lost after the call was done, each for the next call of its kind.
func (m *market) mishaps() {
	losses := []sandbox.Kind{sandbox.DropAfter, sandbox.Cut, sandbox.Empty, sandbox.Garbage}
	loss := func() sandbox.Kind { return losses[m.roll(len(losses))] }
	for _, method := range []string{"sendPhoto", "sendMessage", "editMessageCaption", "getUpdates"} {
		if m.roll(5) == 0 {
			m.f.Telegram.Fault(method, loss(), 1)
		}
	}
	for _, method := range []string{"create", "check"} {
		if m.roll(4) == 0 {
			m.f.Payfer.Fault(method, loss(), 1)
		}
	}
	m.f.Payfer.UniqueInPending(m.roll(2) == 0)
}
