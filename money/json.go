package money

import (
	"strconv"
	"strings"
)

// The longest literal and the largest exponent that are looked at; a sum needs far less.
const (
	longestLiteral  = 64
	largestExponent = 40
)

// FromJSON reads a JSON number literal, a sum in so'm, without going through a float. A literal within 10⁻⁶ of a tiyin
// is that tiyin, because a backend that computes with floats writes 50001.489999999998 for 50001.49; anything further
// away is [ErrDecimals]. An exponent is read only where the value is exact. What is no JSON number is [ErrNotSum], what
// does not fit is [ErrTooLarge]. A minus is read: a balance may be below zero.
func FromJSON(literal string) (Amount, error) {
	n, ok := splitNumber(literal)
	if !ok {
		return 0, ErrNotSum
	}
	whole, frac := n.tiyin()
	up := nearNext(frac)
	if n.scientific && strings.Trim(frac, "0") != "" || !up && !nearZero(frac) {
		return 0, ErrDecimals
	}
	a, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || up && a+1 < 0 {
		return 0, ErrTooLarge
	}
	if up {
		a++
	}
	if n.negative {
		a = -a
	}
	return Amount(a), nil
}

// number is a JSON number in its parts: whole.frac × 10^exponent.
type number struct {
	negative    bool
	whole, frac string
	scientific  bool
	exponent    int
}

// splitNumber follows the grammar of RFC 8259, section 6.
func splitNumber(s string) (n number, ok bool) {
	if len(s) > longestLiteral {
		return n, false
	}
	s, n.negative = strings.CutPrefix(s, "-")
	d := countDigits(s)
	if d == 0 || d > 1 && s[0] == '0' {
		return n, false
	}
	n.whole, s = s[:d], s[d:]
	if after, found := strings.CutPrefix(s, "."); found {
		d = countDigits(after)
		if d == 0 {
			return n, false
		}
		n.frac, s = after[:d], after[d:]
	}
	if s == "" {
		return n, true
	}
	n.scientific = true
	n.exponent, ok = parseExponent(s)
	return n, ok
}

func parseExponent(s string) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	digits := strings.TrimPrefix(s[1:], "-")
	if len(digits) == len(s)-1 {
		digits = strings.TrimPrefix(digits, "+")
	}
	if digits == "" || countDigits(digits) != len(digits) {
		return 0, false
	}
	e, err := strconv.Atoi(digits)
	if err != nil || e > largestExponent {
		return 0, false
	}
	if s[1] == '-' {
		e = -e
	}
	return e, true
}

// tiyin moves the decimal point: the digits of whole tiyin, and those of what is left of one.
func (n number) tiyin() (whole, frac string) {
	digits := n.whole + n.frac
	point := len(n.whole) + n.exponent + 2
	if point <= 0 {
		return "0", strings.Repeat("0", -point) + digits
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	return digits[:point], digits[point:]
}

// nearZero tells whether 0.frac ≤ 10⁻⁶.
func nearZero(frac string) bool {
	frac = strings.TrimRight(frac, "0")
	return frac == "" || frac == "000001" || len(frac) > 6 && frac[:6] == "000000"
}

// nearNext tells whether 0.frac ≥ 1 − 10⁻⁶.
func nearNext(frac string) bool { return strings.HasPrefix(frac, "999999") }
