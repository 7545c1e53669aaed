package bot

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"strings"
)

// allowedUpdates are the kinds of update that the bot asks Telegram for.
var allowedUpdates = []string{"message", "callback_query", "inline_query", "chosen_inline_result", "my_chat_member"}

// update is the part of Telegram's Update that the bot acts on. It is a type of
// our own because the library refuses a whole update for one field of a kind
// that it does not know yet.
type update struct {
	ID      int64       `json:"update_id"`
	Message *message    `json:"message"`
	Press   *press      `json:"callback_query"`
	Query   *query      `json:"inline_query"`
	Chosen  *chosen     `json:"chosen_inline_result"`
	Member  *membership `json:"my_chat_member"`
}

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

func (c chat) private() bool { return c.ID > 0 }

type person struct {
	ID   int64  `json:"id"`
	Bot  bool   `json:"is_bot"`
	Name string `json:"first_name"`
	Lang string `json:"language_code"`
}

// message is somebody's message in a chat with the bot.
type message struct {
	ID      int     `json:"message_id"`
	Thread  int     `json:"message_thread_id"`
	InTopic bool    `json:"is_topic_message"`
	Date    int     `json:"date"`
	Chat    chat    `json:"chat"`
	From    *person `json:"from"`
	Sender  *chat   `json:"sender_chat"` // in whose name it was written, where not in the person's own
	Text    string  `json:"text"`

	Answers *message `json:"reply_to_message"`

	Markup struct {
		Rows [][]struct {
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	} `json:"reply_markup"`

	MovedTo   int64 `json:"migrate_to_chat_id"`
	MovedFrom int64 `json:"migrate_from_chat_id"`

	// What people send beside text. A message without any of these and without
	// text is Telegram's own, about the chat.
	Photo     there `json:"photo"`
	Sticker   there `json:"sticker"`
	Video     there `json:"video"`
	VideoNote there `json:"video_note"`
	Voice     there `json:"voice"`
	Audio     there `json:"audio"`
	Document  there `json:"document"`
	Animation there `json:"animation"`
	Contact   there `json:"contact"`
	Location  there `json:"location"`
	Poll      there `json:"poll"`
	Dice      there `json:"dice"`
	Story     there `json:"story"`
}

// there tells that a field is present, whatever it holds.
type there bool

// UnmarshalJSON implements [json.Unmarshaler].
func (t *there) UnmarshalJSON(b []byte) error {
	*t = there(!bytes.Equal(b, []byte("null")))
	return nil
}

// wordless tells a message that a person sent, but that holds no text.
func (m *message) wordless() bool {
	return m.Text == "" && bool(m.Photo || m.Sticker || m.Video || m.VideoNote || m.Voice || m.Audio || m.Document ||
		m.Animation || m.Contact || m.Location || m.Poll || m.Dice || m.Story)
}

// carries tells whether the message has a button with this data, as Telegram
// itself says. What a press says of its data anybody can make up.
func (m *message) carries(data string) bool {
	for _, row := range m.Markup.Rows {
		for _, button := range row {
			if button.Data == data {
				return true
			}
		}
	}
	return false
}

// thread is the topic to answer in. Outside of topics Telegram also numbers
// threads of replies, but takes no message for them.
func (m *message) thread() int {
	if m.InTopic {
		return m.Thread
	}
	return 0
}

// press is a press on a button under a message of ours.
type press struct {
	ID      string   `json:"id"`
	From    person   `json:"from"`
	Message *message `json:"message"` // nil: under an inline message
	Inline  string   `json:"inline_message_id"`
	Data    string   `json:"data"`
}

// query is what somebody types after the bot's name in any chat.
type query struct {
	ID   string `json:"id"`
	From person `json:"from"`
	Text string `json:"query"`
}

// chosen is an offer that its maker has posted. Telegram tells of it where BotFather
// was asked for inline feedback.
type chosen struct {
	From   person `json:"from"`
	Offer  string `json:"result_id"`
	Inline string `json:"inline_message_id"`
}

// readUpdate reads a letter. Its error does not hold the letter's content.
func readUpdate(body []byte) (*update, error) {
	var u update
	if err := json.Unmarshal(body, &u); err != nil {
		return nil, err
	}
	return &u, nil
}

// place is the chat in whose order the update belongs, or the inline message, or the
// person where there is neither.
func (u *update) place() int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.Press != nil && u.Press.Message != nil:
		return u.Press.Message.Chat.ID
	case u.Press != nil:
		return placeOf(u.Press.Inline)
	case u.Chosen != nil:
		return placeOf(u.Chosen.Inline)
	case u.Query != nil:
		return u.Query.From.ID
	case u.Member != nil:
		return u.Member.Chat.ID
	}
	return 0
}

// placeOf is an inline message's place: what is posted is known before it is pressed.
func placeOf(inline string) int64 {
	h := fnv.New64a()
	h.Write([]byte(inline)) // never fails
	return int64(h.Sum64())
}

// command is "/invoice@some_bot 50000 choy" taken apart.
type command struct {
	Name string // in lower case, without the slash
	At   string // the bot that is meant; empty: whoever listens
	Rest string // what follows, trimmed
}

// parseCommand reads a command at the start of a text.
func parseCommand(text string) (c command, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimSpace(text), "/")
	if !ok {
		return command{}, false
	}
	head := text
	if i := strings.IndexFunc(text, isSpace); i >= 0 {
		head, c.Rest = text[:i], strings.TrimSpace(text[i:])
	}
	name, at, named := strings.Cut(head, "@")
	if !wordOfCommand(name) || (named && !wordOfCommand(at)) {
		return command{}, false
	}
	c.Name, c.At = strings.ToLower(name), at
	return c, true
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\u00a0' }

// wordOfCommand tells what Telegram marks as a command.
func wordOfCommand(s string) bool {
	const most = 64
	if s == "" || len(s) > most {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
	}) < 0
}
