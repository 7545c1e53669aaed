package payfer

import (
	"errors"
	"strings"
	"time"
)

// Stamp is a time as Payfer writes it: digits without a zone ("2024-01-20T15:30:00"). In which zone is not documented,
// and the webhook's "Z" stands behind the same digits, so a Stamp becomes a time only with a zone to read it in.
type Stamp string

var errStamp = errors.New("not a time that Payfer writes")

// In reads the digits as a time in loc. A trailing Z is ignored; an offset in figures (+05:00) is believed.
func (s Stamp) In(loc *time.Location) (time.Time, error) {
	digits := strings.Replace(strings.TrimSpace(string(s)), " ", "T", 1)
	if t, err := time.Parse("2006-01-02T15:04:05-07:00", digits); err == nil {
		return t.In(loc), nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04:05", strings.TrimRight(digits, "Zz"), loc)
	if err != nil {
		return time.Time{}, errStamp
	}
	return t, nil
}

// maxStamp is longer than any time with a fraction and an offset.
const maxStamp = 40

func (f fields) stamp(name string) Stamp {
	s := f.text(name)
	if len(s) > maxStamp {
		return ""
	}
	return Stamp(s)
}
