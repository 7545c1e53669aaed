package bot

import (
	"context"
	"errors"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
)

// order is what a command does, and who may give it in a group.
type order struct {
	run func(*turn, context.Context, string) error
	who right
}

// commands are all that the bot knows. The list is held to the menu by a test.
var commands = map[string]order{
	"start":    {(*turn).start, anybody},
	"help":     {(*turn).help, anybody},
	"cancel":   {(*turn).cancel, anybody},
	"invoice":  {(*turn).invoice, staff},
	"check":    {(*turn).check, staff},
	"invoices": {(*turn).invoices, staff},
	"link":     {(*turn).link, inviting},
	"unlink":   {(*turn).unlink, admins},
	"shop":     {(*turn).shop, admins},
	"webhook":  {(*turn).webhook, admins},
	"settings": {(*turn).settings, admins},
	"lang":     {(*turn).language, admins},
	"report":   {notBuilt("report"), admins},
	"export":   {notBuilt("export"), admins},
}

// notBuilt is a command of a later release.
func notBuilt(name string) func(*turn, context.Context, string) error {
	return func(t *turn, ctx context.Context, _ string) error {
		t.say(ctx, "not_built", locales.Args{"Command": "/" + name})
		return nil
	}
}

// buttons are what can be pressed, by what stands before the colon of its data.
var buttons = map[string]order{
	"check": {(*turn).pressCheck, anybody},
	"older": {(*turn).pressOlder, staff},
	"retry": {(*turn).pressRetry, staff},

	"withdraw":     {(*turn).withdrawAsk, staff},
	"withdraw_yes": {(*turn).withdrawYes, staff},
	"withdraw_no":  {(*turn).withdrawNo, staff},

	"lang":       {(*turn).pressLang, admins},
	"forget":     {(*turn).pressForget, admins},
	"forget_yes": {(*turn).pressForgetYes, admins},
	"keep":       {(*turn).pressKeep, admins},
	"use":        {(*turn).pressUse, admins},
	"card":       {(*turn).pressCard, admins},
	"card_off":   {(*turn).pressCardOff, admins},
	"no_holder":  {(*turn).pressNoHolder, admins},
	"add_link":   {(*turn).pressAddLink, admins},
	"links_off":  {(*turn).pressLinksOff, admins},
	"staff":      {(*turn).pressStaff, admins},
}

// answer deals with one update. An error means that it must be tried again.
func (b *Bot) answer(ctx context.Context, u *update, try int) error {
	switch {
	case u.Message != nil && u.Message.MovedTo != 0:
		return b.moved(ctx, u.Message, u.Message.Chat.ID, u.Message.MovedTo)
	case u.Message != nil && u.Message.MovedFrom != 0:
		return b.moved(ctx, u.Message, u.Message.MovedFrom, u.Message.Chat.ID)
	case u.Message != nil:
		return b.told(ctx, u.Message, try)
	case u.Press != nil:
		return b.pressed(ctx, u.Press, try)
	case u.Query != nil:
		return b.queried(ctx, u.Query, try)
	case u.Chosen != nil:
		return b.desk.Posted(ctx, u.Chosen.Offer, u.Chosen.From.ID, u.Chosen.Inline)
	case u.Member != nil:
		return b.membered(ctx, u.Member)
	}
	return nil
}

// moved follows a group that became a supergroup. The bot was perhaps told that
// it is out of the old one before it heard why.
func (b *Bot) moved(ctx context.Context, m *message, from, to int64) error {
	if err := b.desk.Move(ctx, from, to); err != nil {
		return err
	}
	_, err := b.peerAt(ctx, chat{ID: to}, m.From)
	return err
}

// peerAt finds or makes the chat's peer; hearing from it, or of it, ends its being parked.
func (b *Bot) peerAt(ctx context.Context, c chat, who *person) (kassa.Peer, error) {
	peer, err := b.desk.PeerAt(ctx, kassa.Address{Chat: c.ID}, b.langOf(who))
	if err != nil {
		return peer, err
	}
	if peer, err = b.titled(ctx, peer, c); err != nil || peer.Parked == "" {
		return peer, err
	}
	return peer, b.desk.Back(ctx, peer.ID)
}

// told answers a message.
func (b *Bot) told(ctx context.Context, m *message, try int) error {
	c, isCommand := parseCommand(m.Text)
	switch {
	case isCommand && !b.meant(c), !isCommand && !b.heeds(m), m.byBot():
		return nil
	}
	peer, err := b.peerAt(ctx, m.Chat, m.From)
	if err != nil {
		return err
	}
	t := b.newTurn(peer, m.From, m, try)
	t.date, t.text = m.Date, m.Text
	if m.Answers != nil {
		t.answers = m.Answers.ID
	}
	if m.Sender != nil {
		t.sender = m.Sender.ID
	}
	t.dialogue = t.openDialogue()
	switch {
	case isCommand:
		return t.command(ctx, c)
	case t.dialogue.Step != "":
		return t.goOn(ctx)
	case t.group():
		return nil
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

// command answers a command; any but /cancel leaves the person's open dialogue
// silently. In a group a command that no bot is named for may be another bot's.
func (t *turn) command(ctx context.Context, c command) error {
	if !t.answersAtOnce(c) {
		if err := t.leaveDialogue(ctx); err != nil {
			return err
		}
	}
	do, known := commands[c.Name]
	switch {
	case !known && t.group() && c.At == "":
		return nil
	case !known:
		t.refuse(ctx, "unknown_command")
		return nil
	case c.Name == "link" && t.group() && len(strings.Fields(c.Rest)) > 1:
		t.exposed(ctx)
		return nil
	case do.who == anybody && !t.politely(), !t.may(ctx, do.who):
		return nil
	}
	return do.run(t, ctx, c.Rest)
}

// answersAtOnce tells /link with id and key, in answer to the question about a
// group. The dialogue ends once the group is linked: should the letter have to be
// tried again, it still has to be about the group.
func (t *turn) answersAtOnce(c command) bool {
	return c.Name == "link" && t.dialogue.For != "" && len(strings.Fields(c.Rest)) > 1
}

// pressed answers a press on a button. A press that the store could not serve
// is not tried again later, when nobody expects it any more: the person is told
// and may press again.
func (b *Bot) pressed(ctx context.Context, p *press, try int) error {
	if p.Message == nil {
		return b.pressedInline(ctx, p, try)
	}
	peer, err := b.peerAt(ctx, p.Message.Chat, &p.From)
	t := b.newTurn(peer, &p.From, p.Message, try)
	t.press, t.shows = p.ID, p.Message.carries(p.Data)
	if err == nil {
		t.dialogue = t.openDialogue()
		err = t.pressButton(ctx, p.Data)
	}
	if err != nil {
		b.log.Error("a press was not served", "error", err)
		t.apologize(ctx, err)
	}
	return nil
}

// apologize says that the press came to nothing; Telegram shows one toast a press.
func (t *turn) apologize(ctx context.Context, err error) {
	key := "store_down"
	if errors.Is(err, kassa.ErrFull) {
		key = "full_press"
	}
	if t.toasted {
		t.say(ctx, key, nil)
		return
	}
	t.toast(ctx, t.plain(key, nil))
}

func (t *turn) pressButton(ctx context.Context, data string) error {
	name, what, _ := strings.Cut(data, ":")
	do, known := buttons[name]
	switch {
	case !known:
		t.toast(ctx, "")
		return nil
	case !t.may(ctx, do.who):
		return nil
	}
	return do.run(t, ctx, what)
}
