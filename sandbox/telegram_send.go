package sandbox

import "strconv"

// chat finds the chat that a call names, or says why the bot cannot get there.
func (t *Telegram) chat(q *request) (*chat, *apiError) {
	if q.text("chat_id") == "" {
		return nil, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(q.text("chat_id"), 10, 64)
	c, ok := t.chats[id]
	if err != nil || !ok {
		return nil, badRequest("chat not found")
	}
	if c.migratedTo != 0 {
		e := badRequest("group chat was upgraded to a supergroup chat")
		e.migrate = c.migratedTo
		return nil, e
	}
	switch {
	case c.kind == kindPrivate && c.bot == statusKicked:
		return nil, forbidden("bot was blocked by the user")
	case c.kind == kindPrivate && c.bot == statusLeft:
		return nil, forbidden("bot can't initiate conversation with a user")
	case c.bot == statusKicked:
		return nil, forbidden("bot was kicked from the " + c.kind + " chat")
	case c.bot == statusLeft:
		return nil, forbidden("bot is not a member of the " + c.kind + " chat")
	}
	return c, nil
}

func (t *Telegram) sendMessage(q *request) (any, *apiError) {
	return t.send(q, "text", "text messages", mostText, func(m *Message) *apiError {
		if m.Text == "" {
			return badRequest("message text is empty")
		}
		return nil
	})
}

func (t *Telegram) sendPhoto(q *request) (any, *apiError) {
	return t.send(q, "caption", "photos", mostCaption, func(m *Message) *apiError {
		p, err := t.photo(q, "photo", q.text("photo"))
		if err == nil {
			m.setPhoto(p)
		}
		return err
	})
}

// send does what all sends have in common; fill adds what is special and may refuse. what is
// what a muted bot may not send. Only a message that would have gone out counts against the limits.
func (t *Telegram) send(q *request, field, what string, most int, fill func(*Message) *apiError) (any, *apiError) {
	c, err := t.chat(q)
	if err != nil {
		return nil, err
	}
	if c.bot == statusMuted {
		return nil, badRequest("not enough rights to send %s to the chat", what)
	}
	m := &Message{FromBot: true, From: t.botID, Thread: q.int("message_thread_id")}
	if m.Thread != 0 && !c.threads[m.Thread] {
		return nil, badRequest("message thread not found")
	}
	if err := q.fillText(m, field, most); err != nil {
		return nil, err
	}
	if err := q.fillReply(m, c); err != nil {
		return nil, err
	}
	if err := fill(m); err != nil {
		return nil, err
	}
	if err := t.throttle.admit(c, t.now()); err != nil {
		return nil, err
	}
	t.post(c, m)
	q.call.Message = m.ID
	return t.messageJSON(m, true), nil
}

// fillText takes text and keyboard from the parameters.
func (q *request) fillText(m *Message, field string, most int) *apiError {
	var given []Entity
	name := "entities"
	if field == "caption" {
		name = "caption_entities"
	}
	if err := q.object(name, &given); err != nil {
		return err
	}
	f, err := formattedText(q.text(field), q.text("parse_mode"), given, most)
	if err != nil {
		return err
	}
	k, err := q.markup()
	if err != nil {
		return err
	}
	m.setText(f)
	m.Buttons, m.ForceReply = k.buttons, k.Force != nil
	return nil
}

func (q *request) fillReply(m *Message, c *chat) *apiError {
	var to struct {
		ID    int  `json:"message_id"`
		Allow bool `json:"allow_sending_without_reply"`
	}
	if err := q.object("reply_parameters", &to); err != nil || q.text("reply_parameters") == "" {
		return err
	}
	if r, ok := c.byID[to.ID]; ok && !r.Deleted {
		m.ReplyTo = to.ID
	} else if !to.Allow {
		return badRequest("message to be replied not found")
	}
	return nil
}

func (t *Telegram) sendChatAction(q *request) (any, *apiError) {
	if _, err := t.chat(q); err != nil {
		return nil, err
	}
	switch q.text("action") {
	case "typing", "upload_photo", "upload_document", "find_location", "choose_sticker",
		"record_video", "upload_video", "record_voice", "upload_voice", "record_video_note", "upload_video_note":
		return true, nil
	}
	return nil, badRequest("wrong parameter action in request")
}
