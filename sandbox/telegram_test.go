package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

type obj = map[string]any

// keyboard is an inline keyboard of one row.
func keyboard(buttons ...obj) obj { return obj{"inline_keyboard": [][]obj{buttons}} }

// talk starts a world in which user 5 has written to the bot.
func talk(t *testing.T, o Options) (*World, *User) {
	t.Helper()
	w := world(t, o)
	u := w.Telegram.User(5, "Aziz", "uz")
	u.Start("")
	return w, u
}

func TestSendMessageIsAsStrictAsTelegram(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	w.Telegram.User(6, "Never wrote", "")
	base := func(extra obj) obj {
		p := obj{"chat_id": 5, "text": "hi"}
		for k, v := range extra {
			p[k] = v
		}
		return p
	}
	tests := []struct {
		name   string
		params obj
		code   int
		text   string // empty = success
	}{
		{name: "plain", params: base(nil)},
		{name: "id as string", params: base(obj{"chat_id": "5"})},
		{name: "4096 units", params: base(obj{"text": strings.Repeat("💰", 2048)})},
		{name: "4097 units", params: base(obj{"text": strings.Repeat("💰", 2048) + "x"}), code: 400, text: "Bad Request: message is too long"},
		{name: "4096 after parsing", params: base(obj{"parse_mode": "HTML", "text": "<b>" + strings.Repeat("&lt;", 4096) + "</b>"})},
		{name: "empty", params: base(obj{"text": " \n "}), code: 400, text: "Bad Request: message text is empty"},
		{name: "bad html", params: base(obj{"parse_mode": "HTML", "text": "a <b"}), code: 400, text: "Bad Request: can't parse entities: "},
		{name: "markdown", params: base(obj{"parse_mode": "MarkdownV2"}), code: 400, text: "unsupported parse_mode"},
		{name: "entities", params: base(obj{"entities": []obj{{"type": "bold", "offset": 0, "length": 2}}})},
		{name: "entities outside", params: base(obj{"entities": []obj{{"type": "bold", "offset": 1, "length": 2}}}), code: 400, text: "can't parse entities"},
		{name: "no chat", params: obj{"text": "x"}, code: 400, text: "Bad Request: chat_id is empty"},
		{name: "unknown chat", params: base(obj{"chat_id": 77}), code: 400, text: "Bad Request: chat not found"},
		{name: "by name", params: base(obj{"chat_id": "@x"}), code: 400, text: "Bad Request: chat not found"},
		{name: "never wrote", params: base(obj{"chat_id": 6}), code: 403, text: "Forbidden: bot can't initiate conversation with a user"},
		{name: "unknown parameter", params: base(obj{"parsemode": "HTML"}), code: 400, text: `takes no parameter "parsemode"`},
		{name: "wrong type", params: base(obj{"message_thread_id": "x"}), code: 400, text: "can't parse message_thread_id"},
		{name: "wrong bool", params: base(obj{"protect_content": "perhaps"}), code: 400, text: "can't parse protect_content"},
		{name: "markup no object", params: base(obj{"reply_markup": "x"}), code: 400, text: "can't parse reply_markup"},
		{name: "no such topic", params: base(obj{"message_thread_id": 9}), code: 400, text: "message thread not found"},
		{name: "reply to nothing", params: base(obj{"reply_parameters": obj{"message_id": 99}}), code: 400, text: "Bad Request: message to be replied not found"},
		{name: "reply to nothing, allowed", params: base(obj{"reply_parameters": obj{"message_id": 99, "allow_sending_without_reply": true}})},
		{name: "reply", params: base(obj{"reply_parameters": obj{"message_id": 1}})},
		{name: "data 64", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "callback_data": strings.Repeat("x", 64)})})},
		{name: "data 65", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "callback_data": strings.Repeat("x", 65)})}), code: 400, text: "BUTTON_DATA_INVALID"},
		{name: "no data", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "callback_data": ""})}), code: 400, text: "unallowed"},
		{name: "copy 256", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "copy_text": obj{"text": strings.Repeat("ў", 256)}})})},
		{name: "copy 257", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "copy_text": obj{"text": strings.Repeat("ў", 257)}})}), code: 400, text: "BUTTON_COPY_TEXT_INVALID"},
		{name: "copy 0", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "copy_text": obj{"text": ""}})}), code: 400, text: "BUTTON_COPY_TEXT_INVALID"},
		{name: "no text", params: base(obj{"reply_markup": keyboard(obj{"text": "", "callback_data": "x"})}), code: 400, text: "text must be non-empty"},
		{name: "url without a dotted host", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "url": "http://localhost:8080/pay"})}), code: 400, text: "Wrong HTTP URL"},
		{name: "url of another protocol", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "url": "bank://pay.uz/x"})}), code: 400, text: "Wrong HTTP URL"},
		{name: "url with a space", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "url": "https://bank.uz/a b"})}), code: 400, text: "Wrong HTTP URL"},
		{name: "bad url", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "url": "javascript:x"})}), code: 400, text: "Wrong HTTP URL"},
		{name: "two kinds", params: base(obj{"reply_markup": keyboard(obj{"text": "a", "url": "https://e.uz", "callback_data": "x"})}), code: 400, text: "want one of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want(t, call(t, w, "sendMessage", tt.params), tt.code, tt.text)
		})
	}
	sent := w.Telegram.Sent(5)
	if n := 0; len(sent) != 9 {
		t.Errorf("%d messages kept, refused ones among them? %d", len(sent), n)
	}
	if last := sent[len(sent)-3]; last.ReplyTo != 1 {
		t.Errorf("reply to %d", last.ReplyTo)
	}
}

