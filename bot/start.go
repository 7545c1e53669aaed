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
	if code, ok := strings.CutPrefix(payload, invitation); ok && !t.group() {
		return t.invited(ctx, code)
	}
	if strings.HasPrefix(payload, "pay_") && !t.group() {
		return t.customer(ctx, strings.TrimPrefix(payload, "pay_"))
	}
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	switch {
	case errors.Is(err, kassa.ErrNotLinked) && t.group():
		t.say(ctx, "start.group_new", nil)
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "start.new", nil)
	case err != nil:
		return err
	case t.group():
		t.say(ctx, "start.group_linked", locales.Args{"Shop": shopName(shop), "Everyone": t.peer.Everyone})
	default:
		t.say(ctx, "start.linked", locales.Args{"Shop": shopName(shop)})
	}
	return nil
}

// help is /help.
func (t *turn) help(ctx context.Context, _ string) error {
	if t.group() {
		t.say(ctx, "help.group", nil)
	} else {
		t.say(ctx, "help", nil)
	}
	return nil
}

// cancel is /cancel: it leaves the dialogue that was open. With a № it is about an invoice.
func (t *turn) cancel(ctx context.Context, ref string) error {
	if ref != "" && t.dialogue.Step == "" {
		if !t.may(ctx, staff) {
			return nil
		}
		return t.cancelInvoice(ctx, ref)
	}
	if t.dialogue.Step == "" {
		t.say(ctx, "cancel.nothing", nil)
	} else {
		t.say(ctx, "cancel.done", nil)
	}
	return nil
}
