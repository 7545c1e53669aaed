package money_test

import (
	"errors"
	"testing"

	"payferbot/money"
)

func TestFromJSONReadsLiteralsExactly(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]money.Amount{
		"0": 0, "-0": 0, "0.0": 0, "50000": 50_000_00, "50001.50": 50_001_50, "50001.5": 50_001_50, "50001.5000000000000000": 50_001_50,
		"0.01": 1, "-150000.25": -150_000_25, "92233720368547758.07": 1<<63 - 1,
		"50001.489999999998": 50_001_49, "50001.490000000002": 50_001_49, "50001.499999999999": 50_001_50, "0.29999999999999998": 30,
		"49999.999999999993": 50_000_00, "0.0099999999": 1, "0.00000001": 0, "0.00999999": 1, "-0.29999999999999998": -30,
		"5e4": 50_000_00, "5E+4": 50_000_00, "5.00015e4": 50_001_50, "500015e-1": 50_001_50, "5000150E-2": 50_001_50, "50001500e-3": 50_001_50, "0e5": 0,
		"1e0": 1_00, "0e-40": 0,
	} {
		if got, err := money.FromJSON(literal); err != nil || got != want {
			t.Errorf("FromJSON(%q) = %d, %v; want %d", literal, got, err, want)
		}
	}
}

func TestFromJSONRefusesTheRest(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]error{
		"": money.ErrNotSum, "-": money.ErrNotSum, "+5": money.ErrNotSum, "05": money.ErrNotSum, ".5": money.ErrNotSum, "5.": money.ErrNotSum, " 5": money.ErrNotSum, "5 ": money.ErrNotSum,
		"5e": money.ErrNotSum, "5e+": money.ErrNotSum, "5e-": money.ErrNotSum, "5e+-1": money.ErrNotSum, "5e-+1": money.ErrNotSum, "5ee1": money.ErrNotSum, "5e1.5": money.ErrNotSum, "NaN": money.ErrNotSum,
		"Infinity": money.ErrNotSum, "true": money.ErrNotSum, `"5"`: money.ErrNotSum, "0x5": money.ErrNotSum, "5,00": money.ErrNotSum, "50 000": money.ErrNotSum, "５": money.ErrNotSum,
		"50001.495": money.ErrDecimals, "50001.4899": money.ErrDecimals, "0.001": money.ErrDecimals, "0.00000002": money.ErrDecimals, "0.00999998": money.ErrDecimals,
		"5.0001489999999998e4": money.ErrDecimals, "1e-3": money.ErrDecimals, "0.00000001E0": money.ErrDecimals, "1e-40": money.ErrDecimals,
		"92233720368547758.08": money.ErrTooLarge, "92233720368547758.079999999": money.ErrTooLarge, "1e17": money.ErrTooLarge, "1e40": money.ErrTooLarge,
		"1e41": money.ErrNotSum, "1e999999999999999999999": money.ErrNotSum, "1e-999999999": money.ErrNotSum,
		"0.10000000000000000000000000000000000000000000000000000000000000000": money.ErrNotSum,
	} {
		if got, err := money.FromJSON(literal); !errors.Is(err, want) || got != 0 {
			t.Errorf("FromJSON(%q) = %d, %v; want %v", literal, got, err, want)
		}
	}
}
