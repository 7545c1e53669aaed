package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/locales"
)

// webhook is /webhook: the address that the owner gives to Payfer.
func (t *turn) webhook(ctx context.Context, _ string) error {
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	switch {
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "not_linked", nil)
	case err != nil:
		return err
	case t.bot.publicURL == "":
		t.say(ctx, "webhook.off", nil)
	default:
		t.say(ctx, "webhook.url", locales.Args{"URL": t.bot.publicURL + "/payfer/" + shop.Token})
	}
	return nil
}
