package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
)

// FuzzPublicRoutes holds that any request of a stranger is answered with one of
// the statuses that there are, repeats nothing that could be markup, and reaches the
// store only where it is well formed.
func FuzzPublicRoutes(f *testing.F) {
	book, err := locales.Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][5]string{
		{"POST", "/payfer/" + known, paid, "", ""},
		{"POST", "/payfer/nobody", paid, "", ""},
		{"POST", "/payfer/" + known, "order_code=1", "", ""},
		{"GET", "/pay/" + code, "", "uz-Cyrl,ru;q=0.5", "lang=ru"},
		{"GET", "/pay/" + code + "/status", "", "", "lang=\"><script>"},
		{"HEAD", "/pay/" + code + "/qr.png", "", "*", ""},
		{"GET", "/pay/../payfer/x", "", "", ""},
		{"GET", "//pay/<b>", "", "", "x=%00"},
		{"PUT", "/%2e%2e/", "{}", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	s := sample(nil)
	hinted := 0
	h := New(Options{
		Hint: func(_ context.Context, token, order string) error {
			hinted++
			if !plausible(token) || len(order) > 256 {
				f.Errorf("the store is asked for token %q, order %q", token, order)
			}
			if token != known {
				return kassa.ErrNotFound
			}
			return nil
		},
		Page: func(_ context.Context, order string) (kassa.Invoice, kassa.Shop, error) {
			if !isOrder(order) || order != strings.ToLower(order) {
				f.Errorf("the store is asked for the order %q", order)
			}
			if order != code {
				return kassa.Invoice{}, kassa.Shop{}, kassa.ErrNotFound
			}
			return s.inv, s.shop, nil
		},
		PublicURL: home, Book: book, DefaultLang: "uz", Log: quiet(),
	})
	f.Fuzz(func(t *testing.T, method, path, body, accept, query string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://bot.example.uz", strings.NewReader(body))
		if err != nil || !strings.HasPrefix(path, "/") {
			t.Skip("the server would not have read it")
		}
		r.URL = &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Accept-Language", accept)
		before := hinted
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case 200, 400, 404, 405, 410, 413:
		default:
			t.Fatalf("%s %q: HTTP %d", method, path, w.Code)
		}
		if hinted > before && (method != http.MethodPost || !strings.HasPrefix(path, "/payfer/") || hinted > before+1) {
			t.Fatalf("%s %q became %d hints", method, path, hinted-before)
		}
		if w.Header().Get("Location") != "" || w.Header().Get("Content-Security-Policy") == "" {
			t.Fatalf("%s %q: headers %v", method, path, w.Header())
		}
		if said := w.Body.String(); strings.Contains(said, "<canary") || strings.Contains(path+query+accept, "<script") && strings.Contains(said, "\"><script") {
			t.Fatalf("%s %q is repeated: %s", method, path, said)
		}
	})
}
