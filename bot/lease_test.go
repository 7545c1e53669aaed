package bot

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/sandbox"
)

// cuttable is an inbox that one process can be cut off from.
type cuttable struct {
	*fakeInbox
	mu   sync.Mutex
	cut  bool
	asks int
}

func (c *cuttable) Hold(ctx context.Context, who string, now, until time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asks++
	if c.cut {
		return false, errStore
	}
	return c.fakeInbox.Hold(ctx, who, now, until)
}

func (c *cuttable) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
}

func (c *cuttable) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asks
}

// replica is one more process of the stage's bot, on the same store.
type replica struct {
	*stage
	clock *clock
	line  *cuttable
}

func (s *stage) replica(who string) *replica {
	s.t.Helper()
	other := *s
	r := &replica{stage: &other, clock: newClock(), line: &cuttable{fakeInbox: s.inbox}}
	r.opts.Who, r.opts.Now = who, r.clock.now
	r.dial()
	ctx, stop := context.WithCancel(context.Background())
	r.stop, r.done = stop, make(chan error, 1)
	go func() { r.done <- r.bot.Run(ctx, r.desk, r.line) }()
	s.t.Cleanup(func() { _ = r.end() })
	return r
}

// holds waits until this replica holds the inbox, or does no more.
func (r *replica) holds(want bool) {
	r.t.Helper()
	for ctx := r.ctx(); ; {
		in := r.bot.intake.Load()
		if in != nil && (in.rooms.Load() != nil) == want {
			return
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			r.t.Fatalf("holding never became %t\n%s", want, r.log)
		}
	}
}

// standsBy waits until this replica knows that another holds the inbox.
func (r *replica) standsBy() {
	r.t.Helper()
	for ctx := r.ctx(); r.bot.Healthy() != nil; {
		if err := sleep(ctx, time.Millisecond); err != nil {
			r.t.Fatalf("a process that stands by is not healthy: %v", r.bot.Healthy())
		}
	}
	if r.bot.intake.Load().rooms.Load() != nil {
		r.t.Fatal("two hold the inbox")
	}
}

// holdUpTheFirstInvoice keeps the first letter that asks for one in hand until finish is closed.
func (s *stage) holdUpTheFirstInvoice() (begun, finish chan struct{}) {
	begun, finish = make(chan struct{}), make(chan struct{})
	var asked atomic.Int64
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "Issue" && asked.Add(1) == 1 {
			close(begun)
			<-finish
		}
		return nil
	})
	return begun, finish
}

func TestOneOfSeveralProcessesTakesUpdatesAndTheOthersAreHealthy(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.replica("a")
	a.holds(true)
	b := s.replica("b")
	b.standsBy()
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
	for _, r := range []*replica{a, b} {
		if err := r.bot.Healthy(); err != nil {
			t.Error(err)
		}
	}
	s.inbox.setFail(func(method string) error {
		if method == "Hold" {
			return errStore
		}
		return nil
	})
	b.clock.add(leaseTime + 2*leaseBeat)
	if err := b.bot.Healthy(); err == nil {
		t.Error("healthy, though the store does not say who takes the updates")
	}
}

func TestAnOrderedStopLeavesTheInboxToTheNextAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	a := s.replica("a")
	a.holds(true)
	b := s.replica("b")
	b.standsBy()
	begun, finish := s.holdUpTheFirstInvoice()
	s.user(42).Send("/invoice 50000")
	<-begun
	s.user(42).Send("/help")
	a.stop()
	for asked := a.line.asked(); a.line.asked() < asked+2; { // it goes on asking, for a letter is in hand
		if held, err := s.inbox.Hold(s.ctx(), "b", b.clock.now(), b.clock.now()); held || err != nil {
			t.Fatalf("held while a letter is in hand: %t, %v", held, err)
		}
		runtime.Gosched()
	}
	close(finish)
	if err := a.end(); err != nil {
		t.Error(err)
	}
	b.holds(true) // its clock stands still: it waits for no lease to run out
	s.hears(42, "help", nil)
	s.settled(2)
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Errorf("%d invoices", len(s.desk.commands))
		}
	})
	if said := s.said(42); len(said) != 1 {
		t.Errorf("said %q", said)
	}
}

