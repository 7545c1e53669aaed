package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/sandbox"
)

// letter is a saved update: a text from somebody's private chat.
func letter(id, chat int64, text string) kassa.Letter {
	body, _ := json.Marshal(map[string]any{"update_id": id, "message": map[string]any{
		"message_id": id, "date": 1, "text": text, "chat": map[string]any{"id": chat, "type": "private"},
		"from": map[string]any{"id": chat, "language_code": "en"},
	}})
	return kassa.Letter{ID: id, Body: body}
}

func TestWhatAnEarlierRunLeftIsAnsweredFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.user(42).Start("") // lets the bot write, and is update 1
	s.inbox = newFakeInbox(letter(900, 42, "/help"), kassa.Letter{ID: 901, Body: []byte(`{"update_id":901,"message":7}`)})
	failures := 2
	s.inbox.setFail(func(method string) error {
		if method == "Letters" && failures > 0 {
			failures--
			return errStore
		}
		return nil
	})
	s.dial()
	s.run()
	s.hears(42, "help", nil)
	s.hears(42, "start.new", nil)
	s.settled(1)
}

func TestTelegramForgetsOnlyWhatIsSaved(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	refused := make(chan struct{})
	var once sync.Once
	s.inbox.setFail(func(method string) error {
		if method == "Receive" {
			once.Do(func() { close(refused) })
			return errStore
		}
		return nil
	})
	s.dial()
	s.run()
	s.user(42).Send("/help")
	<-refused
	if n := s.tg.Pending(); n == 0 {
		t.Error("Telegram has forgotten an update that was not saved")
	}
	s.inbox.setFail(nil)
	s.hears(42, "help", nil)
	if err := s.tg.Wait(s.ctx(), func(v *sandbox.View) bool { return v.Pending() == 0 }); err != nil {
		t.Error("an update that was saved is not confirmed")
	}
	if err := s.bot.Healthy(); err != nil {
		t.Error(err)
	}
}

func TestARedeliveredUpdateIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	m := aziz.Send("/help")
	s.hears(42, "help", nil)
	for range 3 {
		s.tg.Redeliver(m.Update)
	}
	aziz.Send("/cancel")
	s.hears(42, "cancel.nothing", nil)
	if said := s.said(42); len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

func TestAFailingStoreDelaysALetterAndLosesNone(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	failures := 2
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "Issue" && failures > 0 {
			failures--
			return errStore
		}
		return nil
	})
	aziz := s.user(42)
	aziz.Send("/invoice 50000")
	aziz.Send("/invoice 60000")
	s.settled(2)
	s.desk.see(func() {
		if len(s.desk.commands) != 2 || s.desk.commands[0].Amount >= s.desk.commands[1].Amount {
			t.Errorf("issued %+v", s.desk.commands)
		}
	})
	if said := s.said(42); len(said) != 0 {
		t.Errorf("said %q", said)
	}
}

func TestAPressThatTheStoreCannotServeIsToldAndForgotten(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/lang")
	m := s.hears(42, "lang.ask", nil)
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "ChangePeer" {
			return errStore
		}
		return nil
	})
	press, err := aziz.Press(m, "lang:ru")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := press.Wait(s.ctx()); err != nil || got.Text != s.book.Plain("en", "store_down", nil) {
		t.Errorf("toast %+v (%v)", got, err)
	}
	s.settled(2)
}

func TestAPanicIsToldAndHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	s := perform(t)
	panics := 0
	s.desk.setHook(func(method string, peer kassa.PeerID) error {
		if method == "ShopOf" && peer == "peer42" {
			panics++
			panic("while reading " + canaryKey)
		}
		return nil
	})
	s.user(42).Send("/start")
	s.user(43).Send("/start")
	s.hears(43, "start.new", nil)
	s.hears(42, "failed", nil)
	s.settled(2)
	if panics != mostPanics {
		t.Errorf("tried %d times", panics)
	}
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
}

