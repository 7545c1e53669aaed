package bot

import (
	"context"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
)

// editInline makes an inline message show the invoice. It takes no upload: its
// picture is the one of the owner's own copy, by the name that Telegram gave it.
// Telegram answers such an edit with a bare true.
func editInline(ctx context.Context, api *tg.Bot, d kassa.Delivery, p page, plain bool) error {
	words, mode := worded(p.HTML, plain)
	id, keyboard := d.Peer.At.Inline, editedMarkup(p.Keyboard)
	var err error
	switch {
	case d.Picture != "":
		_, err = api.EditMessageMedia(ctx, &tg.EditMessageMediaParams{
			InlineMessageID: id, ReplyMarkup: keyboard,
			Media: &models.InputMediaPhoto{Media: d.Picture, Caption: words, ParseMode: mode},
		})
	case d.View.Photo:
		_, err = api.EditMessageCaption(ctx, &tg.EditMessageCaptionParams{
			InlineMessageID: id, Caption: words, ParseMode: mode, ReplyMarkup: keyboard,
		})
	default:
		_, err = api.EditMessageText(ctx, &tg.EditMessageTextParams{
			InlineMessageID: id, Text: words, ParseMode: mode, LinkPreviewOptions: noPreview(), ReplyMarkup: keyboard,
		})
	}
	return err
}