func TestALeaseThatRanOutIsTakenOverAndNoNewLetterIsBegun(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	a := s.replica("a")
	a.holds(true)
	b := s.replica("b")
	b.standsBy()
	begun, finish := s.holdUpTheFirstInvoice()
	s.user(42).Send("/invoice 50000")
	<-begun
	s.user(42).Send("/help")
	if err := s.inbox.wait(s.ctx(), func(_ []kassa.Letter, seen int) bool { return seen == 2 }); err != nil {
		t.Fatal(err)
	}
	// a stands still for as long as its lease, and b goes on.
	a.line.sever()
	a.clock.add(leaseTime)
	b.clock.add(leaseTime)
	b.holds(true)
	s.hears(42, "help", nil) // after the invoice, which b was given too
	close(finish)
	a.holds(false)
	s.settled(2)
	if said := s.said(42); len(said) != 1 {
		t.Errorf("said %q: the letter that waited is answered once", said)
	}
	s.user(43).Send("/help")
	s.hears(43, "help", nil)
	if err := b.bot.Healthy(); err != nil {
		t.Error(err)
	}
}

func TestAProcessThatStoodStillAnswersNothingUntilItHoldsTheInboxAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *Options) { o.Mode, o.PublicURL = Webhook, "https://pay.example" })
	s.user(42).Start("")
	a := s.replica("a")
	a.holds(true)
	a.line.sever()
	a.clock.add(leaseTime)
	if got := posted(a.bot, letter(900, 42, "/help")); got != http.StatusOK { // taken, and left to whoever holds the inbox
		t.Errorf("status %d", got)
	}
	a.holds(false)
	if said := s.said(42); len(said) != 0 {
		t.Errorf("said %q without the lease", said)
	}
	b := s.replica("b")
	b.clock.add(leaseTime)
	b.holds(true)
	s.hears(42, "help", nil)
	s.settled(1)
}

func TestALetterSavedThoughItsSavingFailedIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	in := &forgetful{fakeInbox: s.inbox, failures: 1}
	s.dial()
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.done = stop, make(chan error, 1)
	go func() { s.done <- s.bot.Run(ctx, s.desk, in) }()
	t.Cleanup(func() { _ = s.end() })
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
	s.settled(1)
	if err := s.tg.Wait(s.ctx(), func(v *sandbox.View) bool { return v.Pending() == 0 }); err != nil {
		t.Error("an update that was saved is not confirmed")
	}
	if said := s.said(42); len(said) != 1 {
		t.Errorf("said %q", said)
	}
}

// forgetful saves letters and says that it did not.
type forgetful struct {
	*fakeInbox
	mu       sync.Mutex
	failures int
}

func (f *forgetful) Receive(ctx context.Context, letters []kassa.Letter, now time.Time) ([]kassa.Letter, error) {
	fresh, err := f.fakeInbox.Receive(ctx, letters, now)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failures > 0 {
		f.failures--
		return nil, errors.New("the reply was lost")
	}
	return fresh, err
}

func TestEveryProcessTakesPostedUpdatesAndOneWorksThem(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *Options) { o.Mode, o.PublicURL = Webhook, "https://pay.example" })
	s.user(42).Start("")
	a := s.replica("a")
	a.holds(true)
	b := s.replica("b")
	b.standsBy()
	for n, r := range []*replica{a, b} {
		if got := posted(r.bot, letter(int64(900+n), 42, "/cancel")); got != http.StatusOK {
			t.Errorf("update %d: %d", n, got)
		}
		s.settled(n + 1)
	}
	if said := s.said(42); len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

func TestWhoeverSavesALetterSaysSo(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]error{"saved": nil, "perhaps saved": errStore} {
		inbox := newFakeInbox()
		inbox.setFail(func(string) error { return fail })
		in := newIntake(inbox, &lease{now: time.Now})
		if err := in.receive(t.Context(), []kassa.Letter{letter(1, 42, "/help")}); !errors.Is(err, fail) {
			t.Errorf("%s: error %v", name, err)
		}
		if len(in.news) != 1 {
			t.Errorf("%s: the worker learns of it only by looking", name)
		}
	}
}

// posted gives a letter to the bot as Telegram's webhook does.
func posted(b *Bot, l kassa.Letter) int {
	r := httptest.NewRequest(http.MethodPost, WebhookPath, bytes.NewReader(l.Body))
	r.Header.Set(secretHeader, b.webhookSecret())
	w := httptest.NewRecorder()
	b.WebhookHandler().ServeHTTP(w, r)
	return w.Code
}

func TestWhatWasDealtWithWhileTheInboxWasReadIsNotGivenAgain(t *testing.T) {
	t.Parallel()
	finish := make(chan struct{})
	m := newMailroom(func(entry) { <-finish })
	m.put(entry{id: 1})
	m.beginReading()
	read := []int64{1, 2, 3} // 1 is in hand, and its end comes after the reading
	close(finish)
	<-m.space
	if got := m.lacks(read); !slices.Equal(got, []int64{2, 3}) {
		t.Errorf("lacks %d", got)
	}
	m.endReading()
	if got := m.lacks(read); !slices.Equal(got, read) {
		t.Errorf("remembers for ever what was dealt with: lacks %d", got)
	}
	m.close()
	m.wait()
}
