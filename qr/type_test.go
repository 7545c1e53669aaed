package qr

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/font/opentype"
)

func openFonts(t *testing.T) typefaces {
	t.Helper()
	set, err := fonts()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// What people write in the bot's languages, and every letter that the bot itself writes.
func TestTheFontsHaveEveryLetterOfTheLanguages(t *testing.T) {
	t.Parallel()
	text := "ЎҚҒҲўқғҳЁёЪъЫыЭэ OʻGʻoʻgʻ maʼno №«»„“”‘’…–—·0123456789,.+&@%/()ÀÉÖÜßçğışñ ӘәҒғҢңӨөҰұҮүҺһ Ӣӣ Ӯӯ Ҷҷ"
	files, err := filepath.Glob("../locales/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("locales: %v (%v)", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text += string(raw)
	}
	letters := []rune(text)
	slices.Sort(letters)
	set := openFonts(t)
	for _, r := range slices.Compact(letters) {
		if unicode.IsControl(r) || unicode.In(r, unicode.So, unicode.Mn, unicode.Cf) || r == '⏳' {
			continue // line ends and signs
		}
		for name, f := range map[string]*opentype.Font{"bold": set.bold, "regular": set.regular} {
			if printable(f, "a"+string(r)+"a") == "aa" {
				t.Errorf("%s: no %c (%U)", name, r, r)
			}
		}
	}
}

func TestWhatTheFontLacksIsLeftOut(t *testing.T) {
	t.Parallel()
	set := openFonts(t)
	for text, want := range map[string]string{
		"Choyxona «Bahor»":          "Choyxona «Bahor»",
		"🍵 Choyxona ☕️ Bahor 👨‍👩‍👧": "Choyxona Bahor",
		"Bahor\u202e\u200b\u2067":   "Bahor",
		" two\n\tlines\u00a0here ":  "two lines here",
		"אבג abc":                   "abc",
		"日本\xff":                    "",
	} {
		if got := printable(set.bold, text); got != want {
			t.Errorf("%q is printed as %q, want %q", text, got, want)
		}
	}
}

func TestALongNameShrinksThenIsCut(t *testing.T) {
	t.Parallel()
	fonts := openFonts(t)
	for _, c := range []struct {
		text    string
		smaller bool
		cut     bool
	}{
		{"Bahor", false, false},
		{"Choyxona «Bahor», Chilonzor 5", true, false},
		{"Choyxona «Bahor», Toshkent shahri, Chilonzor tumani, 5-mavze", true, true},
	} {
		l, err := fit(fonts.bold, c.text, nameSize, leastName)
		if err != nil {
			t.Fatal(err)
		}
		full, err := set(fonts.bold, c.text, nameSize)
		if err != nil {
			t.Fatal(err)
		}
		size := l.face.Metrics().Height
		if l.width.Ceil() > textWidth || size < full.face.Metrics().Height != c.smaller {
			t.Errorf("%q: %d pixels wide, height %v", c.text, l.width.Ceil(), size)
		}
		if cut := strings.HasSuffix(l.text, "…"); cut != c.cut || cut && l.width.Ceil() < textWidth*9/10 {
			t.Errorf("%q is cut to %q, %d pixels wide", c.text, l.text, l.width.Ceil())
		}
	}
}

func TestWordsAreBrokenInTheMiddleOrAfterAComma(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"Муддати ўтди, энди ўтказманг":              {"Муддати ўтди,", "энди ўтказманг"},
		"Toʻlandi, lekin sotuvchi bekor qilgan edi": {"Toʻlandi, lekin sotuvchi", "bekor qilgan edi"},
		"Оплачено, хотя счёт был отменён":           {"Оплачено, хотя", "счёт был отменён"},
		"oneword": {"oneword", ""},
		"":        {"", ""},
	} {
		if a, b := halves(text); a != want[0] || b != want[1] {
			t.Errorf("%q is broken into %q and %q", text, a, b)
		}
	}
}
