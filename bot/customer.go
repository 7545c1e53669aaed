package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/locales"
)

// customer is /start pay_ORDER: whoever follows a QR sees the invoice in a chat
// of his own, live, and is told there when it is paid.
func (t *turn) customer(ctx context.Context, order string) error {
	if !t.bot.limits.users.take(t.user, t.at()) {
		t.say(ctx, "guest.too_many", nil)
		return nil
	}
	inv, err := t.desk.Visit(ctx, t.peer.ID, order)
	switch {
	case errors.Is(err, kassa.ErrNotFound):
		t.say(ctx, "guest.none", nil)
	case errors.Is(err, kassa.ErrShopChat):
		t.say(ctx, "guest.shop_chat", nil)
	case errors.Is(err, kassa.ErrCrowded):
		t.say(ctx, "guest.crowded", nil)
	case err != nil:
		return err
	case inv.Next != "": // an attempt that was given up, and paid: it has no message of its own
		t.send(ctx, answer{html: locales.Escape(t.bot.render.guestState(t.lang, inv))})
	case inv.State == kassa.Creating || inv.State == kassa.Unknown:
		t.say(ctx, "guest.not_yet", nil) // its message comes as soon as there is a sum
	}
	return nil
}
