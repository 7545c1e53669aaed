package bot

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	gocmp "github.com/google/go-cmp/cmp"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// teatime is the moment at which the test messages are rendered: 15:20 in Tashkent.
var teatime = time.Date(2024, time.January, 20, 10, 20, 0, 0, time.UTC)

func testRenderer(t testing.TB) *renderer {
	t.Helper()
	book, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &renderer{book: book, bot: "payfer_kassa_bot", now: func() time.Time { return teatime }}
}

// sample is a pending invoice of 50 000 so'm, changed to taste.
func sample(lang string, change func(*kassa.Delivery)) kassa.Delivery {
	d := kassa.Delivery{
		Kind: kassa.Edit,
		Peer: kassa.Peer{Lang: lang, At: kassa.Address{Chat: 42}},
		Shop: kassa.Shop{ID: "shop_abc123", Name: "Choyxona «Bahor»"},
		Invoice: kassa.Invoice{
			Order: "k3v7q2m5x4t6w8ab", Number: 12, Asked: 50_000 * money.Som, Note: "choy, 2 ta osh", State: kassa.Pending,
			Created: teatime, Unique: 50_001*money.Som + 50, Expires: teatime.Add(10 * time.Minute),
		},
	}
	if change != nil {
		change(&d)
	}
	return d
}

// paid makes the sample a paid one, changed to taste.
func paid(change func(*kassa.Invoice)) func(*kassa.Delivery) {
	return func(d *kassa.Delivery) {
		inv := &d.Invoice
		inv.State, inv.Paid, inv.PaidAt = kassa.Paid, inv.Unique, teatime.Add(5*time.Minute)
		if change != nil {
			change(inv)
		}
	}
}

func inState(s kassa.State) func(*kassa.Delivery) {
	return func(d *kassa.Delivery) {
		d.Invoice.State = s
		if s == kassa.Creating || s == kassa.Unknown || s == kassa.Absent || s == kassa.Rejected {
			d.Invoice.Unique, d.Invoice.Expires = 0, time.Time{}
		}
	}
}

func refused(why kassa.Refusal) func(*kassa.Delivery) {
	return func(d *kassa.Delivery) {
		inState(kassa.Rejected)(d)
		d.Invoice.Refusal = why
	}
}

func short(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = 50_000*money.Som, true }

// shown is every way in which an invoice can stand, with its name.
var shown = []struct {
	name   string
	change func(*kassa.Delivery)
}{
	{"creating", inState(kassa.Creating)},
	{"pending", nil},
	{"pending, with a card", func(d *kassa.Delivery) { d.Invoice.PayTo = bahorsCard }},
	{"pending, with a card and links", withLinks},
	{"pending until tomorrow", func(d *kassa.Delivery) { d.Invoice.Expires = teatime.Add(24 * time.Hour) }},
	{"pending, end unknown, no note", func(d *kassa.Delivery) { d.Invoice.Expires, d.Invoice.Note = time.Time{}, "" }},
	{"pending, possibly a repeat", func(d *kassa.Delivery) { d.Again = true }},
	{"pending, sum unreadable", func(d *kassa.Delivery) { d.Invoice.Unique, d.Invoice.SumDoubt = 0, true }},
	{"overdue", func(d *kassa.Delivery) { d.Invoice.Overdue = true }},
	{"expired", inState(kassa.Expired)},
	{"cancelled", inState(kassa.Cancelled)},
	{"withdrawn", func(d *kassa.Delivery) { d.Invoice.Withdrawn = true }},
	{"expired, issued again", func(d *kassa.Delivery) {
		inState(kassa.Expired)(d)
		d.Invoice.Renewed, d.Invoice.RenewedAs = "aaaaaaaaaaaaaaaa", 13
	}},
	{"the other attempt is paid", func(d *kassa.Delivery) { d.Invoice.PaidBefore = true }},
	{"unknown", inState(kassa.Unknown)},
	{"absent", inState(kassa.Absent)},
	{"absent, possibly a repeat", func(d *kassa.Delivery) { inState(kassa.Absent)(d); d.Again = true }},
	{"rejected: amount", refused(kassa.RefusedAmount)},
	{"rejected: credentials", refused(kassa.RefusedCredentials)},
	{"rejected: inactive", refused(kassa.RefusedInactive)},
	{"rejected: maintenance", refused(kassa.RefusedMaintenance)},
	{"rejected: unreachable", refused(kassa.RefusedUnreachable)},
	{"rejected: other", refused(kassa.RefusedOther)},
	{"paid", paid(nil)},
	{"paid yesterday, no note", paid(func(inv *kassa.Invoice) { inv.PaidAt, inv.Note = teatime.Add(-24*time.Hour), "" })},
	{"paid, possibly a repeat", func(d *kassa.Delivery) { paid(nil)(d); d.Again = true }},
	{"paid late", paid(func(inv *kassa.Invoice) { inv.Late = true })},
	{"paid though withdrawn", paid(func(inv *kassa.Invoice) { inv.Withdrawn = true })},
	{"paid too little, though withdrawn", paid(func(inv *kassa.Invoice) { short(inv); inv.Withdrawn = true })},
	{"paid too little, and round", paid(short)},
	{"paid too little", paid(func(inv *kassa.Invoice) { short(inv); inv.Paid -= 100 * money.Som })},
	{"paid too much", paid(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = 60_000*money.Som, true })},
	{"paid late and too little", paid(func(inv *kassa.Invoice) { short(inv); inv.Late = true })},
	{"paid twice", paid(func(inv *kassa.Invoice) { inv.Repeat = true })},
	{"paid twice, issued again in between", paid(func(inv *kassa.Invoice) { inv.Repeat, inv.RepeatOf = true, 11 })},
	{"paid twice and too little", paid(func(inv *kassa.Invoice) { short(inv); inv.Repeat = true })},
	{"paid, sum unreadable", paid(func(inv *kassa.Invoice) { inv.Paid, inv.SumDoubt = 0, true })},
	{"paid late, sum unreadable", paid(func(inv *kassa.Invoice) { inv.SumDoubt, inv.Late = true, true })},
	{"paid as the abandoned attempt", paid(func(inv *kassa.Invoice) { inv.Next, inv.Late = "other", true })},
	{"paid as the abandoned attempt, too little", paid(func(inv *kassa.Invoice) { short(inv); inv.Next = "other" })},
}

