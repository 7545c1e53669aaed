package locales

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func load(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLanguageCodesOfTelegramMatch(t *testing.T) {
	t.Parallel()
	b := load(t)
	for code, want := range map[string]string{
		"uz": "uz", "uz-UZ": "uz", "uz-Latn": "uz", "uz-Cyrl": "uz-Cyrl", "uz_Cyrl_UZ": "uz-Cyrl",
		"ru": "ru", "ru-RU": "ru", "en": "en", "en-US": "en", "EN": "en",
		"kk": "", "tg": "", "": "", "???": "", "de": "", "be": "",
	} {
		if got := b.Match(code); got != want {
			t.Errorf("Match(%q) = %q, want %q", code, got, want)
		}
	}
}

func TestEveryLanguageSpeaksItself(t *testing.T) {
	t.Parallel()
	b := load(t)
	for lang, want := range map[string]string{"uz": "Tekshirish", "uz-Cyrl": "Текшириш", "ru": "Проверить", "en": "Check now"} {
		if got := b.Plain(lang, "button.check", nil); got != want {
			t.Errorf("%s says %q, want %q", lang, got, want)
		}
		if b.Name(lang) == lang {
			t.Errorf("%s has no name for itself", lang)
		}
	}
	if got := len(b.Langs()); got != 4 {
		t.Errorf("%d languages, want 4", got)
	}
}

func TestCountsChooseTheirForm(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct {
		lang  string
		count int
		want  string
	}{
		{"ru", 1, "за 1 счётом."},
		{"ru", 3, "за 3 счетами."},
		{"ru", 11, "за 11 счетами."},
		{"ru", 21, "за 21 счётом."},
		{"en", 1, "watching 1 invoice."},
		{"en", 2, "watching 2 invoices."},
		{"en", 0, "no open invoices"},
		{"ru", 0, "не осталось"},
		{"uz", 1, "1 ta toʻlovni"},
		{"uz", 5, "5 ta toʻlovni"},
		{"uz-Cyrl", 1, "1 та тўловни"},
		{"uz-Cyrl", 5, "5 та тўловни"},
	} {
		if got := b.Plain(c.lang, "unlink.forgotten", Args{"Count": c.count}); !strings.Contains(got, c.want) {
			t.Errorf("%s, %d: %q, want %q in it", c.lang, c.count, got, c.want)
		}
	}
}

func TestPlainArgumentsAreEscapedInHTMLOnly(t *testing.T) {
	t.Parallel()
	b := load(t)
	args := Args{"Number": 7, "Shop": `<b>"Bahor" & o'g'il</b>`}
	if got, want := b.HTML("uz", "invoice.head", args), `<b>№7</b> · &lt;b&gt;&quot;Bahor&quot; &amp; o'g'il&lt;/b&gt;`; got != want {
		t.Errorf("HTML gives %s, want %s", got, want)
	}
	if got, want := b.Plain("uz", "check.rejected", Args{"Number": "<7>"}), "❌ №<7> "; !strings.HasPrefix(got, want) {
		t.Errorf("Plain gives %s, want %s…", got, want)
	}
	if got, want := b.HTML("uz", "invoice.note", Args{"Note": HTML("<i>choy</i>")}), "Izoh: <i>choy</i>"; got != want {
		t.Errorf("safe HTML came out as %s, want %s", got, want)
	}
}

func TestAnUnknownLanguageFallsBackOnTheDefaultOne(t *testing.T) {
	t.Parallel()
	b, err := load(t).Default("ru")
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"": "Проверить", "de": "Проверить", "en": "Check now"} {
		if got := b.Plain(lang, "button.check", nil); got != want {
			t.Errorf("%q says %q, want %q", lang, got, want)
		}
	}
	if _, err := b.Default("de"); err == nil {
		t.Error("a default language that is none of ours was taken")
	}
}

func TestNothingIsEverSaidEmpty(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, lang := range append(b.Langs(), "", "xx") {
		if got := b.HTML(lang, "no.such<key", nil); got != "no.such&lt;key" {
			t.Errorf("%s: an unknown key gives %q", lang, got)
		}
		if got := b.HTML(lang, "invoice.sum", nil); got == "" || strings.Contains(got, "<no value>") {
			t.Errorf("%s: a forgotten argument gives %q", lang, got)
		}
	}
}

func TestForeignTextBecomesOneBoundedLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"as it is", "«Bahor» ʻʼ", "«Bahor» ʻʼ"},
		{"line breaks", " a\r\n\tb\u2028c\u00a0d ", "a b c d"},
		{"bidi marks", "abc\u202edcba\u2066\u200f", "abcdcba"},
		{"control characters", "a\x00b\x1b[31mc\x7f", "ab[31mc"},
		{"broken UTF-8", "a\xffb", "ab"},
		{"nothing to see", "\u200b\u3164\ufeff", ""},
		{"too long", "12345678901", "123456789…"},
		{"just long enough", "1234567890", "1234567890"},
		{"no space before the cut", "12345678 0123", "12345678…"},
		{"emoji stay whole", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		{"no half of an emoji", "12345678👩\u200d👧", "12345678👩…"},
		{"Arabic letters stay", "متجر", "متجر"},
	} {
		if got := Foreign(c.in, 10); got != c.want {
			t.Errorf("%s: Foreign(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestForeignTextNeverBreaksItsBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "in")
		limit := rapid.IntRange(1, 64).Draw(t, "limit")
		got := Foreign(in, limit)
		if n := utf8.RuneCountInString(got); n > limit {
			t.Fatalf("%d characters, %d allowed", n, limit)
		}
		if !utf8.ValidString(got) || strings.TrimSpace(got) != got {
			t.Fatalf("%q is not clean", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := Foreign(got, limit); again != got {
			t.Fatalf("not stable: %q, then %q", got, again)
		}
	})
}
