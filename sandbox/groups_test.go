package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// role is what getChatMember says of somebody.
func role(t *testing.T, w *World, chat, user int64) string {
	t.Helper()
	var m struct {
		Status  string
		Member  bool  `json:"is_member"`
		MaySend *bool `json:"can_send_messages"`
	}
	r := call(t, w, "getChatMember", obj{"chat_id": chat, "user_id": user})
	if err := json.Unmarshal(r.Result, &m); err != nil {
		t.Fatalf("%s: %v", r.Description, err)
	}
	if m.Status == "restricted" && (!m.Member || m.MaySend == nil || *m.MaySend) {
		t.Errorf("a muted member reads %s", r.Result)
	}
	return m.Status
}

func TestMutedBotMaySendNothingAndIsToldBoth(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "uz")
	g := w.Telegram.Group(-1001, "Shop", u)
	text := obj{"chat_id": g.ID, "text": "x"}
	said := messageID(t, call(t, w, "sendMessage", text))
	g.Mute(true)
	g.Mute(true) // once is enough
	want(t, call(t, w, "sendMessage", text), 400, "Bad Request: not enough rights to send text messages to the chat")
	want(t, upload(t, w, "sendPhoto", obj{"chat_id": "-1001"}, "photo", picture(t, 99, 99)), 400, "Bad Request: not enough rights to send photos to the chat")
	want(t, call(t, w, "editMessageText", obj{"chat_id": g.ID, "message_id": said, "text": "y"}), 0, "")
	if got := role(t, w, g.ID, w.Telegram.BotID()); got != "restricted" {
		t.Errorf("the bot is %s", got)
	}
	u.SendIn(g, "/still_seen")
	g.Mute(false)
	want(t, call(t, w, "sendMessage", text), 0, "")
	ups := poll(t, w, 0)
	if len(ups) != 3 || ups[0].Member == nil || ups[2].Member == nil {
		t.Fatalf("updates %+v", ups)
	}
	if ups[0].Member.New.Status != "restricted" || ups[1].Message.Text != "/still_seen" || ups[2].Member.New.Status != "member" {
		t.Errorf("told %+v", ups)
	}
}

func TestOwnerIsAnAdminByAnotherName(t *testing.T) {
	t.Parallel()
	for _, id := range []int64{-77, -10077} { // a basic group and a supergroup
		w := world(t, Options{})
		owner, admin, hidden, plain := w.Telegram.User(5, "Owner", ""), w.Telegram.User(6, "Admin", ""), w.Telegram.User(7, "Hidden", ""), w.Telegram.User(8, "Plain", "")
		g := w.Telegram.Group(id, "Shop", plain)
		g.Owner(owner)
		g.Admin(admin, true)
		g.Anonymous(hidden, true)
		if got := role(t, w, id, owner.ID); got != "creator" {
			t.Errorf("the owner is %s", got)
		}
		r := call(t, w, "getChatAdministrators", obj{"chat_id": id})
		for name, listed := range map[string]bool{"Owner": true, "Admin": true, "Hidden": false, "Plain": false} {
			if bytes.Contains(r.Result, []byte(`"`+name+`"`)) != listed {
				t.Errorf("group %d: %s listed %v: %s", id, name, !listed, r.Result)
			}
		}
	}
}

func TestSupergroupKnowsNoneOfTheOldMessages(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "")
	g := w.Telegram.Group(-77, "Shop", u)
	for range 4 {
		call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "old"})
	}
	g.Migrate(-10077)
	send := func(answers int, anyhow bool) botReply {
		return call(t, w, "sendMessage", obj{"chat_id": -10077, "text": "new", "reply_parameters": obj{"message_id": answers, "allow_sending_without_reply": anyhow}})
	}
	edit := func(id int) botReply {
		return call(t, w, "editMessageText", obj{"chat_id": -10077, "message_id": id, "text": "edited"})
	}
	want(t, send(4, false), 400, "message to be replied not found")
	if id := messageID(t, send(4, true)); id != 2 {
		t.Errorf("the first message after the service message has the number %d, want 2", id)
	}
	if m, _ := w.Telegram.Message(-10077, 2); m.ReplyTo != 0 {
		t.Errorf("answers the old message %d", m.ReplyTo)
	}
	want(t, edit(4), 400, "message to edit not found")
	want(t, edit(1), 400, "message can't be edited") // the service message
	want(t, edit(2), 0, "")                          // an old number hits what has it now
	if m, _ := w.Telegram.Message(-10077, 2); m.Text != "edited" {
		t.Errorf("message 2 reads %q", m.Text)
	}
	if m, _ := w.Telegram.Message(g.ID, 2); m.Text != "old" {
		t.Errorf("the old message 2 reads %q", m.Text)
	}
}

