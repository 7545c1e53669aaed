package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/fault"
	"payferbot/kassa"
)

// Deliver implements [kassa.Messenger]. Every call to Telegram ends within
// eight seconds. A message that Telegram refuses for its markup is sent once
// more as plain text.
func (b *Bot) Deliver(ctx context.Context, d kassa.Delivery) (sent kassa.Sent, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			b.log.Error("panic while delivering", "order", d.Invoice.Order, "kind", d.Kind, "panic", panicked(r))
			sent, err = kassa.Sent{}, &kassa.SendError{Fate: kassa.Refused, Err: errors.New("panic while delivering")}
		}
	}()
	if d.Kind == kassa.Tidy {
		b.tidy(ctx, d)
		return sent, nil
	}
	sent, err = b.deliver(ctx, d)
	if fate := b.fate(err); fate != nil {
		return kassa.Sent{}, fate
	}
	fault.At("message sent")
	return sent, nil
}

// deliver shows, announces or edits, and finds another way where Telegram does
// not take it the first way.
func (b *Bot) deliver(ctx context.Context, d kassa.Delivery) (kassa.Sent, error) {
	p, err := b.page(d)
	if err != nil {
		return kassa.Sent{}, err
	}
	if d.Kind == kassa.Show && len(p.Photo) == 0 {
		d.View.Photo = false // without a QR the sum goes out as text
	}
	sent, err := b.put(ctx, d, p, false)
	for range mostWays {
		again, ok := otherWay(d, &p, err)
		if !ok {
			break
		}
		d = again
		sent, err = b.put(ctx, d, p, false)
	}
	if !turnedDown(err) {
		return sent, err
	}
	b.log.Warn("Telegram refuses the message, sending it plain", "order", d.Invoice.Order, "kind", d.Kind, "error", err)
	if sent, err = b.put(ctx, d, p, true); !turnedDown(err) || d.Kind == kassa.Edit || len(d.Also) > 0 {
		return sent, err
	}
	b.log.Warn("Telegram refuses it plain, sending it without other people's words", "order", d.Invoice.Order, "kind", d.Kind, "error", err)
	if p, err = b.page(ownWords(d)); err != nil {
		return kassa.Sent{}, err
	}
	return b.put(ctx, d, p, true)
}

// mostWays bounds the other ways that are tried for one delivery.
const mostWays = 5

// otherWay changes the delivery into one that gets around Telegram's refusal:
// what is missing is done without.
func otherWay(d kassa.Delivery, p *page, err error) (kassa.Delivery, bool) {
	var no *replyError
	if !errors.As(err, &no) {
		return d, false
	}
	switch {
	case d.Kind == kassa.Edit && no.says(wordsOtherKind):
		d.View.Photo = !d.View.Photo
		p.Photo = nil
	case no.says(wordsNoReply) && d.Kind == kassa.Announce && d.View.Message != 0:
		d.View.Message = 0 // news go out, whatever they answer
	case no.says(wordsNoReply) && d.View.Answers != 0:
		d.View.Answers = 0
	case d.Kind == kassa.Show && d.View.Photo && no.says(wordsNoPhoto):
		d.View.Photo = false // the sum can be paid without its QR
	case no.says(wordsNoTopic) && d.View.Thread != 0:
		d.View.Thread = 0 // the topic was deleted; the chat is still there
	case no.says(wordsNoPage) && p.dropPages(): // whoever has the card and the sum can pay
	case d.Kind == kassa.Edit && len(p.Photo) > 0 && (turnedDown(err) || no.says(wordsNoPhoto)):
		p.Photo = nil // the caption at least says how it stands
	case d.Picture != "" && turnedDown(err):
		d.Picture = ""
	default:
		return d, false
	}
	return d, true
}

// turnedDown tells that Telegram will never take the message as it is.
func turnedDown(err error) bool {
	f := fateOf(err)
	return f != nil && f.Fate == kassa.Refused
}

// ownWords is the delivery without words that are not our own: no name, no
// note, no code of another's. What Telegram has against a message can then only be there.
func ownWords(d kassa.Delivery) kassa.Delivery {
	d.Shop.Name, d.Invoice.Note, d.Invoice.Code, d.Invoice.PayTo.Holder = "", "", "", ""
	d.Invoice.PayTo.Links = nil // their buttons name hosts
	return d
}

// page draws what the delivery asks for.
func (b *Bot) page(d kassa.Delivery) (page, error) {
	switch d.Kind {
	case kassa.Show, kassa.Edit:
		p := b.render.invoice(d)
		p.Photo = b.render.picture(d)
		return p, nil
	case kassa.Announce:
		return b.render.announcement(d), nil
	case kassa.Warn:
		return b.render.warning(d), nil
	}
	return page{}, fmt.Errorf("no such delivery: %q", d.Kind)
}

// put makes the one call that the delivery is.
func (b *Bot) put(ctx context.Context, d kassa.Delivery, p page, plain bool) (sent kassa.Sent, err error) {
	err = b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		var m *models.Message
		var err error
		switch {
		case d.View.Inline:
			return editInline(ctx, api, d, p, plain)
		case d.Kind == kassa.Edit && d.View.Photo && len(p.Photo) > 0:
			m, err = api.EditMessageMedia(ctx, editMedia(d, p, plain))
		case d.Kind == kassa.Edit && d.View.Photo:
			m, err = api.EditMessageCaption(ctx, editCaption(d, p, plain))
		case d.Kind == kassa.Edit:
			m, err = api.EditMessageText(ctx, editText(d.Peer.At.Chat, d.View.Message, p, plain))
		case d.Kind == kassa.Show && d.View.Photo:
			m, err = api.SendPhoto(ctx, photo(d, p, plain))
		default:
			m, err = api.SendMessage(ctx, text(d, p, plain))
		}
		if m != nil {
			sent = sentOf(d, p, m)
		}
		return err
	})
	return sent, err
}

