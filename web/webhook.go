package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

const (
	// maxBody is the longest body of a webhook, in bytes; Payfer's own has about 150.
	maxBody = 16 << 10
	// maxToken is longer than any token we give out.
	maxToken = 64
	// hintTime bounds the store's work for one webhook.
	hintTime = 5 * time.Second
)

// webhook answers POST /payfer/{token}.
//
// It judges in this order: size (413), form (400), token (404), room for one more
// order that is not ours, and store (503).
// The first two need nothing but the request, so rubbish never reaches the
// store, and since they are the same for every token they tell nobody which
// tokens there are. No answer repeats anything of the request, and the token,
// which is all that stands between a stranger and a kassa's checks, is never logged.
type webhook struct {
	hint func(ctx context.Context, token, order string) error
	log  *slog.Logger
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, status := readBody(w, r)
	if status == 0 {
		status = h.take(r, body)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	answer(w, status)
}

// readBody gives the body, or the status that refuses it.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, refused int) {
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // or the server would read on, for the sake of the connection
		return nil, http.StatusRequestEntityTooLarge
	}
	// In one piece from the start: grown piece by piece it would cost five times the memory.
	whole := bytes.NewBuffer(make([]byte, 0, max(r.ContentLength, 0)+bytes.MinRead))
	_, err := whole.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return whole.Bytes(), 0
}

// take gives the status for a body of good size.
func (h *webhook) take(r *http.Request, body []byte) int {
	hint, err := payfer.ParseWebhook(body)
	if err != nil {
		return http.StatusBadRequest
	}
	token := r.PathValue("token")
	if !plausible(token) {
		return http.StatusNotFound
	}
	// A client that hangs up must not undo a hint: Payfer waits for nobody knows how long.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hintTime)
	defer cancel()
	err = h.hint(ctx, token, hint.Order)
	switch {
	case err == nil:
		h.log.Debug("webhook taken", "order", hint.Order)
		return http.StatusOK
	case errors.Is(err, kassa.ErrNotFound):
		h.log.Debug("webhook for a token that no kassa has")
		return http.StatusNotFound
	case errors.Is(err, kassa.ErrStrangers):
		h.log.Debug("webhook not taken, Payfer is asked to come again", "error", err) // in a flood, many a second
		return http.StatusServiceUnavailable
	}
	h.log.Warn("webhook not taken, Payfer is asked to come again", "order", hint.Order, "error", err)
	return http.StatusServiceUnavailable
}

// plausible tells what may be a token, so that the store is not asked for
// anything of any length. Tokens are base32 in lower case.
func plausible(token string) bool {
	return token != "" && len(token) <= maxToken &&
		strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// answer says the status in words and nothing else.
func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, http.StatusText(status)+"\n")
}
