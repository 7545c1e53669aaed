package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/qr"
)

func TestEveryStandingHasItsPageStateAndPicture(t *testing.T) {
	t.Parallel()
	for _, c := range shown {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := showing(t, sample(c.change), nil)
			w := ask(t, h, "GET", "/pay/"+code)
			page := w.Body.String()
			head := locale(t).Plain("uz", "pay.state."+string(c.stands), nil)
			if w.Code != 200 || !strings.Contains(page, "<h1>"+head+"</h1>") {
				t.Errorf("HTTP %d, want the head %q in\n%s", w.Code, head, page)
			}
			refresh := fmt.Sprintf(`<noscript><meta http-equiv="refresh" content="%d"></noscript>`, c.refresh)
			if strings.Contains(page, refresh) != (c.refresh > 0) || c.refresh == 0 && strings.Contains(page, "http-equiv") {
				t.Errorf("want a refresh after %d s in\n%s", c.refresh, page)
			}
			if state := ask(t, h, "GET", "/pay/"+code+"/status").Body.String(); !strings.HasPrefix(state, `{"state":"`+c.word+`"`) {
				t.Errorf("the state is %s, want %s", state, c.word)
			}
			pic := ask(t, h, "GET", "/pay/"+code+"/qr.png")
			if pic.Code != c.picture || (c.picture == 410) != (pic.Body.Len() == 0) {
				t.Errorf("the picture has HTTP %d and %d bytes, want %d", pic.Code, pic.Body.Len(), c.picture)
			}
			if drawn := strings.Contains(page, "<svg"); drawn != (c.picture == 200) {
				t.Errorf("the page has a QR: %t, there is one: %t", drawn, c.picture == 200)
			}
		})
	}
}

