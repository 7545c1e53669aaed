package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// User is a person with Telegram on the phone. Its fields do not change.
type User struct {
	ID        int64
	FirstName string
	Lang      string // language_code; empty = not told

	t *Telegram
}

// User gives the person with that id, making him on the first call. The bot may not write to
// him before he wrote.
func (t *Telegram) User(id int64, firstName, lang string) *User {
	t.mu.Lock()
	defer t.mu.Unlock()
	if u, ok := t.people[id]; ok {
		return u
	}
	u := &User{ID: id, FirstName: firstName, Lang: lang, t: t}
	t.people[id] = u
	c := newChat(id, kindPrivate, "")
	c.user, c.bot = u, statusLeft
	t.chats[id] = c
	return u
}

// Chat is the id of the private chat with the bot, which is the user's own.
func (u *User) Chat() int64 { return u.ID }

func (u *User) json() map[string]any {
	v := map[string]any{"id": u.ID, "is_bot": false, "first_name": u.FirstName}
	if u.Lang != "" {
		v["language_code"] = u.Lang
	}
	return v
}

// Send writes to the bot in the private chat. One who had blocked it unblocks it first.
func (u *User) Send(text string) Message { return u.write(u.ID, text, 0, 0) }

// Start opens the bot by a link t.me/BOT?start=payload, or by the button when payload is empty.
func (u *User) Start(payload string) Message {
	return u.Send(strings.TrimSpace("/start " + payload))
}

// SendIn writes in a group.
func (u *User) SendIn(g *Group, text string) Message { return u.write(g.ID, text, 0, 0) }

// SendInThread writes in a forum's topic; a topic is there once somebody wrote in it.
func (u *User) SendInThread(g *Group, thread int, text string) Message {
	return u.write(g.ID, text, 0, thread)
}

// Reply answers a message where it stands.
func (u *User) Reply(m Message, text string) Message { return u.write(m.Chat, text, m.ID, m.Thread) }

func (u *User) write(chatID int64, text string, replyTo, thread int) Message {
	t := u.t
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	c := t.room(chatID)
	if c.kind == kindPrivate && c.bot == statusKicked {
		t.botIs(c, statusMember, u)
	}
	if c.kind == kindPrivate {
		c.bot = statusMember
	}
	if thread != 0 {
		c.forum, c.threads[thread] = true, true
	}
	m := t.post(c, &Message{
		From: u.ID, Text: text, Entities: commandEntities(text), ReplyTo: replyTo, Thread: thread,
	})
	if mem, ok := c.members[u.ID]; ok && mem.anonymous {
		m.From, m.SenderChat = groupAnonymousBot, c.id
	}
	if t.sees(c, m) {
		m.Update = t.push("message", t.messageJSON(m, true))
	}
	return m.copy()
}

// sees says whether the bot gets to know of a message: in groups, unless it is an admin or
// privacy is off, only of commands not meant for another bot and of replies to itself.
func (t *Telegram) sees(c *chat, m *Message) bool {
	switch {
	case c.kind == kindPrivate:
		return true
	case c.bot == statusLeft || c.bot == statusKicked:
		return false
	case c.bot == statusAdmin || !t.privacy:
		return true
	}
	if r, ok := c.byID[m.ReplyTo]; ok && r.FromBot {
		return true
	}
	words := strings.Fields(m.Text)
	if len(words) == 0 || !strings.HasPrefix(words[0], "/") {
		return false
	}
	_, name, named := strings.Cut(words[0], "@")
	return !named || strings.EqualFold(name, t.username)
}

var commandForm = regexp.MustCompile(`(?:^|[^\w/<>])(/\w{1,64}(?:@\w{3,32})?)\b`)

// commandEntities marks the commands in a text as Telegram does.
func commandEntities(text string) []Entity {
	var list []Entity
	for _, at := range commandForm.FindAllStringSubmatchIndex(text, -1) {
		list = append(list, Entity{Type: "bot_command", Offset: size(text[:at[2]]), Length: size(text[at[2]:at[3]])})
	}
	return list
}

// Edit changes a message that the user wrote.
func (u *User) Edit(m Message, text string) Message {
	t := u.t
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	c := t.chats[m.Chat]
	own := c.byID[m.ID]
	own.remember(t.now())
	own.Text, own.Entities = text, commandEntities(text)
	if t.sees(c, own) {
		own.Update = t.push("edited_message", t.messageJSON(own, true))
	}
	return own.copy()
}

// Block blocks the bot, which is told so.
func (u *User) Block() { u.t.change(func() { u.t.botIs(u.t.room(u.ID), statusKicked, u) }) }

// Unblock ends Block; the bot is told so.
func (u *User) Unblock() { u.t.change(func() { u.t.botIs(u.t.room(u.ID), statusMember, u) }) }

// Press presses a button of a message: the nth (an int, from 0) or one with that data or text.
// It does not wait for the bot's answer, see Callback.
func (u *User) Press(m Message, which any) (*Callback, error) {
	t := u.t
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	now, ok := t.room(m.Chat).byID[m.ID]
	if !ok || now.Deleted {
		return nil, errors.New("press: the message is gone")
	}
	b, err := now.find(which)
	if err != nil {
		return nil, err
	}
	return t.press(u, b, map[string]any{"message": t.messageJSON(now, true), "chat_instance": fmt.Sprint(m.Chat)})
}

func (m *Message) find(which any) (Button, error) {
	switch w := which.(type) {
	case int:
		if flat := m.Flat(); w >= 0 && w < len(flat) {
			return flat[w], nil
		}
	case string:
		if b, ok := m.Button(w); ok {
			return b, nil
		}
	}
	return Button{}, fmt.Errorf("press: message %d has no button %v", m.ID, which)
}
