package kassa_test

import (
	"errors"
	"strings"
	"testing"

	"payferbot/kassa"
)

// FuzzParseCard holds that a card is digits of the text in their order and in the
// right number, that every form in which cards are shown reads back, and that no
// number with one digit mistyped is taken.
func FuzzParseCard(f *testing.F) {
	for _, seed := range []string{
		"8600140421638209", "8600 1404 2163 8209 ALIYEV A.", "8600-1404-2163-8209", "9860\u00a01234\u202f5678 9013, VALI", "4111111111111111 2",
		"0000000000000000", "86001404216382090", "", "-", "٨٦٠٠",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		card, rest, err := kassa.ParseCard(text)
		if err != nil {
			if !errors.Is(err, kassa.ErrCard) || card != "" || rest != "" {
				t.Fatalf("%q: %q, %q, %v", text, card, rest, err)
			}
			return
		}
		if len(card) < 16 || len(card) > 19 || strings.Trim(card, "0123456789") != "" || !strings.HasSuffix(strings.TrimSpace(text), rest) {
			t.Fatalf("%q: %q, %q", text, card, rest)
		}
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text)
		if !strings.HasPrefix(digits, card) {
			t.Fatalf("%q: %s is not how it begins", text, card)
		}
		for _, form := range []string{card, kassa.Details{Card: card}.CardInFours(), " " + card + "\n"} {
			if again, rest, err := kassa.ParseCard(form); again != card || rest != "" || err != nil {
				t.Fatalf("%q reads %q, %q, %v", form, again, rest, err)
			}
		}
		for i := range len(card) {
			wrong := []byte(card)
			wrong[i] = '0' + (wrong[i]-'0'+1+byte(i%9))%10
			if _, _, err := kassa.ParseCard(string(wrong)); err == nil {
				t.Fatalf("%s is taken as well as %s", wrong, card)
			}
		}
	})
}
