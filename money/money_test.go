package money_test

import (
	"encoding/json"
	"math"
	"testing"

	"payferbot/money"
)

func TestFormsOfASum(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a                          money.Amount
		str, short, plain, onWires string
	}{
		{0, "0,00", "0", "0.00", "0"},
		{1, "0,01", "0,01", "0.01", "0.01"},
		{99, "0,99", "0,99", "0.99", "0.99"},
		{999 * money.Som, "999,00", "999", "999.00", "999"},
		{1000 * money.Som, "1 000,00", "1 000", "1000.00", "1000"},
		{50_000 * money.Som, "50 000,00", "50 000", "50000.00", "50000"},
		{5_000_150, "50 001,50", "50 001,50", "50001.50", "50001.50"},
		{1_234_567_05, "1 234 567,05", "1 234 567,05", "1234567.05", "1234567.05"},
		{-5_000_150, "-50 001,50", "-50 001,50", "-50001.50", "-50001.50"},
		{-100_000 * money.Som, "-100 000,00", "-100 000", "-100000.00", "-100000"},
		{math.MaxInt64, "92 233 720 368 547 758,07", "92 233 720 368 547 758,07", "92233720368547758.07", "92233720368547758.07"},
		{math.MinInt64, "-92 233 720 368 547 758,08", "-92 233 720 368 547 758,08", "-92233720368547758.08", "-92233720368547758.08"},
	} {
		got := [4]string{tt.a.String(), tt.a.Short(), tt.a.Plain(), tt.a.Wire()}
		if want := [4]string{tt.str, tt.short, tt.plain, tt.onWires}; got != want {
			t.Errorf("%d tiyin: got %q, want %q", int64(tt.a), got, want)
		}
	}
}

func TestRecordsKeepTiyinAsAWholeNumber(t *testing.T) {
	t.Parallel()
	type record struct{ Sum money.Amount }
	b, err := json.Marshal(record{5_000_150})
	if err != nil || string(b) != `{"Sum":5000150}` {
		t.Fatalf("marshalled %s, %v", b, err)
	}
	var back record
	if err := json.Unmarshal(b, &back); err != nil || back.Sum != 5_000_150 {
		t.Fatalf("read back %d, %v", back.Sum, err)
	}
	for _, foreign := range []string{`{"Sum":50001.50}`, `{"Sum":"5000150"}`, `{"Sum":1e3}`} {
		if err := json.Unmarshal([]byte(foreign), &back); err == nil {
			t.Errorf("%s: a sum in so'm was taken for tiyin", foreign)
		}
	}
}
