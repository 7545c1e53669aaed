package money_test

import (
	"errors"
	"testing"

	"payferbot/money"
)

func TestParseReadsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Amount{
		"50000": 50_000_00, "50 000": 50_000_00, "50,000": 50_000_00, "50.000": 50_000_00, "50'000": 50_000_00, "50’000": 50_000_00,
		"50\u00a0000": 50_000_00, "50\u2009000": 50_000_00, "50\u202f000": 50_000_00, "1 000\u00a0000": 1_000_000_00,
		"  50000\n": 50_000_00, "\u00a050000\u00a0": 50_000_00,
		"50000.50": 50_000_50, "50000,50": 50_000_50, "50000.5": 50_000_50, "50 000,5": 50_000_50, "50 000.05": 50_000_05,
		"50,000.50": 50_000_50, "50.000,50": 50_000_50, "1.234.567,50": 1_234_567_50, "1,234,567.5": 1_234_567_50,
		"1 234 567": 1_234_567_00, "1.234.567": 1_234_567_00, "100.000.000": 100_000_000_00,
		"0": 0, "0,01": 1, "0.5": 50, "5": 5_00, "999": 999_00, "12,50": 12_50,
		"50k": 50_000_00, "50K": 50_000_00, "50к": 50_000_00, "50К": 50_000_00, "50 k": 50_000_00, "50 к": 50_000_00, "50.5k": 50_500_00,
		"50 ming": 50_000_00, "50ming": 50_000_00, "50 Ming": 50_000_00, "50 минг": 50_000_00, "1 500 ming": 1_500_000_00,
		"50 тыс": 50_000_00, "50 тыс.": 50_000_00, "50тыс": 50_000_00, "50 ТЫС.": 50_000_00, "50 тысяч": 50_000_00,
		"1.5 mln": 1_500_000_00, "1,5 млн": 1_500_000_00, "1.25 mln.": 1_250_000_00, "2mln": 2_000_000_00, "2 миллиона": 2_000_000_00,
		"1 mln 500 ming": 1_500_000_00, "2 млн 300 тыс.": 2_300_000_00, "2 mln 300k so'm": 2_300_000_00,
		"50000 so'm": 50_000_00, "50000 soʻm": 50_000_00, "50000 so‘m": 50_000_00, "50000 so`m": 50_000_00, "50000 SO'M": 50_000_00,
		"50000so'm": 50_000_00, "50000 som": 50_000_00, "50 000 sum": 50_000_00, "50 000 сум": 50_000_00, "50 000 сўм": 50_000_00,
		"50000 су\u0306м": 50_000_00, "50 000 UZS": 50_000_00, "50 ming so'm": 50_000_00, "50k uzs": 50_000_00, "50 к сум": 50_000_00,
		"50 тыс. сум": 50_000_00, "50 001,50 so'm": 50_001_50, "92233720368547758.07": 1<<63 - 1,
	} {
		if got, err := money.Parse(text); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseRefusesTheRest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"": money.ErrNotSum, "  ": money.ErrNotSum, "choy": money.ErrNotSum, "so'm": money.ErrNotSum, "k": money.ErrNotSum, ".5": money.ErrNotSum,
		"-50000": money.ErrNegative, "−50000": money.ErrNegative, "- 50 000": money.ErrNegative, "-": money.ErrNotSum, "+50000": money.ErrNotSum,
		"50000.505": money.ErrDecimals, "50000,123": money.ErrDecimals, "1.2345": money.ErrDecimals, "50 000.505": money.ErrDecimals,
		"1,234.567": money.ErrDecimals, "1.234,567": money.ErrDecimals, "5000.000": money.ErrDecimals,
		"5e4": money.ErrNotSum, "5E4": money.ErrNotSum, "1e400": money.ErrNotSum, "0x10": money.ErrNotSum, "50_000": money.ErrNotSum,
		"５００００": money.ErrNotSum, "5０000": money.ErrNotSum, "٥٠٠٠٠": money.ErrNotSum, "50½": money.ErrNotSum,
		"92233720368547758.08": money.ErrTooLarge, "99999999999999999999": money.ErrTooLarge, "92233720368547759": money.ErrTooLarge,
		"92233720368548 ming": money.ErrTooLarge, "99999999999999999 mln": money.ErrTooLarge,
		"0050": money.ErrNotSum, "00": money.ErrNotSum, "0 500": money.ErrNotSum, "0.500": money.ErrNotSum, "007": money.ErrNotSum, "050.5": money.ErrNotSum,
		"50.000.00": money.ErrNotSum, "50,000,5": money.ErrNotSum, "1.000,000.00": money.ErrDecimals, "1 000,000": money.ErrDecimals,
		"50 00": money.ErrNotSum, "5 0000": money.ErrNotSum, "50  000": money.ErrNotSum, "50\n000": money.ErrNotSum, "50000 20 000": money.ErrNotSum,
		"1 000'000": money.ErrNotSum, "50''000": money.ErrNotSum,
		"50000.": money.ErrNotSum, "50000,": money.ErrNotSum, "50000 .": money.ErrNotSum, "50000!": money.ErrNotSum,
		"1.500 mln": money.ErrAmbiguous, "1,500k": money.ErrAmbiguous, "1.234 mln": money.ErrAmbiguous, "1.2345 mln": money.ErrDecimals,
		"50kg": money.ErrNotSum, "50 m": money.ErrNotSum, "50kk": money.ErrNotSum, "50k k": money.ErrNotSum, "50 ming ming": money.ErrNotSum,
		"50000 choy": money.ErrNotSum, "50000 so'm so'm": money.ErrNotSum, "50000 usd": money.ErrNotSum, "$50": money.ErrNotSum,
		"1 mln 500": money.ErrNotSum, "1 mln 1500 ming": money.ErrNotSum, "1.5 mln 200 ming": money.ErrNotSum, "50 ming 1 mln": money.ErrNotSum,
		"50000-60000": money.ErrNotSum, "50000*2": money.ErrNotSum, "12:30": money.ErrNotSum, "8600 1234 5678 9012": money.ErrNotSum,
		"50\u200b000": money.ErrNotSum, "50000\x00": money.ErrNotSum, "50\xff000": money.ErrNotSum,
	} {
		if got, err := money.Parse(text); !errors.Is(err, want) || got != 0 {
			t.Errorf("Parse(%q) = %d, %v; want %v", text, got, err, want)
		}
	}
}
