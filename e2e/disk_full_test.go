package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"payferbot/sandbox"
	"payferbot/store/smalldisk"
)

// A full store refuses new work in words, loses nothing that it took, and goes
// on by itself when there is room. The embedded one is on a small disk that is filled
// up, Redis may use no more memory.
func TestAFullStoreRefusesInWordsAndGoesOnWithRoom(t *testing.T) {
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			onBoth(t, func(t *testing.T, k kind) { fullDay(t, k, mode) })
		})
	}
}

func fullDay(t *testing.T, k kind, mode string) {
	f, store := startBounded(t, k, "BOT_MODE="+mode)
	var crowd []*owner
	for _, lang := range spoken {
		crowd = append(crowd, f.newLinked(lang))
	}
	open, early := crowd[0].invoice("50000")
	crowd[0].ask("/invoices", nil) // answered once the invoice's message is recorded: without that it would be shown again

	store.fill()
	for _, o := range crowd {
		o.untilRefused()
	}
	f.unready("the store is full", store.words)
	crowd[0].pay(early.Order) // its webhook comes in vain, or is taken: a hint is small
	if f.Payfer.SetWebhook(crowd[0].shop, ""); f.run.over() {
		t.Fatal("the process ended")
	}

	store.clear()
	f.ready()
	crowd[0].announced(open)
	for _, o := range crowd {
		o.sale()
		o.onlyWhatWasNotRefused()
	}
	if got := crowd[0].replies(open); len(got) != 1 {
		t.Errorf("%d announcements, want one:\n%s", len(got), crowd[0].chat())
	}
	if f.run.over() {
		t.Error("the process ended")
	}
	if !strings.Contains(f.out.String(), "no room") {
		t.Error("the log does not say that there was no room")
	}
}

// bounded is a store that can be filled up.
type bounded struct {
	fill, clear func()
	words       string // what /readyz says of it then
}

func startBounded(t *testing.T, k kind, more ...string) (*shopfloor, bounded) {
	t.Helper()
	if k == redis {
		f := start(t, k, more...)
		limit := func(bytes string) func() {
			return func() {
				if err := f.redis.Client().ConfigSet(soon(t), "maxmemory", bytes).Err(); err != nil {
					t.Fatal(err)
				}
			}
		}
		return f, bounded{fill: limit("1"), clear: limit("0"), words: "Redis has no memory left"}
	}
	f := open(t, k, more...)
	folder := filepath.Join(f.dir, "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := begin(smalldisk.Command(folder, 16<<20, f.env, f.binary), f.dir, f.out)
	if err != nil {
		t.Fatal(err)
	}
	f.run.process = p
	f.ready()
	disk := smalldisk.Of(p.cmd.Process.Pid, folder)
	return f, bounded{
		fill:  func() { smalldisk.Fill(t, disk, 0) },
		clear: func() { smalldisk.Clear(t, disk) },
		words: "the disk has no room left",
	}
}

// untilRefused asks for invoices, which may still fit into what the file has of
// room in itself, until one is refused and the next one as well. Every one is answered at once.
func (o *owner) untilRefused() {
	o.f.t.Helper()
	refused, later := o.says(o.Lang, "full", nil), o.says(o.Lang, "full_later", nil)
	for n, i := 0, 0; n < 2; i++ {
		if i == 19 {
			o.f.t.Fatalf("nothing is refused:\n%s", o.chat())
		}
		began := time.Now()
		got := o.ask(fmt.Sprintf("/invoice %d %s", 10_000+i, strings.Repeat("ў", 200)), func(m sandbox.Message) bool {
			return isPhoto(m) || refused(m) || later(m)
		})
		if took := time.Since(began); took > 2*time.Second && !raceDetector && refused(got) {
			o.f.t.Errorf("the refusal took %v", took)
		}
		if refused(got) {
			n++
		}
	}
}

// onlyWhatWasNotRefused holds what Payfer was asked for against what the chat was told.
func (o *owner) onlyWhatWasNotRefused() {
	o.f.t.Helper()
	refused := o.says(o.Lang, "full", nil)
	asked, no := 0, 0
	for _, m := range o.f.Telegram.Messages(o.Chat()) {
		if strings.HasPrefix(m.Text, "/invoice ") {
			asked++
		} else if refused(m) {
			no++
		}
	}
	o.f.await("an invoice for each command that was not refused", func(v *sandbox.View) bool {
		return len(photos(v.Sent(o.Chat()))) >= asked-no
	})
	payments := o.f.Payfer.Payments(o.shop) // a create whose answer found no room may have been followed by a second attempt
	if shown := o.photos(); len(shown) != asked-no || len(payments) < asked-no || len(payments) > 2*(asked-no) {
		o.f.t.Errorf("of %d commands %d were refused, but %d invoices are shown and Payfer has %d:\n%s", asked, no, len(shown), len(payments), o.chat())
	}
}

// unready waits until /readyz says that the store is what is wrong, in these words.
func (f *shopfloor) unready(words ...string) {
	f.t.Helper()
	ctx := soon(f.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		status, body, err := get(ctx, f.admin+"/readyz")
		missing := slices.IndexFunc(words, func(w string) bool { return !strings.Contains(body, w) })
		if err == nil && status == http.StatusServiceUnavailable && missing < 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			f.t.Fatalf("/readyz answers %d: %s (%v)", status, body, err)
		}
	}
}

// over tells whether the process has ended.
func (r *run) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}
