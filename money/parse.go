package money

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads a sum that is the whole of what a person typed, in so'm:
//
//	50000   50 000   50,000   50.000   50'000   50000.5   50 000,50   1.234.567,50
//	50k   50 ming   50 минг   50 тыс.   1.5 mln   2 млн 300 тыс   50 000 so'm
//
// Groups of three digits after one to three digits are thousands, for no price in so'm has three decimals: 50.000 is
// fifty thousand. Spaces of any width separate thousands, in so'm any apostrophe will do.
//
// Where a sum could be read in two ways it is refused rather than guessed: 0050 and 0.500 ([ErrNotSum]), 1.500 mln, one
// and a half million or one and a half thousand of them ([ErrAmbiguous]). The other refusals are [ErrNegative],
// [ErrDecimals] and [ErrTooLarge]. Zero is a sum; limits are the caller's.
func Parse(s string) (Amount, error) {
	a, rest, err := scan(strings.TrimSpace(s))
	if err != nil {
		return 0, err
	}
	if strings.TrimSpace(rest) != "" {
		return 0, ErrNotSum
	}
	return a, nil
}

// scan reads the longest sum at the start of s, its currency word included, and gives what follows untouched.
func scan(s string) (a Amount, rest string, err error) {
	t, rest, err := scanTerm(s)
	if err != nil {
		return 0, "", err
	}
	if a, err = t.value(); err != nil {
		return 0, "", err
	}
	if t.times == million && t.decimals == "" {
		if more, after, ok := scanThousands(rest); ok && a <= math.MaxInt64-more {
			a, rest = a+more, after
		}
	}
	if word, after := scanWord(rest); isCurrency(word) {
		rest = after
	}
	if !endsHere(rest) {
		return 0, "", ErrNotSum
	}
	return a, rest, nil
}

// scanThousands reads the second half of "1 mln 500 ming".
func scanThousands(s string) (Amount, string, bool) {
	next := trimSpaces(s)
	if next == s {
		return 0, "", false
	}
	t, rest, err := scanTerm(next)
	if err != nil || t.times != thousand {
		return 0, "", false
	}
	a, err := t.value()
	return a, rest, err == nil && a < million*Som
}

// term is a figure and the word that multiplies it.
type term struct {
	figure
	times Amount // 1, thousand or million
}

func scanTerm(s string) (term, string, error) {
	f, rest, err := scanFigure(s)
	if err != nil {
		return term{}, "", err
	}
	word, after := scanWord(rest)
	times := multiplier(word)
	if times == 0 || word == "к" && after != "" && isSpaced(rest) && !endsAfterCurrency(after) {
		// "50000 к обеду": standing alone, Russian к is a preposition.
		return term{figure: f, times: 1}, rest, nil
	}
	if f.groups == '.' || f.groups == ',' {
		return term{}, "", ErrAmbiguous
	}
	return term{figure: f, times: times}, trimAbbreviation(word, after), nil
}

func endsAfterCurrency(s string) bool {
	word, after := scanWord(s)
	return isCurrency(word) && after == ""
}

// value is the term in tiyin.
func (t term) value() (Amount, error) {
	digits := t.whole + (t.decimals + "00")[:2]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > math.MaxInt64/int64(t.times) {
		return 0, ErrTooLarge
	}
	return Amount(n) * t.times, nil
}

// endsHere tells whether a sum may end before rest: "50000, choy" yes, "50000.505", "50000-60000" and "50kg" no.
func endsHere(rest string) bool {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "", unicode.IsSpace(r), r == '(':
		return true
	case strings.ContainsRune(",;:.!", r):
		return !startsWithDigit(rest[size:])
	}
	return false
}
