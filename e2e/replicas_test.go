package e2e

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"payferbot/sandbox"
)

// followTime is how long people wait at most when the process that polls dies: its
// lease of 5 s, a second in which the next one asks, and what a busy machine takes.
const followTime = 8 * time.Second

// replica is one more process, on the same Redis and with the same key, not started
// yet. Payfer and the customers are told the first one's address.
func (f *shopfloor) replica() *shopfloor {
	f.t.Helper()
	other := *f
	public, admin := freeAddr(f.t), freeAddr(f.t)
	other.dir, other.run, other.out = f.t.TempDir(), &run{}, newOutput()
	other.public, other.admin = "http://"+public, "http://"+admin
	other.env = append(slices.Clone(f.env), "LISTEN_ADDR="+public, "ADMIN_ADDR="+admin,
		"DATA_DIR="+filepath.Join(other.dir, "data"), "TMPDIR="+other.dir)
	f.t.Cleanup(other.close)
	return &other
}

// twins are two processes on one Redis, both ready. The first one polls.
func twins(t *testing.T, env ...string) (f, other *shopfloor) {
	t.Helper()
	f = start(t, redis, env...)
	other = f.replica()
	other.restart()
	return f, other
}

// well makes sure that /readyz says so now.
func (f *shopfloor) well() {
	f.t.Helper()
	if status, body, err := get(soon(f.t), f.admin+"/readyz"); err != nil || status != http.StatusOK {
		f.t.Errorf("not ready: %d %s (%v)", status, body, err)
	}
}

// answeredInTime asks for an invoice and makes sure that it comes soon enough.
func (o *owner) answeredInTime(sum string) {
	o.f.t.Helper()
	asked := time.Now()
	o.invoice(sum)
	took := time.Since(asked)
	o.f.t.Logf("answered after %s", took.Round(10*time.Millisecond))
	if took > followTime {
		o.f.t.Errorf("answered after %s, want at most %s", took, followTime)
	}
}

// onceEach makes sure that so many invoices were asked for, made, and shown once.
func (o *owner) onceEach(want int) {
	o.f.t.Helper()
	shown := o.photos()
	if payments := len(o.f.Payfer.Payments(o.shop)); payments != want || len(shown) != want {
		o.f.t.Errorf("%d payments at Payfer and %d invoices in the chat, want %d; the chat:\n%s", payments, len(shown), want, o.chat())
	}
	for _, m := range shown {
		if strings.Contains(m.Text, "twice") {
			o.f.t.Errorf("marked as a repeat: %q", m.Text)
		}
	}
}

// onceTold asks for what nothing but the inbox keeps from being told twice.
func (o *owner) onceTold(command string) {
	o.f.t.Helper()
	const times = 3
	before := len(o.f.Telegram.Sent(o.Chat()))
	for range times {
		o.ask(command, nil)
	}
	o.f.idle()
	if told := len(o.f.Telegram.Sent(o.Chat())) - before; told != times {
		o.f.t.Errorf("%d times %s was answered %d times; the chat:\n%s", times, command, told, o.chat())
	}
}

// conflicts are the polls that another poll has ended.
func conflicts(f *shopfloor) (list []sandbox.Call) {
	for _, c := range f.Telegram.Calls("getUpdates") {
		if c.Code == http.StatusConflict {
			list = append(list, c)
		}
	}
	return list
}

// idle waits until the store says that nobody is owed anything and no letter waits.
// It may be asked while processes run, for Redis takes any number of them.
func (f *shopfloor) idle() {
	f.t.Helper()
	ctx := soon(f.t)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		left := f.unfinished()
		if left == (work{}) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			f.t.Fatalf("never idle: %+v", left)
		}
	}
}

func TestTwoProcessesOnOneRedisAnswerOnce(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			a, b := twins(t, "BOT_MODE="+mode)
			o := a.newLinked("en")
			o.sale()
			o.invoice("7500")
			o.onceEach(2)
			o.onceTold("/shop")
			if n := len(conflicts(a)); n > 0 {
				t.Errorf("%d polls were cut by another: both poll", n)
			}
			a.well()
			b.well()
			if code := a.stop(); code != 0 {
				t.Errorf("exit %d", code)
			}
			if mode == "webhook" { // whatever stands in front of them would know that the first is gone
				a.restart()
			}
			began := time.Now()
			o.invoice("8000")
			if took := time.Since(began); took > followTime-5*time.Second {
				t.Errorf("after an ordered stop the next one answered after %s, as if it had waited for the lease", took)
			}
			o.onceEach(3)
			b.well()
		})
	}
}

func TestKilledPollerIsFollowedWithinSeconds(t *testing.T) {
	t.Parallel()
	a, b := twins(t)
	o := a.newLinked("en")
	o.invoice("7000")
	a.idle() // what was in hand would come again after a kill, and be marked
	a.kill()
	o.answeredInTime("8000")
	b.well()
	a.restart() // it stands by from now on
	a.well()
	b.idle()
	b.kill()
	b.restart()
	o.answeredInTime("9000")
	o.onceEach(3)
}

func TestPollerThatStoodStillForLongerThanItsLeaseDoublesNothing(t *testing.T) {
	t.Parallel()
	a, b := twins(t)
	o := a.newLinked("en")
	o.invoice("7000")
	a.idle()
	a.run.signal(syscall.SIGSTOP)
	o.answeredInTime("8000")
	b.well()
	a.run.signal(syscall.SIGCONT)
	for n := range 5 {
		o.invoice([]string{"9000", "9100", "9200", "9300", "9400"}[n])
	}
	a.ready()
	b.ready()
	o.onceEach(7)
	b.idle()
	b.kill()
	o.answeredInTime("9500")
	o.onceEach(8)
}
