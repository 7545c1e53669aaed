package bot

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"payferbot/sandbox"
	"payferbot/secret"
)

func TestATokenThatTelegramDoesNotKnowIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, token := range []secret.Text{"7:wrongAAcanary", "", "no token, AAcanary", "../AAcanary"} {
		s.opts.Token = token
		_, err := Dial(s.ctx(), s.opts)
		if !errors.Is(err, ErrToken) {
			t.Errorf("error %v", err)
		}
		if err != nil && strings.Contains(err.Error(), "AAcanary") {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func TestWhatCannotRunIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, change := range []func(*Options){
		func(o *Options) { o.Mode = "pigeons" },
		func(o *Options) { o.Mode = Webhook },
		func(o *Options) { o.Book = nil },
	} {
		o := s.opts
		change(&o)
		if _, err := Dial(s.ctx(), o); err == nil {
			t.Errorf("dialled with %+v", o)
		}
	}
}

func TestDialWaitsForTelegram(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tg.Fault("getMe", sandbox.BadGateway, 1)
	s.tg.Fault("getMe", sandbox.DropBefore, 1)
	s.tg.Fault("getMe", sandbox.Garbage, 1)
	s.dial()
	if s.bot.Username() != s.tg.Username() {
		t.Errorf("I am %q", s.bot.Username())
	}
	if err := s.bot.Healthy(); err == nil {
		t.Error("healthy before it listens")
	}

	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	s.opts.APIURL = "http://127.0.0.1:1"
	if _, err := Dial(ctx, s.opts); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestPollingOutlastsWhatTelegramThrowsAtIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, kind := range []sandbox.Kind{sandbox.Garbage, sandbox.BadGateway, sandbox.Cut} {
		s.tg.Fault("getUpdates", kind, 1)
	}
	s.dial()
	s.run()
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
	if len(s.tg.Calls("deleteWebhook")) == 0 {
		t.Error("a webhook would keep the updates")
	}
	for _, c := range s.tg.Calls("getUpdates") {
		if got := c.Params.Get("allowed_updates"); got != `["message","callback_query","inline_query","chosen_inline_result","my_chat_member"]` {
			t.Fatalf("asks for %s", got)
		}
	}
}

func TestATokenTakenBackEndsTheRun(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.dial()
	s.tg.Fault("getUpdates", sandbox.Refuse, -1, sandbox.Code(401), sandbox.Text("Unauthorized"))
	s.run()
	if err := <-s.done; !errors.Is(err, ErrToken) {
		t.Errorf("ended with %v", err)
	}
	s.done <- nil
}

func TestAnotherPollerIsNamedInTheLog(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tg.Fault("getUpdates", sandbox.Refuse, 1, sandbox.Code(409), sandbox.Text("Conflict: terminated by other getUpdates request"))
	s.dial()
	s.run()
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
	if !strings.Contains(s.log.String(), "only one may run with one token") {
		t.Errorf("the log: %s", s.log)
	}
}

func TestASilentTelegramMakesTheBotUnhealthy(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := perform(t, func(o *Options) { o.Now = clock.now })
	s.user(42).Send("/help")
	s.hears(42, "help", nil)
	if err := s.bot.Healthy(); err != nil {
		t.Error(err)
	}
	clock.add(deafTime + time.Second)
	if err := s.bot.Healthy(); err == nil {
		t.Error("healthy after a silence")
	}
}

func TestTheMenuSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tg.Fault("setMyDescription", sandbox.Refuse, 1, sandbox.Code(404), sandbox.Text("Not Found"))
	s.dial()
	s.bot.introduce(s.ctx())
	for scope, offered := range map[string][]string{"default": menu, "all_private_chats": menu, "all_group_chats": groupMenu} {
		for code, lang := range map[string]string{"": "uz", "uz": "uz", "ru": "ru", "en": "en"} {
			list := s.tg.Commands(scope, code)
			if len(list) != len(offered) || list[0].Description != s.book.Plain(lang, "menu."+offered[0], nil) {
				t.Errorf("%s, %q: %+v", scope, code, list)
			}
		}
	}
	if got := s.tg.Profile("short_description", "ru"); got != s.book.Plain("ru", "about.short", nil) {
		t.Errorf("about: %q", got)
	}
	if got := s.tg.Profile("description", "en"); got != s.book.Plain("en", "about.description", nil) {
		t.Errorf("description: %q", got)
	}
	for _, name := range slices.Concat(menu, groupMenu) {
		if commands[name].run == nil {
			t.Errorf("the menu offers /%s, which nobody answers", name)
		}
	}
}

