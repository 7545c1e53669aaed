package bot

import (
	"context"
	"errors"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// start is /start, also as a link: pay_ORDER is what the QR of a bot without a
// public address leads customers to.
func (t *turn) start(ctx context.Context, payload string) error {
	if strings.HasPrefix(payload, "pay_") {
		t.say(ctx, "start.customer", nil)
		return nil
	}
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	switch {
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "start.new", nil)
	case err != nil:
		return err
	default:
		t.say(ctx, "start.linked", locales.Args{"Shop": shopName(shop)})
	}
	return nil
}

// help is /help.
func (t *turn) help(ctx context.Context, _ string) error {
	t.say(ctx, "help", nil)
	return nil
}

// cancel is /cancel: it leaves the dialogue that was open.
func (t *turn) cancel(ctx context.Context, _ string) error {
	if t.dialogue.Step == "" {
		t.say(ctx, "cancel.nothing", nil)
	} else {
		t.say(ctx, "cancel.done", nil)
	}
	return nil
}
