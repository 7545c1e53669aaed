package e2e

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
)

// How many, for `make soak`, and which.
var (
	forgeries   = flag.Int("forged", 2_000, "how many forged and replayed webhooks are sent, on each store")
	forgerySeed = flag.Uint64("forged-seed", 0, "which they are; 0: something new")
)

// forger makes webhooks that anybody could send who knows one kassa's address:
// nothing in them is true, or it was told before.
type forger struct {
	rand    *rand.Rand
	hook    string
	open    []string // bodies about invoices that nobody paid
	replays []string // bodies about what was paid and announced
}

// next gives a request's path and body, and the answers that are right for it.
func (g *forger) next() (path, body string, right []int) {
	taken := []int{http.StatusOK}
	switch g.rand.IntN(10) {
	case 0, 1, 2:
		return g.hook, g.open[g.rand.IntN(len(g.open))], taken
	case 3, 4:
		return g.hook, g.replays[g.rand.IntN(len(g.replays))], taken
	case 5:
		return "/payfer/" + kassa.NewOrder() + kassa.NewOrder(), g.open[0], []int{http.StatusNotFound}
	case 6:
		body := g.open[g.rand.IntN(len(g.open))]
		return g.hook, body[:g.rand.IntN(len(body))], []int{http.StatusBadRequest}
	}
	// An order that we never made may be the shop's own site's: there is room for so many of those.
	return g.hook, fmt.Sprintf(`{"status":"paid","order_code":"%s","amount":50000,"paid_amount":50000.00}`, kassa.NewOrder()),
		[]int{http.StatusOK, http.StatusServiceUnavailable}
}

// tally is what came of them.
type tally struct {
	mu      sync.Mutex
	answers map[int]int
	wrong   []string
}

func (c *tally) note(status int, path, body string, right []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[status]++
	for _, r := range right {
		if status == r {
			return
		}
	}
	if len(c.wrong) < 10 {
		c.wrong = append(c.wrong, fmt.Sprintf("%d, want %v: %s %s", status, right, path, body))
	}
}

// forge sends n of them over a few connections, some ahead of their answers.
func forge(host string, n int, seed uint64, by forger) (*tally, error) {
	const hands = 8
	count := &tally{answers: map[int]int{}}
	var crew errgroup.Group
	for hand := range hands {
		g := by
		g.rand = rand.New(rand.NewPCG(seed, uint64(hand)))
		crew.Go(func() error { return count.send(host, n/hands, &g) })
	}
	return count, crew.Wait()
}

// sent is a request whose answer is still to come.
type sent struct {
	path, body string
	right      []int
}

func (c *tally) send(host string, n int, g *forger) error {
	const ahead = 32
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	waiting := make(chan sent, ahead)
	var both errgroup.Group
	both.Go(func() error {
		defer close(waiting)
		out := bufio.NewWriter(conn)
		for range n {
			var s sent
			s.path, s.body, s.right = g.next()
			fmt.Fprintf(out, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", s.path, len(s.body), s.body)
			if len(waiting) == ahead || len(waiting) == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
			}
			waiting <- s
		}
		return out.Flush()
	})
	both.Go(func() error {
		in := bufio.NewReader(conn)
		for s := range waiting {
			_ = conn.SetReadDeadline(time.Now().Add(patience))
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				_ = conn.Close() // the writer is not to wait for us
				for range waiting {
				}
				return err
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			c.note(resp.StatusCode, s.path, s.body, s.right)
		}
		return nil
	})
	return both.Wait()
}

func TestForgedAndReplayedWebhooksAnnounceNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		seed := *forgerySeed
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		t.Logf("the same again: go test ./e2e -run 'TestForgedAndReplayedWebhooksAnnounceNothing/%s' -forged %d -forged-seed %d", k, *forgeries, seed)
		const waiting, paid = 5, 3
		f := startFast(t, k)
		o := f.newLinked("en")
		by := forger{hook: o.hook}
		for i := range waiting + paid {
			m, p := o.invoice(fmt.Sprint(50_000 + i))
			if i < paid {
				o.pay(p.Order)
				o.announced(m)
				by.replays = append(by.replays, string(f.Payfer.PaidBody(p.Order)))
			} else {
				by.open = append(by.open, string(f.Payfer.PaidBody(p.Order)))
			}
		}
		last := o.photos()[waiting+paid-1]
		f.forgetPeak()
		memory, before, began := f.memory("VmRSS"), len(f.Payfer.Calls("check")), time.Now()
		count, err := forge(strings.TrimPrefix(f.public, "http://"), *forgeries, seed, by)
		if err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		asked, most := len(f.Payfer.Calls("check"))-before, hintBurst+int((hintRate+scheduledRate)*(took.Seconds()+1))
		peak := f.memory("VmHWM")
		t.Logf("%s: %d in %v, %.0f a second: answered %v; Payfer was asked %d times, at most %d are allowed; memory %.1f MiB before, %.1f at most",
			k, *forgeries, took.Round(time.Millisecond), float64(*forgeries)/took.Seconds(), count.answers, asked, most, mib(memory), mib(peak))
		for _, w := range count.wrong {
			t.Error("answered ", w)
		}
		if asked > most {
			t.Errorf("Payfer was asked %d times, want %d at most", asked, most)
		}
		if peak-memory >= memoryGrowth {
			t.Errorf("memory grew by %.1f MiB", mib(peak-memory))
		}
		o.pay(orderOf(last))
		o.announced(last)
		if n := announcements(f.Telegram.Sent(o.Chat())); n != paid+1 {
			t.Errorf("%d announcements, want those of the %d payments:\n%s", n, paid+1, o.chat())
		}
	})
}
