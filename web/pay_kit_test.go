package web

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// code is an order's, home the address that its customers know.
const (
	code = "k3v7q2m5x4t6w2ab"
	home = "https://bot.example.uz"
)

// teatime is the moment at which the tests' pages are asked for: 15:20 in Tashkent.
var teatime = time.Date(2024, time.January, 20, 10, 20, 0, 0, time.UTC)

// sale is what a page shows.
type sale struct {
	inv  kassa.Invoice
	shop kassa.Shop
}

// sample is a pending invoice of 50 000 so'm, changed to taste.
func sample(change func(*kassa.Invoice)) sale {
	s := sale{
		inv: kassa.Invoice{
			Order: code, Number: 12, Asked: 50_000 * money.Som, Note: "ichki izoh", State: kassa.Pending, By: 777_000_111,
			Created: teatime.Add(-5 * time.Minute), Unique: 50_001*money.Som + 50, Expires: teatime.Add(10 * time.Minute),
			PayTo: kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."},
		},
		shop: kassa.Shop{ID: "shop_abc123", Name: "Choyxona «Bahor»"},
	}
	if change != nil {
		change(&s.inv)
	}
	return s
}

// paidFor makes the sample a paid one, changed to taste.
func paidFor(change func(*kassa.Invoice)) func(*kassa.Invoice) {
	return func(inv *kassa.Invoice) {
		inv.State, inv.Paid, inv.PaidAt = kassa.Paid, inv.Unique, teatime.Add(-time.Minute)
		if change != nil {
			change(inv)
		}
	}
}

// payLinks are two of a kassa's: one in which the sum has to be typed, and Click's.
func payLinks() []kassa.PayLink {
	return []kassa.PayLink{"https://pay.example.uz/p/12345", "https://my.click.uz/services/pay?service_id=1&amount={sum}&order={order}"}
}

func inState(s kassa.State) func(*kassa.Invoice) {
	return func(inv *kassa.Invoice) {
		inv.State = s
		if s == kassa.Creating || s == kassa.Unknown || s == kassa.Absent || s == kassa.Rejected {
			inv.Unique, inv.Expires = 0, time.Time{}
		}
	}
}

