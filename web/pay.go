package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/qr"
)

const (
	// orderLength is that of kassa.NewOrder's codes.
	orderLength = 16
	// lookTime bounds the store's work for one page.
	lookTime = 5 * time.Second
)

// pages are what a customer sees of an invoice: the page itself, its state as
// JSON, its QR. They change nothing, so anybody may look as often as he likes.
type pages struct {
	find   func(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error)
	book   *locales.Book
	lang   string // for those whose language we do not speak
	home   string // the address in front of /pay/…
	prefix string // the path in it, where a proxy serves us below one
	now    func() time.Time
	log    *slog.Logger
}

func newPages(o Options) *pages {
	p := &pages{find: o.Page, book: o.Book, lang: o.DefaultLang, now: o.Now, log: o.Log}
	p.home = strings.TrimRight(o.PublicURL, "/")
	if at, err := url.Parse(p.home); err == nil {
		p.prefix = at.Path
	}
	return p
}

// route adds the pages. What lies below /pay and is no page of ours looks like
// the page of an order that does not exist.
func (p *pages) route(mux *http.ServeMux) {
	mux.HandleFunc("GET /pay/{order}", p.page)
	mux.HandleFunc("GET /pay/{order}/status", p.status)
	mux.HandleFunc("GET /pay/{order}/qr.png", p.picture)
	mux.HandleFunc("GET /pay", p.missing)
	mux.HandleFunc("GET /pay/{rest...}", p.missing)
}

// lost answers paths that the mux must not see.
func (p *pages) lost(w http.ResponseWriter, r *http.Request) {
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	if read && strings.HasPrefix(r.URL.Path, "/pay/") {
		p.missing(w, r)
		return
	}
	http.NotFound(w, r)
}

// page answers GET /pay/{order}.
func (p *pages) page(w http.ResponseWriter, r *http.Request) {
	inv, shop, err := p.look(r)
	switch {
	case err == nil:
		p.write(w, http.StatusOK, p.sheet(p.language(r), inv, shop))
	case errors.Is(err, kassa.ErrNotFound):
		p.missing(w, r)
	default:
		w.Header().Set("Retry-After", "60")
		p.write(w, http.StatusServiceUnavailable, p.busy(p.language(r)))
	}
}

// missing is the page for all that is not there: nobody learns from it whether a
// code was wrong or had merely the wrong form.
func (p *pages) missing(w http.ResponseWriter, r *http.Request) {
	p.write(w, http.StatusNotFound, p.nothing(p.language(r)))
}

// picture answers GET /pay/{order}/qr.png: 410 once there is nothing to pay any
// more, 404 for an unknown order and while there is nothing to pay yet.
func (p *pages) picture(w http.ResponseWriter, r *http.Request) {
	inv, _, err := p.look(r)
	switch {
	case errors.Is(err, kassa.ErrNotFound), err == nil && waiting(inv.Standing()):
		answer(w, http.StatusNotFound)
	case err != nil:
		busy(w)
	case !inv.Payable():
		w.WriteHeader(http.StatusGone)
	default:
		p.draw(w, inv.Order)
	}
}

func (p *pages) draw(w http.ResponseWriter, order string) {
	png, err := qr.PNG(p.home + "/pay/" + order)
	if err != nil {
		p.log.Error("QR not drawn", "order", order, "error", err)
		answer(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	send(w, http.StatusOK, png)
}

// look finds the order that the path names. Payfer's word on an invoice may be a
// check away, or further while Payfer is out of reach; the time by which it had
// to be paid is known here, and after it nobody is asked to pay.
func (p *pages) look(r *http.Request) (kassa.Invoice, kassa.Shop, error) {
	order := r.PathValue("order")
	if !isOrder(order) {
		return kassa.Invoice{}, kassa.Shop{}, kassa.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(r.Context(), lookTime)
	defer cancel()
	inv, shop, err := p.find(ctx, strings.ToLower(order))
	if err != nil {
		if !errors.Is(err, kassa.ErrNotFound) && r.Context().Err() == nil {
			p.log.Warn("pay page not shown, the store could not be read", "order", order, "error", err)
		}
		return kassa.Invoice{}, kassa.Shop{}, err
	}
	if inv.State == kassa.Pending && !inv.Expires.IsZero() && !p.now().Before(inv.Expires) {
		inv.Overdue = true
	}
	return inv, shop, nil
}

// isOrder tells whether this may be an order's code, also in capitals, as
// somebody may type it.
func isOrder(code string) bool {
	return len(code) == orderLength &&
		strings.Trim(code, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// busy says that the store cannot be read now.
func busy(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "60")
	answer(w, http.StatusServiceUnavailable)
}
