package bot

import (
	"strings"
	"unicode/utf16"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

// gatheredNote is how much of a note a line of gathered news shows, in characters.
const gatheredNote = 24

// gathered tells of several payments in one message: how many and how much
// first, then each with its № and sum, under the kassa that it came to.
func (r *renderer) gathered(d kassa.Delivery) page {
	news := append([]kassa.Delivery{d}, d.Also...)
	html := r.gatheredText(d.Peer.Lang, news, gatheredNote)
	if len(utf16.Encode([]rune(plainText(html)))) > maxText {
		html = r.gatheredText(d.Peer.Lang, news, 0)
	}
	return page{HTML: html}
}

func (r *renderer) gatheredText(lang string, news []kassa.Delivery, note int) string {
	var total money.Amount
	var repeats []string
	code := gatheredCode
	if note == 0 {
		code = shortCode
	}
	for _, d := range news {
		total += d.Invoice.Paid
		if d.Again {
			repeats = append(repeats, called(d.Invoice, code))
		}
	}
	lines := []string{r.book.HTML(lang, "gathered.title", locales.Args{"Count": len(news), "Sum": total.String()})}
	for _, shop := range shopsOf(news) {
		lines = append(lines, locales.Escape(shopName(shop)))
		for _, d := range news {
			if d.Shop.ID == shop.ID {
				lines = append(lines, r.gatheredLine(lang, d.Invoice, note, code))
			}
		}
	}
	if len(repeats) > 0 {
		lines = append(lines, r.book.HTML(lang, "gathered.again", locales.Args{"List": strings.Join(repeats, ", ")}))
	}
	return strings.Join(lines, "\n")
}

// gatheredLine is one payment: "№12 · 50 001,50 · 15:25 · «choy»"; one that the
// bot did not issue has its code in the place of the №.
func (r *renderer) gatheredLine(lang string, inv kassa.Invoice, note, code int) string {
	parts := []string{locales.Escape(called(inv, code)), r.book.HTML(lang, "invoices.sum", r.args(lang, inv))}
	if !inv.PaidAt.IsZero() {
		parts = append(parts, locales.Escape(r.book.When(lang, inv.PaidAt, r.now())))
	}
	if words := locales.Foreign(inv.Note, note); note > 0 && words != "" {
		parts = append(parts, "«"+locales.Escape(words)+"»") // last, and in quotes: it may look like another payment
	}
	return strings.Join(parts, dot)
}

// shopsOf are the kassas of the news, each once, in the order of the news.
func shopsOf(news []kassa.Delivery) (shops []kassa.Shop) {
	known := map[kassa.ShopID]bool{}
	for _, d := range news {
		if !known[d.Shop.ID] {
			known[d.Shop.ID] = true
			shops = append(shops, d.Shop)
		}
	}
	return shops
}
