package money

import (
	"strings"
	"unicode"
)

const (
	thousand Amount = 1_000
	million  Amount = 1_000_000
)

// multiplier is what a word makes of the figure before it; 0 when it is no such word. A bare "m" is left out: it is
// ming to one and million to another.
func multiplier(word string) Amount {
	switch word {
	case "k", "к", "ming", "минг", "тыс", "тысяч", "тысяча", "тысячи":
		return thousand
	case "mln", "млн", "million", "миллион", "миллиона", "миллионов":
		return million
	}
	return 0
}

func isCurrency(word string) bool {
	switch word {
	case "so'm", "som", "sum", "сўм", "су\u0306м", "сум", "uzs":
		return true
	}
	return false
}

// scanWord reads the word at the start of s, spaces before it skipped, in lower case and with one kind of apostrophe.
func scanWord(s string) (word, rest string) {
	s = trimSpaces(s)
	end := strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) && !isApostrophe(r)
	})
	if end < 0 {
		end = len(s)
	}
	if end > longestWord {
		return "", s
	}
	return strings.Map(foldApostrophe, strings.ToLower(s[:end])), s[end:]
}

// longestWord bounds, in bytes, what is folded before it is compared; the longest we know is миллионов.
const longestWord = 32

func foldApostrophe(r rune) rune {
	if isApostrophe(r) {
		return '\''
	}
	return r
}

// isApostrophe knows every sign that people type in so'm.
func isApostrophe(r rune) bool { return strings.ContainsRune("'`´ʹʻʼʽˈ‘’‛′＇", r) }

// trimAbbreviation takes the full stop that belongs to "тыс." and "mln.", unless digits follow it.
func trimAbbreviation(word, rest string) string {
	switch word {
	case "тыс", "mln", "млн":
		if after, ok := strings.CutPrefix(rest, "."); ok && !startsWithDigit(after) {
			return after
		}
	}
	return rest
}
