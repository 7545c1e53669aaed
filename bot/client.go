package bot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/secret"
)

const (
	// callTime bounds every call but the long poll; it ends before the lease of
	// the claim under which the deliverer sends.
	callTime = 8 * time.Second
	// pollHold is how long Telegram may hold a poll, pollTime how long we wait for it.
	pollHold = 50 * time.Second
	pollTime = 75 * time.Second
)

// client is the Bot API as this bot calls it: the library for what it sends,
// lines of its own for the long poll. No error of it holds the token.
type client struct {
	api   *tg.Bot
	token secret.Text
	base  string // https://api.telegram.org, without a slash at the end
	calls *line
	polls *line
}

// newClient makes the client. ErrToken: the token cannot be one.
func newClient(base string, token secret.Text) (*client, error) {
	if !plausible(token.Reveal()) {
		return nil, fmt.Errorf("%w: it has the form 123456:ABC-DEF", ErrToken)
	}
	c := &client{
		token: token, base: strings.TrimRight(base, "/"),
		calls: &line{token: token, http: newHTTP(callTime)},
		polls: &line{token: token, http: newHTTP(pollTime)},
	}
	// The library's own handlers print whole updates, and an update may hold a
	// shop_key. Nothing reaches them here; should it ever, they keep quiet.
	api, err := tg.New(token.Reveal(),
		tg.WithServerURL(c.base),
		tg.WithSkipGetMe(),
		tg.WithHTTPClient(callTime, c.calls),
		tg.WithDefaultHandler(func(context.Context, *tg.Bot, *models.Update) {}),
		tg.WithErrorsHandler(func(error) {}),
		tg.WithDebugHandler(func(string, ...any) {}),
	)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, c.scrub(err))
	}
	c.api = api
	return c, nil
}

// plausible tells a token that can stand in a URL as it is.
func plausible(token string) bool {
	return token != "" && strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-") == ""
}

// newHTTP gives a client that follows no redirect, for that would carry the
// token elsewhere, and lets go of idle connections before servers do, because
// a request on a connection that dies is one whose fate nobody knows.
func newHTTP(limit time.Duration) *http.Client {
	return &http.Client{
		Timeout:       limit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     20 * time.Second,
			HTTP2:               &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		},
	}
}

// call runs one call of the library under the deadline. Its errors are
// *replyError, *lineError or the library's about the request itself.
func (c *client) call(ctx context.Context, do func(context.Context, *tg.Bot) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.scrub(do(ctx, c.api))
}

// url is the address of a method. It holds the token.
func (c *client) url(method string) string { return c.base + "/bot" + c.token.Reveal() + "/" + method }

// close lets go of the idle connections.
func (c *client) close() {
	c.calls.http.CloseIdleConnections()
	c.polls.http.CloseIdleConnections()
}

func (c *client) scrub(err error) error { return scrub(err, c.token) }

// scrub gives an error without the token: a *url.Error carries the URL, which
// holds it, so only its cause is kept.
func scrub(err error, token secret.Text) error {
	if err == nil {
		return nil
	}
	var known *replyError
	var broken *lineError
	if errors.As(err, &known) {
		return known
	}
	if errors.As(err, &broken) {
		return broken
	}
	var located *url.Error
	if errors.As(err, &located) {
		err = located.Err
	}
	if strings.Contains(err.Error(), token.Reveal()) {
		return errors.New(clean(err.Error(), token))
	}
	return err
}

// clean takes the token out of a text.
func clean(text string, token secret.Text) string {
	return strings.ReplaceAll(text, token.Reveal(), secret.Redacted)
}
