package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
)

// shop is /shop: the linked kassa as Payfer knows it.
func (t *turn) shop(ctx context.Context, _ string) error {
	shop, info, err := t.desk.Info(ctx, t.peer.ID)
	var refused *payfer.Error
	switch {
	case err == nil:
		t.say(ctx, "shop.info", locales.Args{
			"Shop": shopName(shop), "Balance": info.Balance.String(), "Count": int(info.Transactions),
			"Total": info.Total.String(), "ID": string(shop.ID),
		})
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "not_linked", nil)
	case errors.Is(err, payfer.ErrCredentials), errors.Is(err, payfer.ErrInactive):
		t.say(ctx, "shop.refused", locales.Args{"Shop": shopName(shop)})
	case errors.As(err, &refused):
		t.bot.log.Info("Payfer did not answer about a kassa", "shop", shop.ID, "error", err)
		t.say(ctx, "shop.no_answer", locales.Args{"Shop": shopName(shop)})
	default:
		return err
	}
	return nil
}