// bahorsCard is a card whose last digit checks the others.
var bahorsCard = kassa.Details{Card: "8600123456789012", Holder: "ALIYEV A."}

// drawn is a message as a reader of the golden file sees it: the text, the
// buttons in brackets with what they do.
func drawn(p page) string {
	var b strings.Builder
	b.WriteString(p.HTML + "\n")
	if p.Keyboard == nil {
		return b.String()
	}
	for _, row := range p.Keyboard.InlineKeyboard {
		for _, button := range row {
			fmt.Fprintf(&b, "[ %s → %s ]", button.Text, cmp.Or(button.CallbackData, button.URL, "copies "+copies(button)))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func copies(b models.InlineKeyboardButton) string {
	if b.CopyText == nil {
		return ""
	}
	return b.CopyText.Text
}

// everything is all that people read about invoices in one language.
func everything(r *renderer, lang string) string {
	var b strings.Builder
	for _, c := range shown {
		d := sample(lang, c.change)
		fmt.Fprintf(&b, "== %s\n%s", c.name, drawn(r.invoice(d)))
		if d.Invoice.State == kassa.Paid {
			fmt.Fprintf(&b, "-- announced\n%s", drawn(r.announcement(d)))
		}
		fmt.Fprintf(&b, "-- in the list\n%s\n-- checked\n%s\n\n", r.line(lang, d.Invoice), r.state(lang, d.Invoice))
	}
	return b.String()
}

// forCustomers is all that customers read.
func forCustomers(r *renderer, lang string) string {
	var b strings.Builder
	for _, c := range shown {
		d := sample(lang, c.change)
		d.View.Guest = true
		fmt.Fprintf(&b, "== %s\n%s-- checked\n%s\n\n", c.name, drawn(r.invoice(d)), r.guestState(lang, d.Invoice))
	}
	return b.String()
}

// together is what a chat reads that was paid much at once.
func together(r *renderer, lang string) string {
	d := sample(lang, paid(nil))
	for n := range 5 {
		also := sample(lang, paid(nil))
		also.Invoice.Number, also.Again = 13+n, n == 1
		if n == 4 {
			also.Shop = kassa.Shop{ID: "shop_2", Name: "Bozor <2>"}
		}
		d.Also = append(d.Also, also)
	}
	return drawn(r.announcement(d))
}

// fromTheWebsite is a payment that the bot did not issue, changed to taste.
func fromTheWebsite(lang string, change func(*kassa.Delivery)) kassa.Delivery {
	d := sample(lang, func(d *kassa.Delivery) {
		d.Kind, d.Invoice = kassa.Announce, kassa.Invoice{
			Order: "stranger:abc", Code: "web-<1742>", State: kassa.Paid, Asked: 50_000 * money.Som,
			Paid: 50_001*money.Som + 50, PaidAt: teatime.Add(5 * time.Minute),
		}
	})
	if change != nil {
		change(&d)
	}
	return d
}

// strange is every way in which such a payment can stand, with its name.
var strange = []struct {
	name   string
	change func(*kassa.Delivery)
}{
	{"paid", nil},
	{"its time cannot be read", func(d *kassa.Delivery) { d.Invoice.PaidAt = time.Time{} }},
	{"possibly a repeat", func(d *kassa.Delivery) { d.Again = true }},
	{"less than was asked", func(d *kassa.Delivery) { d.Invoice.Paid, d.Invoice.Mismatch = 49_000*money.Som, true }},
	{"sum unreadable", func(d *kassa.Delivery) { d.Invoice.Paid, d.Invoice.SumDoubt = 0, true }},
	{"a code of 256 characters, with marks that turn the text", func(d *kassa.Delivery) {
		d.Invoice.Code = "\u202e" + strings.Repeat("web", 85)
	}},
	{"without other people's words", func(d *kassa.Delivery) { *d = ownWords(*d) }},
	{"sum unreadable, without other people's words", func(d *kassa.Delivery) {
		*d = ownWords(*d)
		d.Invoice.Paid, d.Invoice.SumDoubt = 0, true
	}},
	{"among others", func(d *kassa.Delivery) {
		also := sample(d.Peer.Lang, paid(nil))
		twin := *d
		twin.Again, twin.Invoice.Code = true, "web-1743"
		d.Also = []kassa.Delivery{also, twin, also}
	}},
}

// notIssued is what a chat reads of payments that the bot did not issue.
func notIssued(r *renderer, lang string) string {
	var b strings.Builder
	for _, c := range strange {
		fmt.Fprintf(&b, "== %s\n%s\n", c.name, drawn(r.announcement(fromTheWebsite(lang, c.change))))
	}
	return b.String()
}

func TestMessagesReadAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		golden(t, "invoice."+lang, everything(r, lang))
		golden(t, "customer."+lang, forCustomers(r, lang))
		golden(t, "gathered."+lang, together(r, lang))
		golden(t, "stranger."+lang, notIssued(r, lang))
	}
}

// golden compares a text with the one kept in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *updateGolden {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (run with -update if meant):\n%s", file, diff)
	}
}

