package locales

import (
	"strconv"
	"strings"
	"time"
)

// tashkent is the clock on the wall of every shop that Payfer serves. It knows
// no summer time, so a fixed zone is right and needs no zone database.
var tashkent = time.FixedZone("Asia/Tashkent", 5*60*60)

// ClockTime is the time of day in Tashkent, "15:30".
func ClockTime(t time.Time) string { return t.In(tashkent).Format("15:04") }

// Year is the year in Tashkent, "2024".
func Year(t time.Time) string { return t.In(tashkent).Format("2006") }

// SameDay tells whether both instants fall on one calendar day in Tashkent.
func SameDay(a, b time.Time) bool {
	return a.In(tashkent).Format(time.DateOnly) == b.In(tashkent).Format(time.DateOnly)
}

// Date is the day and month in words, "24-yanvar".
func (b *Book) Date(lang string, t time.Time) string {
	t = t.In(tashkent)
	months := strings.Fields(b.Plain(lang, "date.months", nil))
	month := t.Format("01")
	if len(months) == 12 {
		month = months[t.Month()-1]
	}
	return b.Plain(lang, "date.day", Args{"Day": strconv.Itoa(t.Day()), "Month": month})
}

// When is an instant the short way: "15:30" today, "24-yanvar, 15:30" otherwise.
func (b *Book) When(lang string, t, now time.Time) string {
	if SameDay(t, now) {
		return ClockTime(t)
	}
	return b.Date(lang, t) + ", " + ClockTime(t)
}