// sentOf is what the message in Telegram's reply tells. Where the words alone were
// changed, the picture in it is one from before, which may show a QR that is dead by now.
func sentOf(d kassa.Delivery, p page, m *models.Message) (sent kassa.Sent) {
	if d.Kind != kassa.Edit {
		sent.Message = m.ID
	}
	if sizes := m.Photo; len(p.Photo) > 0 && len(sizes) > 0 {
		sent.Picture = sizes[len(sizes)-1].FileID // the largest is the last
	}
	return sent
}

// tidy deletes the notice that the invoice's message replaced. One that cannot
// be deleted stays; nobody is harmed by it.
func (b *Bot) tidy(ctx context.Context, d kassa.Delivery) {
	err := b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.DeleteMessage(ctx, &tg.DeleteMessageParams{ChatID: d.Peer.At.Chat, MessageID: d.View.Stale})
		return err
	})
	if err != nil {
		b.log.Debug("a replaced notice stays", "order", d.Invoice.Order, "error", err)
	}
}

// fate is fateOf, with a wait that grows while Telegram is out of reach.
func (b *Bot) fate(err error) *kassa.SendError {
	if !unsent(err) {
		b.dumb.Store(0)
	}
	f := fateOf(err)
	if unsent(err) {
		f.Wait = min(time.Second<<min(b.dumb.Add(1)-1, 5), 30*time.Second)
	}
	return f
}

func photo(d kassa.Delivery, p page, plain bool) *tg.SendPhotoParams {
	words, mode := worded(p.HTML, plain)
	m := &tg.SendPhotoParams{
		ChatID: d.Peer.At.Chat, MessageThreadID: d.View.Thread,
		Photo:   &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(p.Photo)},
		Caption: words, ParseMode: mode, ReplyMarkup: markup(p.Keyboard),
	}
	if to := answers(d); to != 0 {
		m.ReplyParameters = replyTo(to)
	}
	return m
}

// answers is the message that a delivery replies to; 0: none.
func answers(d kassa.Delivery) int {
	switch {
	case len(d.Also) > 0:
		return 0
	case d.Kind == kassa.Announce:
		return d.View.Message
	}
	return d.View.Answers
}

func text(d kassa.Delivery, p page, plain bool) *tg.SendMessageParams {
	words, mode := worded(p.HTML, plain)
	m := &tg.SendMessageParams{
		ChatID: d.Peer.At.Chat, MessageThreadID: d.View.Thread, Text: words, ParseMode: mode,
		LinkPreviewOptions: noPreview(), ReplyMarkup: markup(p.Keyboard),
	}
	if to := answers(d); to != 0 {
		m.ReplyParameters = replyTo(to)
	}
	return m
}

func editCaption(d kassa.Delivery, p page, plain bool) *tg.EditMessageCaptionParams {
	words, mode := worded(p.HTML, plain)
	return &tg.EditMessageCaptionParams{
		ChatID: d.Peer.At.Chat, MessageID: d.View.Message,
		Caption: words, ParseMode: mode, ReplyMarkup: editedMarkup(p.Keyboard),
	}
}

// editMedia puts another picture in the place of the QR, and the words with it.
func editMedia(d kassa.Delivery, p page, plain bool) *tg.EditMessageMediaParams {
	words, mode := worded(p.HTML, plain)
	return &tg.EditMessageMediaParams{
		ChatID: d.Peer.At.Chat, MessageID: d.View.Message,
		Media: &models.InputMediaPhoto{
			Media: "attach://closed.png", MediaAttachment: bytes.NewReader(p.Photo), Caption: words, ParseMode: mode,
		},
		ReplyMarkup: editedMarkup(p.Keyboard),
	}
}

func editText(chat int64, message int, p page, plain bool) *tg.EditMessageTextParams {
	words, mode := worded(p.HTML, plain)
	return &tg.EditMessageTextParams{
		ChatID: chat, MessageID: message, Text: words, ParseMode: mode,
		LinkPreviewOptions: noPreview(), ReplyMarkup: editedMarkup(p.Keyboard),
	}
}

// worded is the text to send and how Telegram is to read it.
func worded(html string, plain bool) (string, models.ParseMode) {
	if plain {
		return plainText(html), ""
	}
	return html, models.ParseModeHTML
}

func replyTo(message int) *models.ReplyParameters {
	return &models.ReplyParameters{MessageID: message, AllowSendingWithoutReply: true}
}

func noPreview() *models.LinkPreviewOptions {
	return &models.LinkPreviewOptions{IsDisabled: tg.True()}
}

// markup keeps a nil pointer from becoming an interface that is not nil.
func markup(k *models.InlineKeyboardMarkup) models.ReplyMarkup {
	if k == nil {
		return nil
	}
	return k
}

// editedMarkup takes the buttons off where the page has none.
func editedMarkup(k *models.InlineKeyboardMarkup) models.ReplyMarkup {
	if k == nil {
		return &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{}}
	}
	return k
}