func TestEveryStateLooksDifferent(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		seen := make(map[string]string)
		for _, c := range shown {
			text := r.invoice(sample(lang, c.change)).HTML
			if before, ok := seen[text]; ok {
				t.Errorf("%s: %q reads like %q:\n%s", lang, c.name, before, text)
			}
			seen[text] = c.name
		}
	}
}

func TestTheMostUrgentFaceWins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*kassa.Delivery)
		want   kassa.Standing
	}{
		{"paid though the other attempt was too", paid(func(inv *kassa.Invoice) { inv.PaidBefore, inv.Repeat = true, true }), kassa.StandsRepeat},
		{"an unreadable sum claims no mismatch", paid(func(inv *kassa.Invoice) { inv.SumDoubt, inv.Mismatch = true, true }), kassa.StandsDoubt},
		{"paid, sum zero", paid(func(inv *kassa.Invoice) { inv.Paid = 0 }), kassa.StandsDoubt},
		{"a second payment before a wrong sum", paid(func(inv *kassa.Invoice) { short(inv); inv.Repeat = true }), kassa.StandsRepeat},
		{"a wrong sum before lateness", paid(func(inv *kassa.Invoice) { short(inv); inv.Late = true }), kassa.StandsMismatch},
		{"nothing to pay when the other attempt is paid", func(d *kassa.Delivery) { d.Invoice.PaidBefore, d.Invoice.Overdue = true, true }, kassa.StandsPaidBefore},
		{"overdue without a sum", func(d *kassa.Delivery) { d.Invoice.Overdue, d.Invoice.Unique = true, 0 }, kassa.StandsOverdue},
	} {
		if got := sample("uz", c.change).Invoice; got.Standing() != c.want {
			t.Errorf("%s: looks %s, want %s", c.name, got.Standing(), c.want)
		}
	}
}

