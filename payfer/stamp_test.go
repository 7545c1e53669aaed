package payfer_test

import (
	"testing"
	"time"

	"payferbot/payfer"
)

func TestStampReadsItsDigitsInTheZoneAskedFor(t *testing.T) {
	t.Parallel()
	tashkent := time.FixedZone("Tashkent", 5*60*60)
	want := time.Date(2024, 1, 20, 10, 30, 0, 0, time.UTC)
	for _, s := range []payfer.Stamp{
		"2024-01-20T15:30:00", "2024-01-20T15:30:00Z", "2024-01-20 15:30:00", " 2024-01-20T15:30:00 ", "2024-01-20T15:30:00.000", "2024-01-20T15:30:00.000Z",
		"2024-01-20T15:30:00+05:00", "2024-01-20T10:30:00+00:00",
	} {
		if got, err := s.In(tashkent); err != nil || !got.Equal(want) || got.Location() != tashkent {
			t.Errorf("%q in Tashkent: %v, %v", s, got, err)
		}
	}
	if got, err := payfer.Stamp("2024-01-20T15:30:00Z").In(time.UTC); err != nil || !got.Equal(want.Add(5*time.Hour)) {
		t.Errorf("in UTC: %v, %v", got, err)
	}
}

func TestStampRefusesWhatIsNoTime(t *testing.T) {
	t.Parallel()
	for _, s := range []payfer.Stamp{"", "Z", "soon", "0000-00-00 00:00:00", "2024-02-30T10:00:00", "2024-01-20", "1705764600", "2024-01-20T25:00:00", "2024-01-20T15:30:00ZZZ?"} {
		if got, err := s.In(time.UTC); err == nil || !got.IsZero() {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}
