package sandbox

import "fmt"

// The kinds of chat, in the Bot API's words.
const (
	kindPrivate    = "private"
	kindGroup      = "group"
	kindSupergroup = "supergroup"
)

// What a member, or the bot, is in a chat, in the Bot API's words. Of a private chat the bot is
// "left" before the user first wrote and "kicked" while he blocks it.
const (
	statusOwner  = "creator"
	statusAdmin  = "administrator"
	statusMember = "member"
	statusMuted  = "restricted"
	statusLeft   = "left"
	statusKicked = "kicked"
)

// chat is one chat with all that was said in it.
type chat struct {
	id         int64
	kind       string
	title      string
	user       *User  // of a private chat
	bot        string // the bot's status
	members    map[int64]*member
	hidden     bool // see Group.HideMembers
	migratedTo int64
	forum      bool
	threads    map[int]bool

	messages []*Message // oldest first
	byID     map[int]*Message
	lastID   int // of a supergroup
	lately   window
}

type member struct {
	user      *User
	status    string
	anonymous bool
}

// leads says whether the member is an admin, by whatever name.
func (m *member) leads() bool { return m.status == statusAdmin || m.status == statusOwner }

func newChat(id int64, kind, title string) *chat {
	return &chat{
		id: id, kind: kind, title: title, bot: statusMember,
		members: map[int64]*member{}, threads: map[int]bool{}, byID: map[int]*Message{},
	}
}

// room is the chat with that id, or what it became. It panics when there is none.
func (t *Telegram) room(id int64) *chat {
	c, ok := t.chats[id]
	if !ok {
		panic(fmt.Sprintf("sandbox: no chat %d", id))
	}
	if c.migratedTo != 0 {
		return t.room(c.migratedTo)
	}
	return c
}

func (c *chat) json() map[string]any {
	v := map[string]any{"id": c.id, "type": c.kind}
	if c.user != nil {
		v["first_name"] = c.user.FirstName
		return v
	}
	v["title"] = c.title
	if c.forum {
		v["is_forum"] = true
	}
	return v
}

func (t *Telegram) getChat(q *request) (any, *apiError) {
	c, err := t.chat(q)
	if err != nil {
		return nil, err
	}
	v := c.json()
	v["accent_color_id"], v["max_reaction_count"] = 1, 11
	return v, nil
}

func (t *Telegram) getChatMember(q *request) (any, *apiError) {
	c, err := t.chat(q)
	if err != nil {
		return nil, err
	}
	id := int64(q.int("user_id"))
	if id == t.botID {
		return memberJSON(t.botJSON(), c.bot, false), nil
	}
	u, ok := t.people[id]
	switch {
	case !ok:
		return nil, badRequest("PARTICIPANT_ID_INVALID")
	case c.hidden && c.bot != statusAdmin:
		return nil, badRequest("member list is inaccessible")
	case c.kind == kindPrivate:
		return memberJSON(u.json(), statusMember, false), nil
	}
	if m, ok := c.members[id]; ok {
		return memberJSON(u.json(), m.status, m.anonymous), nil
	}
	return memberJSON(u.json(), statusLeft, false), nil
}

// getChatAdministrators leaves the anonymous ones out, as Telegram may.
func (t *Telegram) getChatAdministrators(q *request) (any, *apiError) {
	c, err := t.chat(q)
	if err != nil {
		return nil, err
	}
	if c.kind == kindPrivate {
		return nil, badRequest("there are no administrators in the private chat")
	}
	list := []map[string]any{}
	for _, m := range c.members {
		if m.leads() && !m.anonymous {
			list = append(list, memberJSON(m.user.json(), m.status, false))
		}
	}
	if c.bot == statusAdmin {
		list = append(list, memberJSON(t.botJSON(), c.bot, false))
	}
	return list, nil
}

func memberJSON(user map[string]any, status string, anonymous bool) map[string]any {
	v := map[string]any{"user": user, "status": status}
	switch status {
	case statusOwner:
		v["is_anonymous"] = anonymous
	case statusMuted:
		v["is_member"], v["until_date"] = true, 0
		for _, right := range []string{
			"can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
			"can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
			"can_add_web_page_previews", "can_react_to_messages", "can_edit_tag",
			"can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
		} {
			v[right] = false
		}
	case statusAdmin:
		v["can_be_edited"], v["is_anonymous"] = false, anonymous
		for _, right := range []string{
			"can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
			"can_promote_members", "can_change_info", "can_invite_users", "can_pin_messages",
		} {
			v[right] = true
		}
	case statusKicked:
		v["until_date"] = 0
	}
	return v
}

// botIs changes what the bot is in a chat and tells it so.
func (t *Telegram) botIs(c *chat, status string, by *User) {
	was := c.bot
	if was == status {
		return
	}
	c.bot = status
	t.push("my_chat_member", map[string]any{
		"chat": c.json(), "from": by.json(), "date": t.now().Unix(),
		"old_chat_member": memberJSON(t.botJSON(), was, false),
		"new_chat_member": memberJSON(t.botJSON(), status, false),
	})
}