func TestAPanicBelowAPressIsToldInAToast(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/lang")
	m := s.hears(42, "lang.ask", nil)
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "ChangePeer" {
			var none map[string]int
			none["x"]++ //nolint:govet,staticcheck // the panic is what is tested
		}
		return nil
	})
	press, err := aziz.Press(m, "lang:ru")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := press.Wait(s.ctx()); err != nil || got.Text != s.book.Plain("en", "failed", nil) {
		t.Errorf("toast %+v (%v)", got, err)
	}
	s.settled(2)
	if !strings.Contains(s.log.String(), "nil map") {
		t.Error("the log does not say what happened")
	}
}

func TestTheEndWaitsForWhatIsInHandAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	begun, finish := make(chan struct{}), make(chan struct{})
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "Issue" {
			close(begun)
			<-finish
		}
		return nil
	})
	aziz := s.user(42)
	aziz.Send("/invoice 50000")
	aziz.Send("/help")
	<-begun
	if err := s.inbox.wait(s.ctx(), func(_ []kassa.Letter, seen int) bool { return seen == 2 }); err != nil {
		t.Fatal(err)
	}
	s.stop()
	for s.bot.intake.Load() != nil {
		runtime.Gosched() // Run turns away from Telegram before it waits for what is in hand
	}
	close(finish)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Errorf("%d invoices", len(s.desk.commands))
		}
	})
	if len(s.inbox.waiting) != 1 || len(s.said(42)) != 0 {
		t.Errorf("%d letters wait, said %q", len(s.inbox.waiting), s.said(42))
	}
}

func TestALetterIsGivenUpOnlyWhenTheStoreWorks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deskFails, discardFails int // so many times, then they work
		answered                bool
	}{
		"the store was down for long": {mostTries + 10, mostTries + 10, true},
		"the letter is at fault":      {1_000_000, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &stage{desk: newFakeDesk(), inbox: newFakeInbox(letter(5, 42, "/lang en"))}
				s.bot = unreached(t, s.desk)
				defer s.bot.Close()
				s.desk.setHook(func(method string, _ kassa.PeerID) error {
					if method == "PeerAt" && c.deskFails > 0 {
						c.deskFails--
						return errStore
					}
					return nil
				})
				s.inbox.setFail(func(method string) error {
					if c.discardFails > 0 {
						c.discardFails--
						return errStore
					}
					return nil
				})
				u, err := readUpdate(s.inbox.waiting[0].Body)
				if err != nil {
					t.Fatal(err)
				}
				s.bot.deal(t.Context(), t.Context(), s.inbox, entry{id: 5, update: u})
				if got := s.desk.peers[42].Lang == "en"; got != c.answered {
					t.Errorf("answered: %t", got)
				}
				if len(s.inbox.waiting) != 0 {
					t.Error("the letter is not forgotten")
				}
			})
		})
	}
}

func TestALetterThatFailsAtTheEndStays(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(context.Background())
	cancel()
	desk, inbox := newFakeDesk(), newFakeInbox(letter(5, 42, "/start"))
	desk.setHook(func(string, kassa.PeerID) error { return errStore })
	b := unreached(t, desk)
	defer b.Close()
	u, err := readUpdate(inbox.waiting[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	b.deal(t.Context(), over, inbox, entry{id: 5, update: u})
	if len(inbox.waiting) != 1 {
		t.Error("a letter that was not dealt with is gone")
	}
}

// unreached is a bot without a Telegram.
func unreached(t *testing.T, d desk) *Bot {
	t.Helper()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBot(Options{Token: canaryToken, APIURL: "http://127.0.0.1:1", Book: book, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b.desk = d
	return b
}

// As where Redis fails over at once: Telegram was told that the letter is saved,
// and the new master never heard of it.
func TestALetterThatTheInboxForgetsIsAnsweredAllTheSame(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.inbox.setFail(func(method string) error {
		if method == "Waiting" || method == "Letters" {
			s.inbox.waiting = nil
		}
		return nil
	})
	aziz := s.user(42)
	aziz.Send("/help")
	s.hears(42, "help", nil)
	aziz.Send("/cancel")
	s.hears(42, "cancel.nothing", nil)
	if said := s.said(42); len(said) != 2 {
		t.Errorf("said %q", said)
	}
}
