package sandbox

import (
	"slices"
	"time"
)

// Message is one message of a chat as it stands, whoever sent it.
type Message struct {
	ID         int
	Chat       int64
	Thread     int // forum topic; 0 = none
	Date       time.Time
	From       int64 // user id; of an anonymous admin Telegram's GroupAnonymousBot
	FromBot    bool  // sent by the bot under test
	SenderChat int64 // the group, when an admin writes as the group itself
	Text       string
	HTML       string // what the bot sent, before it was parsed
	ParseMode  string
	Entities   []Entity
	Photo      []byte // the file as uploaded; Text is its caption then
	FileID     string // of the photo, largest size
	Buttons    [][]Button
	ForceReply bool
	ReplyTo    int // message id; 0 = none
	Edited     int // how often
	History    []Edit
	Deleted    bool
	Inline     bool   // sent through the bot, into a chat that it does not know
	Service    string // of a service message: its field's name, as "migrate_to_chat_id"
	Update     int64  // id of the update that told the bot of it; 0 = none

	photo *photo
	extra map[string]any // a service message's own fields
}

// Edit is how a message was before an edit.
type Edit struct {
	At         time.Time // of the edit
	Text, HTML string
	Photo      []byte
	Buttons    [][]Button
}

// Button is one button of an inline keyboard; one of Data, URL, CopyText is set.
type Button struct{ Text, Data, URL, CopyText string }

// Flat gives the buttons in reading order.
func (m Message) Flat() []Button { return slices.Concat(m.Buttons...) }

// Button finds a button by its data or its text.
func (m Message) Button(which string) (Button, bool) {
	for _, b := range m.Flat() {
		if b.Data == which || b.Text == which {
			return b, true
		}
	}
	return Button{}, false
}

func (m *Message) copy() Message {
	c := *m
	c.History = slices.Clone(m.History)
	return c
}

// remember keeps the present state in History; an edit follows.
func (m *Message) remember(at time.Time) {
	m.History = append(m.History, Edit{At: at, Text: m.Text, HTML: m.HTML, Photo: m.Photo, Buttons: m.Buttons})
	m.Edited++
}

func (m *Message) setText(f formatted) {
	m.Text, m.HTML, m.ParseMode, m.Entities = f.text, f.source, f.mode, f.entities
}

func (m *Message) setPhoto(p *photo) { m.photo, m.FileID, m.Photo = p, p.id, p.data }

// json is the message as the Bot API shows it, with the message it replies to one level deep.
func (t *Telegram) messageJSON(m *Message, withReply bool) map[string]any {
	c := t.chats[m.Chat]
	v := map[string]any{"message_id": m.ID, "date": m.Date.Unix(), "chat": c.json()}
	t.senderJSON(m, c, v)
	text, entities := "text", "entities"
	if m.photo != nil {
		text, entities = "caption", "caption_entities"
		v["photo"] = m.photo.json()
	}
	if m.Text != "" {
		v[text] = m.Text
	}
	if len(m.Entities) > 0 {
		v[entities] = m.Entities
	}
	if len(m.Buttons) > 0 {
		v["reply_markup"] = keyboardJSON(m.Buttons)
	}
	if m.Edited > 0 {
		v["edit_date"] = m.History[len(m.History)-1].At.Unix()
	}
	if m.Thread != 0 {
		v["message_thread_id"], v["is_topic_message"] = m.Thread, true
	}
	if m.Thread == 0 && m.ReplyTo != 0 && c.kind == kindSupergroup {
		v["message_thread_id"] = c.root(m) // a thread of replies, which is no topic: nothing can be sent to it
	}
	if r, ok := c.byID[m.ReplyTo]; ok && withReply && !r.Deleted {
		v["reply_to_message"] = t.messageJSON(r, false)
	}
	for name, value := range m.extra {
		v[name] = value
	}
	return v
}

// root is the message with which a thread of replies began.
func (c *chat) root(m *Message) int {
	for m.ReplyTo != 0 {
		to, ok := c.byID[m.ReplyTo]
		if !ok {
			return m.ReplyTo
		}
		m = to
	}
	return m.ID
}

// groupAnonymousBot is who Telegram says wrote what an anonymous admin wrote.
const groupAnonymousBot = 1087968824

func (t *Telegram) senderJSON(m *Message, c *chat, v map[string]any) {
	switch {
	case m.FromBot:
		v["from"] = t.botJSON()
	case m.SenderChat != 0:
		v["sender_chat"] = c.json()
		v["from"] = map[string]any{
			"id": groupAnonymousBot, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot",
		}
	default:
		v["from"] = t.people[m.From].json()
	}
}

// post adds a message to a chat and gives it its number. The caller holds the lock.
func (t *Telegram) post(c *chat, m *Message) *Message {
	last := &t.lastID
	if c.kind == kindSupergroup {
		last = &c.lastID
	}
	*last++
	m.ID, m.Chat, m.Date = *last, c.id, t.now()
	c.messages = append(c.messages, m)
	c.byID[m.ID] = m
	return m
}
