package bot

import (
	"context"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// commands are all that the bot knows. The list is held to the menu by a test.
var commands = map[string]func(*turn, context.Context, string) error{
	"start":    (*turn).start,
	"help":     (*turn).help,
	"link":     (*turn).link,
	"unlink":   (*turn).unlink,
	"shop":     (*turn).shop,
	"invoice":  (*turn).invoice,
	"check":    (*turn).check,
	"invoices": (*turn).invoices,
	"webhook":  (*turn).webhook,
	"lang":     (*turn).language,
	"cancel":   (*turn).cancel,
	"report":   notBuilt("report"),
	"export":   notBuilt("export"),
	"settings": notBuilt("settings"),
}

// notBuilt is a command of a later release.
func notBuilt(name string) func(*turn, context.Context, string) error {
	return func(t *turn, ctx context.Context, _ string) error {
		t.say(ctx, "not_built", locales.Args{"Command": "/" + name})
		return nil
	}
}

// answer deals with one update. An error means that it must be tried again.
func (b *Bot) answer(ctx context.Context, u *update, try int) error {
	switch {
	case u.Message != nil && u.Message.MovedTo != 0:
		return b.desk.Move(ctx, u.Message.Chat.ID, u.Message.MovedTo)
	case u.Message != nil && u.Message.MovedFrom != 0:
		return b.desk.Move(ctx, u.Message.MovedFrom, u.Message.Chat.ID)
	case u.Message != nil && u.Message.From != nil && u.Message.From.Bot && u.Message.Chat.private():
		return nil
	case u.Message != nil && u.Message.Chat.private():
		return b.privately(ctx, u.Message, try)
	case u.Message != nil:
		b.inGroup(ctx, u.Message)
	case u.Press != nil:
		return b.pressed(ctx, u.Press, try)
	case u.Member != nil && u.Member.in():
		_, err := b.peerAt(ctx, u.Member.Chat.ID, &u.Member.From)
		return err
	}
	return nil
}

// peerAt finds or makes the chat's peer; hearing from it, or of it, ends its being parked.
func (b *Bot) peerAt(ctx context.Context, chat int64, who *person) (kassa.Peer, error) {
	peer, err := b.desk.PeerAt(ctx, kassa.Address{Chat: chat}, b.langOf(who))
	if err != nil || peer.Parked == "" {
		return peer, err
	}
	return peer, b.desk.Back(ctx, peer.ID)
}

func (b *Bot) newTurn(peer kassa.Peer, who *person, m *message, try int) *turn {
	t := &turn{
		bot: b, desk: b.desk, peer: peer, lang: peer.Lang, try: try,
		to: place{m.Chat.ID, m.thread()}, message: m.ID,
	}
	if who != nil {
		t.user = who.ID
	}
	if t.lang == "" {
		t.lang = b.langOf(who)
	}
	return t
}

// privately answers a message in a private chat.
func (b *Bot) privately(ctx context.Context, m *message, try int) error {
	if m.Text == "" && !m.wordless() {
		return nil // Telegram's own words about the chat
	}
	peer, err := b.peerAt(ctx, m.Chat.ID, m.From)
	if err != nil {
		return err
	}
	t := b.newTurn(peer, m.From, m, try)
	t.date, t.text = m.Date, m.Text
	t.dialogue = t.openDialogue()
	c, isCommand := parseCommand(m.Text)
	switch {
	case isCommand && !b.meant(c):
		return nil
	case isCommand:
		return t.command(ctx, c)
	case t.dialogue.Step != "":
		return t.goOn(ctx)
	case m.Text == "":
		if b.limits.puzzled.take(m.Chat.ID, t.at()) {
			t.say(ctx, "unknown_text", nil)
		}
		return nil
	}
	return t.bareText(ctx)
}

// meant tells whether the command is for us.
func (b *Bot) meant(c command) bool { return c.At == "" || strings.EqualFold(c.At, b.username) }

// command answers a command; any but /cancel leaves an open dialogue silently.
func (t *turn) command(ctx context.Context, c command) error {
	if err := t.endDialogue(ctx); err != nil {
		return err
	}
	run, known := commands[c.Name]
	if !known {
		t.say(ctx, "unknown_command", nil)
		return nil
	}
	return run(t, ctx, c.Rest)
}

// inGroup answers what is said to the bot in a group, where it does not work
// yet. A key that was posted there is made little of as fast as possible.
func (b *Bot) inGroup(ctx context.Context, m *message) {
	c, ok := parseCommand(m.Text)
	if !ok || !b.meant(c) || commands[c.Name] == nil {
		return
	}
	lang, to := b.langOf(m.From), place{m.Chat.ID, m.thread()}
	if c.Name == "link" && len(strings.Fields(c.Rest)) > 1 {
		gone := b.remove(ctx, m.Chat.ID, m.ID)
		b.reply(ctx, to, answer{html: b.book.HTML(lang, "link.group_key", nil)})
		if !gone {
			b.reply(ctx, to, answer{html: b.book.HTML(lang, "link.key_delete_failed", nil)})
		}
		return
	}
	if b.limits.groups.take(m.Chat.ID, b.now()) {
		b.reply(ctx, to, answer{html: b.book.HTML(lang, "private_only", locales.Args{"Bot": b.username})})
	}
}

// pressed answers a press on a button. A press that the store could not serve
// is not tried again later, when nobody expects it any more: the person is told
// and may press again.
func (b *Bot) pressed(ctx context.Context, p *press, try int) error {
	if p.Message == nil {
		b.toast(ctx, p.ID, b.book.Plain(b.langOf(&p.From), "check.none", nil))
		return nil
	}
	peer, err := b.peerAt(ctx, p.Message.Chat.ID, &p.From)
	t := b.newTurn(peer, &p.From, p.Message, try)
	t.press = p.ID
	if err == nil {
		err = t.pressButton(ctx, p.Data)
	}
	if err != nil {
		b.log.Error("a press was not served", "error", err)
		t.toast(ctx, t.plain("store_down", nil))
	}
	return nil
}

// buttons are what can be pressed, by what stands before the colon of its data.
var buttons = map[string]func(*turn, context.Context, string) error{
	"check":      (*turn).pressCheck,
	"retry":      (*turn).pressRetry,
	"older":      (*turn).pressOlder,
	"lang":       (*turn).pressLang,
	"forget":     (*turn).pressForget,
	"forget_yes": (*turn).pressForgetYes,
	"keep":       (*turn).pressKeep,
}

func (t *turn) pressButton(ctx context.Context, data string) error {
	name, what, _ := strings.Cut(data, ":")
	run, known := buttons[name]
	if !known {
		t.toast(ctx, "")
		return nil
	}
	return run(t, ctx, what)
}
