package money

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// figure is a number as typed, its separators taken out.
type figure struct {
	whole    string // digits of whole so'm
	decimals string // up to two digits
	groups   rune   // what stood between thousands; 0 for nothing, ' ' for a space of any width
}

// scanFigure reads the longest number at the start of s.
func scanFigure(s string) (f figure, rest string, err error) {
	n := countDigits(s)
	if n == 0 {
		return f, "", notFigure(s)
	}
	f.whole, rest = s[:n], s[n:]
	if n <= 3 {
		rest = f.scanGroups(rest)
	}
	if len(f.whole) > 1 && f.whole[0] == '0' {
		return f, "", ErrNotSum
	}
	rest, err = f.scanDecimals(rest)
	return f, rest, err
}

// scanGroups takes groups of exactly three digits, all behind the same separator.
func (f *figure) scanGroups(s string) string {
	for {
		sep, size := separator(s)
		if sep == 0 || f.groups != 0 && sep != f.groups || countDigits(s[size:]) != 3 {
			return s
		}
		f.groups = sep
		f.whole += s[size : size+3]
		s = s[size+3:]
	}
}

func (f *figure) scanDecimals(s string) (string, error) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return s, nil
	}
	n := countDigits(s[1:])
	switch {
	case n == 0:
		return s, nil // a full stop or a comma of the sentence
	case rune(s[0]) == f.groups:
		return "", ErrNotSum // 50.000.00: thousands and decimals behind the same sign
	case n > 2:
		return "", ErrDecimals
	}
	f.decimals = s[1 : 1+n]
	return s[1+n:], nil
}

func notFigure(s string) error {
	r, size := utf8.DecodeRuneInString(s)
	if (r == '-' || r == '−' || r == '–') && startsWithDigit(trimSpaces(s[size:])) {
		return ErrNegative
	}
	return ErrNotSum
}

// separator gives the thousands separator at the start of s and its length in bytes; 0 when there is none.
func separator(s string) (rune, int) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case s == "":
		return 0, 0
	case r == '.' || r == ',':
		return r, size
	case isSpace(r):
		return ' ', size
	case isApostrophe(r):
		return '\'', size
	}
	return 0, 0
}

func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

func startsWithDigit(s string) bool { return countDigits(s) > 0 }

// isSpace is true for the spaces within a line: plain, no-break, thin, narrow, figure space.
func isSpace(r rune) bool { return unicode.Is(unicode.Zs, r) }

func isSpaced(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && isSpace(r)
}

func trimSpaces(s string) string { return strings.TrimLeftFunc(s, isSpace) }