func TestEditsAreAsStrictAsTelegram(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	kb := keyboard(obj{"text": "a", "callback_data": "x"})
	text := messageID(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "<b>hi</b>", "parse_mode": "HTML", "reply_markup": kb}))
	photo := messageID(t, upload(t, w, "sendPhoto", obj{"chat_id": "5", "caption": "c"}, "photo", picture(t, 200, 200)))
	fileID := w.Telegram.Sent(5)[1].FileID
	const same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	steps := []struct {
		name, method string
		params       obj
		code         int
		text         string
	}{
		{"same", "editMessageText", obj{"message_id": text, "text": "<b>hi</b> ", "parse_mode": "HTML", "reply_markup": kb}, 400, same},
		{"less bold", "editMessageText", obj{"message_id": text, "text": "hi", "reply_markup": kb}, 0, ""},
		{"less buttons", "editMessageText", obj{"message_id": text, "text": "hi"}, 0, ""},
		{"same again", "editMessageReplyMarkup", obj{"message_id": text}, 400, same},
		{"more buttons", "editMessageReplyMarkup", obj{"message_id": text, "reply_markup": kb}, 0, ""},
		{"caption of text", "editMessageCaption", obj{"message_id": text, "caption": "x"}, 400, "Bad Request: there is no caption in the message to edit"},
		{"text of photo", "editMessageText", obj{"message_id": photo, "text": "x"}, 400, "Bad Request: there is no text in the message to edit"},
		{"caption", "editMessageCaption", obj{"message_id": photo, "caption": "paid"}, 0, ""},
		{"caption too long", "editMessageCaption", obj{"message_id": photo, "caption": strings.Repeat("x", 1025)}, 400, "caption is too long"},
		{"same photo", "editMessageMedia", obj{"message_id": photo, "media": obj{"type": "photo", "media": fileID, "caption": "paid"}}, 400, same},
		{"photo on text", "editMessageMedia", obj{"message_id": text, "media": obj{"type": "photo", "media": fileID, "caption": "now a photo"}}, 0, ""},
		{"no such upload", "editMessageMedia", obj{"message_id": text, "media": obj{"type": "photo", "media": "attach://x"}}, 400, "can't find field"},
		{"unknown", "editMessageText", obj{"message_id": 999, "text": "x"}, 400, "Bad Request: message to edit not found"},
		{"foreign", "editMessageText", obj{"message_id": 1, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"empty", "editMessageText", obj{"message_id": photo, "text": " "}, 400, "no text in the message"},
		{"delete theirs", "deleteMessage", obj{"message_id": 1}, 0, ""},
		{"delete twice", "deleteMessage", obj{"message_id": 1}, 400, "Bad Request: message to delete not found"},
		{"delete", "deleteMessage", obj{"message_id": photo}, 0, ""},
		{"edit deleted", "editMessageCaption", obj{"message_id": photo, "caption": "x"}, 400, "message to edit not found"},
	}
	for _, s := range steps {
		s.params["chat_id"] = u.Chat()
		t.Run(s.name, func(t *testing.T) { want(t, call(t, w, s.method, s.params), s.code, s.text) })
	}
	m, _ := w.Telegram.Message(5, text)
	if m.Edited != 4 || m.History[0].HTML != "<b>hi</b>" || len(m.History[0].Buttons) != 1 || len(m.Photo) == 0 || m.Text != "now a photo" {
		t.Errorf("kept: %+v", m)
	}
	if m, _ := w.Telegram.Message(5, photo); !m.Deleted || m.Text != "paid" {
		t.Errorf("deleted: %+v", m)
	}
}

