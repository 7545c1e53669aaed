package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"payferbot/kassa"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	known = "abcdefghijklmnopqrstuvwxyz234567"
	paid  = `{"status":"paid","order_code":"ORDER123","amount":50000,"paid_amount":50001.50,"paid_at":"2024-01-20T15:25:30Z"}`
)

// desk is a Hint that knows one token.
type desk struct {
	err   error // of the store
	hints []string
}

func (d *desk) hint(ctx context.Context, token, order string) error {
	if _, ok := ctx.Deadline(); !ok || ctx.Err() != nil {
		return fmt.Errorf("a hint must have a deadline of its own: %w", context.Cause(ctx))
	}
	if token != known {
		return fmt.Errorf("hint: %w", kassa.ErrNotFound)
	}
	d.hints = append(d.hints, order)
	return d.err
}

func TestWebhookIsJudgedBySizeThenFormThenToken(t *testing.T) {
	t.Parallel()
	large := `{"order_code":"` + strings.Repeat("x", maxBody) + `"}`
	full := `{"order_code":"ORDER123"}` + strings.Repeat(" ", maxBody-len(`{"order_code":"ORDER123"}`))
	for _, c := range []struct {
		name, method, path, body string
		store                    error
		want                     int
		hints                    int
	}{
		{"paid", "POST", "/payfer/" + known, paid, nil, 200, 1},
		{"no order in it", "POST", "/payfer/" + known, `{}`, nil, 200, 1},
		{"as large as allowed", "POST", "/payfer/" + known, full, nil, 200, 1},
		{"one byte larger", "POST", "/payfer/" + known, full + " ", nil, 413, 0},
		{"far larger", "POST", "/payfer/" + known, large, nil, 413, 0},
		{"larger, unknown token", "POST", "/payfer/nobody", large, nil, 413, 0},
		{"not JSON", "POST", "/payfer/" + known, "status=paid", nil, 400, 0},
		{"not an object", "POST", "/payfer/" + known, `["paid"]`, nil, 400, 0},
		{"nothing", "POST", "/payfer/" + known, "", nil, 400, 0},
		{"not JSON, unknown token", "POST", "/payfer/nobody", "x", nil, 400, 0},
		{"unknown token", "POST", "/payfer/nobody", paid, nil, 404, 0},
		{"token of any length", "POST", "/payfer/" + strings.Repeat("a", 4000), paid, nil, 404, 0},
		{"token with a slash", "POST", "/payfer/" + known + "%2Fx", paid, nil, 404, 0},
		{"token with a zero byte", "POST", "/payfer/" + known + "%00", paid, nil, 404, 0},
		{"store is down", "POST", "/payfer/" + known, paid, errors.New("disk full"), 503, 1},
		{"too many strangers wait", "POST", "/payfer/" + known, paid, fmt.Errorf("hint: %w", kassa.ErrStrangers), 503, 1},
		{"other method", "GET", "/payfer/" + known, "", nil, 405, 0},
		{"head", "HEAD", "/payfer/" + known, "", nil, 405, 0},
		{"put", "PUT", "/payfer/" + known, paid, nil, 405, 0},
		{"no token", "POST", "/payfer/", paid, nil, 404, 0},
		{"below the token", "POST", "/payfer/" + known + "/x", paid, nil, 404, 0},
		{"untidy path", "POST", "/x/../payfer/" + known, paid, nil, 404, 0},
		{"doubled slash", "POST", "//payfer/" + known, paid, nil, 404, 0},
		{"root", "GET", "/", "", nil, 404, 0},
		{"pay page is not built", "GET", "/pay/abc", "", nil, 404, 0},
		{"no health in public", "GET", "/healthz", "", nil, 404, 0},
		{"no updates when polling", "POST", "/telegram", "{}", nil, 404, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := &desk{err: c.store}
			var log bytes.Buffer
			h := New(Options{Hint: d.hint, Log: debugLog(&log)})
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body)))
			if w.Code != c.want || len(d.hints) != c.hints {
				t.Errorf("HTTP %d with %d hints, want %d with %d", w.Code, len(d.hints), c.want, c.hints)
			}
			checkAnswer(t, w)
			if strings.Contains(log.String(), known) {
				t.Errorf("the token is logged: %s", log.String())
			}
			if got := w.Header().Get("Allow"); c.want == 405 && got != "POST" {
				t.Errorf("Allow: %q", got)
			}
			if got := w.Header().Get("Retry-After"); (c.want == 503) != (got != "") {
				t.Errorf("Retry-After: %q", got)
			}
		})
	}
}

// checkAnswer holds what every answer has to keep to.
func checkAnswer(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	said := w.Body.String() + fmt.Sprint(w.Header())
	for _, echo := range []string{known, "ORDER123", "disk full", "xxx"} {
		if strings.Contains(said, echo) {
			t.Errorf("the answer repeats %q", echo)
		}
	}
}

func debugLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestSizeIsBoundedWithoutAContentLength(t *testing.T) {
	t.Parallel()
	d := &desk{}
	body := io.MultiReader(strings.NewReader(`{"a":"`), strings.NewReader(strings.Repeat("x", maxBody)), strings.NewReader(`"}`))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/payfer/"+known, body)
	r.ContentLength = -1
	w := httptest.NewRecorder()
	New(Options{Hint: d.hint}).ServeHTTP(w, r)
	if w.Code != 413 || len(d.hints) != 0 {
		t.Errorf("HTTP %d with %d hints", w.Code, len(d.hints))
	}
}

func TestHintOutlivesAClientThatHangsUp(t *testing.T) {
	t.Parallel()
	d := &desk{}
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	w := httptest.NewRecorder()
	New(Options{Hint: d.hint}).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/payfer/"+known, strings.NewReader(paid)))
	if w.Code != 200 || len(d.hints) != 1 || d.hints[0] != "ORDER123" {
		t.Errorf("HTTP %d, hints %q", w.Code, d.hints)
	}
}

func TestTelegramsUpdatesArePassedOnInWebhookMode(t *testing.T) {
	t.Parallel()
	telegram := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h := New(Options{Hint: (&desk{}).hint, Telegram: telegram})
	for method, want := range map[string]int{http.MethodPost: http.StatusTeapot, http.MethodGet: http.StatusMethodNotAllowed} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/telegram", strings.NewReader("{}")))
		if w.Code != want {
			t.Errorf("%s: HTTP %d, want %d", method, w.Code, want)
		}
	}
}

func TestPanicIsOneRequestsFailure(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := New(Options{Hint: func(context.Context, string, string) error { panic("boom") }, Log: debugLog(&log)})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/payfer/"+known, strings.NewReader(paid)))
	if w.Code != 500 || !strings.Contains(log.String(), "boom") || strings.Contains(log.String(), known) {
		t.Errorf("HTTP %d, log %s", w.Code, log.String())
	}
}