// shown is every way in which an invoice can stand, with its name.
var shown = []struct {
	name    string
	stands  kassa.Standing
	word    string // in the JSON
	refresh int
	picture int // the status of qr.png
	change  func(*kassa.Invoice)
}{
	{"creating", kassa.StandsCreating, "pending", refreshSoon, 404, inState(kassa.Creating)},
	{"pending", kassa.StandsPending, "pending", refreshSoon, 200, nil},
	{"pending until tomorrow", kassa.StandsPending, "pending", refreshSoon, 200, func(inv *kassa.Invoice) { inv.Expires = teatime.Add(24 * time.Hour) }},
	{"pending, where to pay not told, end unknown", kassa.StandsPending, "pending", refreshSoon, 200, func(inv *kassa.Invoice) { inv.PayTo, inv.Expires = kassa.Details{}, time.Time{} }},
	{"pending, holder not told", kassa.StandsPending, "pending", refreshSoon, 200, func(inv *kassa.Invoice) { inv.PayTo.Holder = "" }},
	{"pending, with links", kassa.StandsPending, "pending", refreshSoon, 200, func(inv *kassa.Invoice) { inv.PayTo.Card, inv.PayTo.Links = "9860123456789012", payLinks() }},
	{"pending, links alone", kassa.StandsPending, "pending", refreshSoon, 200, func(inv *kassa.Invoice) { inv.PayTo = kassa.Details{Links: payLinks()[1:]} }},
	{"pending, sum unreadable", kassa.StandsNoSum, "pending", refreshSoon, 404, func(inv *kassa.Invoice) { inv.Unique = 0 }},
	{"overdue", kassa.StandsOverdue, "pending", refreshSoon, 410, func(inv *kassa.Invoice) { inv.Overdue = true }},
	{"overdue, not yet checked", kassa.StandsOverdue, "pending", refreshSoon, 410, func(inv *kassa.Invoice) { inv.Expires = teatime }},
	{"expired", kassa.StandsExpired, "expired", 60, 410, inState(kassa.Expired)},
	{"expired, issued again", kassa.StandsExpired, "expired", 60, 410, func(inv *kassa.Invoice) {
		inState(kassa.Expired)(inv)
		inv.Renewed, inv.RenewedAs = "aaaaaaaaaaaaaaaa", 13
	}},
	{"expired long ago", kassa.StandsExpired, "expired", 0, 410, func(inv *kassa.Invoice) {
		inState(kassa.Expired)(inv)
		inv.Created = inv.Created.Add(-watched)
	}},
	{"cancelled", kassa.StandsCancelled, "cancelled", 60, 410, inState(kassa.Cancelled)},
	{"withdrawn", kassa.StandsWithdrawn, "cancelled", 60, 410, func(inv *kassa.Invoice) { inv.Withdrawn = true }},
	{"rejected", kassa.StandsRejected, "cancelled", 60, 410, inState(kassa.Rejected)},
	{"unknown", kassa.StandsUnknown, "pending", refreshSoon, 404, inState(kassa.Unknown)},
	{"absent", kassa.StandsAbsent, "cancelled", 60, 410, inState(kassa.Absent)},
	{"the other attempt is paid", kassa.StandsPaidBefore, "paid", 60, 410, func(inv *kassa.Invoice) { inv.PaidBefore = true }},
	{"paid", kassa.StandsPaid, "paid", 0, 410, paidFor(nil)},
	{"paid yesterday", kassa.StandsPaid, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.PaidAt = teatime.Add(-24 * time.Hour) })},
	{"paid, nobody knows when", kassa.StandsPaid, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.PaidAt = time.Time{} })},
	{"paid as the abandoned attempt", kassa.StandsAbandoned, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Next = "other" })},
	{"paid though withdrawn", kassa.StandsRecalled, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Withdrawn = true })},
	{"paid late", kassa.StandsLate, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Late = true })},
	{"paid too little", kassa.StandsMismatch, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = 50_000*money.Som, true })},
	{"paid too much", kassa.StandsMismatch, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = 60_000*money.Som, true })},
	{"paid twice", kassa.StandsRepeat, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Repeat = true })},
	{"paid, sum unreadable", kassa.StandsDoubt, "paid", 0, 410, paidFor(func(inv *kassa.Invoice) { inv.Paid, inv.SumDoubt = 0, true })},
}

// finder finds that sale alone, or fails with err.
func finder(s sale, err error) func(context.Context, string) (kassa.Invoice, kassa.Shop, error) {
	return func(ctx context.Context, order string) (kassa.Invoice, kassa.Shop, error) {
		switch _, bounded := ctx.Deadline(); {
		case !bounded:
			return kassa.Invoice{}, kassa.Shop{}, fmt.Errorf("the store is asked without a deadline")
		case err != nil:
			return kassa.Invoice{}, kassa.Shop{}, err
		case order != s.inv.Order:
			return kassa.Invoice{}, kassa.Shop{}, fmt.Errorf("page: %w", kassa.ErrNotFound)
		}
		return s.inv, s.shop, nil
	}
}

// showing is the handler of all routes, with that sale in the store.
func showing(t testing.TB, s sale, err error) http.Handler {
	t.Helper()
	return New(payOptions(t, finder(s, err)))
}

func payOptions(t testing.TB, find func(context.Context, string) (kassa.Invoice, kassa.Shop, error)) Options {
	t.Helper()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Hint: (&desk{}).hint, Page: find, PublicURL: home, Book: book, DefaultLang: "uz",
		Now: func() time.Time { return teatime }, Log: quiet(),
	}
}

// ask sends one request; header is name, value, name, value….
func ask(t testing.TB, h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
