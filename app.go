package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"payferbot/bot"
	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
	"payferbot/store"
	"payferbot/web"
)

// stopTime bounds a stop as a whole. Each part has its own bound below it; this
// one is for the case that one of them breaks its word.
const stopTime = 20 * time.Second

// app is the bot with all it needs, as the program, the sandbox and the demo run it.
type app struct {
	config Config
	log    *slog.Logger
	book   *locales.Book
	store  *store.Store
	payfer *payfer.Client
	desk   *kassa.Desk
	voice  voice
	public net.Listener
	admin  net.Listener // nil: off
}

// newApp opens the store, then the listeners: of two processes in one folder the
// second is to hear of the folder. Whatever is wrong with the
// configuration shows here, before anybody is spoken to; errors are mostly *ConfigError.
func newApp(ctx context.Context, c Config, log *slog.Logger) (a *app, err error) {
	a = &app{config: c, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.book, err = locales.Load(); err != nil {
		return a, err
	}
	if a.store, err = openStore(ctx, &c, log); err != nil {
		return a, err
	}
	if a.public, err = listen(ctx, "LISTEN_ADDR", c.ListenAddr); err != nil {
		return a, err
	}
	if c.AdminAddr != "" {
		if a.admin, err = listen(ctx, "ADMIN_ADDR", c.AdminAddr); err != nil {
			return a, err
		}
	}
	a.payfer = payfer.New(c.PayferURL)
	a.desk, err = kassa.New(kassa.Options{
		Store: a.store, Gateway: a.payfer, Messenger: &a.voice,
		Log: log, Zone: c.PayferTimezone, Rate: c.BotRate,
	})
	return a, err
}

func listen(ctx context.Context, name, addr string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &ConfigError{Name: name, Held: addr, Takes: fmt.Sprintf("it takes a host:port to listen at: %v", err)}
	}
	return ln, nil
}

// run serves until ctx ends or a part breaks, then stops: first what brings
// work (webhooks, updates), when that in hand is done the desk, then the store.
// It closes the app and is nil after a stop in which nothing had to be cut.
func (a *app) run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- a.work(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	a.log.Info("stopping")
	select {
	case err := <-done:
		return err
	case <-time.After(stopTime):
		return errors.New("stopping took too long and was cut off; nothing is lost, what was in hand is done again at the next start")
	}
}

func (a *app) work(ctx context.Context) error {
	health, endHealth := context.WithCancel(context.WithoutCancel(ctx)) // answers through the whole stop
	defer endHealth()
	var back errgroup.Group
	if a.admin != nil {
		back.Go(func() error { return web.Serve(health, a.admin, a.adminRoutes(), a.log) })
	}
	front, ctx := errgroup.WithContext(ctx)
	front.Go(func() error { return web.Serve(ctx, a.public, a.publicRoutes(), a.log) })
	front.Go(func() error { return a.talk(ctx) })
	err := front.Wait()
	endHealth()
	return errors.Join(err, back.Wait(), a.close())
}

// publicRoutes take webhooks from the first moment, also while Telegram is out
// of reach: a hint needs the store alone.
func (a *app) publicRoutes() http.Handler {
	o := web.Options{
		Hint: a.desk.Hint, Page: a.desk.Page, PublicURL: a.config.PublicURL,
		Book: a.book, DefaultLang: a.config.DefaultLang, Log: a.log,
	}
	if a.config.BotMode == bot.Webhook {
		o.Telegram = http.HandlerFunc(a.voice.updates)
	}
	return web.New(o)
}

// talk finds Telegram, then serves people while the desk runs.
func (a *app) talk(ctx context.Context) error {
	b, err := a.dial(ctx)
	if b == nil {
		return err
	}
	a.voice.bot.Store(b)
	a.greet(b)
	desk, endDesk := context.WithCancel(context.WithoutCancel(ctx))
	defer endDesk()
	ended := make(chan error, 1)
	go func() { ended <- a.desk.Run(desk) }()
	err = b.Run(ctx, a.desk, a.store)
	endDesk()
	return errors.Join(a.telegramError(err), <-ended)
}

// name tells this process from others on the same store: no two listen at one
// address. Started again after a kill it has the same name, and waits for nobody.
func (a *app) name() string {
	host, _ := os.Hostname() // without one the address is all there is
	return host + " " + a.public.Addr().String()
}

// dial gives nil without an error when ctx ended before Telegram was found.
func (a *app) dial(ctx context.Context) (*bot.Bot, error) {
	c := &a.config
	b, err := bot.Dial(ctx, bot.Options{
		Token: c.BotToken, APIURL: c.BotAPIURL, Mode: c.BotMode,
		PublicURL: c.PublicURL, DefaultLang: c.DefaultLang, Who: a.name(), Book: a.book, Log: a.log,
	})
	if err != nil && ctx.Err() != nil {
		return nil, nil
	}
	if err != nil && !errors.Is(err, bot.ErrToken) {
		return nil, &ConfigError{Name: "BOT_API_URL", Held: c.BotAPIURL, Takes: "it does not answer as the Bot API does: " + c.scrubber().scrub(err.Error())}
	}
	if err != nil {
		return nil, a.telegramError(err)
	}
	return b, nil
}

// telegramError names the variable at fault where Telegram refused the token.
func (a *app) telegramError(err error) error {
	if errors.Is(err, bot.ErrToken) {
		return &ConfigError{Name: "BOT_TOKEN", Takes: "Telegram does not accept what it holds, which is not shown; @BotFather gives the token again under /mybots"}
	}
	return err
}

// greet logs what runs where.
func (a *app) greet(b *bot.Bot) {
	own, _ := build()
	kind := "embedded"
	if a.config.RedisURL != "" {
		kind = "redis"
	}
	attrs := []any{
		"version", own, "bot", "@" + b.Username(), "mode", a.config.BotMode, "store", kind,
		"listen", a.public.Addr().String(), "public", a.config.PublicURL,
	}
	if a.admin != nil {
		attrs = append(attrs, "admin", a.admin.Addr().String())
	}
	a.log.Info("payferbot is up", attrs...)
}

// close lets go of everything that is open. A listener that was served is closed already.
func (a *app) close() error {
	for _, ln := range []net.Listener{a.public, a.admin} {
		if ln != nil {
			_ = ln.Close()
		}
	}
	if a.payfer != nil {
		a.payfer.Close()
	}
	if a.store == nil {
		return nil
	}
	return a.store.Close()
}
