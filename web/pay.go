package web

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/qr"
)

// orderLength is that of kassa.NewOrder's codes.
const orderLength = 16

// pages are what a customer sees of an invoice: the page itself, its state as
// JSON, its QR. They change nothing, so anybody may look as often as he likes.
type pages struct {
	looks *looks
	book  *locales.Book
	lang  string // for those whose language we do not speak
	home  string // the address in front of /pay/…
	now   func() time.Time
	log   *slog.Logger
}

func newPages(o Options) *pages {
	return &pages{
		looks: &looks{find: o.Page, log: o.Log, byOrder: map[string]*look{}},
		book:  o.Book, lang: o.DefaultLang, home: strings.TrimRight(o.PublicURL, "/"), now: o.Now, log: o.Log,
	}
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
	png, err := qr.PNG(p.address(order))
	if err != nil {
		p.log.Error("QR not drawn", "order", order, "error", err)
		answer(w, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	send(w, http.StatusOK, png)
}

// address is where the order's page is, as its QR says it.
func (p *pages) address(order string) string { return p.home + "/pay/" + order }

// look finds the order that the path names. Payfer's word on an invoice may be a
// check away, or further while Payfer is out of reach; the time by which it had
// to be paid is known here, and after it nobody is asked to pay.
func (p *pages) look(r *http.Request) (kassa.Invoice, kassa.Shop, error) {
	order := r.PathValue("order")
	if !isOrder(order) {
		return kassa.Invoice{}, kassa.Shop{}, kassa.ErrNotFound
	}
	inv, shop, err := p.looks.at(r.Context(), strings.ToLower(order))
	if err != nil {
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
