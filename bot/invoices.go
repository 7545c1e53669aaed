package bot

import (
	"context"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// pageLength is how many invoices one list shows.
const pageLength = 10

// ahead makes "before" include what another process's clock dates a little later than ours.
const ahead = time.Minute

// recent are the chat's latest invoices, newest first.
func (t *turn) recent(ctx context.Context, limit int) ([]kassa.Invoice, error) {
	return t.desk.Recent(ctx, t.peer.ID, t.bot.now().Add(ahead), limit)
}

// invoices is /invoices: the newest ten.
func (t *turn) invoices(ctx context.Context, _ string) error {
	list, err := t.recent(ctx, pageLength+1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.say(ctx, "invoices.none", nil)
		return nil
	}
	t.send(ctx, t.listed(list))
	return nil
}

// listed is a page of the list, with a button where more follow.
func (t *turn) listed(list []kassa.Invoice) answer {
	var k *models.InlineKeyboardMarkup
	if len(list) > pageLength {
		list = list[:pageLength]
		oldest := list[pageLength-1].Created.UnixMilli()
		k = &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
			{Text: t.plain("button.older", nil), CallbackData: "older:" + strconv.FormatInt(oldest, 10)},
		}}}
	}
	text := []string{t.html("invoices.title", locales.Args{"Count": len(list)}), t.lines(list, pageLength)}
	return answer{html: strings.Join(text, "\n"), keyboard: k}
}

// pressOlder sends the next page as a message of its own, so that the newer
// one stays to be read, and takes the button off that one.
func (t *turn) pressOlder(ctx context.Context, before string) error {
	ms, err := strconv.ParseInt(before, 10, 64)
	if err != nil {
		t.toast(ctx, "")
		return nil
	}
	list, err := t.desk.Recent(ctx, t.peer.ID, time.UnixMilli(ms), pageLength+1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.toast(ctx, t.plain("invoices.end", nil))
	} else {
		t.toast(ctx, "")
		t.send(ctx, t.listed(list))
	}
	t.dropButtons(ctx)
	return nil
}

// dropButtons takes the buttons off the message that was pressed.
func (t *turn) dropButtons(ctx context.Context) {
	err := t.bot.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{
			ChatID: t.to.chat, MessageID: t.message, ReplyMarkup: editedMarkup(nil),
		})
		return err
	})
	if err != nil {
		t.bot.log.Debug("a button stays", "error", err)
	}
}
