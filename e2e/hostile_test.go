package e2e

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// How hard the crowd presses, for `make soak`.
var connections = flag.Int("connections", 2000, "how many slow connections are held against the bot, on each store in turn")

// What the bot may need under it, and how soon a webhook is to be answered.
const (
	memoryGrowth = 64 << 20 // bytes
	answeredIn   = 500 * time.Millisecond
	steadily     = 25 * time.Millisecond // a webhook each
	tries        = 8
)

// Not on both stores at once: it is about the memory and the descriptors of one machine.
func TestSlowConnectionsAndEndlessBodiesKeepNoWebhookOut(t *testing.T) {
	t.Parallel()
	for _, k := range []kind{embedded, redis} {
		t.Run(string(k), func(t *testing.T) {
			f := startFast(t, k)
			o := f.newLinked("en")
			_, p := o.invoice("50000")
			webhook := string(f.Payfer.PaidBody(p.Order))
			calm := f.webhooks(o.hook, webhook, time.Second)
			f.forgetPeak()
			before := f.memory("VmRSS")
			full, disperse := crowdAgainst(t, f.public+o.hook, *connections)
			var times []time.Duration
			for try := range tries { // a machine that has much else to do may spoil a try, but not all
				times = f.webhooks(o.hook, webhook, gathering)
				t.Logf("%s, try %d: %d webhooks answered in %v (p50), %v (p99), %v at most; before the crowd %v, %v, %v", k, try+1,
					len(times), quantile(times, 50), quantile(times, 99), quantile(times, 100), quantile(calm, 50), quantile(calm, 99), quantile(calm, 100))
				if quantile(times, 99) < answeredIn && closed(full) {
					break
				}
			}
			if !closed(full) {
				t.Error("the crowd never came")
			}
			crowd := disperse()
			after, peak := f.memory("VmRSS"), f.memory("VmHWM")
			t.Logf("%s: %d slow connections, opened %d times; %d MiB of endless bodies; memory %.1f MiB before, %.1f at most, %.1f after",
				k, *connections, crowd.Opened, crowd.Bytes>>20, mib(before), mib(peak), mib(after))
			if peak-before >= memoryGrowth {
				t.Errorf("memory grew by %.1f MiB", mib(peak-before))
			}
			if p99 := quantile(times, 99); p99 >= answeredIn {
				t.Errorf("webhooks were answered in %v (p99)", p99)
			}
			o.sale()
		})
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// startFast is start for a heavy test.
func startFast(t *testing.T, k kind) *shopfloor {
	t.Helper()
	heavy(t)
	return start(t, k, "LOG_LEVEL=info")
}

// webhooks posts one at every tick, each on a connection of its own, whether the
// one before is answered or not. It gives how long each took; one that failed counts
// as the longest wait there is, and is told.
func (f *shopfloor) webhooks(path, body string, during time.Duration) []time.Duration {
	f.t.Helper()
	tick := time.NewTicker(steadily)
	defer tick.Stop()
	times := make([]time.Duration, during/steadily)
	var all sync.WaitGroup
	for i := range times {
		<-tick.C
		all.Go(func() {
			began := time.Now()
			err := f.webhook(path, body)
			if times[i] = time.Since(began); err != nil {
				f.t.Logf("a webhook failed after %v: %v", times[i], err)
				times[i] = patience
			}
		})
	}
	all.Wait()
	slices.Sort(times)
	return times
}

// webhook posts one on a connection of its own.
func (f *shopfloor) webhook(path, body string) error {
	host := strings.TrimPrefix(f.public, "http://")
	conn, err := net.DialTimeout("tcp", host, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", path, host, len(body), body)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", resp.StatusCode)
	}
	return nil
}

// quantile gives the value below which so many in a hundred of the sorted times lie.
func quantile(times []time.Duration, percent int) time.Duration {
	at := (len(times)*percent + 99) / 100
	return times[max(at, 1)-1].Round(100 * time.Microsecond)
}

// memory is what the kernel says of the process, in bytes: VmRSS now, VmHWM at
// most since forgetPeak.
func (f *shopfloor) memory(what string) int {
	f.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", f.run.cmd.Process.Pid))
	if err != nil {
		f.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if said, ok := strings.CutPrefix(line, what+":"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(said), "kB")))
			if err != nil {
				f.t.Fatal(err)
			}
			return kib << 10
		}
	}
	f.t.Fatalf("the kernel says nothing of %s", what)
	return 0
}

// forgetPeak makes VmHWM begin anew.
func (f *shopfloor) forgetPeak() {
	f.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", f.run.cmd.Process.Pid), []byte("5"), 0); err != nil {
		f.t.Fatal(err)
	}
}

func mib(bytes int) float64 { return float64(bytes) / (1 << 20) }
