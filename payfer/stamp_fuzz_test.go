package payfer_test

import (
	"testing"
	"time"

	"payferbot/payfer"
)

// FuzzStamp holds that a time that was read, written in Payfer's way, is the same time.
func FuzzStamp(f *testing.F) {
	for _, seed := range []string{
		"2024-01-20T15:30:00", "2024-01-20 15:30:00", "2024-01-20T15:25:30Z", "2024-01-20T15:25:30.123+05:00", "2024-02-30T00:00:00", "0000-00-00T00:00:00", "", "Z",
	} {
		f.Add(seed)
	}
	tashkent := time.FixedZone("", 5*60*60)
	f.Fuzz(func(t *testing.T, s string) {
		at, err := payfer.Stamp(s).In(tashkent)
		if err != nil {
			if !at.IsZero() {
				t.Fatalf("%q: %v with %v", s, at, err)
			}
			return
		}
		for _, form := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999Z", "2006-01-02T15:04:05.999999999-07:00"} {
			if y := at.Year(); y < 1 || y > 9998 {
				t.Skip("not written with four digits in every zone")
			}
			if form[len(form)-1] == 'Z' {
				form = form[:len(form)-1]
				if again, err := payfer.Stamp(at.Format(form) + "Z").In(tashkent); err != nil || !again.Equal(at) {
					t.Fatalf("%q reads %v, with a Z %v, %v", s, at, again, err)
				}
				continue
			}
			if again, err := payfer.Stamp(at.Format(form)).In(tashkent); err != nil || !again.Equal(at) {
				t.Fatalf("%q reads %v, then %v, %v", s, at, again, err)
			}
		}
	})
}
