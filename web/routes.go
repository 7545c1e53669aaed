package web

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
)

// Options are what the handler is made of.
type Options struct {
	// Hint takes a webhook: the kassa with this token may have been paid this
	// order. nil means that it is durable; kassa.ErrNotFound that no kassa has
	// the token; any other error that the store cannot take it now. Required.
	Hint func(ctx context.Context, token, order string) error
	// Telegram takes updates in webhook mode; nil: there is no such route.
	Telegram http.Handler
	Log      *slog.Logger // nil: slog.Default
}

// New makes the handler of all public routes.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	mux := http.NewServeMux()
	mux.Handle("POST /payfer/{token}", &webhook{hint: o.Hint, log: o.Log})
	if o.Telegram != nil {
		mux.Handle("POST /telegram", o.Telegram)
	}
	return guard(contain(mux, o.Log))
}

// contain makes a panic one request's failure, told to the operator. Its text
// is ours: the server's own would be lost among the noise of broken connections.
func contain(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				log.Error("panic in a request", "panic", p, "stack", string(debug.Stack()))
				answer(w, http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// guard puts the headers of a service without a page on every answer. The mux
// would answer an untidy path with a redirect that repeats it, token and all;
// such a path is nobody's here.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if r.URL.Path != path.Clean(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
