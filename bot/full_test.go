package bot

import (
	"fmt"
	"testing"

	"payferbot/kassa"
	"payferbot/sandbox"
)

var errNoRoom = fmt.Errorf("write: %w", kassa.ErrFull)

// noRoom makes these methods of the desk and the inbox fail for want of room.
func (s *stage) noRoom(methods ...string) {
	full := func(method string) error {
		for _, m := range methods {
			if m == method {
				return errNoRoom
			}
		}
		return nil
	}
	s.desk.setHook(func(method string, _ kassa.PeerID) error { return full(method) })
	s.inbox.setFail(full)
}

// confirmed waits until Telegram has forgotten all updates.
func (s *stage) confirmed() {
	s.t.Helper()
	if err := s.tg.Wait(s.ctx(), func(v *sandbox.View) bool { return v.Pending() == 0 }); err != nil {
		s.t.Error("Telegram was not told that it may forget")
	}
}

func (s *stage) issued() (n int) {
	s.desk.see(func() { n = len(s.desk.commands) })
	return n
}

func TestWhatCannotBeSavedIsRefusedForGood(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.noRoom("Receive", "Issue")
	aziz := s.user(42)
	aziz.Send("/help") // needs no room
	s.hears(42, "help", nil)
	aziz.Send("/invoice 50000")
	s.hears(42, "full", nil)
	s.confirmed()
	s.noRoom()
	aziz.Send("/invoice 60000")
	s.settled(1)
	if n := s.issued(); n != 1 {
		t.Errorf("%d invoices, want the one that was asked for when there was room", n)
	}
	if said := s.said(42); len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

func TestARefusalThatWasNotHeardIsSaidAgain(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.noRoom("Receive", "Issue")
	s.tg.Fault("sendMessage", sandbox.BadGateway, quickTries)
	s.user(42).Send("/invoice 50000")
	s.hears(42, "full", nil)
	s.confirmed()
}

func TestWhatTelegramItselfSaysIsKeptWhileOthersAreRefusedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.dial()
	aziz := s.user(42)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz.Start("")
	aziz.Block() // my_chat_member, which must not be lost
	aziz.Unblock()
	aziz.Send("/invoice 50000")
	s.noRoom("Receive", "Issue", "Known")
	s.run()
	s.hears(42, "full", nil)
	aziz.Send("/help")
	s.hears(42, "help", nil) // of a poll that came after the refusal
	if s.tg.Pending() < 2 {
		t.Error("Telegram has forgotten what nobody can say again")
	}
	s.noRoom()
	s.confirmed()
	if n := s.issued(); n != 0 {
		t.Error("a refused command was done when there was room")
	}
}

func TestASavedLetterWithoutRoomForItsAnswerIsRefusedForGood(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.noRoom("Issue")
	s.user(42).Send("/invoice 50000")
	s.hears(42, "full", nil)
	s.settled(1)
	s.noRoom()
	s.user(42).Send("/invoice 60000")
	s.settled(2)
	if n := s.issued(); n != 1 {
		t.Errorf("%d invoices, want one", n)
	}
}

func TestALetterThatCannotBeForgottenIsAnsweredLaterAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.noRoom("Issue", "Discard")
	aziz := s.user(42)
	aziz.Send("/invoice 50000")
	s.hears(42, "full_later", nil)
	s.noRoom("Issue", "Discard", "Receive")
	aziz.Send("/invoice 60000") // in the same chat, behind the first
	s.hears(42, "full", nil)
	s.confirmed()
	s.noRoom()
	s.settled(1)
	s.desk.see(func() {
		if len(s.desk.commands) != 1 || s.desk.commands[0].Amount != 50_000_00 {
			t.Errorf("issued %+v, want the first alone", s.desk.commands)
		}
	})
	if said := s.said(42); len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

func TestAPressWithoutRoomIsToldSo(t *testing.T) {
	t.Parallel()
	s := perform(t)
	aziz := s.user(42)
	aziz.Send("/lang")
	m := s.hears(42, "lang.ask", nil)
	s.noRoom("ChangePeer", "Receive")
	press, err := aziz.Press(m, "lang:ru")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := press.Wait(s.ctx()); err != nil || got.Text != s.book.Plain("en", "full_press", nil) {
		t.Errorf("toast %+v (%v)", got, err)
	}
	s.confirmed()
}
