package bot

import (
	"context"

	"payferbot/kassa"
	"payferbot/locales"
)

// maxTitle is Telegram's limit for a group's name, in characters.
const maxTitle = 128

// heeds tells whether a message that is no command may be for us: in a private
// chat whatever a person sends, in a group only what answers a message of ours.
func (b *Bot) heeds(m *message) bool {
	if m.Chat.private() {
		return m.Text != "" || m.wordless() // else it is Telegram's own, about the chat
	}
	return m.Text != "" && m.Answers != nil && m.Answers.From != nil && m.Answers.From.ID == b.id
}

// byBot tells a message that another bot wrote. Telegram gives a bot's name
// also to those who write as a chat.
func (m *message) byBot() bool { return m.From != nil && m.From.Bot && m.Sender == nil }

// titled keeps in mind what the group is called.
func (b *Bot) titled(ctx context.Context, peer kassa.Peer, c chat) (kassa.Peer, error) {
	title := locales.Foreign(c.Title, maxTitle)
	if c.private() || title == "" || title == peer.Title {
		return peer, nil
	}
	return b.desk.ChangePeer(ctx, peer.ID, func(p *kassa.Peer) error {
		p.Title = title
		return nil
	})
}

// exposed deals with a key that stands in a group: it is made little of as fast
// as possible, whoever posted it.
func (t *turn) exposed(ctx context.Context) {
	gone := t.bot.remove(ctx, t.to.chat, t.message)
	if !t.politely() {
		return
	}
	t.say(ctx, "link.group_key", nil)
	if !gone {
		t.say(ctx, "link.key_delete_failed", nil)
	}
}
