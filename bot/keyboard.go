package bot

import (
	"strings"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
)

// What a press carries: the prefix, then the order code. Telegram allows 64 bytes.
const (
	pressCheck = "check:"
	pressRetry = "retry:"

	pressWithdraw = "withdraw:"
)

// payLink is what the QR holds: the customer's page, or a chat with the bot
// where there is no page.
func (r *renderer) payLink(order string) string {
	if r.publicURL != "" {
		return strings.TrimRight(r.publicURL, "/") + "/pay/" + order
	}
	return r.chatLink(order)
}

// chatLink opens a chat with the bot that shows the invoice.
func (r *renderer) chatLink(order string) string {
	return "https://t.me/" + strings.TrimPrefix(r.bot, "@") + "?start=pay_" + order
}

// keyboard is what can be done with the invoice as it stands; nil: nothing.
func (r *renderer) keyboard(lang string, inv kassa.Invoice) *models.InlineKeyboardMarkup {
	switch inv.Standing() {
	case kassa.StandsPending:
		k := buttonRow(r.copyButtons(lang, inv)...)
		k.InlineKeyboard = append(k.InlineKeyboard, r.linkRows(lang, inv)...)
		k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{
			r.pressButton(lang, "button.check", pressCheck, inv), r.pressButton(lang, "button.withdraw", pressWithdraw, inv),
		})
		return k
	case kassa.StandsOverdue, kassa.StandsNoSum, kassa.StandsUnknown:
		return buttonRow(r.pressButton(lang, "button.check", pressCheck, inv))
	case kassa.StandsRejected, kassa.StandsAbsent:
		if worthRetrying(inv) {
			return buttonRow(r.pressButton(lang, "button.retry", pressRetry, inv))
		}
	case kassa.StandsExpired, kassa.StandsCancelled, kassa.StandsWithdrawn:
		if worthRetrying(inv) {
			return buttonRow(r.pressButton(lang, "button.renew", pressRetry, inv))
		}
	}
	return nil
}

// guestKeyboard is what a customer can do.
func (r *renderer) guestKeyboard(lang string, inv kassa.Invoice) *models.InlineKeyboardMarkup {
	if inv.Superseded() {
		return buttonRow(r.renewedButton(lang, inv))
	}
	switch inv.Standing() {
	case kassa.StandsPending:
		k := buttonRow(r.copyButtons(lang, inv)...)
		k.InlineKeyboard = append(k.InlineKeyboard, r.linkRows(lang, inv)...)
		k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{r.pressButton(lang, "button.paid_check", pressCheck, inv)})
		return k
	case kassa.StandsOverdue, kassa.StandsExpired:
		return buttonRow(r.pressButton(lang, "button.paid_check", pressCheck, inv))
	}
	if inv.State == kassa.Paid {
		return r.receiptRow(lang, inv)
	}
	return nil
}

// worthRetrying tells whether the same sum may succeed at another time, and no
// other attempt is on its way already.
func worthRetrying(inv kassa.Invoice) bool {
	return inv.Next == "" && inv.Renewed == "" && inv.Refusal != kassa.RefusedAmount
}

// copyButtons copy what the customer types into the bank's app.
func (r *renderer) copyButtons(lang string, inv kassa.Invoice) []models.InlineKeyboardButton {
	buttons := []models.InlineKeyboardButton{r.copyButton(lang, "button.copy", inv.Unique.Plain())}
	if inv.PayTo.Card != "" {
		buttons = append(buttons, r.copyButton(lang, "button.copy_card", inv.PayTo.Card))
	}
	return buttons
}

func (r *renderer) copyButton(lang, key, what string) models.InlineKeyboardButton {
	return models.InlineKeyboardButton{Text: r.book.Plain(lang, key, nil), CopyText: &models.CopyTextButton{Text: what}}
}

func (r *renderer) pressButton(lang, key, press string, inv kassa.Invoice) models.InlineKeyboardButton {
	return models.InlineKeyboardButton{Text: r.book.Plain(lang, key, nil), CallbackData: press + inv.Order}
}

func buttonRow(buttons ...models.InlineKeyboardButton) *models.InlineKeyboardMarkup {
	return &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{buttons}}
}
