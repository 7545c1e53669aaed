package money_test

import (
	"errors"
	"testing"

	"payferbot/money"
)

func TestParsePrefixPartsSumAndNote(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want money.Amount
		note string
	}{
		{"50000", 50_000_00, ""},
		{"50 000 choy", 50_000_00, "choy"},
		{"50 000 choy, 2 ta", 50_000_00, "choy, 2 ta"},
		{"50 000 2 ta osh", 50_000_00, "2 ta osh"},
		{"50000 3-stol", 50_000_00, "3-stol"},
		{"50000 10% chegirma", 50_000_00, "10% chegirma"},
		{"50 ming choy", 50_000_00, "choy"},
		{"50k choy", 50_000_00, "choy"},
		{"50к чаю", 50_000_00, "чаю"},
		{"50000 к обеду", 50_000_00, "к обеду"},
		{"50000 kg un", 50_000_00, "kg un"},
		{"50 ming so'm choy", 50_000_00, "choy"},
		{"50 тыс. за чай", 50_000_00, "за чай"},
		{"1 mln 500 ming televizor", 1_500_000_00, "televizor"},
		{"1 mln 2 ta eshik", 1_000_000_00, "2 ta eshik"},
		{"1.5 mln\nikki qator\nizoh", 1_500_000_00, "ikki qator\nizoh"},
		{"50000, choy", 50_000_00, "choy"},
		{"50000,choy", 50_000_00, "choy"},
		{"50,000, choy", 50_000_00, "choy"},
		{"50000: choy", 50_000_00, "choy"},
		{"50000. choy", 50_000_00, "choy"},
		{"50 000,5 choy", 50_000_50, "choy"},
		{"50000 - choy", 50_000_00, "choy"},
		{"50000 – 3 ta osh", 50_000_00, "3 ta osh"},
		{"50000 (choy)", 50_000_00, "(choy)"},
		{"50000 so'mlik karta", 50_000_00, "so'mlik karta"},
		{"50000 Mingboyga", 50_000_00, "Mingboyga"},
		{"50000 1234-buyurtma", 50_000_00, "1234-buyurtma"},
		{"50000 2024 yil", 50_000_00, "2024 yil"},
		{"50000 05.12.2024", 50_000_00, "05.12.2024"},
		{"50000 12:30 da", 50_000_00, "12:30 da"},
		{"50000 <b>&amp;</b>", 50_000_00, "<b>&amp;</b>"},
		{"50\u00a0000\u00a0choy", 50_000_00, "choy"},
	} {
		if got, note, err := money.ParsePrefix(tt.text); err != nil || got != tt.want || note != tt.note {
			t.Errorf("ParsePrefix(%q) = %d, %q, %v; want %d, %q", tt.text, got, note, err, tt.want, tt.note)
		}
	}
}

func TestParsePrefixRefusesADoubtfulSum(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"choy 50000": money.ErrNotSum, "50kg un": money.ErrNotSum, "50000choy": money.ErrNotSum, "50000-60000": money.ErrNotSum, "50000-stol": money.ErrNotSum,
		"-50000 choy": money.ErrNegative, "50000.505 choy": money.ErrDecimals, "5e4 choy": money.ErrNotSum, "0050 choy": money.ErrNotSum,
		"1.500 mln choy": money.ErrAmbiguous, "99999999999999999999 choy": money.ErrTooLarge,
		"50 00 choy": money.ErrAmbiguous, "50  000 choy": money.ErrAmbiguous, "5 0000": money.ErrAmbiguous, "50\n000": money.ErrAmbiguous,
		"50 000 20 000 choy": money.ErrAmbiguous, "50 000 20 ming": money.ErrAmbiguous, "50 ming 20 k": money.ErrAmbiguous, "50000 500 so'm": money.ErrAmbiguous,
		"1 mln 500 000 choy": money.ErrAmbiguous, "1 mln 1500 ming": money.ErrAmbiguous, "50000 50 tiyin": money.ErrAmbiguous, "50000 1.500 mln": money.ErrAmbiguous,
		"50000 - 5000": money.ErrAmbiguous, "50000 -10%": money.ErrAmbiguous, "50000 x 2": money.ErrAmbiguous, "50000 x2 osh": money.ErrAmbiguous,
		"50000 + 5000": money.ErrAmbiguous, "50000 * 2": money.ErrAmbiguous, "50000 / 2": money.ErrAmbiguous, "50000 × 3": money.ErrAmbiguous,
	} {
		if got, note, err := money.ParsePrefix(text); !errors.Is(err, want) || got != 0 || note != "" {
			t.Errorf("ParsePrefix(%q) = %d, %q, %v; want %v", text, got, note, err, want)
		}
	}
}