func TestPhotosMustBePhotos(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	tests := []struct {
		name string
		data []byte
		text string
	}{
		{"png", picture(t, 300, 300), ""},
		{"empty", []byte{}, "Bad Request: file must be non-empty"},
		{"text", []byte("hello"), "IMAGE_PROCESS_FAILED"},
		{"half a png", picture(t, 300, 300)[:60], "IMAGE_PROCESS_FAILED"},
		{"a strip", picture(t, 300, 3), "PHOTO_INVALID_DIMENSIONS"},
	}
	for _, tt := range tests {
		want(t, upload(t, w, "sendPhoto", obj{"chat_id": "5"}, "photo", tt.data), 400, tt.text)
	}
	id := w.Telegram.Sent(5)[0].FileID
	want(t, call(t, w, "sendPhoto", obj{"chat_id": 5, "photo": id}), 0, "")
	want(t, call(t, w, "sendPhoto", obj{"chat_id": 5, "photo": "nonsense"}), 400, "wrong file identifier")
	want(t, call(t, w, "sendPhoto", obj{"chat_id": 5}), 400, "there is no photo in the request")
	want(t, call(t, w, "getFile", obj{"file_id": id}), 0, "")
	res, err := client(t).Get(w.TelegramURL + "/file/bot" + w.Token + "/photos/file_1.png")
	if err != nil || res.StatusCode != http.StatusOK || res.ContentLength != int64(len(picture(t, 300, 300))) {
		t.Errorf("download: %v %v", res, err)
	}
	_ = res.Body.Close()
}

func TestUnknownTokensAndMethodsAreRefused(t *testing.T) {
	t.Parallel()
	w := world(t, Options{Token: "42:secret"})
	if w.Telegram.BotID() != 42 {
		t.Errorf("id %d", w.Telegram.BotID())
	}
	want(t, call(t, w, "getMe", nil), 0, "")
	want(t, call(t, w, "GETME", nil), 0, "")
	want(t, call(t, w, "getWings", nil), 404, "Not Found")
	w.Token = "42:other"
	want(t, call(t, w, "getMe", nil), 401, "Unauthorized")
}

func TestFormsAreReadLikeJSON(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	res, err := client(t).PostForm(w.TelegramURL+"/bot"+w.Token+"/sendMessage", url.Values{
		"chat_id": {"5"}, "text": {"form"}, "reply_markup": {`{"inline_keyboard":[[{"text":"a","callback_data":"x"}]]}`},
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, read(t, res), 0, "")
	want(t, upload(t, w, "sendMessage", obj{"chat_id": "5", "text": "multipart"}, "", nil), 0, "")
	res, err = client(t).Get(w.TelegramURL + "/bot" + w.Token + "/sendMessage?chat_id=5&text=query")
	if err != nil {
		t.Fatal(err)
	}
	want(t, read(t, res), 0, "")
	for i, text := range []string{"form", "multipart", "query"} {
		if m := w.Telegram.Sent(5)[i]; m.Text != text {
			t.Errorf("message %d: %q", i, m.Text)
		}
	}
}

func TestBlockedBotIsToldAndForbidden(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	u.Block()
	want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x"}), 403, "Forbidden: bot was blocked by the user")
	u.Unblock()
	want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x"}), 0, "")
	ups := poll(t, w, 0)
	if len(ups) != 3 || ups[1].Member == nil || ups[1].Member.New.Status != "kicked" || ups[2].Member.New.Status != "member" {
		t.Errorf("updates %+v", ups)
	}
}

func TestFloodLimitsCountSendsAndEdits(t *testing.T) {
	t.Parallel()
	c := docClock()
	w, u := talk(t, Options{Telegram: TelegramOptions{Now: c.now, Limits: StandardLimits()}})
	g := w.Telegram.Group(-1001, "Shop", u)
	private := obj{"chat_id": 5, "text": "x"}
	want(t, call(t, w, "sendMessage", private), 0, "")
	r := call(t, w, "editMessageText", obj{"chat_id": 5, "message_id": 2, "text": "y"})
	want(t, r, 429, "Too Many Requests: retry after 1")
	if r.Parameters.RetryAfter != 1 {
		t.Errorf("retry after %d", r.Parameters.RetryAfter)
	}
	c.at = c.at.Add(time.Second)
	want(t, call(t, w, "sendMessage", private), 0, "")
	group := obj{"chat_id": g.ID, "text": "x"}
	for range 20 {
		want(t, call(t, w, "sendMessage", group), 0, "")
	}
	c.at = c.at.Add(10 * time.Second)
	if r := call(t, w, "sendMessage", group); r.Parameters.RetryAfter != 50 {
		t.Errorf("retry after %d", r.Parameters.RetryAfter)
	}
	w.Telegram.SetLimits(Limits{GlobalPerSecond: 1})
	want(t, call(t, w, "sendMessage", group), 0, "")
	want(t, call(t, w, "sendMessage", private), 429, "retry after 1")
}

func TestTelegramFaultsLookAsNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind Kind
		opts []FaultOption
		code int
		text string // of description or transport
		sent int
	}{
		{kind: DropBefore, text: "EOF"},
		{kind: DropAfter, text: "EOF", sent: 1},
		{kind: Broken500, code: 500, text: "Internal Server Error"},
		{kind: BadGateway, text: "invalid character '<'"},
		{kind: TooMany, opts: []FaultOption{RetryAfter(7)}, code: 429, text: "retry after 7"},
		{kind: Refuse, opts: []FaultOption{Code(403)}, code: 403, text: "Forbidden: bot was blocked by the user"},
		{kind: Refuse, opts: []FaultOption{Text("Bad Request: x")}, code: 400, text: "Bad Request: x"},
		{kind: Garbage, text: "invalid character '<'", sent: 1},
		{kind: Truncated, text: "unexpected EOF", sent: 1},
		{kind: Slow, opts: []FaultOption{For(time.Millisecond)}, sent: 1},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, tt.kind), func(t *testing.T) {
			t.Parallel()
			w, _ := talk(t, Options{})
			w.Telegram.User(6, "B", "").Start("")
			w.Telegram.Fault("sendMessage", tt.kind, 1, append(tt.opts, InChat(5))...)
			want(t, call(t, w, "sendMessage", obj{"chat_id": 6, "text": "other chat"}), 0, "")
			want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x"}), tt.code, tt.text)
			if n := len(w.Telegram.Sent(5)); n != tt.sent {
				t.Errorf("%d sent, want %d", n, tt.sent)
			}
			want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "y"}), 0, "")
		})
	}
}

