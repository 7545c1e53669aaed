package bot

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
)

// unsureInbox saves the first letters and then says that it could not.
type unsureInbox struct {
	*fakeInbox
	said bool
}

func (i *unsureInbox) Receive(ctx context.Context, letters []kassa.Letter, now time.Time) ([]kassa.Letter, error) {
	fresh, err := i.fakeInbox.Receive(ctx, letters, now)
	if !i.said {
		i.said = true
		return nil, errStore
	}
	return fresh, err
}

func TestALetterThatWasSavedUnheardIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.dial()
	aziz := s.user(42)
	aziz.Send("/help")
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.done = stop, make(chan error, 1)
	go func() { s.done <- s.bot.Run(ctx, s.desk, &unsureInbox{fakeInbox: s.inbox}) }()
	t.Cleanup(func() { _ = s.end() })
	s.hears(42, "help", nil)
	s.settled(1)
}

func TestNewsGoOutEvenWhereTheirMessageCannotBeAnswered(t *testing.T) {
	t.Parallel()
	for _, words := range []string{"Bad Request: REPLY_MESSAGE_ID_INVALID", "Bad Request: message to be replied not found"} {
		url := answering(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/getMe") {
				_, _ = w.Write([]byte(`{"ok":true,"result":{"id":7,"is_bot":true,"username":"b"}}`))
				return
			}
			if r.FormValue("reply_parameters") != "" {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"ok":false,"error_code":400,"description":"` + words + `"}`))
				return
			}
			_, _ = w.Write([]byte(`{"ok":true,"result":{"message_id":5}}`))
		})
		s := newStage(t, func(o *Options) { o.APIURL = url })
		s.dial()
		if id, err := s.bot.Deliver(s.ctx(), delivery(kassa.Announce, at(3), isPaid)); err != nil || id.Message != 5 {
			t.Errorf("%s: delivered %v, %v", words, id, err)
		}
	}
}

func TestAMessageThatNeverLeftWasForbiddenByNobody(t *testing.T) {
	t.Parallel()
	s := played(t)
	if f := s.bot.fate(&lineError{Unsent: true, Err: errStore}); !f.Ours {
		t.Errorf("fate %+v", f)
	}
	if f := s.bot.fate(&replyError{Code: http.StatusTooManyRequests}); f.Ours {
		t.Errorf("a flood wait is Telegram's: %+v", f)
	}
}
