package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"payferbot/locales"
)

// FuzzParseCommand holds that a command written in its plainest form is the same
// command, and that nothing of it comes from anywhere but the text.
func FuzzParseCommand(f *testing.F) {
	for _, seed := range []string{
		"/invoice", "/INVOICE@Payfer_Bot  50 000\nchoy ", "/invoice\u00a050000", " /start pay_abc", "/start link_abc", "/check №12",
		"/link 🔑 x", "/", "/ invoice", "/invoice@", "/invoice@b@c", "invoice 50000", "/a\x00b", "/\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := parseCommand(text)
		if !ok {
			if c != (command{}) {
				t.Fatalf("%q is no command, yet %+v", text, c)
			}
			return
		}
		if !wordOfCommand(c.Name) || c.Name != strings.ToLower(c.Name) || c.At != "" && !wordOfCommand(c.At) {
			t.Fatalf("%q: %+v", text, c)
		}
		if !strings.HasSuffix(strings.TrimSpace(text), c.Rest) || c.Rest != strings.TrimSpace(c.Rest) {
			t.Fatalf("%q: the rest %q is not its end", text, c.Rest)
		}
		plain := "/" + c.Name
		if c.At != "" {
			plain += "@" + c.At
		}
		if again, ok := parseCommand(plain + " " + c.Rest); !ok || again != c {
			t.Fatalf("%q is %+v, in its plainest form %+v", text, c, again)
		}
	})
}

// FuzzReadUpdate holds that an update of any content is read or refused, that an error
// tells nothing of it, and that it has its place in one chat's order.
func FuzzReadUpdate(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":7,"message":{"message_id":3,"date":5,"chat":{"id":42,"type":"private"},"from":{"id":42,"language_code":"ru"},"text":"50000"}}`,
		`{"update_id":7,"message":{"chat":{"id":-100,"type":"supergroup"},"message_thread_id":5,"is_topic_message":true,"sticker":{}}}`,
		`{"update_id":7,"message":{"chat":{"id":-5},"migrate_to_chat_id":-1005}}`,
		`{"update_id":8,"callback_query":{"id":"1","from":{"id":42},"data":"older:99","message":{"chat":{"id":42},"reply_markup":{"inline_keyboard":[[{"callback_data":"older:99"}]]}}}}`,
		`{"update_id":8,"callback_query":{"id":"1","from":{"id":42},"data":"x"}}`,
		`{"update_id":9,"my_chat_member":{"chat":{"id":42},"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":1,"message":7}`, `{"message":{"reply_to_message":{"reply_to_message":null}}}`, `null`, `[]`, `{"update_id":1e99}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := readUpdate(body)
		if (u == nil) == (err == nil) {
			t.Fatalf("%v with %v", u, err)
		}
		if err != nil {
			// What the decoder quotes is a type of ours, a character, or a number that is too large.
			if len(err.Error()) > 200+len(body) || strings.Contains(string(body), canaryInText) && strings.Contains(err.Error(), canaryInText) {
				t.Fatalf("the error tells of the update: %v", err)
			}
			return
		}
		switch m, p := u.Message, u.Press; {
		case m != nil && u.place() != m.Chat.ID, m == nil && p != nil && p.Message == nil && u.place() != placeOf(p.Inline):
			t.Fatalf("%s has its place in %d", body, u.place())
		case m != nil && m.wordless() && m.Text != "", m != nil && !m.InTopic && m.thread() != 0:
			t.Fatalf("%+v", m)
		case p != nil && p.Message != nil && len(p.Message.Markup.Rows) == 0 && p.Message.carries(p.Data):
			t.Fatalf("a message without buttons carries %q", p.Data)
		}
	})
}

// FuzzPeople holds that whatever stands in a message, in a link that starts the bot, in a
// button's data or behind the bot's name is answered, and breaks nothing.
func FuzzPeople(f *testing.F) {
	for _, seed := range []string{
		"", "50000", "/invoice 50000 tea", "/start pay_k3v7q2m5x4t6w8ab", "/start link_x", "/start pay_", "/check №1", "/link a b", "/cancel 1", "/settings",
		"check:k3v7q2m5x4t6w8ab", "retry:", "withdraw_yes:x", "older:99999999999999999999", "card:shop1", "lang:xx", "forget:\x00", "use:1:2",
		"offer:aaaaaaaaaaaaaaaaaaaaaaaa", "offer:", ":", "staff:all", "🔑", "50000 " + strings.Repeat("ў", 300),
	} {
		for kind := range byte(4) {
			f.Add(kind, seed)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, text string) {
		if text == "" && kind%4 == 0 {
			t.Skip("Telegram has no such message")
		}
		s := newStage(t)
		s.dial()
		s.bot.desk = s.desk
		s.desk.linkNow(42, "shop1", "Bahor")
		said, err := json.Marshal(text)
		if err != nil {
			t.Skip("no text of Telegram's")
		}
		s.user(42).Send("/help")
		u, err := readUpdate([]byte(fmt.Sprintf([]string{
			`{"update_id":1,"message":{"message_id":9,"date":1700000000,"chat":{"id":42,"type":"private"},"from":{"id":42},"text":%s}}`,
			`{"update_id":1,"callback_query":{"id":"1","from":{"id":42},"data":%s,"message":{"message_id":1,"chat":{"id":42}}}}`,
			`{"update_id":1,"callback_query":{"id":"1","from":{"id":42},"data":%s,"inline_message_id":"BAAA"}}`,
			`{"update_id":1,"inline_query":{"id":"1","from":{"id":42},"query":%s}}`,
		}[kind%4], said)))
		if err != nil {
			t.Fatal(err)
		}
		before := len(s.tg.Calls(""))
		if err := s.bot.answer(t.Context(), u, 0); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		c, _ := parseCommand(text)
		if len(s.tg.Calls("")) == before && len(s.desk.commands)+len(s.desk.visits) == 0 && c.At == "" {
			t.Errorf("%d %q has no answer", kind%4, text)
		}
	})
}

const canaryInText = "canary-shop-key"

// FuzzPlainText holds that what was escaped comes back as it was, whatever our markup is around it.
func FuzzPlainText(f *testing.F) {
	for _, seed := range []string{"", "Choyxona «Bahor»", "a < b & c > d", "<b>", "&lt;", "&amp;lt;", `"'`, "&#60;", "x\x00\r\ny"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, foreign string) {
		if !utf8.ValidString(foreign) {
			t.Skip("Telegram and Payfer are read as UTF-8")
		}
		want := "№12 " + foreign + "\nend"
		if got := plainText("№12 <b>" + locales.Escape(foreign) + `</b>` + "\n<a href=\"tg://user?id=1\">end</a>"); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
