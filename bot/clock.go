package bot

import (
	"strconv"
	"strings"
	"time"

	"payferbot/locales"
)

// tashkent is the clock on the wall of every shop that Payfer serves. It knows
// no summer time, so a fixed zone is right and needs no zone database.
var tashkent = time.FixedZone("Asia/Tashkent", 5*60*60)

// clockTime is the time of day in Tashkent, "15:30".
func clockTime(t time.Time) string { return t.In(tashkent).Format("15:04") }

// sameDay tells whether both instants fall on one calendar day in Tashkent.
func sameDay(a, b time.Time) bool {
	return a.In(tashkent).Format(time.DateOnly) == b.In(tashkent).Format(time.DateOnly)
}

// date is the day and month in words, "24-yanvar".
func (r *renderer) date(lang string, t time.Time) string {
	t = t.In(tashkent)
	months := strings.Fields(r.book.Plain(lang, "date.months", nil))
	month := t.Format("01")
	if len(months) == 12 {
		month = months[t.Month()-1]
	}
	return r.book.Plain(lang, "date.day", locales.Args{"Day": strconv.Itoa(t.Day()), "Month": month})
}

// when is an instant the short way: "15:30" today, "24-yanvar, 15:30" otherwise.
func (r *renderer) when(lang string, t time.Time) string {
	if sameDay(t, r.now()) {
		return clockTime(t)
	}
	return r.date(lang, t) + ", " + clockTime(t)
}
