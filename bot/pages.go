package bot

import (
	"slices"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// Buttons that open a page elsewhere. Telegram judges their addresses by rules
// that it does not publish, so a message must be able to go out without them.

// linkName is how many characters of a host a button and a list show.
const linkName = 20

// nameOf is what messages call the page of a pay link.
func nameOf(l kassa.PayLink) string { return locales.Foreign(l.Name(), linkName) }

// linkRows are a button for each page on which the invoice can be paid, one a
// row, for its label says what is left to do there.
func (r *renderer) linkRows(lang string, inv kassa.Invoice) (rows [][]models.InlineKeyboardButton) {
	for _, l := range inv.PayTo.Links {
		key := "button.pay_typing"
		if l.FillsSum() {
			key = "button.pay_filled"
		}
		rows = append(rows, []models.InlineKeyboardButton{{
			Text: r.book.Plain(lang, key, locales.Args{"Name": nameOf(l)}), URL: l.For(inv.Unique, inv.Order),
		}})
	}
	return rows
}

// receiptRow opens the receipt as a page, to be printed or passed on. Without a
// public address there is none.
func (r *renderer) receiptRow(lang string, inv kassa.Invoice) *models.InlineKeyboardMarkup {
	if r.publicURL == "" || !inv.SumKnown() {
		return nil
	}
	return buttonRow(models.InlineKeyboardButton{Text: r.book.Plain(lang, "button.receipt", nil), URL: r.payLink(inv.Order)})
}

// dropPages takes the buttons that open pages off the message, and tells whether it had any.
func (p *page) dropPages() (had bool) {
	if p.Keyboard == nil {
		return false
	}
	var rows [][]models.InlineKeyboardButton
	for _, row := range p.Keyboard.InlineKeyboard {
		kept := slices.DeleteFunc(slices.Clone(row), func(b models.InlineKeyboardButton) bool { return b.URL != "" })
		had = had || len(kept) < len(row)
		if len(kept) > 0 {
			rows = append(rows, kept)
		}
	}
	if p.Keyboard = nil; len(rows) > 0 {
		p.Keyboard = &models.InlineKeyboardMarkup{InlineKeyboard: rows}
	}
	return had
}
