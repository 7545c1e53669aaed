package kassa

import (
	"time"

	"payferbot/payfer"
)

// zones are the time zones that Payfer's stamps may be written in. Nobody
// documents which it is, so a fresh stamp is read in each and the sensible
// reading wins. No state ever rests on them.
type zones []*time.Location

// tashkent has had no summer time since 1991 and so needs no zone data.
var tashkent = time.FixedZone("Asia/Tashkent", 5*60*60)

// newZones reads PAYFER_TIMEZONE: "auto" or an IANA name.
func newZones(name string) (zones, error) {
	if name == "" || name == "auto" {
		return zones{tashkent, time.UTC}, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	return zones{loc}, nil
}

// of narrows the choice to the zone of that name, once one was found.
func (zs zones) of(name string) zones {
	for _, loc := range zs {
		if loc.String() == name {
			return zones{loc}
		}
	}
	return zs
}

// future reads an expiry that was told just now: the nearest moment still to
// come, and the zone that makes it so. Zero where no reading lies ahead.
func (zs zones) future(s payfer.Stamp, now time.Time) (at time.Time, zone string) {
	for _, loc := range zs {
		t, err := s.In(loc)
		if err == nil && t.After(now) && (at.IsZero() || t.Before(at)) {
			at, zone = t.UTC(), loc.String()
		}
	}
	return at, zone
}

// around tells whether a stamp, in any reading, lies between the two times.
func (zs zones) around(s payfer.Stamp, from, to time.Time) bool {
	for _, loc := range zs {
		if t, err := s.In(loc); err == nil && !t.Before(from) && !t.After(to) {
			return true
		}
	}
	return false
}

// skew is by how much clocks may differ.
const skew = 2 * time.Minute

// past reads the time of something that happened: the latest moment that is not
// ahead of us by more than the skew. Zero where there is none.
func (zs zones) past(s payfer.Stamp, now time.Time) (at time.Time) {
	for _, loc := range zs {
		t, err := s.In(loc)
		if err == nil && !t.After(now.Add(skew)) && t.After(at) {
			at = t.UTC()
		}
	}
	return at
}
