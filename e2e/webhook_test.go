package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/sandbox"
)

func TestWebhookAnswers(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		_, p := o.invoice("50000")
		known := string(f.Payfer.PaidBody(p.Order))
		for _, c := range []struct {
			rule, path, body string
			want             int
		}{
			{"an open order", o.hook, known, 200},
			{"an order that is not ours", o.hook, `{"order_code":"site-17","status":"paid"}`, 200},
			{"an order code that is a number", o.hook, `{"order_code":17,"status":"paid"}`, 200},
			{"an unknown token", "/payfer/" + strings.Repeat("a", 32), known, 404},
			{"no token", "/payfer/", known, 404},
			{"not JSON", o.hook, "order_code=1", 400},
			{"not an object", o.hook, `["` + p.Order + `"]`, 400},
			{"empty", o.hook, "", 400},
			{"exactly 16 KiB", o.hook, padded(known, 16<<10), 200},
			{"over 16 KiB", o.hook, padded(known, 16<<10+1), 413},
			{"Telegram's route without webhook mode", "/telegram", `{"update_id":1}`, 404},
			{"anything else", "/", known, 404},
		} {
			if got := f.post(c.path, c.body); got != c.want {
				t.Errorf("%s: %d, want %d", c.rule, got, c.want)
			}
		}
		if got, _, err := get(soon(t), f.public+o.hook); err != nil || got != http.StatusMethodNotAllowed {
			t.Errorf("GET: %d, want 405 (%v)", got, err)
		}
	})
}

// padded is the JSON with white space behind it.
func padded(body string, length int) string {
	return body + strings.Repeat(" ", length-len(body))
}

func TestTwentyWebhooksAtOnceAreOneAnnouncement(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		m, p := o.invoice("50000")
		f.Payfer.RepeatHooks(20)
		o.pay(p.Order)
		o.announced(m)
		if err := f.Payfer.Flush(soon(t)); err != nil {
			t.Fatal(err)
		}
		for _, h := range f.Payfer.Hooks() {
			if h.Status != 200 {
				t.Errorf("a webhook is answered %d %s", h.Status, h.Err)
			}
		}
		checks := len(f.Payfer.CallsFor(p.Order)) - 1
		f.Payfer.RepeatHooks(1)
		o.sale()
		if got := o.replies(m); len(got) != 1 {
			t.Errorf("%d announcements, want one:\n%s", len(got), o.chat())
		}
		if checks > 10 {
			t.Errorf("Payfer was asked %d times about one payment", checks)
		}
	})
}

// The limits of hinted and scheduled checks that the design sets, for one kassa.
const (
	hintBurst     = 60
	hintRate      = 5
	scheduledRate = 1
)

func TestTenThousandForgedWebhooksAnnounceNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		const forged, waiting = 10_000, 15
		f := open(t, k, "LOG_LEVEL=info")
		f.binary = fast(t)
		f.launch()
		f.ready()
		o := f.newLinked("en")
		var orders []string
		for i := range waiting {
			_, p := o.invoice(fmt.Sprint(50000 + i))
			orders = append(orders, p.Order)
		}
		before, began := len(f.Payfer.Calls("check")), time.Now()
		statuses := flood(t, forged, f.public+o.hook, func(i int) []byte {
			if i%2 == 0 {
				return f.Payfer.PaidBody(orders[i/2%waiting])
			}
			return f.Payfer.PaidBody(kassa.NewOrder())
		})
		took := time.Since(began)
		asked := len(f.Payfer.Calls("check")) - before
		if most := hintBurst + int((hintRate+scheduledRate)*(took.Seconds()+1)); asked > most {
			t.Errorf("Payfer was asked %d times in %v, want %d at most", asked, took, most)
		}
		// Half of them are of orders that wait: these are taken, each. Of the invented ones
		// those beyond the 64 that may wait are asked to come again.
		if taken, again := statuses[http.StatusOK], statuses[http.StatusServiceUnavailable]; taken+again != forged || taken < forged/2 {
			t.Errorf("forged webhooks are answered %v, want 200 or 503, and 200 for all open orders", statuses)
		}
		invented := map[string]int{}
		for _, c := range f.Payfer.Calls("check") {
			if _, ok := f.Payfer.Payment(c.Order); !ok {
				if invented[c.Order]++; invented[c.Order] > 1 {
					t.Errorf("Payfer was asked about the invented order %s again", c.Order)
				}
			}
		}
		t.Logf("%d webhooks in %v, answered %v, %d checks, %d of them of invented orders",
			forged, took.Round(time.Millisecond), statuses, asked, len(invented))
		last := o.photos()[waiting-1]
		o.pay(orderOf(last))
		o.announced(last)
		if n := announcements(f.Telegram.Sent(o.Chat())); n != 1 {
			t.Errorf("%d announcements, want that of the only payment:\n%s", n, o.chat())
		}
		if told := f.toldOfStrangers(o.Chat()); len(told) > 0 {
			t.Errorf("told of payments that nobody made: %v", told)
		}
	})
}

// flood posts n bodies over a few connections and counts the statuses. It
// writes HTTP by itself: a client's comfort would cost more than what it asks for.
func flood(t *testing.T, n int, url string, body func(i int) []byte) map[int]int {
	t.Helper()
	const hands = 16
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	var next atomic.Int32
	var crew errgroup.Group
	counts := make([]map[int]int, hands)
	for hand := range hands {
		counts[hand] = map[int]int{}
		crew.Go(func() error {
			conn, err := net.DialTimeout("tcp", host, patience)
			if err != nil {
				return err
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(2 * patience))
			answers := bufio.NewReader(conn)
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				b := body(i)
				fmt.Fprintf(conn, "POST /%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, host, len(b), b)
				resp, err := http.ReadResponse(answers, nil)
				if err != nil {
					return err
				}
				_, err = io.Copy(io.Discard, resp.Body)
				if err := errors.Join(err, resp.Body.Close()); err != nil {
					return err
				}
				counts[hand][resp.StatusCode]++
			}
			return nil
		})
	}
	if err := crew.Wait(); err != nil {
		t.Fatal(err)
	}
	all := map[int]int{}
	for _, c := range counts {
		for status, n := range c {
			all[status] += n
		}
	}
	return all
}

// A payment whose webhook outruns create's reply: the customer cannot be that
// fast, but a forger or a slow line can.
func TestWebhookBeforeCreatesReplyIsAnnouncedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		o := f.newLinked("en")
		first := true
		f.Payfer.OnCreate(func(p sandbox.Payment) {
			if !first {
				return
			}
			first = false
			if err := f.Payfer.Pay(p.Order); err != nil {
				t.Error(err)
			}
			if err := f.Payfer.Flush(soon(t)); err != nil {
				t.Error(err)
			}
		})
		m := o.ask("/invoice 50000", isPhoto)
		shown := time.Now()
		told := o.announced(m)
		if took := time.Since(shown); took > 10*time.Second {
			t.Errorf("told after %v: by the schedule, not by the webhook", took)
		}
		if !has("№1", "50 001,50", o.name)(told) || !o.says("en", "paid.plain", locales.Args{"Number": 1, "Sum": "50 001,50"})(told) {
			t.Errorf("told %q", told.Text)
		}
		o.edited(m, withoutButtons)
		o.sale()
		if got := o.replies(m); len(got) != 1 || len(o.photos()) != 2 {
			t.Errorf("%d announcements, %d invoices:\n%s", len(got), len(o.photos()), o.chat())
		}
	})
}
