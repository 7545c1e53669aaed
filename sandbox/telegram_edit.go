package sandbox

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

const notModified = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"

// editable finds the message that an edit names, if it is one the bot may edit.
func (t *Telegram) editable(q *request) (*chat, *Message, *apiError) {
	if id := q.text("inline_message_id"); id != "" {
		i := t.inline[id]
		if i == nil || q.text("chat_id") != "" || q.text("message_id") != "" {
			return nil, nil, badRequest("MESSAGE_ID_INVALID")
		}
		return i.chat, i.m, nil
	}
	c, err := t.chat(q)
	if err != nil {
		return nil, nil, err
	}
	if q.text("message_id") == "" {
		return nil, nil, badRequest("message identifier is not specified")
	}
	m, ok := c.byID[q.int("message_id")]
	if !ok || m.Deleted {
		return nil, nil, badRequest("message to edit not found")
	}
	if !m.FromBot {
		return nil, nil, badRequest("message can't be edited")
	}
	return c, m, nil
}

// edit puts what change makes of the message in its place. A keyboard that is not given again
// goes, as in Telegram.
func (t *Telegram) edit(q *request, change func(m *Message) *apiError) (any, *apiError) {
	c, old, err := t.editable(q)
	if err != nil {
		return nil, err
	}
	k, err := q.markup()
	if err != nil {
		return nil, err
	}
	m := old.copy()
	if err := change(&m); err != nil {
		return nil, err
	}
	if k.Force != nil {
		return nil, badRequest("inline keyboard expected")
	}
	m.Buttons, m.ForceReply = k.buttons, old.ForceReply
	if old.looksLike(&m) {
		return nil, badRequest(notModified)
	}
	if err := t.throttle.admit(c, t.now()); err != nil {
		return nil, err
	}
	old.remember(t.now())
	m.History, m.Edited = old.History, old.Edited
	*old = m
	q.call.Message = old.ID
	if old.Inline {
		return true, nil
	}
	return t.messageJSON(old, true), nil
}

func (m *Message) looksLike(o *Message) bool {
	return m.Text == o.Text && m.FileID == o.FileID && sameList(m.Entities, o.Entities) && sameList(m.Buttons, o.Buttons)
}

func sameList[T any](a, b []T) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

func (t *Telegram) editText(q *request) (any, *apiError) {
	return t.edit(q, func(m *Message) *apiError {
		if m.photo != nil {
			return badRequest("there is no text in the message to edit")
		}
		if err := q.fillText(m, "text", mostText); err != nil {
			return err
		}
		if m.Text == "" {
			return badRequest("message text is empty")
		}
		return nil
	})
}

func (t *Telegram) editCaption(q *request) (any, *apiError) {
	return t.edit(q, func(m *Message) *apiError {
		if m.photo == nil {
			return badRequest("there is no caption in the message to edit")
		}
		return q.fillText(m, "caption", mostCaption)
	})
}

func (t *Telegram) editMarkup(q *request) (any, *apiError) {
	return t.edit(q, func(*Message) *apiError { return nil })
}

// inputMedia is an InputMediaPhoto.
type inputMedia struct {
	Type      string   `json:"type"`
	Media     string   `json:"media"`
	Caption   string   `json:"caption"`
	ParseMode string   `json:"parse_mode"`
	Entities  []Entity `json:"caption_entities"`
	Above     bool     `json:"show_caption_above_media"`
	Spoiler   bool     `json:"has_spoiler"`
}

// media reads the parameter of that name; a field that Telegram does not know is refused.
func (q *request) media() (m inputMedia, err *apiError) {
	d := json.NewDecoder(strings.NewReader(q.text("media")))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, badRequest("can't parse input media: %v", err)
	}
	if m.Type != "photo" {
		return m, badRequest("can't parse input media: type %q (the sandbox knows photo)", clip(m.Type))
	}
	return m, nil
}

// editMedia changes the photo and its caption together; a text message becomes a photo.
func (t *Telegram) editMedia(q *request) (any, *apiError) {
	media, err := q.media()
	if err != nil {
		return nil, err
	}
	return t.edit(q, func(m *Message) *apiError {
		f, err := formattedText(media.Caption, media.ParseMode, media.Entities, mostCaption)
		if err != nil {
			return err
		}
		if m.Inline && strings.HasPrefix(media.Media, "attach://") {
			return badRequest("file can't be uploaded to an inline message")
		}
		p, err := t.photo(q, "", media.Media)
		if err != nil {
			return err
		}
		m.setText(f)
		m.setPhoto(p)
		return nil
	})
}

// deletable is how old a message may be that a bot deletes.
const deletable = 48 * time.Hour

func (t *Telegram) deleteMessage(q *request) (any, *apiError) {
	c, err := t.chat(q)
	if err != nil {
		return nil, err
	}
	m, ok := c.byID[q.int("message_id")]
	if !ok || m.Deleted {
		return nil, badRequest("message to delete not found")
	}
	foreign := !m.FromBot && c.kind != kindPrivate && c.bot != statusAdmin
	if foreign || t.now().Sub(m.Date) >= deletable {
		return nil, badRequest("message can't be deleted for everyone")
	}
	m.Deleted = true
	q.call.Message = m.ID
	return true, nil
}
