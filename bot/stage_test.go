package bot

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/sandbox"
)

// canaryToken stands for the bot's token and must never be seen anywhere.
const canaryToken = "7000000001:AAcanaryTokenCanaryTokenCanary00000"

// stage is a bot between a sandbox of Telegram, over HTTP, and a desk in memory.
type stage struct {
	t     *testing.T
	tg    *sandbox.Telegram
	url   string
	book  *locales.Book
	desk  *fakeDesk
	inbox *fakeInbox
	log   *syncBuffer
	bot   *Bot
	opts  Options

	stop context.CancelFunc
	done chan error
}

// newStage makes all but the bot.
func newStage(t *testing.T, change ...func(*Options)) *stage {
	t.Helper()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	telegram := sandbox.NewTelegram(sandbox.TelegramOptions{Token: canaryToken})
	server := httptest.NewServer(telegram)
	t.Cleanup(func() { telegram.Close(); server.Close() })
	s := &stage{
		t: t, tg: telegram, url: server.URL, book: book, desk: newFakeDesk(), inbox: newFakeInbox(), log: &syncBuffer{},
	}
	s.opts = Options{
		Token: canaryToken, APIURL: s.url, DefaultLang: "uz", Book: book,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&s.opts)
	}
	t.Cleanup(func() {
		for _, hidden := range []string{canaryToken, "AAcanary", canaryKey} {
			if strings.Contains(s.log.String(), hidden) {
				t.Errorf("the log shows %q", hidden)
			}
		}
	})
	return s
}

// perform is newStage with the bot running.
func perform(t *testing.T, change ...func(*Options)) *stage {
	t.Helper()
	s := newStage(t, change...)
	s.dial()
	s.run()
	return s
}

func (s *stage) dial() {
	s.t.Helper()
	b, err := Dial(s.ctx(), s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	s.bot = b
	s.t.Cleanup(b.Close)
}

func (s *stage) run() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.done = stop, make(chan error, 1)
	go func() { s.done <- s.bot.Run(ctx, s.desk, s.inbox) }()
	s.t.Cleanup(func() { _ = s.end() })
}

// end stops the bot and gives what Run gave.
func (s *stage) end() error {
	s.t.Helper()
	s.stop()
	select {
	case err := <-s.done:
		s.done <- err
		return err
	case <-time.After(15 * time.Second):
		s.t.Fatal("Run does not end")
		return nil
	}
}

// ctx bounds one step of a test.
func (s *stage) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.t.Cleanup(cancel)
	return ctx
}

func (s *stage) user(id int64) *sandbox.User { return s.tg.User(id, "Aziz", "en") }

// hears waits for a message of the bot that is the text of that key, as far as
// it is known without its arguments.
func (s *stage) hears(chat int64, key string, args locales.Args) sandbox.Message {
	s.t.Helper()
	want := plainText(s.book.HTML("en", key, args))
	m, err := s.tg.WaitSent(s.ctx(), chat, func(m sandbox.Message) bool { return m.Text == want && !m.Deleted })
	if err != nil {
		s.t.Fatalf("never said %s: %q; said %q\n%s", key, want, s.said(chat), s.log)
	}
	return m
}

// said are the texts that the bot has in the chat.
func (s *stage) said(chat int64) []string {
	var out []string
	for _, m := range s.tg.Sent(chat) {
		if !m.Deleted {
			out = append(out, m.Text)
		}
	}
	return out
}

// settled waits until every update was taken, answered and forgotten.
func (s *stage) settled(updates int) {
	s.t.Helper()
	err := s.inbox.wait(s.ctx(), func(waiting []kassa.Letter, seen int) bool { return seen >= updates && len(waiting) == 0 })
	if err != nil {
		s.t.Fatalf("not all is answered: %v\n%s", err, s.log)
	}
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// answering is a Bot API of one answer.
func answering(t *testing.T, h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// nextAfter matches the bot's message that comes after the first n in its chat.
func nextAfter(s *stage, n int) func(sandbox.Message) bool {
	seen := map[int]bool{}
	return func(m sandbox.Message) bool {
		seen[m.ID] = true
		return len(seen) > n
	}
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
