package bot

import (
	"context"
	"errors"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// webhook is /webhook: the address that the owner gives to Payfer. Who knows it
// can make us ask Payfer needlessly, so a group is not shown it.
func (t *turn) webhook(ctx context.Context, _ string) error {
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	switch {
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "not_linked", nil)
	case err != nil:
		return err
	case t.bot.publicURL == "":
		t.say(ctx, "webhook.off", nil)
	case t.group():
		t.webhookAside(ctx, t.webhookOf(shop))
	default:
		t.send(ctx, t.webhookOf(shop))
	}
	return nil
}

func (t *turn) webhookOf(shop kassa.Shop) answer {
	return answer{html: t.html("webhook.url", locales.Args{"URL": t.bot.publicURL + "/payfer/" + shop.Token})}
}

// webhookAside tells the admin in private. Telegram lets a bot write only to
// people who have written to it, and does not tell us who an anonymous admin is.
func (t *turn) webhookAside(ctx context.Context, told answer) {
	open := buttonRow(models.InlineKeyboardButton{Text: t.plain("button.open", nil), URL: t.bot.chatLink()})
	if t.sender != 0 {
		t.send(ctx, answer{html: t.html("webhook.anonymous", nil), keyboard: open})
		return
	}
	_, err := t.bot.send(ctx, place{chat: t.user}, told)
	switch f := fateOf(err); {
	case err == nil:
		t.say(ctx, "webhook.sent", nil)
	case f != nil && f.Fate == kassa.Forbidden:
		t.send(ctx, answer{html: t.html("webhook.strangers", nil), keyboard: open})
	default:
		t.bot.log.Warn("a reply was not sent", "chat", t.user, "error", err)
		t.say(ctx, "failed", nil)
	}
}
