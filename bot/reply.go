package bot

import (
	"context"
	"errors"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
)

const (
	// patience is how long a reply waits, all in all, where Telegram says to wait.
	patience = 20 * time.Second
	// quickTries is how often a reply is sent while nobody knows whether it came through.
	quickTries = 3
	quickWait  = 150 * time.Millisecond
	// maxText is Telegram's limit for one message, in UTF-16 units; maxToast that for an answer to a press.
	maxText  = 4096
	maxToast = 200
)

// place is where a reply goes.
type place struct {
	chat   int64
	thread int // topic; 0: none
}

// answer is a message to a person.
type answer struct {
	html     string
	keyboard *models.InlineKeyboardMarkup
	replyTo  int // message; 0: none
	message  int // the message to change into this one; 0: send a new one
	plain    bool
	asks     bool // opens the field to answer in, for whom the message speaks to: else, in a group, the answer would not reach us
}

// reply answers a person at once: it passes no queue and waits for no rate of
// ours. Telegram's own waits are obeyed within bounds. It gives the message's
// id. The person may ask again, so an error is for the log alone.
func (b *Bot) reply(ctx context.Context, to place, a answer) int {
	id, err := b.send(ctx, to, a)
	if err != nil {
		b.log.Warn("a reply was not sent", "chat", to.chat, "error", err)
	}
	return id
}

func (b *Bot) send(ctx context.Context, to place, a answer) (int, error) {
	var waited time.Duration
	for try := 1; ; try++ {
		id, err := b.sendOnce(ctx, to, a)
		f := fateOf(err)
		if f == nil {
			return id, nil
		}
		wait := quickWait
		switch {
		case f.Fate == kassa.Refused && !a.plain:
			a.plain, wait = true, 0
		case f.Fate == kassa.Refused && to.thread != 0:
			to.thread, wait = 0, 0 // the topic is gone, perhaps
		case f.Fate == kassa.Moved && f.MovedTo != to.chat:
			to, wait = place{chat: f.MovedTo}, 0
			a.replyTo, a.message = 0, 0 // they stay in the old chat
		case f.Fate == kassa.Gone && a.message != 0:
			a.message, wait = 0, 0
		case f.Fate == kassa.Flooded && !unsent(err):
			wait = f.Wait
		case f.Fate != kassa.Lost && f.Fate != kassa.Flooded:
			return 0, err
		}
		if waited += wait; waited > patience || try >= quickTries {
			return 0, err
		}
		if serr := sleep(ctx, wait); serr != nil {
			return 0, errors.Join(err, serr)
		}
	}
}

func (b *Bot) sendOnce(ctx context.Context, to place, a answer) (id int, err error) {
	err = b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		if a.message != 0 {
			id = a.message
			_, err := api.EditMessageText(ctx, editText(to.chat, a.message, page{HTML: a.html, Keyboard: a.keyboard}, a.plain))
			return err
		}
		words, mode := worded(a.html, a.plain)
		p := &tg.SendMessageParams{
			ChatID: to.chat, MessageThreadID: to.thread, Text: words, ParseMode: mode,
			LinkPreviewOptions: noPreview(), ReplyMarkup: a.markup(),
		}
		if a.replyTo != 0 {
			p.ReplyParameters = replyTo(a.replyTo)
		}
		m, err := api.SendMessage(ctx, p)
		if m != nil {
			id = m.ID
		}
		return err
	})
	return id, err
}

func (a answer) markup() models.ReplyMarkup {
	if a.asks {
		return &models.ForceReply{ForceReply: true, Selective: true}
	}
	return markup(a.keyboard)
}

// toast answers a press; an empty text only ends the button's waiting. It comes
// too late when the press is older than a few seconds, which is nobody's fault.
func (b *Bot) toast(ctx context.Context, press, text string) {
	err := b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: press, Text: clip(text, maxToast)})
		return err
	})
	if err != nil {
		b.log.Debug("a press was not answered", "error", err)
	}
}

// remove deletes somebody's message and tells whether it is gone.
func (b *Bot) remove(ctx context.Context, chat int64, message int) bool {
	err := b.insist(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.DeleteMessage(ctx, &tg.DeleteMessageParams{ChatID: chat, MessageID: message})
		return err
	})
	var no *replyError
	if err == nil || (errors.As(err, &no) && no.says(wordsDeleted)) {
		return true
	}
	b.log.Warn("a message that held a key was not deleted", "chat", chat, "error", err)
	return false
}
