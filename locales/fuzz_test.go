package locales

import (
	"html"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzForeign holds that what others wrote is one bounded line that cannot
// change the order in which ours is read, and that it is not changed twice.
func FuzzForeign(f *testing.F) {
	for _, seed := range []string{
		"Choyxona «Bahor»", " a\n\tb ", "\u202eevil", "a\u2066b\u2069", "👨\u200d👩\u200d👧", "\xff\xfe", "a\u0000b", "\u3164", "x\u2028y", strings.Repeat("long ", 50),
	} {
		f.Add(seed, 20)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = 1 + int(uint(limit)%300)
		got := Foreign(s, limit)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > limit || strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Fatalf("%q within %d: %q", s, limit, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.IsSpace(r) && r != ' ' {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if again := Foreign(got, limit); again != got {
			t.Fatalf("%q, and once more %q", got, again)
		}
	})
}

// FuzzEscape holds that escaped text holds no markup and reads as what it was.
func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "a < b", "<b>", "&lt;", `"x"`, "&amp;", "&#60;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		if strings.ContainsAny(got, `<>"`) {
			t.Fatalf("%q: %q", s, got)
		}
		if back := html.UnescapeString(got); back != s {
			t.Fatalf("%q reads %q", s, back)
		}
	})
}

// FuzzMatch holds that any language code gives one of our languages or none.
func FuzzMatch(f *testing.F) {
	book, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"ru", "en-US", "uz-Cyrl", "uz-Cyrl-UZ", "UZ", "", "x-private", "zh-Hant", "uz_Cyrl"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, code string) {
		got := book.Match(code)
		if got != "" && (!slices.Contains(book.Langs(), got) || book.Match(got) != got) {
			t.Fatalf("%q: %q", code, got)
		}
	})
}
