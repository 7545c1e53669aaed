package bot

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
)

// played is a bot that was only dialled, and a chat that it may write to.
func played(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.dial()
	s.user(42).Start("")
	return s
}

func delivery(kind kassa.Kind, change ...func(*kassa.Delivery)) kassa.Delivery {
	d := kassa.Delivery{
		Kind: kind, Peer: kassa.Peer{ID: "peer42", At: kassa.Address{Chat: 42}, Lang: "en"},
		Shop: kassa.Shop{ID: "shop1", Name: "Choyxona <Bahor> & co"},
		Invoice: kassa.Invoice{
			Order: "abcdefghijklmnop", Number: 12, State: kassa.Pending, Asked: 50_000 * money.Som,
			Unique: 5_000_150, Expires: time.Now().Add(time.Hour), Note: "choy <2>",
		},
		View: kassa.View{Peer: "peer42", Photo: true},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func at(message int) func(*kassa.Delivery) {
	return func(d *kassa.Delivery) { d.View.Message = message }
}

func isPaid(d *kassa.Delivery) { d.Invoice.State, d.Invoice.Paid = kassa.Paid, d.Invoice.Unique }

func (s *stage) deliver(d kassa.Delivery) int {
	s.t.Helper()
	sent, err := s.bot.Deliver(s.ctx(), d)
	if err != nil {
		s.t.Fatalf("%s: %v", d.Kind, err)
	}
	return sent.Message
}

func TestAnInvoiceIsShownAnnouncedEditedAndTidied(t *testing.T) {
	t.Parallel()
	s := played(t)
	photo := s.deliver(delivery(kassa.Show))
	m, _ := s.tg.Message(42, photo)
	if _, err := png.Decode(bytes.NewReader(m.Photo)); err != nil {
		t.Fatalf("no PNG was sent: %v", err)
	}
	if !strings.Contains(m.HTML, "<code>50 001,50</code>") || !strings.Contains(m.Text, "choy <2>") {
		t.Errorf("caption %q", m.HTML)
	}
	if copied := m.Flat()[0].CopyText; copied != "50001.50" {
		t.Errorf("the button copies %q", copied)
	}

	notice := s.deliver(delivery(kassa.Announce, at(photo), isPaid))
	if n, _ := s.tg.Message(42, notice); n.ReplyTo != photo || n.Photo != nil {
		t.Errorf("the notice replies to %d, not to %d", n.ReplyTo, photo)
	}
	if n, _ := s.tg.Message(42, s.deliver(delivery(kassa.Announce, at(0), isPaid))); n.ReplyTo != 0 {
		t.Errorf("a notice without a message to reply to replies to %d", n.ReplyTo)
	}
	if n, ok := s.tg.Message(42, s.deliver(delivery(kassa.Announce, at(9999), isPaid))); !ok || n.ReplyTo != 0 {
		t.Errorf("a notice whose invoice's message is gone: %+v", n)
	}

	s.deliver(delivery(kassa.Edit, at(photo), isPaid))
	m, _ = s.tg.Message(42, photo)
	if m.Edited != 1 || len(m.Flat()) != 0 || m.Photo == nil {
		t.Errorf("edited %d times, %d buttons left", m.Edited, len(m.Flat()))
	}
	s.deliver(delivery(kassa.Edit, at(photo), isPaid)) // "message is not modified" is success

	s.deliver(delivery(kassa.Tidy, func(d *kassa.Delivery) { d.View.Stale = photo }))
	s.deliver(delivery(kassa.Tidy, func(d *kassa.Delivery) { d.View.Stale = photo }))
	if m, _ = s.tg.Message(42, photo); !m.Deleted {
		t.Error("the replaced notice stands")
	}
}

func TestAnInvoiceWithoutASumIsAText(t *testing.T) {
	t.Parallel()
	s := played(t)
	unknown := func(d *kassa.Delivery) {
		d.Invoice.State, d.Invoice.Unique, d.View.Photo = kassa.Unknown, 0, false
	}
	id := s.deliver(delivery(kassa.Show, unknown))
	if m, _ := s.tg.Message(42, id); m.Photo != nil || m.Text == "" {
		t.Errorf("sent %+v", m)
	}
	s.deliver(delivery(kassa.Edit, at(id), func(d *kassa.Delivery) { unknown(d); d.Invoice.State = kassa.Absent }))
	if m, _ := s.tg.Message(42, id); m.Edited != 1 {
		t.Error("not edited")
	}
	// A view whose kind was recorded wrongly is edited all the same.
	s.deliver(delivery(kassa.Edit, at(id), isPaid))
	if m, _ := s.tg.Message(42, id); m.Edited != 2 {
		t.Error("not edited as a text")
	}
}

func TestAMarkupThatTelegramRefusesGoesOutPlain(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendMessage", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text("Bad Request: can't parse entities"))
	id := s.deliver(delivery(kassa.Announce, isPaid))
	m, _ := s.tg.Message(42, id)
	if m.ParseMode != "" || strings.Contains(m.Text, "<b>") || !strings.Contains(m.Text, "Choyxona <Bahor> & co") {
		t.Errorf("sent %q in mode %q", m.Text, m.ParseMode)
	}
}

func TestWhatTelegramAnswersIsTheMessagesFate(t *testing.T) {
	t.Parallel()
	const migrated = `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}}`
	no := func(code, words string) string {
		return `{"ok":false,"error_code":` + code + `,"description":"` + words + `"}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		kind   kassa.Kind
		want   kassa.SendError // Fate empty: delivered
	}{
		"sent":              {200, `{"ok":true,"result":{"message_id":5,"chat":{"type":7}}}`, kassa.Show, kassa.SendError{}},
		"flood":             {429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`, kassa.Show, kassa.SendError{Fate: kassa.Flooded, Wait: 7 * time.Second}},
		"flood, no time":    {429, no("429", "Too Many Requests"), kassa.Show, kassa.SendError{Fate: kassa.Flooded, Wait: time.Second}},
		"flood, by a proxy": {429, `<html>slow down</html>`, kassa.Show, kassa.SendError{Fate: kassa.Flooded, Wait: 5 * time.Second}},
		"blocked":           {403, no("403", "Forbidden: bot was blocked by the user"), kassa.Show, kassa.SendError{Fate: kassa.Forbidden}},
		"no chat":           {400, no("400", "Bad Request: chat not found"), kassa.Show, kassa.SendError{Fate: kassa.Forbidden}},
		"migrated":          {400, migrated, kassa.Show, kassa.SendError{Fate: kassa.Moved, MovedTo: -1001234567890}},
		"not modified":      {400, no("400", "Bad Request: message is not modified: specified new message content is the same"), kassa.Edit, kassa.SendError{}},
		"gone":              {400, no("400", "Bad Request: message to edit not found"), kassa.Edit, kassa.SendError{Fate: kassa.Gone}},
		"not editable":      {400, no("400", "Bad Request: message can't be edited"), kassa.Edit, kassa.SendError{Fate: kassa.Gone}},
		"refused":           {400, no("400", "Bad Request: message is too long"), kassa.Show, kassa.SendError{Fate: kassa.Refused}},
		"too large":         {413, no("413", "Request Entity Too Large"), kassa.Show, kassa.SendError{Fate: kassa.Refused}},
		"token gone":        {401, no("401", "Unauthorized"), kassa.Show, kassa.SendError{Fate: kassa.Flooded, Wait: time.Minute}},
		"5xx":               {502, no("502", "Bad Gateway"), kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"5xx in HTML":       {502, `<html>bad gateway</html>`, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"403 in HTML":       {403, `<html>forbidden</html>`, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"garbage":           {200, `hello`, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"empty":             {200, ``, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"half":              {200, `{"ok":true,"result":{"message_`, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
		"a redirect":        {302, ``, kassa.Show, kassa.SendError{Fate: kassa.Lost}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := answering(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/getMe") {
					_, _ = w.Write([]byte(`{"ok":true,"result":{"id":7,"is_bot":true,"username":"b"}}`))
					return
				}
				w.Header().Set("Location", "http://127.0.0.1:1"+r.URL.Path)
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			s := newStage(t, func(o *Options) { o.APIURL = url })
			s.dial()
			id, err := s.bot.Deliver(s.ctx(), delivery(c.kind, at(3)))
			s.hasFate(id, err, c.want)
		})
	}
}

// hasFate holds a delivery's outcome to what is wanted; an empty fate is success.
func (s *stage) hasFate(sent kassa.Sent, err error, want kassa.SendError) {
	s.t.Helper()
	if want.Fate == "" {
		if err != nil {
			s.t.Errorf("delivered %v, %v", sent, err)
		}
		return
	}
	var got *kassa.SendError
	if !errors.As(err, &got) {
		s.t.Fatalf("error %v", err)
	}
	if got.Fate != want.Fate || got.Wait != want.Wait || got.MovedTo != want.MovedTo {
		s.t.Errorf("fate %s, wait %s, moved to %d: %v", got.Fate, got.Wait, got.MovedTo, got.Err)
	}
	if strings.Contains(err.Error(), "AAcanary") {
		s.t.Errorf("the error shows the token: %v", err)
	}
}

func TestALostConnectionLeavesItOpenAndARefusedOneDoesNot(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendPhoto", sandbox.DropAfter, 1)
	id, err := s.bot.Deliver(s.ctx(), delivery(kassa.Show))
	s.hasFate(id, err, kassa.SendError{Fate: kassa.Lost})
	s.tg.Fault("sendPhoto", sandbox.Cut, 1)
	id, err = s.bot.Deliver(s.ctx(), delivery(kassa.Show))
	s.hasFate(id, err, kassa.SendError{Fate: kassa.Lost})

	hold := make(chan struct{})
	defer close(hold)
	s.tg.Fault("sendPhoto", sandbox.Slow, 1, sandbox.Until(hold))
	ctx, cancel := context.WithCancel(s.ctx()) // once the request is with Telegram
	defer cancel()
	s.tg.OnCall(func(sandbox.Call) { cancel() })
	id, err = s.bot.Deliver(ctx, delivery(kassa.Show))
	s.hasFate(id, err, kassa.SendError{Fate: kassa.Lost})

	w, err := sandbox.Start(sandbox.Options{Token: canaryToken})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s.opts.APIURL = w.TelegramURL
	s.dial()
	if err := w.StopTelegram(); err != nil {
		t.Fatal(err)
	}
	s.bot.client.close() // else the connection of getMe is found dead only when written to
	for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		id, err := s.bot.Deliver(s.ctx(), delivery(kassa.Show))
		s.hasFate(id, err, kassa.SendError{Fate: kassa.Flooded, Wait: wait})
	}
}

func TestRepliesOutlastWhatPassesSoon(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendMessage", sandbox.DropBefore, 2)
	if id := s.bot.reply(s.ctx(), place{chat: 42}, answer{html: "<b>a</b>"}); id == 0 {
		t.Error("given up after two lost connections")
	}
	s.tg.Fault("sendMessage", sandbox.TooMany, 1, sandbox.RetryAfter(1))
	if id := s.bot.reply(s.ctx(), place{chat: 42}, answer{html: "<b>b</b>"}); id == 0 {
		t.Error("given up after a wait of a second")
	}
	s.tg.Fault("sendMessage", sandbox.TooMany, 1, sandbox.RetryAfter(600))
	if id := s.bot.reply(s.ctx(), place{chat: 42}, answer{html: "<b>c</b>"}); id != 0 {
		t.Error("waited for ten minutes")
	}
	if id := s.bot.reply(s.ctx(), place{chat: 42}, answer{html: "a < b"}); id == 0 {
		t.Error("a text that is no HTML was not sent plain")
	}
	if id := s.bot.reply(s.ctx(), place{chat: 42}, answer{html: "gone", message: 9999}); id == 0 {
		t.Error("the message to change is gone, and no new one came")
	}
}

func TestPlainTextIsWhatPeopleWouldHaveSeen(t *testing.T) {
	t.Parallel()
	got := plainText(`<b>№12</b> · ` + locales.Escape(`<i> & "x"`) + ` <a href="https://a.b/?c=1&amp;d=2">link</a>`)
	if want := `№12 · <i> & "x" link`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
