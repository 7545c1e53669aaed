package payfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// The API's methods.
const (
	opCreate = "create"
	opCheck  = "check"
	opShop   = "shop"
)

// question is one call of the API.
type question struct {
	method string // one of the op constants
	creds  Credentials
	params map[string]string
}

// answer is what came back, whatever it is.
type answer struct {
	status     int
	body       []byte // nil when over the cap
	retryAfter time.Duration
}

// ask sends q and gives the fields of a reply that says success; anything else is an *Error.
func (c *Client) ask(ctx context.Context, q question) (fields, error) {
	if q.creds.ShopID == "" || q.creds.ShopKey == "" {
		return fields{}, &Error{Kind: ErrMissing, Op: q.method, Err: errors.New("shop ID or key is empty")}
	}
	a, failed := c.roundTrip(ctx, q)
	if failed != nil {
		failed.Op = q.method
		return fields{}, failed
	}
	f, ok := parseFields(a.body)
	f.key = q.creds.ShopKey
	if ok && f.word("status") == "success" && !isRedirect(a.status) {
		return f, nil
	}
	return fields{}, refusal(q.method, a, f, ok)
}

// roundTrip speaks to the transport itself, not to http.Client: no redirect, no Referer, no cookie, and no *url.Error,
// which would carry the shop key.
func (c *Client) roundTrip(ctx context.Context, q question) (answer, *Error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return answer{}, &Error{Kind: ErrUnsent, Err: scrub(err)}
	}
	// A request can be written only to a connection, so until the transport has got one nothing has left. From then on
	// it may have: WroteHeaders and WroteRequest fire on what a buffer took, after a large request is partly out.
	var connected atomic.Bool
	req, err := c.request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}), q)
	if err != nil {
		return answer{}, &Error{Kind: ErrUnsent, Err: err}
	}
	resp, err := c.transport(q).RoundTrip(req)
	if err != nil {
		kind := ErrUnsent
		if connected.Load() {
			kind = ErrUnknown
		}
		return answer{}, &Error{Kind: kind, Err: scrub(cause(ctx, err))}
	}
	return readAnswer(ctx, resp)
}

func (c *Client) transport(q question) http.RoundTripper {
	if q.method == opCreate {
		return c.once
	}
	return c.kept
}

// cause prefers the context's own error: the transport gives context.Cause, which may be anything, such as the signal
// that ended a signal.NotifyContext.
func cause(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return err
}

func readAnswer(ctx context.Context, resp *http.Response) (answer, *Error) {
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, retryAfter: retryAfter(resp.Header)}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		err = fmt.Errorf("reply cut short: %w", scrub(cause(ctx, err)))
		return a, &Error{Kind: ErrUnknown, Status: a.status, RetryAfter: a.retryAfter, Err: err}
	}
	if len(body) <= maxReply {
		a.body = body
	}
	return a, nil
}

func isRedirect(status int) bool { return status >= 300 && status < 400 }

// retryAfter reads the header of that name: seconds, or a date reckoned from the reply's own Date so that our clock
// does not matter. An hour at most.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	var d time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if until, err := http.ParseTime(value); err == nil {
		if now, err := http.ParseTime(h.Get("Date")); err == nil {
			d = until.Sub(now)
		}
	}
	return max(0, min(d, time.Hour))
}
