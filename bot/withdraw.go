package bot

import (
	"context"
	"errors"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// withdrawAsk asks once more before an invoice is taken back: the button stands
// next to others, and what a customer is about to pay is not lightly undone.
func (t *turn) withdrawAsk(ctx context.Context, order string) error {
	inv, err := t.pressedInvoice(ctx, order)
	if errors.Is(err, kassa.ErrNotFound) || (err == nil && inv.Peer != t.peer.ID) {
		t.toast(ctx, t.plain("check.none", nil))
		return nil
	}
	if err != nil {
		return err
	}
	if !withdrawable(inv) {
		t.toast(ctx, t.stateOf(inv))
		return nil
	}
	t.toast(ctx, "")
	ask := t.withdrawQuestion(inv)
	ask.replyTo = t.message
	t.send(ctx, ask)
	return nil
}

// cancelInvoice is /cancel №: people look for it there.
func (t *turn) cancelInvoice(ctx context.Context, ref string) error {
	inv, err := t.desk.Find(ctx, t.peer.ID, ref)
	switch {
	case errors.Is(err, kassa.ErrNotFound) || (err == nil && inv.Peer != t.peer.ID):
		t.say(ctx, "check.none", nil)
	case err != nil:
		return err
	case withdrawable(inv):
		t.send(ctx, t.withdrawQuestion(inv))
	default:
		t.send(ctx, answer{html: locales.Escape(t.stateOf(inv)), replyTo: t.message})
	}
	return nil
}

// withdrawable tells an invoice that somebody may still be about to pay.
func withdrawable(inv kassa.Invoice) bool {
	return inv.State == kassa.Pending && !inv.Withdrawn && !inv.PaidBefore
}

func (t *turn) withdrawQuestion(inv kassa.Invoice) answer {
	return answer{
		html: t.html("withdraw.ask", locales.Args{"Number": inv.Number, "Sum": inv.ToPay().String()}),
		keyboard: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
			{Text: t.plain("button.withdraw_yes", nil), CallbackData: "withdraw_yes:" + inv.Order},
			{Text: t.plain("button.withdraw_no", nil), CallbackData: "withdraw_no:" + inv.Order},
		}}},
	}
}

// withdrawYes takes the invoice back, and says what became of it: it may have
// been paid while the question stood.
func (t *turn) withdrawYes(ctx context.Context, order string) error {
	inv, err := t.desk.Withdraw(ctx, t.peer.ID, order)
	if errors.Is(err, kassa.ErrNotFound) {
		t.toast(ctx, t.plain("check.none", nil))
		return nil
	}
	if err != nil {
		return err
	}
	t.toast(ctx, "")
	t.change(ctx, locales.Escape(t.stateOf(inv)), nil)
	return nil
}

// withdrawNo leaves everything as it is.
func (t *turn) withdrawNo(ctx context.Context, order string) error {
	inv, err := t.pressedInvoice(ctx, order)
	if err != nil && !errors.Is(err, kassa.ErrNotFound) {
		return err
	}
	t.toast(ctx, "")
	t.change(ctx, t.html("withdraw.no", locales.Args{"Number": inv.Number}), nil)
	return nil
}
