package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"

	"pgregory.net/rapid"

	"payferbot/kassa"
	"payferbot/money"
)

func TestThePayableCaptionKeepsItsPromises(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for lang, currency := range map[string]string{"uz": "soʻm", "uz-Cyrl": "сўм", "ru": "сум", "en": "so'm"} {
		d := sample(lang, func(d *kassa.Delivery) { d.Kind = kassa.Show })
		p := r.invoice(d)
		for _, want := range []string{"№12", "Choyxona «Bahor»", "<code>50 001,50</code> " + currency, "choy, 2 ta osh", "⏳", "15:30"} {
			if !strings.Contains(p.HTML, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, p.HTML)
			}
		}
		if p.Keyboard == nil || copies(p.Keyboard.InlineKeyboard[0][0]) != "50001.50" {
			t.Errorf("%s: no button copies the bare sum: %+v", lang, p.Keyboard)
		}
	}
}

func TestButtonsAreThereOnlyWhileTheyHelp(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	const order = "k3v7q2m5x4t6w8ab"
	want := map[string]string{
		"pending": "copy check withdraw", "pending, with a card": "copy copy check withdraw",
		"pending, with a card and links": "copy copy open open check withdraw",
		"pending until tomorrow":         "copy check withdraw", "pending, end unknown, no note": "copy check withdraw",
		"pending, possibly a repeat": "copy check withdraw", "pending, sum unreadable": "check", "overdue": "check", "unknown": "check",
		"expired": "retry", "cancelled": "retry", "withdrawn": "retry",
		"absent": "retry", "absent, possibly a repeat": "retry",
		"rejected: credentials": "retry", "rejected: inactive": "retry", "rejected: maintenance": "retry",
		"rejected: unreachable": "retry", "rejected: other": "retry",
	}
	for _, c := range shown {
		var got []string
		if k := r.invoice(sample("uz", c.change)).Keyboard; k != nil {
			for _, b := range slices.Concat(k.InlineKeyboard...) {
				switch {
				case copies(b) != "":
					got = append(got, "copy")
				case b.URL != "":
					got = append(got, "open")
				case b.CallbackData == "check:"+order:
					got = append(got, "check")
				case b.CallbackData == "withdraw:"+order:
					got = append(got, "withdraw")
				case b.CallbackData == "retry:"+order:
					got = append(got, "retry")
				default:
					t.Errorf("%s: what is %+v?", c.name, b)
				}
				if len(b.CallbackData) > 64 {
					t.Errorf("%s: callback data of %d bytes", c.name, len(b.CallbackData))
				}
			}
		}
		if got := strings.Join(got, " "); got != want[c.name] {
			t.Errorf("%s: buttons %q, want %q", c.name, got, want[c.name])
		}
	}
	replaced := sample("uz", func(d *kassa.Delivery) { inState(kassa.Absent)(d); d.Invoice.Next = "other" })
	if r.invoice(replaced).Keyboard != nil {
		t.Error("an attempt that was replaced can be retried")
	}
}

func TestASumThatMustNotBePaidIsNotThereToCopy(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		for _, c := range shown {
			d := sample(lang, c.change)
			if d.Invoice.State == kassa.Paid || d.Invoice.Payable() {
				continue
			}
			if text := r.invoice(d).HTML; strings.Contains(text, "<code>") {
				t.Errorf("%s, %s: offers a sum:\n%s", lang, c.name, text)
			}
		}
	}
}

func TestForeignWordsStayWords(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	nasty := func(d *kassa.Delivery) {
		d.Shop.Name = "<b>Bahor\u202e</b>\n✅ & \"x\"\x00"
		d.Invoice.Note = "</code>\r\n<a href=\"tg://user?id=1\">osh</a>\u2067"
	}
	for _, c := range shown {
		d := sample("ru", c.change)
		nasty(&d)
		for _, text := range []string{r.invoice(d).HTML, r.announcement(d).HTML, r.line("ru", d.Invoice)} {
			mustParse(t, text)
			if strings.ContainsAny(text, "\u202e\u2067\x00\r") || strings.Contains(text, "href=\"") {
				t.Errorf("%s: lets foreign marks through: %q", c.name, text)
			}
		}
		d.Invoice.Note = ""
		if text := r.invoice(d).HTML; !strings.Contains(text, "&lt;b&gt;Bahor&lt;/b&gt; ✅ &amp; &quot;x&quot;") {
			t.Errorf("%s: the name is not whole: %s", c.name, text)
		}
	}
}

