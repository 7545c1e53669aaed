package sandbox

import (
	"fmt"
	"regexp"
)

// Command is one line of the bot's command menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

var (
	commandName  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageForm = regexp.MustCompile(`^(?:[a-z]{2})?$`)
)

func (t *Telegram) getMe(*request) (any, *apiError) {
	v := t.botJSON()
	v["can_join_groups"], v["can_read_all_group_messages"] = true, !t.privacy
	v["supports_inline_queries"] = true
	return v, nil
}

func (t *Telegram) botJSON() map[string]any {
	return map[string]any{"id": t.botID, "is_bot": true, "first_name": t.name, "username": t.username}
}

// spot names the place a command list is for: the scope, with its ids, and the language.
func (t *Telegram) spot(q *request) (string, *apiError) {
	var s struct {
		Type string `json:"type"`
		Chat any    `json:"chat_id"`
		User int64  `json:"user_id"`
	}
	if err := q.object("scope", &s); err != nil {
		return "", err
	}
	if !languageForm.MatchString(q.text("language_code")) {
		return "", badRequest("invalid language code specified")
	}
	key := or(s.Type, "default")
	switch key {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return key + "/" + q.text("language_code"), nil
	case "chat", "chat_administrators", "chat_member":
	default:
		return "", badRequest("can't parse BotCommandScope: unsupported type %q", clip(key))
	}
	id, ok := s.Chat.(float64)
	if text, isText := s.Chat.(string); isText {
		_, err := fmt.Sscan(text, &id)
		ok = err == nil
	}
	if _, known := t.chats[int64(id)]; !ok || !known {
		return "", badRequest("chat not found")
	}
	key = fmt.Sprintf("%s:%d", key, int64(id))
	if s.User != 0 {
		key += fmt.Sprintf(":%d", s.User)
	}
	return key + "/" + q.text("language_code"), nil
}

func (t *Telegram) setCommands(q *request) (any, *apiError) {
	spot, err := t.spot(q)
	if err != nil {
		return nil, err
	}
	var list []Command
	if err := q.object("commands", &list); err != nil {
		return nil, err
	}
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if !commandName.MatchString(c.Command) {
			return nil, badRequest("BOT_COMMAND_INVALID (%q)", clip(c.Command))
		}
		if n := size(clean(c.Description)); n < 1 || n > 256 {
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID (%q)", c.Command)
		}
	}
	t.commands[spot] = list
	return true, nil
}

func (t *Telegram) getCommands(q *request) (any, *apiError) {
	spot, err := t.spot(q)
	if err != nil {
		return nil, err
	}
	return append([]Command{}, t.commands[spot]...), nil
}

func (t *Telegram) deleteCommands(q *request) (any, *apiError) {
	spot, err := t.spot(q)
	if err != nil {
		return nil, err
	}
	delete(t.commands, spot)
	return true, nil
}

// Commands gives the menu set for a scope ("default", "all_private_chats", "chat:123",
// "chat_member:-5:123", …) and a language ("" = any).
func (t *Telegram) Commands(scope, lang string) []Command {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Command(nil), t.commands[scope+"/"+lang]...)
}

// setProfile sets one of the bot's own texts, bounded as Telegram bounds it.
func setProfile(what string, most int) func(*Telegram, *request) (any, *apiError) {
	return func(t *Telegram, q *request) (any, *apiError) {
		if !languageForm.MatchString(q.text("language_code")) {
			return nil, badRequest("invalid language code specified")
		}
		if size(q.text(what)) > most {
			return nil, badRequest("%s is too long", what)
		}
		t.profile[what+"/"+q.text("language_code")] = q.text(what)
		return true, nil
	}
}

func getProfile(what string) func(*Telegram, *request) (any, *apiError) {
	return func(t *Telegram, q *request) (any, *apiError) {
		return map[string]any{what: t.profile[what+"/"+q.text("language_code")]}, nil
	}
}

// Profile gives the bot's "name", "description" or "short_description" in a language ("" = any).
func (t *Telegram) Profile(what, lang string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.profile[what+"/"+lang]
}
