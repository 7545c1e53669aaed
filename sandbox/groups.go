package sandbox

import (
	"fmt"
	"maps"
	"strings"
)

// Group is a handle on a group. After a migration it reaches the supergroup, though ID stays.
type Group struct {
	ID int64
	t  *Telegram
}

// Group makes a group with the bot in it, or gives the one with that id. An id that begins with
// -100 is a supergroup's, any other negative one a basic group's. The bot is not told.
func (t *Telegram) Group(id int64, title string, members ...*User) *Group {
	g := &Group{ID: id, t: t}
	t.change(func() {
		if _, ok := t.chats[id]; ok {
			return
		}
		kind := kindGroup
		if strings.HasPrefix(fmt.Sprint(id), "-100") {
			kind = kindSupergroup
		}
		t.chats[id] = newChat(id, kind, title)
	})
	for _, u := range members {
		g.Join(u)
	}
	return g
}

func (g *Group) change(fn func(c *chat)) { g.t.change(func() { fn(g.t.room(g.ID)) }) }

// Join makes u a plain member.
func (g *Group) Join(u *User) {
	g.change(func(c *chat) { c.members[u.ID] = &member{user: u, status: statusMember} })
}

// Leave ends u's membership.
func (g *Group) Leave(u *User) { g.change(func(c *chat) { delete(c.members, u.ID) }) }

// Admin makes u an admin, or a plain member again.
func (g *Group) Admin(u *User, on bool) {
	g.change(func(c *chat) {
		c.members[u.ID] = &member{user: u, status: statusMember}
		if on {
			c.members[u.ID].status = statusAdmin
		}
	})
}

// Anonymous makes u an admin who writes as the group itself, or a named admin again.
func (g *Group) Anonymous(u *User, on bool) {
	g.change(func(c *chat) { c.members[u.ID] = &member{user: u, status: statusAdmin, anonymous: on} })
}

// Owner makes u the group's owner, whom the Bot API calls its creator.
func (g *Group) Owner(u *User) {
	g.change(func(c *chat) { c.members[u.ID] = &member{user: u, status: statusOwner} })
}

// HideMembers makes the members invisible to a bot that is no admin.
func (g *Group) HideMembers(on bool) { g.change(func(c *chat) { c.hidden = on }) }

// BotAdmin makes the bot an admin, or a plain member again; it is told, by an admin if there is
// one.
func (g *Group) BotAdmin(on bool) {
	status := statusMember
	if on {
		status = statusAdmin
	}
	g.change(func(c *chat) { g.t.botIs(c, status, c.someone()) })
}

// Mute takes from the bot the right to send, or makes it a plain member again; it is told. A
// muted bot still sees what it is to see, edits and deletes.
func (g *Group) Mute(on bool) {
	status := statusMember
	if on {
		status = statusMuted
	}
	g.change(func(c *chat) { g.t.botIs(c, status, c.someone()) })
}

// Kick removes the bot; it is told.
func (g *Group) Kick() { g.change(func(c *chat) { g.t.botIs(c, statusKicked, c.someone()) }) }

// Invite brings the bot back; it is told.
func (g *Group) Invite(by *User) { g.change(func(c *chat) { g.t.botIs(c, statusMember, by) }) }

// someone is a member to act in the group's name, an admin before others.
func (c *chat) someone() *User {
	who := &User{ID: groupAnonymousBot, FirstName: "Group"}
	for _, m := range c.members {
		who = m.user
		if m.leads() {
			break
		}
	}
	return who
}

// Migrate turns a basic group into a supergroup with another id. Both sides show a service
// message; calls with the old id are refused and told the new one. The supergroup numbers its
// messages from 1: none of the old ones can be edited or answered there.
func (g *Group) Migrate(newID int64) *Group {
	t := g.t
	t.change(func() {
		old := t.chats[g.ID]
		c := newChat(newID, kindSupergroup, old.title)
		c.bot, c.members, c.hidden = old.bot, maps.Clone(old.members), old.hidden
		t.chats[newID] = c
		old.migratedTo = newID
		t.announce(old, "migrate_to_chat_id", newID)
		t.announce(c, "migrate_from_chat_id", g.ID)
	})
	return &Group{ID: newID, t: t}
}

// announce posts a service message, which privacy never hides.
func (t *Telegram) announce(c *chat, field string, value any) {
	m := t.post(c, &Message{
		From: groupAnonymousBot, SenderChat: c.id, Service: field, extra: map[string]any{field: value},
	})
	m.Update = t.push("message", t.messageJSON(m, false))
}
