package e2e

import (
	"math/rand/v2"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"payferbot/sandbox"
)

const (
	// shopkeepers is how many people sell at least. Many, for a chat that was being
	// written to when the process died waits for 12 s.
	shopkeepers = 24
	// apart is how far apart one person's commands are at least, in seconds: the bot
	// takes 20 a minute, and a chat one message in 1.25 s.
	apart = 5
)

// market is many shopkeepers and their customers around one bot whose processes are
// killed again and again, with services that lose a reply here and there.
type market struct {
	*witness
	owners []*owner

	dice    sync.Mutex
	rand    *rand.Rand
	willPay map[string]bool // orders that the customer pays when he sees them
	later   []string        // orders that are paid while a process is dead, mostly
}

// newMarket has its processes running. What nobody pays does not expire while it lasts,
// so that in its quiet there is nothing to say.
func newMarket(t *testing.T, k kind, seed uint64, perSecond float64) *market {
	t.Helper()
	heavy(t)
	env := []string{"LOG_LEVEL=error", "BOT_RATE=0"}
	f := start(t, k, env...)
	f.Payfer.SetExpiry(24 * time.Hour)
	m := openMarket(f, seed, max(shopkeepers, int(perSecond*apart)))
	if k == redis {
		other := f.replica()
		other.restart()
		m.more = append(m.more, other)
	}
	m.mishaps()
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

// open lets the shopkeepers ask for invoices, one after the other, until shut is
// called. Where a busy machine comes late to it, it catches up.
func (m *market) open(perSecond float64) (shut func()) {
	quit := make(chan struct{})
	var trade sync.WaitGroup
	trade.Go(func() {
		tick := time.NewTicker(time.Duration(float64(time.Second) / perSecond))
		defer tick.Stop()
		asked, began := 0, time.Now()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			for ; float64(asked) < time.Since(began).Seconds()*perSecond; asked++ {
				m.command(m.owners[asked%len(m.owners)])
			}
		}
	})
	return sync.OnceFunc(func() {
		quit <- struct{}{}
		trade.Wait()
		m.overdue()
	})
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

// mishaps has replies lost after the call was done, and calls refused for their
// number, each so many times in a thousand.
func (m *market) mishaps() {
	in1000 := func(n int) sandbox.FaultOption {
		return sandbox.When(func(url.Values) bool { return m.roll(1000) < n })
	}
	for _, loss := range []sandbox.Kind{sandbox.DropAfter, sandbox.Cut, sandbox.Empty, sandbox.Garbage} {
		for _, method := range []string{"sendPhoto", "sendMessage", "editMessageCaption", "editMessageMedia"} {
			m.f.Telegram.Fault(method, loss, -1, in1000(4))
		}
		m.f.Telegram.Fault("getUpdates", loss, -1, in1000(10))
		for _, method := range []string{"create", "check"} {
			m.f.Payfer.Fault(method, loss, -1, in1000(6))
		}
	}
	// Few: when three chats are refused within 5 s, the bot as a whole makes a pause.
	for _, method := range []string{"sendPhoto", "sendMessage", "editMessageCaption", "editMessageMedia"} {
		m.f.Telegram.Fault(method, sandbox.TooMany, -1, in1000(1))
	}
	m.f.Payfer.Fault("create", sandbox.TooMany, -1, in1000(3))
	m.f.Payfer.Fault("check", sandbox.TooMany, -1, in1000(3))
}
