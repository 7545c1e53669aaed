package bot

import (
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/money"
)

// asGuest is the delivery to a customer's chat.
func asGuest(d kassa.Delivery) kassa.Delivery {
	d.View.Guest = true
	return d
}

func TestACustomersPaidCopyIsAReceipt(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	r.publicURL = "https://pay.example.uz/"
	when := map[string]string{
		"uz": "2024-yil 20-yanvar, 15:25", "uz-Cyrl": "2024 йил 20 январь, 15:25", "ru": "20 января 2024, 15:25", "en": "20 Jan 2024, 15:25",
	}
	for lang, at := range when {
		d := asGuest(sample(lang, paid(nil)))
		p := r.invoice(d)
		for _, want := range []string{"Choyxona «Bahor»", "№12", "<code>50 001,50</code>", at, "<code>k3v7q2m5x4t6w8ab</code>"} {
			if !strings.Contains(p.HTML, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, p.HTML)
			}
		}
		mustParse(t, p.HTML)
		if b := p.Keyboard.InlineKeyboard[0][0]; b.URL != "https://pay.example.uz/pay/k3v7q2m5x4t6w8ab" || b.Text != r.book.Plain(lang, "button.receipt", nil) {
			t.Errorf("%s: the button is %+v", lang, b)
		}
		if p := r.announcement(d); p.Keyboard != nil {
			t.Errorf("%s: a notice has buttons", lang)
		}
	}
}

func TestAReceiptIsOfferedOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, c := range shown {
		d := asGuest(sample("en", c.change))
		r.publicURL = "https://pay.example.uz"
		offered := strings.Contains(drawn(r.invoice(d)), "/pay/")
		if offered != (d.Invoice.State == kassa.Paid && d.Invoice.SumKnown()) {
			t.Errorf("%s: offered %v", c.name, offered)
		}
		if r.publicURL = ""; strings.Contains(drawn(r.invoice(d)), "/pay/") {
			t.Errorf("%s: a receipt at no address", c.name)
		}
		if d.View.Guest = false; strings.Contains(drawn(r.invoice(d)), "/pay/") {
			t.Errorf("%s: the seller's own message has a receipt", c.name)
		}
	}
}

func TestOfAWrongSumBothHearWhatWasAskedWhatCameAndTheDifference(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	came := []struct {
		name       string
		paid       money.Amount
		paidS, dif string
	}{
		{"less", 49_000 * money.Som, "49 000,00", "1 001,50"},
		{"round", 50_000 * money.Som, "50 000,00", "1,50"},
		{"more", 60_000 * money.Som, "60 000,00", "9 998,50"},
	}
	for _, lang := range r.book.Langs() {
		owners, guests := map[string]bool{}, map[string]bool{}
		for _, c := range came {
			d := sample(lang, paid(func(inv *kassa.Invoice) { inv.Paid, inv.Mismatch = c.paid, true }))
			g := asGuest(d)
			all := map[string]string{
				"the seller's message": r.invoice(d).HTML, "the news": r.announcement(d).HTML, "the list": r.line(lang, d.Invoice),
				"the seller's toast": r.state(lang, d.Invoice), "the customer's message": r.invoice(g).HTML,
				"the customer's news": r.announcement(g).HTML, "the customer's toast": r.guestState(lang, d.Invoice),
			}
			for where, text := range all {
				for _, want := range []string{"50 001,50", c.paidS, c.dif, "⚠️"} {
					if !strings.Contains(text, want) {
						t.Errorf("%s, %s came, %s: no %q in\n%s", lang, c.name, where, want, text)
					}
				}
			}
			owners[lastLine(all["the news"])], guests[lastLine(all["the customer's news"])] = true, true
		}
		if len(owners) != 3 || len(guests) != 2 {
			t.Errorf("%s: the advice is %d and %d different ones", lang, len(owners), len(guests))
		}
	}
}

func lastLine(text string) string { return text[strings.LastIndex(text, "\n")+1:] }

func TestACustomersToastsFit(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		for _, c := range shown {
			inv := sample(lang, c.change).Invoice
			for _, paid := range []money.Amount{0, 1, kassa.MaxAmount, 2 * kassa.MaxAmount} {
				if inv.Paid != 0 {
					inv.Paid, inv.Unique = paid, kassa.MaxAmount-1
				}
				if told := r.guestState(lang, inv); utf16Len(told) > maxToast {
					t.Errorf("%s, %s: a toast of %d units: %s", lang, c.name, utf16Len(told), told)
				}
			}
		}
	}
}