func TestWebhooksAreTakenOnlyWithTheSecret(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *Options) { o.Mode, o.PublicURL = Webhook, "https://pay.example" })
	s.dial()
	h := s.bot.WebhookHandler()
	post := func(method, secret string, body []byte) int {
		r := httptest.NewRequest(method, WebhookPath, bytes.NewReader(body))
		r.Header.Set(secretHeader, secret)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	good := s.bot.webhookSecret()
	help := letter(1, 42, "/help").Body
	if got := post(http.MethodPost, good, help); got != http.StatusServiceUnavailable {
		t.Errorf("before Run: %d", got)
	}
	s.user(42).Start("")
	s.run()
	if err := s.tg.Wait(s.ctx(), func(v *sandbox.View) bool { return len(v.Calls("setWebhook")) > 0 }); err != nil {
		t.Fatal(err)
	}
	set := s.tg.Calls("setWebhook")[0].Params
	if set.Get("url") != "https://pay.example/telegram" || set.Get("secret_token") != good || len(good) != 64 {
		t.Errorf("set %v", url.Values{"url": set["url"]})
	}
	for _, c := range []struct {
		name, method, secret string
		body                 []byte
		want                 int
	}{
		{"no secret", http.MethodPost, "", help, http.StatusUnauthorized},
		{"wrong secret", http.MethodPost, good[1:] + "0", help, http.StatusUnauthorized},
		{"GET", http.MethodGet, good, nil, http.StatusMethodNotAllowed},
		{"no JSON", http.MethodPost, good, []byte("hello"), http.StatusBadRequest},
		{"no number", http.MethodPost, good, []byte("{}"), http.StatusBadRequest},
		{"too large", http.MethodPost, good, append(bytes.Repeat([]byte(" "), maxUpdate), help...), http.StatusRequestEntityTooLarge},
		{"good", http.MethodPost, good, help, http.StatusOK},
		{"again", http.MethodPost, good, help, http.StatusOK},
	} {
		if got := post(c.method, c.secret, c.body); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	s.hears(42, "help", nil)
	s.inbox.setFail(func(string) error { return errStore })
	if got := post(http.MethodPost, good, letter(2, 42, "/help").Body); got != http.StatusServiceUnavailable {
		t.Errorf("store down: %d", got)
	}
	s.inbox.setFail(nil)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if got := len(s.said(42)); got != 1 {
		t.Errorf("said %q", s.said(42))
	}
}

func TestNoErrorHoldsTheToken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, base := range []string{"http://127.0.0.1:1", "http://no such host", "gopher://x", "http://[::1", ""} {
		c, err := newClient(base, canaryToken)
		if err != nil {
			t.Fatal(err)
		}
		b := &Bot{client: c}
		if _, err := b.getMe(s.ctx()); err == nil || strings.Contains(err.Error(), "AAcanary") {
			t.Errorf("%q: %v", base, err)
		}
		if _, err := b.getUpdates(s.ctx(), pollRequest{}); err == nil || strings.Contains(err.Error(), "AAcanary") {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestAServerThatDoesNotHoldPollsIsNotAskedWithoutEnd(t *testing.T) {
	t.Parallel()
	const polls = 5
	asked := make(chan time.Time, 100*polls)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result := "true"
		switch {
		case strings.HasSuffix(r.URL.Path, "/getMe"):
			result = `{"id":7,"is_bot":true,"first_name":"Bot","username":"hasty_bot"}`
		case strings.HasSuffix(r.URL.Path, "/getUpdates"):
			result = "[]"
			asked <- time.Now()
		}
		_, _ = w.Write([]byte(`{"ok":true,"result":` + result + `}`))
	}))
	t.Cleanup(server.Close)
	s := newStage(t)
	s.opts.APIURL = server.URL
	s.dial()
	s.run()
	first := <-asked // without a wait on either side: to learn that all is well
	for range polls - 2 {
		<-asked
	}
	if took := (<-asked).Sub(first); took < (polls-2)*hasty {
		t.Errorf("%d polls in %v, want a pause between them", polls, took)
	}
}
