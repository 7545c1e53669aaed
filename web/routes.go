package web

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// Options are what the handler is made of.
type Options struct {
	// Hint takes a webhook: the kassa with this token may have been paid this
	// order. nil means that it is durable; kassa.ErrNotFound that no kassa has
	// the token; any other error that the store cannot take it now. Required.
	Hint func(ctx context.Context, token, order string) error
	// Telegram takes updates in webhook mode; nil: there is no such route.
	Telegram http.Handler
	// Page finds what the customer's page of an order shows, in the place of a
	// replaced attempt the one that replaced it. kassa.ErrNotFound: there is no
	// such order; any other error: the store cannot be read now.
	Page func(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error)
	// PublicURL is the address at which we are reached. Empty: there are no
	// customer's pages, and Page, Book and DefaultLang are not needed.
	PublicURL   string
	Book        *locales.Book
	DefaultLang string           // one of the book's; empty: its first
	Now         func() time.Time // nil: time.Now
	Log         *slog.Logger     // nil: slog.Default
}

// New makes the handler of all public routes.
func New(o Options) http.Handler {
	o = o.filled()
	mux := http.NewServeMux()
	mux.Handle("POST /payfer/{token}", &webhook{hint: o.Hint, log: o.Log})
	if o.Telegram != nil {
		mux.Handle("POST /telegram", o.Telegram)
	}
	lost := http.NotFound
	if o.PublicURL != "" {
		p := newPages(o)
		p.route(mux)
		lost = p.lost
	}
	return guard(contain(mux, o.Log), lost)
}

func (o Options) filled() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.DefaultLang == "" && o.Book != nil {
		o.DefaultLang = o.Book.Langs()[0]
	}
	return o
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

// guard puts the headers of a service without a page on every answer; a page has
// its own policy in place of the one here. Nothing of ours is for search engines. The mux
// would answer an untidy path with a redirect that repeats it, token and all;
// such a path is nobody's here, and lost answers it.
func guard(next http.Handler, lost http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if r.URL.Path != path.Clean(r.URL.Path) {
			lost(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
