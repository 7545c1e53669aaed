package kassa

import (
	"testing"
	"time"

	"payferbot/payfer"
)

func TestTheZoneThatPutsAFreshExpiryJustAheadIsTheRightOne(t *testing.T) {
	t.Parallel()
	auto, err := newZones("auto")
	if err != nil {
		t.Fatal(err)
	}
	want := noon.Add(15 * time.Minute)
	for _, loc := range []*time.Location{time.UTC, tashkent} {
		stamp := payfer.Stamp(want.In(loc).Format("2006-01-02T15:04:05"))
		at, zone := auto.future(stamp, noon)
		if !at.Equal(want) || zone != loc.String() {
			t.Errorf("%s in %s: read as %v in %s", stamp, loc, at, zone)
		}
		paid := payfer.Stamp(noon.Add(-time.Hour).In(loc).Format("2006-01-02T15:04:05") + "Z")
		if at := auto.of(zone).past(paid, noon); !at.Equal(noon.Add(-time.Hour)) {
			t.Errorf("paid stamp %s in %s: read as %v", paid, loc, at)
		}
	}
}

// With an expiry more than five hours ahead both zones make sense, and the nearer
// moment may be the wrong one. But nobody pays before there is an invoice.
func TestMoneyDoesNotComeBeforeItsInvoice(t *testing.T) {
	t.Parallel()
	auto, err := newZones("auto")
	if err != nil {
		t.Fatal(err)
	}
	for _, loc := range []*time.Location{time.UTC, tashkent} {
		stamp := func(at time.Time) payfer.Stamp { return payfer.Stamp(at.In(loc).Format("2006-01-02T15:04:05")) }
		inv := Invoice{State: Creating, Asked: 5_000_000, Started: noon}
		inv.created(payfer.Payment{Unique: 5_000_150, ExpireAt: stamp(noon.Add(24 * time.Hour))}, auto, noon)
		paid := noon.Add(time.Minute)
		inv.found(payfer.Status{State: payfer.Paid, Paid: 5_000_150, PaidAt: stamp(paid)}, auto, noon.Add(2*time.Minute))
		if !inv.PaidAt.Equal(paid) {
			t.Errorf("stamps in %s: paid at %v, want %v", loc, inv.PaidAt, paid)
		}
	}
}

func TestAStampThatMakesNoSenseIsNoTime(t *testing.T) {
	t.Parallel()
	auto, _ := newZones("auto")
	for _, s := range []payfer.Stamp{"", "soon", "2020-01-01T00:00:00"} {
		if at, zone := auto.future(s, noon); !at.IsZero() || zone != "" {
			t.Errorf("expiry %q: read as %v", s, at)
		}
	}
	if at := auto.past("2099-01-01T00:00:00", noon); !at.IsZero() {
		t.Errorf("paid in the far future: read as %v", at)
	}
	if _, err := newZones("Asia/Atlantis"); err == nil {
		t.Error("an unknown zone was taken")
	}
}

func TestAFixedZoneIsObeyed(t *testing.T) {
	t.Parallel()
	zs, err := newZones("Asia/Tashkent")
	if err != nil {
		t.Fatal(err)
	}
	at, _ := zs.future("2026-11-23T20:00:00", noon)
	if want := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC); !at.Equal(want) {
		t.Errorf("read as %v, want %v", at, want)
	}
}

func TestAStampIsAroundAMomentInAnyOfTheZones(t *testing.T) {
	t.Parallel()
	auto, _ := newZones("auto")
	for stamp, want := range map[payfer.Stamp]bool{
		"2026-11-22T07:00:00":  true,  // a day before, in UTC
		"2026-11-22T06:59:59":  false, // a moment more, in either
		"2026-11-24T12:00:00":  true,  // a day after, in Tashkent
		"2026-11-24T12:00:01":  false,
		"2026-11-23T07:00:00Z": true,
		"":                     false, "yesterday": false,
	} {
		if got := auto.around(stamp, noon.Add(-24*time.Hour), noon.Add(24*time.Hour)); got != want {
			t.Errorf("%q is around noon: %t", stamp, got)
		}
	}
}
