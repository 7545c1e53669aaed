package locales

import (
	"strings"
	"unicode"
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Escape makes text safe inside Telegram's HTML.
func Escape(s string) string { return escaper.Replace(s) }

// Foreign makes one bounded line of what others wrote: a shop's name, a note,
// Payfer's words. White space and line breaks become single spaces; control
// characters and invisible ones that change the reading order are dropped; what
// is longer than limit characters (1 at least) ends in "…". It does not escape.
func Foreign(s string, limit int) string {
	s = strings.Map(visible, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return strings.TrimRight(string(runes[:limit-1]), " "+joiner) + "…"
}

// joiner glues emoji into one (👨‍👩‍👧); it is the one format character people need.
const joiner = "\u200d"

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return ' '
	case string(r) == joiner:
		return r
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == '\u3164', r == '\u115f', r == '\u1160', r == '\uffa0':
		return -1
	}
	return r
}
