package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"payferbot/sandbox"
)

func TestPayPage(t *testing.T) {
	play(t, []scene{
		{"the QR leads to a page with the sum, the card and the state", pageOfTheQR},
		{"it follows the invoice", pageFollows},
		{"unknown codes and what is no code look the same", unknownPages},
		{"in every language", pageLanguages},
	})
}

// page is an answer over HTTP.
type page struct {
	status int
	body   string
	header http.Header
}

// browse asks as a browser does.
func (f *shopfloor) browse(url string, header ...string) page {
	f.t.Helper()
	req, err := http.NewRequestWithContext(soon(f.t), http.MethodGet, url, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return page{resp.StatusCode, string(raw), resp.Header}
}

// state is what the page's JSON says.
func (f *shopfloor) state(order string) (s struct {
	State   string `json:"state"`
	Unique  string `json:"unique_amount"`
	Paid    string `json:"paid_amount"`
	Expires string `json:"expire_at"`
},
) {
	f.t.Helper()
	p := f.browse(f.public + "/pay/" + order + "/status")
	if err := json.Unmarshal([]byte(p.body), &s); err != nil || p.status != http.StatusOK {
		f.t.Fatalf("the state of %s: %d %s (%v)", order, p.status, p.body, err)
	}
	return s
}

func pageOfTheQR(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000 <b>ichki</b>")
	url := readQR(t, m.Photo)
	got := f.browse(url, "Accept-Language", "en")
	if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s answers %d %s", url, got.status, got.header.Get("Content-Type"))
	}
	for _, want := range []string{o.name, p.Unique.String(), p.Unique.Plain(), "<svg"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q:\n%s", want, got.body)
		}
	}
	for _, foreign := range []string{"ichki", o.key, o.shop, o.hook, "<img", " src="} {
		if strings.Contains(got.body, foreign) {
			t.Errorf("the page shows %q", foreign)
		}
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if !strings.Contains(got.header.Get(name), want) {
			t.Errorf("%s is %q, want %q in it", name, got.header.Get(name), want)
		}
	}
	picture := f.browse(url + "/qr.png")
	if picture.status != http.StatusOK || picture.header.Get("Content-Type") != "image/png" || readQR(t, []byte(picture.body)) != url {
		t.Errorf("the page's QR answers %d %s", picture.status, picture.header.Get("Content-Type"))
	}
	if s := f.state(p.Order); s.State != "pending" || s.Unique != p.Unique.Plain() || s.Expires == "" {
		t.Errorf("the state reads %+v", s)
	}
}

func pageFollows(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	o.pay(p.Order)
	o.announced(m)
	if s := f.state(p.Order); s.State != "paid" || s.Paid != p.Unique.Plain() {
		t.Errorf("paid reads %+v", s)
	}
	if got := f.browse(f.public+"/pay/"+p.Order, "Accept-Language", "en"); !strings.Contains(got.body, ">"+book(t).Plain("en", "pay.state.paid", nil)+"<") || strings.Contains(got.body, "<svg") {
		t.Errorf("the page of a paid invoice:\n%s", got.body)
	}
	m, p = o.invoice("60000")
	if err := f.Payfer.Expire(p.Order); err != nil {
		t.Fatal(err)
	}
	o.toast(m, "check:"+p.Order)
	o.edited(m, onlyIssuesAgain)
	if s := f.state(p.Order); s.State != "expired" || s.Unique != "" {
		t.Errorf("expired reads %+v", s)
	}
	if got := f.browse(f.public + "/pay/" + p.Order); strings.Contains(got.body, p.Unique.String()) {
		t.Error("the page of an expired invoice still offers the sum")
	}
	o.f.Payfer.Fault("create", sandbox.DropAfter, 1, ofShop(o.shop)) // an attempt replaced by another
	_, shown := o.invoice("70000")
	for _, other := range f.Payfer.Payments(o.shop) {
		if other.Asked == shown.Asked && other.Order != shown.Order {
			if s := f.state(other.Order); s.Unique != shown.Unique.Plain() {
				t.Errorf("the page of the attempt that was given up reads %+v", s)
			}
		}
	}
}

func unknownPages(t *testing.T, f *shopfloor) {
	want := f.browse(f.public+"/pay/"+strings.Repeat("a", 16), "Accept-Language", "en")
	if want.status != http.StatusNotFound || want.body == "" {
		t.Fatalf("an unknown order answers %d %q", want.status, want.body)
	}
	for _, path := range []string{"/pay/x", "/pay/" + strings.Repeat("a", 400), "/pay/", "/pay/%2e%2e%2f", "/pay/" + strings.Repeat("1", 16), "/pay/aaaaaaaaaaaaaaaa/", "/pay/shop_1"} {
		if got := f.browse(f.public+path, "Accept-Language", "en"); got.status != want.status || got.body != want.body {
			t.Errorf("%s answers %d, unlike an unknown order", path, got.status)
		}
	}
	for _, path := range []string{"/status", "/qr.png", "/other"} {
		if got := f.browse(f.public + "/pay/" + strings.Repeat("a", 16) + path); got.status != http.StatusNotFound {
			t.Errorf("%s of an unknown order answers %d", path, got.status)
		}
	}
}

func pageLanguages(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	_, p := o.invoice("50000")
	for asked, lang := range map[string]string{"ru-RU,ru;q=0.9": "ru", "en-GB": "en", "uz": "uz", "uz-Cyrl": "uz-Cyrl", "de": "uz", "": "uz"} {
		got := f.browse(f.public+"/pay/"+p.Order, "Accept-Language", asked)
		if want := book(t).Plain(lang, "pay.exact", nil); !strings.Contains(got.body, want) || !strings.Contains(got.body, `lang="`+lang+`"`) {
			t.Errorf("to %q the page does not speak %s", asked, lang)
		}
		if got := f.browse(f.public + "/pay/" + p.Order + "?lang=" + lang); !strings.Contains(got.body, `<html lang="`+lang+`"`) {
			t.Errorf("?lang=%s is not heeded", lang)
		}
	}
}
