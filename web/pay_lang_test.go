package web

import (
	"strings"
	"testing"
)

func TestAPageSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	h := showing(t, sample(nil), nil)
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "uz"},
		{"", "ru", "ru"},
		{"", "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"},
		{"", "en;q=0.5, ru;q=0.8", "ru"},
		{"", "de, fr;q=0.9, en;q=0.1", "en"},
		{"", "de,fr", "uz"},
		{"", "uz-Cyrl-UZ", "uz-Cyrl"},
		{"", "uz-UZ", "uz"},
		{"", "ru;q=0, en;q=0.1", "en"},
		{"", "ru;q=2, en;q=0.1", "en"},
		{"", "ru; Q=0.9 , en;q=0.1", "ru"},
		{"", "ru;level=1, en", "en"},
		{"", "*", "uz"},
		{"", ";;;,,,q=", "uz"},
		{"", strings.Repeat("x", 4000) + ",ru", "ru"},
		{"", strings.Repeat("de,", 1000) + "ru", "uz"},
		{"?lang=en", "ru", "en"},
		{"?lang=uz-Cyrl", "ru", "uz-Cyrl"},
		{"?lang=de", "ru", "ru"},
		{"?lang=EN", "", "uz"},
		{"?lang=%22%3E", "", "uz"},
		{"?%zz&lang=en", "", "en"},
	} {
		w := ask(t, h, "GET", "/pay/"+code+c.query, "Accept-Language", c.accept)
		if !strings.Contains(w.Body.String(), `<html lang="`+c.want+`">`) || w.Header().Get("Content-Language") != c.want {
			t.Errorf("%s %.40s: speaks %s, want %s", c.query, c.accept, w.Header().Get("Content-Language"), c.want)
		}
	}
}

func TestTheDefaultLanguageIsTheConfiguredOne(t *testing.T) {
	t.Parallel()
	o := payOptions(t, finder(sample(nil), nil))
	for set, want := range map[string]string{"ru": "ru", "uz-Cyrl": "uz-Cyrl", "": "uz"} {
		o.DefaultLang = set
		if got := ask(t, New(o), "GET", "/pay/"+code, "Accept-Language", "de").Header().Get("Content-Language"); got != want {
			t.Errorf("%q: speaks %s, want %s", set, got, want)
		}
	}
}

func TestEachPageLeadsToTheOtherLanguages(t *testing.T) {
	t.Parallel()
	book := locale(t)
	for _, lang := range book.Langs() {
		for _, order := range []string{code, "nobody"} {
			page := ask(t, showing(t, sample(nil), nil), "GET", "/pay/"+order+"?lang="+lang).Body.String()
			nav := inner(t, page, "<nav>", "</nav>")
			for _, other := range book.Langs() {
				if linked := strings.Contains(nav, `<a href="?lang=`+other+`"`); linked == (other == lang) || !strings.Contains(nav, book.Name(other)) {
					t.Errorf("%s: in the row of languages %s is a link: %t", lang, other, linked)
				}
			}
		}
	}
}

func FuzzWishes(f *testing.F) {
	for _, seed := range []string{"", "ru-RU,ru;q=0.9", "*;q=0", "a;q=1;x=2,,;q=", strings.Repeat("x,", 99)} {
		f.Add(seed)
	}
	book := locale(f)
	f.Fuzz(func(t *testing.T, header string) {
		list := wishes(header)
		if len(list) > maxWishes {
			t.Fatalf("%d wishes", len(list))
		}
		for _, tag := range list {
			if tag == "" || len(tag) > maxTag {
				t.Fatalf("the tag %q", tag)
			}
			book.Match(tag)
		}
	})
}