func TestAnUnknownSumIsNeverClaimed(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	doubtful := []func(*kassa.Invoice){
		func(inv *kassa.Invoice) { inv.SumDoubt = true },
		func(inv *kassa.Invoice) { inv.Paid = 0 },
		func(inv *kassa.Invoice) { inv.SumDoubt, inv.Mismatch, inv.Late = true, true, true },
		func(inv *kassa.Invoice) { inv.SumDoubt, inv.Repeat, inv.Next = true, true, "other" },
	}
	for _, lang := range r.book.Langs() {
		for i, change := range doubtful {
			d := sample(lang, paid(change))
			for _, text := range []string{r.invoice(d).HTML, r.announcement(d).HTML, r.line(lang, d.Invoice), r.state(lang, d.Invoice)} {
				if strings.Contains(text, "50 00") || strings.Contains(text, "0,00") {
					t.Errorf("%s, %d: claims a sum: %s", lang, i, text)
				}
			}
		}
	}
}

func TestThePaidNoticeNamesKassaNumberAndTheSumThatCame(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		for _, c := range shown {
			d := sample(lang, c.change)
			if d.Invoice.State != kassa.Paid || !d.Invoice.SumKnown() {
				continue
			}
			p := r.announcement(d)
			for _, want := range []string{"Choyxona «Bahor»", "№12", "<code>" + d.Invoice.Paid.String() + "</code>"} {
				if !strings.Contains(p.HTML, want) {
					t.Errorf("%s, %s: no %s in\n%s", lang, c.name, want, p.HTML)
				}
			}
			if p.Keyboard != nil || p.Photo != nil {
				t.Errorf("%s, %s: a notice has neither buttons nor picture", lang, c.name)
			}
		}
	}
}

func TestTimesAreThoseOfTashkent(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, c := range []struct {
		lang string
		at   time.Time
		want string
	}{
		{"uz", time.Date(2024, 1, 20, 10, 30, 0, 0, time.UTC), "15:30"},
		{"uz", time.Date(2024, 1, 20, 18, 59, 0, 0, time.UTC), "23:59"},
		{"uz", time.Date(2024, 1, 20, 19, 0, 0, 0, time.UTC), "21-yanvar, 00:00"},
		{"uz-Cyrl", time.Date(2024, 1, 19, 18, 0, 0, 0, time.UTC), "19 январь, 23:00"},
		{"ru", time.Date(2024, 9, 1, 0, 0, 0, 0, time.UTC), "1 сентября, 05:00"},
		{"en", time.Date(2024, 12, 31, 20, 0, 0, 0, time.UTC), "1 Jan, 01:00"},
	} {
		if got := r.book.When(c.lang, c.at, r.now()); got != c.want {
			t.Errorf("%s: %s is told as %q, want %q", c.lang, c.at, got, c.want)
		}
	}
}

func TestEveryLanguageHasTwelveMonths(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		months := strings.Fields(r.book.Plain(lang, "date.months", nil))
		slices.Sort(months)
		if n := len(slices.Compact(months)); n != 12 {
			t.Errorf("%s has %d months", lang, n)
		}
	}
}

func TestWarningsAddUpWithoutContradiction(t *testing.T) {
	t.Parallel()
	all := func(inv *kassa.Invoice) { short(inv); inv.Late, inv.Repeat, inv.Next = true, true, "other" }
	for _, c := range []struct {
		name   string
		change func(*kassa.Invoice)
		want   []kassa.Standing
	}{
		{"nothing", nil, nil},
		{"late", func(inv *kassa.Invoice) { inv.Late = true }, []kassa.Standing{kassa.StandsLate}},
		{"late and wrong", func(inv *kassa.Invoice) { short(inv); inv.Late = true }, []kassa.Standing{kassa.StandsMismatch, kassa.StandsLate}},
		{"abandoned is late by nature", func(inv *kassa.Invoice) { inv.Late, inv.Next = true, "other" }, []kassa.Standing{kassa.StandsAbandoned}},
		{"all at once", all, []kassa.Standing{kassa.StandsRepeat}},
		{"all at once, no sum", func(inv *kassa.Invoice) { all(inv); inv.SumDoubt = true }, []kassa.Standing{kassa.StandsDoubt, kassa.StandsRepeat}},
	} {
		inv := sample("uz", paid(c.change)).Invoice
		got := concerns(inv)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if len(got) > 0 && got[0] != inv.Standing() {
			t.Errorf("%s: the first line says %s, the advice %s", c.name, inv.Standing(), got[0])
		}
	}
}
