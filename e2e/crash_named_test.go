package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"payferbot/sandbox"
)

// deathbeds is how many processes per store are dying at once. They mostly wait
// for a lease to run out: 12 s for a chat, 15 s for a create, 20 s for a check.
const deathbeds = 12

// inTime is how long a sale may take across all its deaths.
const inTime = 2 * time.Minute

func TestKilledAtEveryFaultPointKeepsItsWord(t *testing.T) {
	points := faultPoints(t)
	if len(points) < 12 {
		t.Fatalf("only %d fault points were found: %v", len(points), points)
	}
	onBoth(t, func(t *testing.T, k kind) {
		var beds sync.WaitGroup
		free := make(chan struct{}, deathbeds)
		for _, d := range deaths(points) {
			beds.Go(func() {
				free <- struct{}{}
				defer func() { <-free }()
				// Not parallel in the eyes of the test package, whose places others need.
				t.Run(d.String(), func(t *testing.T) { dieAndKeepWord(t, k, d) })
			})
		}
		beds.Wait()
	})
}

// dieAndKeepWord plays a sale around a process that dies, and judges it.
func dieAndKeepWord(t *testing.T, k kind, d death) {
	var env []string
	if d.hook {
		env = append(env, "BOT_MODE=webhook")
	}
	f := start(t, k, env...)
	o := f.newLinked("en")
	if code := f.stop(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	w := newWitness(f)
	if d.lost {
		f.Payfer.Fault("create", sandbox.DropAfter, 1)
	}
	ctx, cancel := context.WithTimeout(t.Context(), inTime)
	defer cancel()
	sold := make(chan error, 1)
	go func() { sold <- w.sale(ctx, o) }()
	for range d.lives {
		f.launch(fmt.Sprintf("PAYFERBOT_FAULT=%s:%d", d.point, d.nth))
		select {
		case <-f.run.done:
			w.died()
			if !f.run.killed() {
				t.Fatalf("it ended by itself, exit %d", f.run.code)
			}
		case err := <-sold:
			t.Fatalf("the sale never passed %q (%v)", d.point, err)
		case <-ctx.Done():
			t.Fatalf("it did not die; the chat:\n%s", o.chat())
		}
	}
	f.restart()
	if err := <-sold; err != nil {
		t.Fatalf("%v; the chat:\n%s", err, o.chat())
	}
	got := w.settled(t, inTime, 0)
	v := w.judge()
	if len(v.wrong)+len(v.missing) > 0 {
		t.Log(o.chat())
	}
	if second := d.lost || d.point == "create answered"; got.abandoned > 0 && !second {
		t.Errorf("%d payments too many were made", got.abandoned)
	}
	if got.notices > 0 && !d.hopeless() {
		t.Errorf("%d commands came to nothing; the chat:\n%s", got.notices, o.chat())
	}
}

// killed tells that the process died by kill -9; it has ended.
func (p *process) killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// sale plays three invoices: one is paid when the customer sees it, one before
// create's answer can be saved, and one never. It does not know of any death.
func (w *witness) sale(ctx context.Context, o *owner) error {
	const early = 2
	var once sync.Once
	w.f.Payfer.OnCreate(func(p sandbox.Payment) {
		if w.count() == early {
			once.Do(func() { _ = w.f.Payfer.Pay(p.Order) })
		}
	})
	if err := w.firstInvoice(ctx, o); err != nil {
		return fmt.Errorf("the first invoice: %w", err)
	}
	if _, err := w.await(ctx, w.command(o), isNews); err != nil {
		return fmt.Errorf("the second announcement: %w", err)
	}
	if _, err := w.await(ctx, w.command(o), isPhoto); err != nil {
		return fmt.Errorf("the third invoice: %w", err)
	}
	return nil
}

// firstInvoice is the one that is paid from its message, unless its answer is
// that nothing came of it.
func (w *witness) firstInvoice(ctx context.Context, o *owner) error {
	c := w.command(o)
	m, err := w.await(ctx, c, func(m sandbox.Message) bool { return isPhoto(m) || strings.HasPrefix(m.Text, "📭") })
	if err != nil || !isPhoto(m) {
		return err
	}
	if err := w.f.Payfer.Pay(orderOf(m)); err != nil {
		return err
	}
	if _, err := w.await(ctx, c, isNews); err != nil {
		return fmt.Errorf("its announcement: %w", err)
	}
	_, err = w.await(ctx, c, func(m sandbox.Message) bool { return isPhoto(m) && len(m.Buttons) == 0 })
	return err
}

func (w *witness) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.commands)
}

// await waits for a message about the command.
func (w *witness) await(ctx context.Context, c *command, match func(sandbox.Message) bool) (sandbox.Message, error) {
	return w.f.Telegram.WaitSent(ctx, c.o.Chat(), func(m sandbox.Message) bool {
		return noteForm.FindString(m.Text) == c.note && match(m)
	})
}