func TestAKassaWithoutAVisibleNameIsCalledByItsID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "shop_abc123", " \u200b\n": "shop_abc123", "Bahor": "Bahor"} {
		if got := shopName(kassa.Shop{ID: "shop_abc123", Name: name}); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

var htmlTag = regexp.MustCompile(`<(/?)([^>]*)>`)

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// mustParse is Telegram's view of a message: it wants balanced tags that it
// knows and gives the text that people see.
func mustParse(t failer, html string) string {
	t.Helper()
	var open []string
	for _, m := range htmlTag.FindAllStringSubmatch(html, -1) {
		switch {
		case m[2] != "b" && m[2] != "i" && m[2] != "code":
			t.Fatalf("no tag of ours: %s in\n%s", m[0], html)
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			t.Fatalf("%s closes nothing in\n%s", m[0], html)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v left open in\n%s", open, html)
	}
	text := htmlTag.ReplaceAllString(html, "")
	if strings.ContainsAny(text, "<>") {
		t.Fatalf("a bare < or > in\n%s", html)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(text)
}

// utf16Len is a length as Telegram counts it.
func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }

// anyDelivery draws an invoice in any state with any flags, the longest
// foreign text and the largest figures.
func anyDelivery(t *rapid.T, lang string) kassa.Delivery {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	sum := func(name string) money.Amount {
		return rapid.SampledFrom([]money.Amount{0, 1, 50_001*money.Som + 50, 1 << 62}).Draw(t, name)
	}
	instant := func(name string) time.Time {
		return rapid.SampledFrom([]time.Time{{}, teatime, teatime.AddDate(0, 8, 3)}).Draw(t, name)
	}
	rune := rapid.SampledFrom([]string{"a", "<", "🍵", "\"", "&", "ʻ"})
	inv := kassa.Invoice{
		Order: "k3v7q2m5x4t6w8ab", Number: 1 << 30, Asked: sum("asked"), Unique: sum("unique"), Paid: sum("paid"),
		Note: strings.Repeat(rune.Draw(t, "note"), 1000), Expires: instant("expires"), PaidAt: instant("paid at"),
		State:   rapid.SampledFrom([]kassa.State{kassa.Creating, kassa.Pending, kassa.Rejected, kassa.Unknown, kassa.Absent, kassa.Paid, kassa.Expired, kassa.Cancelled, "newer"}).Draw(t, "state"),
		Refusal: rapid.SampledFrom([]kassa.Refusal{"", kassa.RefusedAmount, kassa.RefusedCredentials, kassa.RefusedInactive, kassa.RefusedMaintenance, kassa.RefusedUnreachable, kassa.RefusedOther, "new"}).Draw(t, "refusal"),
		Late:    flag("late"), Mismatch: flag("mismatch"), Repeat: flag("repeat"), SumDoubt: flag("doubt"),
		Overdue: flag("overdue"), PaidBefore: flag("before"), Next: rapid.SampledFrom([]string{"", "other"}).Draw(t, "next"),
	}
	return kassa.Delivery{
		Peer: kassa.Peer{Lang: lang}, Invoice: inv, Again: flag("again"),
		Shop: kassa.Shop{Name: strings.Repeat(rune.Draw(t, "shop"), 500)},
	}
}

func TestWhateverItsStateAnInvoiceFitsAndParses(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		rapid.Check(t, func(t *rapid.T) {
			d := anyDelivery(t, lang)
			for _, html := range []string{r.invoice(d).HTML, r.announcement(d).HTML, r.invoice(asGuest(d)).HTML} {
				text := mustParse(t, html)
				if n := utf16Len(text); n > 1024 {
					t.Fatalf("a caption of %d units:\n%s", n, text)
				}
				bareKey(t, text)
			}
			line := mustParse(t, r.line(lang, d.Invoice))
			if n := utf16Len(line); n > 4096/15 {
				t.Fatalf("a line of %d units: %s", n, line)
			}
			toast := r.state(lang, d.Invoice)
			if n := utf16Len(toast); n > 200 {
				t.Fatalf("a toast of %d units: %s", n, toast)
			}
			bareKey(t, toast)
		})
	}
}

// bareKey fails on the last resort of a text that could not be said.
func bareKey(t failer, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if regexp.MustCompile(`^(invoice|paid|check|state)\.[a-z_.]+$`).MatchString(strings.TrimSpace(line)) {
			t.Fatalf("a bare key in\n%s", text)
		}
	}
}

func TestAMessageHasOneSign(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	sign := func(c rune) bool { return unicode.Is(unicode.So, c) && c != '№' || c == '⏳' }
	for _, lang := range r.book.Langs() {
		for _, c := range shown {
			d := sample(lang, c.change)
			for _, text := range []string{
				r.invoice(d).HTML, r.announcement(d).HTML, r.state(lang, d.Invoice), r.line(lang, d.Invoice), r.guestState(lang, d.Invoice),
			} {
				n := 0
				for _, c := range text {
					if sign(c) {
						n++
					}
				}
				if n != 1 {
					t.Errorf("%s, %s: %d signs in\n%s", lang, c.name, n, text)
				}
			}
		}
	}
}