func locale(t testing.TB) *locales.Book {
	t.Helper()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestAPageThatIsNotToBePaidOffersNothingToCopy(t *testing.T) {
	t.Parallel()
	for _, lang := range locale(t).Langs() {
		for _, c := range shown {
			page := ask(t, showing(t, sample(c.change), nil), "GET", "/pay/"+code+"?lang="+lang).Body.String()
			if c.stands == kassa.StandsPending {
				if n := strings.Count(page, `class="pick"`); n < 2 {
					t.Errorf("%s, %s: %d things to copy", lang, c.name, n)
				}
				continue
			}
			for _, not := range []string{`class="pick"`, "8600", "ALIYEV", "50001.50"} {
				if strings.Contains(page, not) {
					t.Errorf("%s, %s: has %q in\n%s", lang, c.name, not, page)
				}
			}
			if strings.Contains(page, "50 001,50") && !strings.Contains(page, "<dl>") { // what came is no bill
				t.Errorf("%s, %s: tells a sum that nobody is to pay", lang, c.name)
			}
		}
	}
}

// versions finds what ends every state.
var versions = regexp.MustCompile(`,"version":"([A-Za-z0-9_-]{12})"}$`)

func TestTheStateAsJSON(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"pending": `{"state":"pending","unique_amount":"50001.50","expire_at":"2024-01-20T10:30:00Z"}`,
		"pending, where to pay not told, end unknown": `{"state":"pending","unique_amount":"50001.50"}`,
		"pending, sum unreadable":                     `{"state":"pending","expire_at":"2024-01-20T10:30:00Z"}`,
		"overdue":                                     `{"state":"pending","overdue":true,"expire_at":"2024-01-20T10:30:00Z"}`,
		"overdue, not yet checked":                    `{"state":"pending","overdue":true,"expire_at":"2024-01-20T10:20:00Z"}`,
		"creating":                                    `{"state":"pending"}`,
		"unknown":                                     `{"state":"pending"}`,
		"expired":                                     `{"state":"expired","expire_at":"2024-01-20T10:30:00Z"}`,
		"withdrawn":                                   `{"state":"cancelled","expire_at":"2024-01-20T10:30:00Z"}`,
		"absent":                                      `{"state":"cancelled"}`,
		"the other attempt is paid":                   `{"state":"paid","expire_at":"2024-01-20T10:30:00Z"}`,
		"paid":                                        `{"state":"paid","unique_amount":"50001.50","paid_amount":"50001.50","expire_at":"2024-01-20T10:30:00Z"}`,
		"paid too little":                             `{"state":"paid","unique_amount":"50001.50","paid_amount":"50000.00","expire_at":"2024-01-20T10:30:00Z"}`,
		"paid, sum unreadable":                        `{"state":"paid","unique_amount":"50001.50","expire_at":"2024-01-20T10:30:00Z"}`,
	}
	got := map[string]string{}
	for _, c := range shown {
		w := ask(t, showing(t, sample(c.change), nil), "GET", "/pay/"+code+"/status")
		if _, ok := want[c.name]; ok {
			got[c.name] = versions.ReplaceAllString(strings.TrimSpace(w.Body.String()), "}")
		}
		if kind := w.Header().Get("Content-Type"); w.Code != 200 || kind != "application/json" {
			t.Errorf("%s: HTTP %d, %s", c.name, w.Code, kind)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownAndMisshapenCodesLookTheSame(t *testing.T) {
	t.Parallel()
	h := showing(t, sample(nil), nil)
	for _, lang := range []string{"uz", "ru"} {
		for _, below := range []string{"", "/status", "/qr.png"} {
			first := ask(t, h, "GET", "/pay/k3v7q2m5x4t6w2ac"+below, "Accept-Language", lang)
			if first.Code != 404 {
				t.Fatalf("HTTP %d", first.Code)
			}
			for _, other := range []string{"x", "k3v7q2m5x4t6w2a8", "k3v7q2m5x4t6w2abc", strings.Repeat("a", 4000), "%00", "<b>", "№12", "k3v7q2m5x4t6w2a%E2%84%AA"} {
				sameAnswer(t, first, ask(t, h, "GET", "/pay/"+other+below, "Accept-Language", lang), other+below)
			}
		}
		page := ask(t, h, "GET", "/pay/k3v7q2m5x4t6w2ac", "Accept-Language", lang)
		for _, other := range []string{"/pay", "/pay/", "/pay/" + code + "/", "/pay/" + code + "/x", "/pay/x/../" + code, "/pay//" + code, "/pay/%2e%2e%2fx"} {
			sameAnswer(t, page, ask(t, h, "GET", other, "Accept-Language", lang), other)
		}
	}
}

func sameAnswer(t *testing.T, want, got *httptest.ResponseRecorder, name string) {
	t.Helper()
	diff := cmp.Diff(want.Header(), got.Header())
	if got.Code != want.Code || got.Body.String() != want.Body.String() || diff != "" {
		t.Errorf("%.40s: HTTP %d, want %d\n%s\n%s", name, got.Code, want.Code, diff, got.Body)
	}
}

func TestACodeTypedInCapitalsIsFound(t *testing.T) {
	t.Parallel()
	h := showing(t, sample(nil), nil)
	for _, below := range []string{"", "/status", "/qr.png"} {
		sameAnswer(t, ask(t, h, "GET", "/pay/"+code+below), ask(t, h, "GET", "/pay/"+strings.ToUpper(code)+below), below)
	}
}

func TestHeadersOfAPage(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Content-Type": "text/html; charset=utf-8", "Content-Language": "uz", "Content-Security-Policy": payPolicy,
	}
	for status, h := range map[int]http.Handler{
		200: showing(t, sample(nil), nil), 404: showing(t, sale{}, nil), 503: showing(t, sale{}, errors.New("disk full")),
	} {
		w := ask(t, h, "GET", "/pay/"+code)
		got := map[string]string{}
		for name := range want {
			got[name] = w.Header().Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != status {
			t.Errorf("HTTP %d, want %d\n%s", w.Code, status, diff)
		}
		// The policy's hashes are those of what is sent.
		for _, name := range []string{"style", "script"} {
			if own := inner(t, w.Body.String(), "<"+name+">", "</"+name+">"); !strings.Contains(payPolicy, name+"-src '"+hashOf(own)+"';") {
				t.Errorf("HTTP %d: the policy forbids the page's own %s", status, name)
			}
		}
		for _, not := range []string{"<script ", " style=", " onclick=", "http://", "https://", "<form", "<img"} {
			if strings.Contains(w.Body.String(), not) {
				t.Errorf("HTTP %d: the page has %s", status, not)
			}
		}
	}
	const policy = `default-src 'none'; style-src 'H'; script-src 'H'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
	if got := regexp.MustCompile(`sha256-[^']+`).ReplaceAllString(payPolicy, "H"); got != policy {
		t.Errorf("the policy is %s", payPolicy)
	}
}

func TestHEADAnswersWithTheHeadersOfGET(t *testing.T) {
	t.Parallel()
	h := showing(t, sample(nil), nil)
	for _, below := range []string{"", "/status", "/qr.png"} {
		get, head := ask(t, h, "GET", "/pay/"+code+below), ask(t, h, "HEAD", "/pay/"+code+below)
		if diff := cmp.Diff(get.Header(), head.Header()); diff != "" || head.Code != 200 || head.Header().Get("Content-Length") == "" {
			t.Errorf("%s: HTTP %d\n%s", below, head.Code, diff)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if w := ask(t, h, method, "/pay/"+code); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: HTTP %d, Allow: %s", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestAStoreThatCannotBeReadIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := showing(t, sale{}, errors.New("disk full"))
	for _, below := range []string{"", "/status", "/qr.png"} {
		w := ask(t, h, "GET", "/pay/"+code+below)
		if w.Code != 503 || w.Header().Get("Retry-After") != "60" || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%s: HTTP %d, Retry-After %q\n%s", below, w.Code, w.Header().Get("Retry-After"), w.Body)
		}
		if below == "" && !strings.Contains(w.Body.String(), `<meta http-equiv="refresh" content="30">`) {
			t.Errorf("the page does not ask again\n%s", w.Body)
		}
	}
}

func TestNothingOfTheShopIsToldButItsNameAndWhereToPay(t *testing.T) {
	t.Parallel()
	for _, c := range shown {
		h := showing(t, sample(c.change), nil)
		for _, below := range []string{"", "/status"} {
			body := ask(t, h, "GET", "/pay/"+code+below).Body.String()
			for _, secret := range []string{"ichki izoh", "shop_abc123", "777000111"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s%s tells %q", c.name, below, secret)
				}
			}
		}
	}
}

func TestForeignWordsStayWords(t *testing.T) {
	t.Parallel()
	s := sample(nil)
	s.shop.Name = "</title><script>alert(1)</script>\u202e\n\"Bahor\" & 'co'" + strings.Repeat("x", 500)
	s.inv.PayTo.Holder = `<img src=x onerror="alert(2)">` + strings.Repeat("ж", 500)
	page := ask(t, showing(t, s, nil), "GET", "/pay/"+code).Body.String()
	for _, not := range []string{"<script>alert", "<img src=x", "\u202e", strings.Repeat("x", 64), strings.Repeat("ж", 64)} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %q", not)
		}
	}
	if n := strings.Count(page, "&lt;script&gt;"); n != 3 { // in the title, above the sum, and above what the page says when the time is up
		t.Errorf("the name is there %d times in\n%s", n, page)
	}
}

func TestAKassaWithoutAVisibleNameHasNone(t *testing.T) {
	t.Parallel()
	s := sample(nil)
	s.shop.Name = " \u200b\n"
	page := ask(t, showing(t, s, nil), "GET", "/pay/"+code).Body.String()
	if !strings.Contains(page, `<p class="shop"><b>№12</b></p>`) || !strings.Contains(page, "<title>№12</title>") {
		t.Errorf("got\n%s", page)
	}
}

func TestWithoutAPublicURLThereAreNoPages(t *testing.T) {
	t.Parallel()
	o := payOptions(t, finder(sample(nil), nil))
	o.PublicURL = ""
	for _, path := range []string{"/pay/" + code, "/pay/" + code + "/status", "/pay/" + code + "/qr.png", "/pay/", "/pay"} {
		if w := ask(t, New(o), "GET", path); w.Code != 404 || strings.Contains(w.Body.String(), "<") {
			t.Errorf("%s: HTTP %d\n%s", path, w.Code, w.Body)
		}
	}
}

func TestTheQROnThePageLeadsToItsPublicAddress(t *testing.T) {
	t.Parallel()
	long := "https://" + strings.Repeat("kassa.", 40) + "uz"
	for url, want := range map[string]string{home: home, "https://example.uz/kassa/": "https://example.uz/kassa", long: long} {
		o := payOptions(t, finder(sample(nil), nil))
		o.PublicURL = url
		path, _, err := qr.Path(want + "/pay/" + code)
		if err != nil {
			t.Fatal(err)
		}
		if page := ask(t, New(o), "GET", "/pay/"+code).Body.String(); !strings.Contains(page, `d="`+path+`"`) || len(page) > most {
			t.Errorf("%s: got %d bytes:\n%s", url, len(page), page)
		}
	}
}

func TestAPayLinkCarriesTheExactSumOrSaysThatItDoesNot(t *testing.T) {
	t.Parallel()
	s := sample(func(inv *kassa.Invoice) { inv.PayTo.Links = payLinks() })
	page := ask(t, showing(t, s, nil), "GET", "/pay/"+code+"?lang=ru").Body.String()
	click := `<a class="link go" href="https://my.click.uz/services/pay?service_id=1&amp;amount=50001.50&amp;order=` + code +
		`" rel="noopener noreferrer nofollow"><b>Оплатить через Click</b><span>Сумма уже вписана</span></a>`
	typed := `<a class="link" href="https://pay.example.uz/p/12345" rel="noopener noreferrer nofollow"><b>Оплатить через pay.example.uz</b><span>Сумму впишите сами</span></a>`
	if at, then := strings.Index(page, click), strings.Index(page, typed); at < 0 || then < at {
		t.Errorf("want\n%s\nand then\n%s\nin\n%s", click, typed, page)
	}
}

func TestAReceiptSaysWhoWhatWhenAndUnderWhichNumber(t *testing.T) {
	t.Parallel()
	page := ask(t, showing(t, sample(paidFor(nil)), nil), "GET", "/pay/"+code+"?lang=en").Body.String()
	for _, want := range []string{
		`<p class="sum came"><span>50 001,50</span> so&#39;m</p>`, "<dt>When</dt><dd><bdi>20 Jan 2024, 15:19</bdi></dd>", "<dt>Seller</dt><dd><bdi>Choyxona «Bahor»</bdi></dd>",
		"<dt>Invoice</dt><dd><bdi>№12</bdi></dd>", "<dt>Receipt</dt><dd><bdi>" + code + "</bdi></dd>",
		`data-share="№12 · Choyxona «Bahor» · Paid · 50 001,50 so&#39;m · 20 Jan 2024, 15:19"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	for _, c := range shown {
		if got := strings.Contains(ask(t, showing(t, sample(c.change), nil), "GET", "/pay/"+code).Body.String(), `class="print"`); got != strings.HasPrefix(c.name, "paid") {
			t.Errorf("%s: a receipt: %t", c.name, got)
		}
	}
}

func TestTheWordsOfThePageHoldNoMarkupAndExistForEveryStanding(t *testing.T) {
	t.Parallel()
	stands := map[kassa.Standing]bool{}
	for _, c := range shown {
		s := sample(c.change).inv
		if c.name != "overdue, not yet checked" && s.Standing() != c.stands {
			t.Errorf("%s stands as %s", c.name, s.Standing())
		}
		stands[c.stands] = true
	}
	if len(stands) != 18 {
		t.Errorf("%d of 18 standings are shown", len(stands))
	}
	book := locale(t)
	for stand := range maps.Keys(stands) {
		for _, lang := range book.Langs() {
			for _, key := range []string{"pay.state." + string(stand), "pay.state." + string(stand) + "_todo"} {
				if text := book.Plain(lang, key, locales.Args{"More": true}); text == key || strings.ContainsAny(text, "<>&") {
					t.Errorf("%s: %s is %q", lang, key, text)
				}
			}
		}
	}
}
