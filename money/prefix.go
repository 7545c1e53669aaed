package money

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParsePrefix reads the longest sum at the start of s and gives what follows as a note, trimmed of space and of the
// punctuation between the two: "50 000 choy, 2 ta" is 50000 and "choy, 2 ta"; "50 000 2 ta osh" is 50000 and "2 ta osh",
// for a group of thousands has three digits. It reads the forms that [Parse] reads.
//
// A note that itself begins with money or arithmetic ("50 000 20 ming", "50000 - 5000", "50000 x 2", "50 00") makes the
// sum doubtful and is refused with [ErrAmbiguous]: an invoice of the wrong sum costs more than a question.
func ParsePrefix(s string) (a Amount, rest string, err error) {
	a, rest, err = scan(strings.TrimSpace(s))
	if err != nil {
		return 0, "", err
	}
	rest = strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;:.!", r) })
	note := strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("-–—−", r) })
	if isArithmetic(rest) || isMoney(note, note != rest) {
		return 0, "", ErrAmbiguous
	}
	return a, strings.TrimSpace(note), nil
}

// isArithmetic tells whether a note goes on reckoning: "x 2", "+5000", "/ 3".
func isArithmetic(note string) bool {
	r, size := utf8.DecodeRuneInString(note)
	return strings.ContainsRune("+*×xXхХ/=", r) && startsWithDigit(trimSpaces(note[size:]))
}

// isMoney tells whether a note begins with what may be (more of) a sum. After a dash, four digits or a percentage are
// one too.
func isMoney(note string, dashed bool) bool {
	n := countDigits(note)
	if n == 0 {
		return false
	}
	if strings.Trim(note[:n], "0") == "" {
		return true // 50 00: a slip in a group of thousands
	}
	t, rest, err := scanTerm(note)
	if errors.Is(err, ErrAmbiguous) {
		return true
	}
	if err != nil || !endsHere(rest) && !strings.HasPrefix(rest, "%") {
		return false // a date, an order number, 3-stol
	}
	word, _ := scanWord(rest)
	switch {
	case t.times > 1, t.groups != 0, isCurrency(word), word == "tiyin", word == "тийин":
		return true
	}
	return dashed && (n > 3 || strings.HasPrefix(rest, "%"))
}
