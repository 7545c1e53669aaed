package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
)

// membership says that the bot was let in, put out, or that its rights changed.
type membership struct {
	Chat chat   `json:"chat"`
	From person `json:"from"`
	Old  member `json:"old_chat_member"`
	New  member `json:"new_chat_member"`
}

// member is what the bot is in a chat.
type member struct {
	Status string `json:"status"`
	Member bool   `json:"is_member"`         // of the restricted
	Speaks bool   `json:"can_send_messages"` // of the restricted
}

// in tells whether the bot is in the chat.
func (m member) in() bool {
	switch m.Status {
	case "member", "administrator", "creator":
		return true
	}
	return m.Status == "restricted" && m.Member
}

// speaks tells whether the bot may write there.
func (m member) speaks() bool { return m.in() && (m.Status != "restricted" || m.Speaks) }

// membered takes in what the bot may do in a chat from now on. A channel is no
// place of ours.
func (b *Bot) membered(ctx context.Context, m *membership) error {
	if m.Chat.Type == "channel" {
		return nil
	}
	if !m.New.speaks() {
		return b.shutOut(ctx, m)
	}
	peer, err := b.peerAt(ctx, m.Chat, &m.From)
	if err != nil || m.Chat.private() || m.Old.in() || peer.Shop != "" {
		return err
	}
	t := b.newTurn(peer, &m.From, &message{Chat: m.Chat}, 0)
	t.say(ctx, "start.group_new", nil)
	return nil
}

// shutOut parks the chat before anything is tried there in vain.
func (b *Bot) shutOut(ctx context.Context, m *membership) error {
	peer, err := b.desk.Known(ctx, kassa.Address{Chat: m.Chat.ID})
	why := m.why()
	if errors.Is(err, kassa.ErrNotFound) || (err == nil && peer.Parked == why) {
		return nil // a place where nothing was ever said, or one that is known to be shut
	}
	if err != nil {
		return err
	}
	return b.desk.Park(ctx, peer.ID, why)
}

// why is the word for it in the log and in /readyz.
func (m *membership) why() string {
	switch {
	case m.Chat.private():
		return "blocked"
	case m.New.in():
		return "muted"
	case m.New.Status == "left":
		return "left"
	}
	return "kicked"
}
