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

	user    int64  // Telegram's id of the person
	name    string // the person's first name
	sender  int64  // the chat in whose name the person wrote; 0: the person's own
	message int    // the message that came, or the one under which the button is
	answers int    // the message of ours that it replies to; 0: none
	date    int    // when the message was sent, Unix seconds; 0 for a press
	text    string
	press   string    // the press to answer; empty: a message
	shows   bool      // the message pressed does have this button
	toasted bool      // the press was answered
	counted bool      // the answer is counted as one to a guest
	stands  *standing // what Telegram says of the person, once it was asked in this turn
	try     int       // how often this letter failed before

	dialogue kassa.Dialogue // the one that this message found open
}

func (b *Bot) newTurn(peer kassa.Peer, who *person, m *message, try int) *turn {
	t := &turn{
		bot: b, desk: b.desk, peer: peer, lang: peer.Lang, try: try,
		to: place{m.Chat.ID, m.thread()}, message: m.ID,
	}
	if who != nil {
		t.user, t.name = who.ID, who.Name
	}
	if t.lang == "" {
		t.lang = b.langOf(who)
	}
	return t
}

// group tells a group from a private chat.
func (t *turn) group() bool { return t.to.chat < 0 }

// person is whose acts are counted together. All who write as a chat have one
// Telegram id the world over, so there the chat counts.
func (t *turn) person() int64 {
	if t.sender != 0 {
		return t.sender
	}
	return t.user
}

// say answers with a text of the book.
func (t *turn) say(ctx context.Context, key string, args locales.Args) {
	t.send(ctx, answer{html: t.html(key, args)})
}

// send answers. In a group, where many talk, the answer to a message is a reply to it.
func (t *turn) send(ctx context.Context, a answer) int {
	return t.bot.reply(ctx, t.to, t.addressed(a))
}

func (t *turn) addressed(a answer) answer {
	if t.group() && t.press == "" && a.message == 0 {
		a.replyTo = t.message
	}
	return a
}

func (t *turn) html(key string, args locales.Args) string {
	return t.bot.book.HTML(t.lang, key, args)
}

func (t *turn) plain(key string, args locales.Args) string {
	return t.bot.book.Plain(t.lang, key, args)
}

// toast answers the press.
func (t *turn) toast(ctx context.Context, text string) {
	t.bot.toast(ctx, t.press, text)
	t.toasted = true
}

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
