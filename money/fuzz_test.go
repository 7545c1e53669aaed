package money_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"payferbot/money"
)

// FuzzParse holds that what is read can be written in every form and read back, and that both parsers agree.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"50000", "50 000,50", "1.234.567,50", "50k", "1 mln 500 ming so'm", "50 тыс. чай", "0", "-5", "50 00", "5０", "50\u202f000 сўм", "1.5 mln x 2", "50 к обеду"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, note, err := money.ParsePrefix(s)
		switch {
		case a < 0, err != nil && (a != 0 || note != ""):
			t.Fatalf("ParsePrefix(%q) = %d, %q, %v", s, a, note, err)
		case !strings.HasSuffix(strings.TrimSpace(s), note):
			t.Fatalf("ParsePrefix(%q): note %q is not its end", s, note)
		}
		whole, err := money.Parse(s)
		if err != nil {
			return
		}
		if whole != a || note != "" {
			t.Fatalf("%q: Parse %d, ParsePrefix %d and %q", s, whole, a, note)
		}
		roundTrip(t, a)
	})
}

// FuzzRoundTrip holds that every sum there is survives being shown to people and sent to the gateway.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []int64{0, 1, 99, 100, 5_000_150, 1<<63 - 1} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, n int64) { roundTrip(t, money.Amount(max(n, -(n+1)))) })
}

func roundTrip(t *testing.T, a money.Amount) {
	t.Helper()
	for _, form := range []string{a.String(), a.Short(), a.Plain(), a.Wire(), a.String() + " so'm", a.Short() + "\u00a0сўм"} {
		if back, err := money.Parse(form); err != nil || back != a {
			t.Fatalf("%d written as %q reads %d, %v", int64(a), form, back, err)
		}
		if back, note, err := money.ParsePrefix(form + " 2 ta choy"); err != nil || back != a || note != "2 ta choy" {
			t.Fatalf("%d written as %q with a note reads %d, %q, %v", int64(a), form, back, note, err)
		}
	}
	for _, form := range []string{a.Plain(), a.Wire()} {
		if back, err := money.FromJSON(form); err != nil || back != a {
			t.Fatalf("%d written as %q reads %d, %v", int64(a), form, back, err)
		}
	}
}

// FuzzFromJSON holds FromJSON against exact rational arithmetic.
func FuzzFromJSON(f *testing.F) {
	for _, seed := range []string{"50001.489999999998", "5e4", "-0.01", "1e40", "0.00000001", "05", "92233720368547758.07"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.FromJSON(s)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok || !json.Valid([]byte(s)) {
			t.Fatalf("FromJSON(%q) = %d, yet it is no number", s, a)
		}
		off := exact.Mul(exact, big.NewRat(100, 1)).Sub(exact, big.NewRat(int64(a), 1))
		if off.Abs(off).Cmp(big.NewRat(1, 1_000_000)) > 0 || strings.ContainsAny(s, "eE") && off.Sign() != 0 {
			t.Fatalf("FromJSON(%q) = %d, off by %s tiyin", s, a, off.FloatString(9))
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := money.Parse("50 001,50 so'm"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePrefix(b *testing.B) {
	for b.Loop() {
		if _, _, err := money.ParsePrefix("1 mln 500 ming so'm, 2 ta osh"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromJSON(b *testing.B) {
	for b.Loop() {
		if _, err := money.FromJSON("50001.489999999998"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkString(b *testing.B) {
	for b.Loop() {
		if money.Amount(5_000_150).String() == "" {
			b.Fatal("empty")
		}
	}
}
