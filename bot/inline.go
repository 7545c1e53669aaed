package bot

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

// pressOffer stands before an offer's code in its button.
const pressOffer = "offer:"

// queried answers what a person types after the bot's name in any chat:
// "50000 choy" is offered as an invoice of the kassa that is linked in the private chat with
// us. Payfer hears of it when the button on the message is pressed, not before.
// Nobody waits for a query that could not be answered at once.
func (b *Bot) queried(ctx context.Context, q *query, try int) error {
	if try > 0 {
		return nil
	}
	lang := b.langOf(&q.From)
	peer, err := b.desk.Known(ctx, kassa.Address{Chat: q.From.ID})
	if err == nil && peer.Lang != "" {
		lang = peer.Lang
	}
	var offered models.InlineQueryResult
	var hint string
	switch {
	case errors.Is(err, kassa.ErrNotFound), err == nil && peer.Shop == "":
		hint, err = b.book.Plain(lang, "inline.link", nil), nil
	case err == nil:
		offered, hint, err = b.offerFor(ctx, peer, lang, q)
	}
	if err != nil {
		b.log.Error("an inline query was not served", "error", err)
		hint = b.book.Plain(lang, "inline.down", nil)
	}
	b.answerQuery(ctx, q.ID, offered, hint)
	return nil
}

// offerFor is what the query offers, or why it offers nothing.
func (b *Bot) offerFor(ctx context.Context, peer kassa.Peer, lang string, q *query) (models.InlineQueryResult, string, error) {
	sum, note, err := money.ParsePrefix(strings.TrimSpace(q.Text))
	note = strings.TrimSpace(note)
	switch {
	case err != nil:
		return nil, b.book.Plain(lang, "inline.sum", nil), nil
	case utf8.RuneCountInString(note) > maxNote:
		return nil, b.book.Plain(lang, "inline.note_long", locales.Args{"Max": maxNote}), nil
	case sum < kassa.MinAmount || sum > kassa.MaxAmount:
		return nil, b.book.Plain(lang, "inline.range", sumLimits()), nil
	case !b.limits.queries.take(q.From.ID, b.now()):
		return nil, b.book.Plain(lang, "inline.too_many", nil), nil
	}
	code, shop, err := b.desk.Offer(ctx, peer.ID, q.From.ID, sum, note)
	if errors.Is(err, kassa.ErrNotLinked) {
		return nil, b.book.Plain(lang, "inline.link", nil), nil
	}
	if err != nil {
		return nil, "", err
	}
	return b.render.offer(lang, shop, code, sum, note), "", nil
}

// offer is the card that the person picks, and the message that it becomes.
func (r *renderer) offer(lang string, shop kassa.Shop, code string, sum money.Amount, note string) models.InlineQueryResult {
	args := locales.Args{"Sum": sum.Short(), "Shop": shopName(shop)}
	lines := append([]string{r.book.HTML(lang, "inline.offer", args)}, r.noteLine(lang, note)...)
	about := shopName(shop)
	if note := locales.Foreign(note, noteLength); note != "" {
		about = note + dot + about
	}
	return &models.InlineQueryResultArticle{
		ID: code, Title: r.book.Plain(lang, "inline.title", args), Description: about,
		InputMessageContent: &models.InputTextMessageContent{
			MessageText: strings.Join(append(lines, r.book.HTML(lang, "inline.press", nil)), "\n"),
			ParseMode:   models.ParseModeHTML, LinkPreviewOptions: noPreview(),
		},
		ReplyMarkup: buttonRow(models.InlineKeyboardButton{Text: r.book.Plain(lang, "button.take_up", nil), CallbackData: pressOffer + code}),
	}
}

// answerQuery gives the one result, or a button that leads to the chat with us
// and says what is wanted. Telegram keeps the answer for nobody else, and not for long:
// another kassa may be linked by then.
func (b *Bot) answerQuery(ctx context.Context, id string, offered models.InlineQueryResult, hint string) {
	const keep = 5 // seconds
	p := &tg.AnswerInlineQueryParams{InlineQueryID: id, Results: []models.InlineQueryResult{}, IsPersonal: true, CacheTime: keep}
	if offered != nil {
		p.Results = append(p.Results, offered)
	} else {
		p.Button = &models.InlineQueryResultsButton{Text: clip(hint, maxHint), StartParameter: "inline"}
	}
	err := b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.AnswerInlineQuery(ctx, p)
		return err
	})
	if err != nil {
		b.log.Debug("an inline query was not answered", "error", err)
	}
}

// maxHint bounds the text of the button above the results, in characters; the
// documentation names no bound, and clients show one line.
const maxHint = 64
