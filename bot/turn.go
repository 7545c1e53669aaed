package bot

import (
	"context"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// turn is one person's message or press while it is being answered.
type turn struct {
	bot  *Bot
	desk desk
	peer kassa.Peer
	lang string
	to   place

	user    int64 // Telegram's id of the person
	message int   // the message that came, or the one under which the button is
	date    int   // when the message was sent, Unix seconds; 0 for a press
	text    string
	press   string // the press to answer; empty: a message
	try     int    // how often this letter failed before

	dialogue kassa.Dialogue // the one that this message found open
}

// say answers with a text of the book.
func (t *turn) say(ctx context.Context, key string, args locales.Args) {
	t.send(ctx, answer{html: t.html(key, args)})
}

func (t *turn) send(ctx context.Context, a answer) int { return t.bot.reply(ctx, t.to, a) }

func (t *turn) html(key string, args locales.Args) string {
	return t.bot.book.HTML(t.lang, key, args)
}

func (t *turn) plain(key string, args locales.Args) string {
	return t.bot.book.Plain(t.lang, key, args)
}

// toast answers the press.
func (t *turn) toast(ctx context.Context, text string) { t.bot.toast(ctx, t.press, text) }

// at is when the person acted.
func (t *turn) at() time.Time {
	if t.date > 0 {
		return time.Unix(int64(t.date), 0)
	}
	return t.bot.now()
}

// langOf is the language for somebody whose peer is not known.
func (b *Bot) langOf(p *person) string {
	if p != nil {
		if lang := b.book.Match(p.Lang); lang != "" {
			return lang
		}
	}
	return b.lang
}
