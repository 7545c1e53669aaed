package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

func (t *Telegram) setWebhook(q *request) (any, *apiError) {
	u, err := url.Parse(q.text("url"))
	switch {
	case q.text("url") == "":
		return t.deleteWebhook(q)
	case err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u.Hostname()):
		return nil, badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	case !secretForm.MatchString(q.text("secret_token")):
		return nil, badRequest("secret token contains unallowed characters")
	}
	if err := t.allow(q); err != nil {
		return nil, err
	}
	t.unhook(q)
	f := &t.feed
	if f.ctx.Err() != nil {
		return nil, conflict("the sandbox is closed")
	}
	f.url, f.secret = u.String(), q.text("secret_token")
	ctx, stop := context.WithCancel(f.ctx)
	f.stop = stop
	target, secret := f.url, f.secret
	f.wg.Go(func() { t.postUpdates(ctx, target, secret) })
	return true, nil
}

func (t *Telegram) deleteWebhook(q *request) (any, *apiError) {
	t.unhook(q)
	return true, nil
}

func (t *Telegram) unhook(q *request) {
	f := &t.feed
	if f.stop != nil {
		f.stop()
	}
	f.url, f.secret, f.stop, f.lastError = "", "", nil, ""
	if q.bool("drop_pending_updates") {
		f.queue = nil
	}
}

func (t *Telegram) webhookInfo(*request) (any, *apiError) {
	v := map[string]any{
		"url": t.feed.url, "has_custom_certificate": false, "pending_update_count": len(t.feed.queue),
	}
	if t.feed.lastError != "" {
		v["last_error_message"], v["last_error_date"] = t.feed.lastError, t.now().Unix()
	}
	if t.feed.allowed != nil {
		v["allowed_updates"] = t.feed.allowed
	}
	return v, nil
}

// Webhook is the address that the bot gave to setWebhook; empty = it polls.
func (t *Telegram) Webhook() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.feed.url
}

// postUpdates posts the queue to the webhook, one by one, each until it is answered with 200.
func (t *Telegram) postUpdates(ctx context.Context, target, secret string) {
	for {
		var u update
		err := t.await(ctx, func() bool {
			if len(t.feed.queue) == 0 || ctx.Err() != nil {
				return false
			}
			u = t.feed.queue[0]
			return true
		})
		if err != nil {
			return
		}
		why := t.postUpdate(ctx, target, secret, u.body)
		t.change(func() {
			t.feed.lastError = why
			if i := slices.IndexFunc(t.feed.queue, func(o update) bool { return o.id == u.id }); why == "" && i >= 0 {
				t.feed.queue = slices.Delete(t.feed.queue, i, i+1)
			}
		})
		if why != "" && !pause(ctx, t.feed.retry) {
			return
		}
	}
}

// postUpdate says what went wrong; empty = it was answered with 200.
func (t *Telegram) postUpdate(ctx context.Context, target, secret string, body []byte) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	req.Header.Set("Content-Type", typeJSON)
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	res, err := t.feed.client.Do(req)
	if err != nil {
		return "Connection refused"
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	if res.StatusCode != http.StatusOK {
		return "Wrong response from the webhook: " + res.Status
	}
	return ""
}