func TestServiceRefusesFaultsItCannotHave(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	w.Telegram.Fault("sendMessage", FloatNoise, 1)
}

func TestOnCallSeesEveryCallReceivedAndApplied(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	var seen []string
	w.Telegram.OnCall(func(c Call) {
		seen = append(seen, fmt.Sprint(c.Method, " ", c.Stage, " ", c.Chat, " ", len(w.Telegram.Sent(5)), " ", c.Code, " ", c.Message))
	})
	call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x"})
	if got := strings.Join(seen, "; "); got != "sendMessage received 5 0 0 0; sendMessage applied 5 1 200 2" {
		t.Error(got)
	}
}

func TestProfileTextsAndCommandsAreBounded(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	menu := func(name, about string) []obj { return []obj{{"command": name, "description": about}} }
	tests := []struct {
		method string
		params obj
		text   string
	}{
		{"setMyCommands", obj{"commands": menu("start", "Boshlash"), "language_code": "uz"}, ""},
		{"setMyCommands", obj{"commands": menu("start", "Бошлаш"), "scope": obj{"type": "chat", "chat_id": 5}}, ""},
		{"setMyCommands", obj{"commands": menu("Start", "x")}, "BOT_COMMAND_INVALID"},
		{"setMyCommands", obj{"commands": menu("start", "")}, "BOT_COMMAND_DESCRIPTION_INVALID"},
		{"setMyCommands", obj{"commands": menu("start", "x"), "language_code": "uz-Cyrl"}, "invalid language code"},
		{"setMyCommands", obj{"commands": menu("start", "x"), "scope": obj{"type": "chat", "chat_id": 77}}, "chat not found"},
		{"setMyCommands", obj{"commands": menu("start", "x"), "scope": obj{"type": "everywhere"}}, "unsupported type"},
		{"setMyDescription", obj{"description": strings.Repeat("x", 512)}, ""},
		{"setMyDescription", obj{"description": strings.Repeat("x", 513)}, "too long"},
		{"setMyShortDescription", obj{"short_description": strings.Repeat("x", 121)}, "too long"},
		{"setMyShortDescription", obj{"short_description": "kassa", "language_code": "uz"}, ""},
	}
	for _, tt := range tests {
		want(t, call(t, w, tt.method, tt.params), 400, tt.text)
	}
	if c := w.Telegram.Commands("chat:5", ""); len(c) != 1 || c[0].Description != "Бошлаш" {
		t.Errorf("commands %v", c)
	}
	if w.Telegram.Profile("short_description", "uz") != "kassa" {
		t.Error("short description lost")
	}
	if r := call(t, w, "getMyCommands", obj{"language_code": "uz"}); string(r.Result) != `[{"command":"start","description":"Boshlash"}]` {
		t.Errorf("%s", r.Result)
	}
	call(t, w, "deleteMyCommands", obj{"language_code": "uz"})
	if r := call(t, w, "getMyCommands", obj{"language_code": "uz"}); string(r.Result) != "[]" {
		t.Errorf("%s", r.Result)
	}
}

func TestOldMessagesCannotBeDeleted(t *testing.T) {
	t.Parallel()
	c := docClock()
	w, _ := talk(t, Options{Telegram: TelegramOptions{Now: c.now}})
	c.at = c.at.Add(48 * time.Hour)
	want(t, call(t, w, "deleteMessage", obj{"chat_id": 5, "message_id": 1}), 400, "can't be deleted")
}
