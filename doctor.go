package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	tg "github.com/go-telegram/bot"

	"payferbot/bot"
	"payferbot/payfer"
	"payferbot/store"
)

// doctorTime bounds each of its questions.
const doctorTime = 10 * time.Second

// checkup is one doctor's visit: a line a check, with what to mend.
type checkup struct {
	config Config
	w      io.Writer
	sick   bool
}

// doctor is `payferbot doctor`. It changes nothing but to open the store and,
// where there is none yet, to make it.
func doctor(ctx context.Context, p program, args []string) error {
	if err := noArguments(p, args); err != nil {
		return err
	}
	c, _, err := p.configure()
	if err != nil {
		return err
	}
	d := &checkup{config: c, w: p.stdout}
	for _, check := range []func(context.Context){d.telegram, d.store, d.payfer, d.webhook} {
		func() {
			ctx, cancel := context.WithTimeout(ctx, doctorTime)
			defer cancel()
			check(ctx)
		}()
	}
	if d.sick {
		return errReported
	}
	return nil
}

func (d *checkup) well(part, format string, args ...any) {
	fmt.Fprintf(d.w, "ok    %-9s %s\n", part, d.line(format, args...))
}

func (d *checkup) mend(part, format string, args ...any) {
	d.sick = true
	fmt.Fprintf(d.w, "MEND  %-9s %s\n", part, d.line(format, args...))
}

// line keeps secrets out: the errors of HTTP clients quote addresses.
func (d *checkup) line(format string, args ...any) string {
	return oneLine(d.config.scrubber().scrub(fmt.Sprintf(format, args...)))
}

// api is the Bot API, asked once and without a second try.
func (d *checkup) api() (*tg.Bot, error) {
	return tg.New(d.config.BotToken.Reveal(), tg.WithSkipGetMe(), tg.WithServerURL(d.config.BotAPIURL),
		tg.WithHTTPClient(doctorTime, &http.Client{Timeout: doctorTime, Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true,
		}}))
}

func (d *checkup) telegram(ctx context.Context) {
	api, err := d.api()
	if err != nil {
		d.mend("Telegram", "BOT_TOKEN: %v", err)
		return
	}
	me, err := api.GetMe(ctx)
	switch {
	case errors.Is(err, tg.ErrorUnauthorized), errors.Is(err, tg.ErrorNotFound):
		d.mend("Telegram", "it does not know the token in BOT_TOKEN; @BotFather gives it again under /mybots")
	case err != nil:
		d.mend("Telegram", "%s is not reached: %v; is it BOT_API_URL, the network, or a proxy?", d.config.BotAPIURL, cause(err))
	default:
		d.well("Telegram", "the token is good, the bot is @%s", me.Username)
	}
}

func (d *checkup) store(ctx context.Context) {
	c := &d.config
	kind := "the embedded store in " + c.DataDir
	if c.RedisURL != "" {
		kind = "Redis at " + c.shownRedis()
	}
	s, err := openStore(ctx, c, slog.New(slog.DiscardHandler))
	if errors.Is(err, store.ErrLocked) {
		d.well("Store", "%s is in use, by a payferbot that runs", kind)
		return
	}
	if err != nil {
		d.mend("Store", "%v", err)
		return
	}
	if err := errors.Join(s.Ping(ctx), s.Close()); err != nil {
		d.mend("Store", "%s cannot be written: %v", kind, err)
		return
	}
	d.well("Store", "%s opens and can be written", kind)
}

// payfer shows credentials that nobody has: to be refused is to be answered.
func (d *checkup) payfer(ctx context.Context) {
	client := payfer.New(d.config.PayferURL)
	defer client.Close()
	_, err := client.Shop(ctx, payfer.Credentials{ShopID: "payferbot_doctor", ShopKey: "none"})
	switch {
	case err == nil, errors.Is(err, payfer.ErrCredentials):
		d.well("Payfer", "%s answers", d.config.PayferURL)
	case errors.Is(err, payfer.ErrMaintenance):
		d.mend("Payfer", "%s is under maintenance; that passes by itself", d.config.PayferURL)
	default:
		d.mend("Payfer", "%s does not answer as Payfer does: %v; is it PAYFER_URL, the network, or a proxy?", d.config.PayferURL, err)
	}
}

// webhook looks from here at what Payfer, and in webhook mode Telegram, would reach.
func (d *checkup) webhook(ctx context.Context) {
	public := d.config.PublicURL
	if public == "" {
		d.well("Webhook", "PUBLIC_URL is empty: payments are found by asking Payfer, which takes up to a few minutes longer")
	} else {
		d.reach(ctx, public)
	}
	d.telegramHook(ctx)
}

// reach knocks at the webhook's route with the wrong method, to which only it answers 405.
func (d *checkup) reach(ctx context.Context, public string) {
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, public+"/payfer/doctor", nil)
	if err != nil {
		d.mend("Webhook", "PUBLIC_URL: %v", cause(err))
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		d.mend("Webhook", "%s is not reached from here: %v; check the name, the certificate and the proxy in front of %s", public, cause(err), d.config.ListenAddr)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode == http.StatusMethodNotAllowed && resp.Header.Get("Allow") == http.MethodPost {
		d.well("Webhook", "%s reaches payferbot", public)
		return
	}
	d.mend("Webhook", "%s answers HTTP %d, and that is not payferbot; does it run, and does the proxy pass everything below that address on to %s?",
		public, resp.StatusCode, d.config.ListenAddr)
}

// telegramHook compares what Telegram was told with BOT_MODE.
func (d *checkup) telegramHook(ctx context.Context) {
	api, err := d.api()
	if err != nil {
		return // told by telegram
	}
	info, err := api.GetWebhookInfo(ctx)
	if err != nil {
		return
	}
	want := d.config.PublicURL + bot.WebhookPath
	switch polling := d.config.BotMode == bot.Polling; {
	case polling && info.URL == "":
		d.well("Updates", "they come by polling")
	case polling:
		d.mend("Updates", "Telegram sends them to %s; with BOT_MODE=polling the start takes that away, unless another program serves it", info.URL)
	case info.URL != want:
		d.mend("Updates", "Telegram sends them to %q, not to %s; start payferbot, which tells it so", info.URL, want)
	case info.LastErrorMessage != "":
		d.mend("Updates", "Telegram could not deliver them lately: %s (%d wait)", info.LastErrorMessage, info.PendingUpdateCount)
	default:
		d.well("Updates", "Telegram sends them to %s, %d wait", want, info.PendingUpdateCount)
	}
}

// cause takes the address away that a *url.Error quotes.
func cause(err error) error {
	var located *url.Error
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}