func TestThreadOfRepliesIsNoTopic(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "")
	g := w.Telegram.Group(-1001, "Shop", u)
	first, _ := w.Telegram.Message(g.ID, messageID(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "hello"})))
	u.Reply(u.Reply(first, "one"), "/two")
	ups := poll(t, w, 0)
	if len(ups) != 2 || ups[1].Message.Thread != first.ID {
		t.Fatalf("updates %+v", ups)
	}
	want(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "x", "message_thread_id": first.ID}), 400, "message thread not found")
}

func TestForceReplyIsKeptAndStandsAlone(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	id := messageID(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "which?", "reply_markup": obj{"force_reply": true, "selective": true}}))
	m, _ := w.Telegram.Message(5, id)
	if !m.ForceReply {
		t.Error("nothing shows that an answer is asked for")
	}
	if got := u.Reply(m, "this"); got.ReplyTo != id {
		t.Errorf("answers %d", got.ReplyTo)
	}
	for _, bad := range []obj{
		{"force_reply": false},
		{"force_reply": true, "inline_keyboard": [][]obj{{{"text": "a", "callback_data": "x"}}}},
	} {
		want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x", "reply_markup": bad}), 400, "force_reply stands alone")
	}
	long := obj{"force_reply": true, "input_field_placeholder": string(bytes.Repeat([]byte("x"), 65))}
	want(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x", "reply_markup": long}), 400, "placeholder is too long")
	want(t, call(t, w, "editMessageText", obj{"chat_id": 5, "message_id": id, "text": "x", "reply_markup": obj{"force_reply": true}}), 400, "inline keyboard expected")
}

func TestPhotoIsReplacedByAnUpload(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	first, second := picture(t, 200, 200), picture(t, 210, 210)
	id := messageID(t, upload(t, w, "sendPhoto", obj{"chat_id": "5", "caption": "QR"}, "photo", first))
	edit := func(media obj, data []byte) botReply {
		raw, err := json.Marshal(media)
		if err != nil {
			t.Fatal(err)
		}
		return upload(t, w, "editMessageMedia", obj{"chat_id": "5", "message_id": fmt.Sprint(id), "media": string(raw)}, "qr", data)
	}
	attached := obj{"type": "photo", "media": "attach://qr", "caption": "<b>paid</b>", "parse_mode": "HTML"}
	for text, bad := range map[string]obj{
		"can't find field":     {"type": "photo", "media": "attach://other"},
		`unknown field "capt"`: {"type": "photo", "media": "attach://qr", "capt": "x"},
		`type "video"`:         {"type": "video", "media": "attach://qr"},
		"can't parse entities": {"type": "photo", "media": "attach://qr", "caption": "a <b", "parse_mode": "HTML"},
	} {
		want(t, edit(bad, second), 400, text)
	}
	want(t, edit(attached, []byte("no picture")), 400, "IMAGE_PROCESS_FAILED")
	want(t, edit(attached, second), 0, "")
	m, _ := w.Telegram.Message(5, id)
	if !bytes.Equal(m.Photo, second) || m.Text != "paid" || m.Edited != 1 {
		t.Errorf("after the edit: %d bytes, %q, edited %d", len(m.Photo), m.Text, m.Edited)
	}
	if h := m.History[0]; !bytes.Equal(h.Photo, first) || h.Text != "QR" {
		t.Errorf("before it: %d bytes, %q", len(h.Photo), h.Text)
	}
}
