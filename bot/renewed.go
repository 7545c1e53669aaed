package bot

import (
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// renewedLine says which invoice took this one's place.
func (r *renderer) renewedLine(lang, key string, inv kassa.Invoice) string {
	return r.book.HTML(lang, key, locales.Args{"Number": inv.RenewedAs})
}

// renewedButton leads a customer to the invoice that took this one's place. It is a
// link, for an inline message stands where we cannot speak.
func (r *renderer) renewedButton(lang string, inv kassa.Invoice) models.InlineKeyboardButton {
	return models.InlineKeyboardButton{
		Text: r.book.Plain(lang, "button.renewed", locales.Args{"Number": inv.RenewedAs}),
		URL:  r.chatLink(inv.Renewed),
	}
}
