package sandbox

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// upload posts a method as multipart with one file, as the library does.
func upload(t *testing.T, w *World, method string, params obj, file string, data []byte) botReply {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range params {
		_ = form.WriteField(k, v.(string))
	}
	if file != "" {
		part, _ := form.CreateFormFile(file, "qr.png")
		_, _ = part.Write(data)
	}
	_ = form.Close()
	res, err := client(t).Post(w.TelegramURL+"/bot"+w.Token+"/"+method, form.FormDataContentType(), &b)
	if err != nil {
		return botReply{Description: err.Error()}
	}
	return read(t, res)
}

// gotUpdate is the part of an update that these tests read.
type gotUpdate struct {
	ID      int64 `json:"update_id"`
	Message *struct {
		ID   int    `json:"message_id"`
		Text string `json:"text"`
		From struct {
			ID int64 `json:"id"`
		} `json:"from"`
		SenderChat *struct {
			ID int64 `json:"id"`
		} `json:"sender_chat"`
		Thread int   `json:"message_thread_id"`
		To     int64 `json:"migrate_to_chat_id"`
		Was    int64 `json:"migrate_from_chat_id"`
		Reply  *struct {
			ID int `json:"message_id"`
		} `json:"reply_to_message"`
	} `json:"message"`
	Query *struct {
		ID   string `json:"id"`
		Data string `json:"data"`
		From struct {
			ID int64 `json:"id"`
		} `json:"from"`
	} `json:"callback_query"`
	Member *struct {
		New struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
}

func poll(t *testing.T, w *World, offset int64) []gotUpdate {
	t.Helper()
	r := call(t, w, "getUpdates", obj{"offset": offset})
	var list []gotUpdate
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatalf("%s: %v", r.Description, err)
	}
	return list
}

func texts(ups []gotUpdate) string {
	var b bytes.Buffer
	for _, u := range ups {
		if u.Message != nil {
			b.WriteString(u.Message.Text + ";")
		}
	}
	return b.String()
}

func TestOffsetConfirmsUpdates(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "uz")
	a, b := u.Send("a"), u.Send("b")
	u.Send("c")
	for _, tt := range []struct {
		offset int64
		want   string
	}{{0, "a;b;c;"}, {0, "a;b;c;"}, {a.Update, "a;b;c;"}, {b.Update, "b;c;"}, {0, "b;c;"}, {-1, "c;"}, {0, "c;"}, {b.Update + 2, ""}} {
		if got := texts(poll(t, w, tt.offset)); got != tt.want {
			t.Errorf("offset %d: %q, want %q", tt.offset, got, tt.want)
		}
	}
	w.Telegram.Redeliver(a.Update)
	if got := poll(t, w, b.Update+2); len(got) != 1 || got[0].ID != a.Update {
		t.Errorf("redelivered: %+v", got)
	}
	if got := poll(t, w, b.Update+2); len(got) != 0 || w.Telegram.Pending() != 0 {
		t.Errorf("redelivered twice: %+v", got)
	}
	id := w.Telegram.Deliver([]byte(`{"message":{"message_id":9,"text":"raw"}}`))
	if got := poll(t, w, id); texts(got) != "raw;" || got[0].ID != id {
		t.Errorf("raw: %+v", got)
	}
}

func TestLongPollEndsWithAnUpdateOrAnotherPoll(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "uz")
	begin := func() <-chan botReply {
		n := len(w.Telegram.Calls("getUpdates"))
		got := make(chan botReply, 1)
		go func() { got <- call(t, w, "getUpdates", obj{"timeout": 50}) }()
		err := w.Telegram.Wait(within(t), func(v *View) bool { return len(v.Calls("getUpdates")) > n })
		if err != nil {
			t.Error(err)
		}
		return got
	}
	first := begin()
	u.Send("a")
	want(t, <-first, 0, "")
	want(t, call(t, w, "getUpdates", obj{"offset": u.Send("b").Update + 1}), 0, "")
	second := begin()
	// The first poll is counted before it waits, so the third may overtake it; either way one
	// of them is told of the conflict and the other gets the update.
	third := begin()
	var loser botReply
	var winner <-chan botReply
	select {
	case loser = <-second:
		winner = third
	case loser = <-third:
		winner = second
	}
	want(t, loser, 409, "Conflict: terminated by other getUpdates request")
	u.Send("c")
	want(t, <-winner, 0, "")
}

func TestWebhookModePostsUntilAccepted(t *testing.T) {
	t.Parallel()
	w := world(t, Options{Telegram: TelegramOptions{HookRetry: time.Microsecond}})
	u := w.Telegram.User(5, "Aziz", "uz")
	var got []string
	bot := httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, r *http.Request) {
		var up gotUpdate
		_ = json.NewDecoder(r.Body).Decode(&up)
		got = append(got, r.Header.Get("X-Telegram-Bot-Api-Secret-Token")+" "+texts([]gotUpdate{up}))
		if len(got) < 3 {
			res.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer bot.Close()
	u.Send("a")
	want(t, call(t, w, "setWebhook", obj{"url": "http://example.com/x"}), 400, "HTTPS URL must be provided")
	want(t, call(t, w, "setWebhook", obj{"url": bot.URL, "secret_token": "no spaces"}), 400, "unallowed characters")
	want(t, call(t, w, "setWebhook", obj{"url": bot.URL, "secret_token": "s3cret"}), 0, "")
	want(t, call(t, w, "getUpdates", nil), 409, "can't use getUpdates method while webhook is active")
	if err := w.Telegram.Wait(within(t), func(v *View) bool { return v.Pending() == 0 }); err != nil {
		t.Fatal(err)
	}
	want(t, call(t, w, "deleteWebhook", nil), 0, "")
	bot.Close()
	if len(got) != 3 || got[2] != "s3cret a;" {
		t.Errorf("posted %q", got)
	}
	u.Send("b")
	if got := texts(poll(t, w, 0)); got != "b;" {
		t.Errorf("polled %q", got)
	}
}

func TestAllowedUpdatesAreRemembered(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	call(t, w, "getUpdates", obj{"allowed_updates": []string{"message"}})
	u.Block()
	u.Send("after")
	if got := poll(t, w, 0); len(got) != 2 || texts(got) != "/start;after;" {
		t.Errorf("got %+v", got)
	}
}

func TestPressedButtonIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	c := docClock()
	w, u := talk(t, Options{Telegram: TelegramOptions{Now: c.now}})
	call(t, w, "sendMessage", obj{"chat_id": 5, "text": "x", "reply_markup": keyboard(
		obj{"text": "Copy", "copy_text": obj{"text": "1"}}, obj{"text": "Check", "callback_data": "check:A"},
	)})
	m := w.Telegram.Sent(5)[0]
	for _, which := range []any{"none", 2, 0, "Copy"} {
		if _, err := u.Press(m, which); err == nil {
			t.Errorf("pressed %v", which)
		}
	}
	cb, err := u.Press(m, "Check")
	if err != nil {
		t.Fatal(err)
	}
	ups := poll(t, w, cb.Update)
	if len(ups) != 1 || ups[0].Query.ID != cb.ID || ups[0].Query.Data != "check:A" || ups[0].Query.From.ID != 5 {
		t.Errorf("update %+v", ups)
	}
	want(t, call(t, w, "answerCallbackQuery", obj{"callback_query_id": "0"}), 400, "query ID is invalid")
	want(t, call(t, w, "answerCallbackQuery", obj{"callback_query_id": cb.ID, "text": string(bytes.Repeat([]byte("x"), 201))}), 400, "MESSAGE_TOO_LONG")
	want(t, call(t, w, "answerCallbackQuery", obj{"callback_query_id": cb.ID, "text": "kutilmoqda", "show_alert": true}), 0, "")
	want(t, call(t, w, "answerCallbackQuery", obj{"callback_query_id": cb.ID}), 400, "query is too old")
	if a, err := cb.Wait(within(t)); err != nil || a.Text != "kutilmoqda" || !a.Alert {
		t.Errorf("answer %+v %v", a, err)
	}
	late, _ := u.Press(m, 1)
	c.at = c.at.Add(16 * time.Minute)
	want(t, call(t, w, "answerCallbackQuery", obj{"callback_query_id": late.ID}), 400, "query is too old")
}

func TestWaitSentSeesEditsToo(t *testing.T) {
	t.Parallel()
	w, _ := talk(t, Options{})
	got := make(chan Message)
	go func() {
		m, err := w.Telegram.WaitSent(within(t), 5, func(m Message) bool { return m.Text == "paid" })
		if err != nil {
			t.Error(err)
		}
		got <- m
	}()
	id := messageID(t, call(t, w, "sendMessage", obj{"chat_id": 5, "text": "pending"}))
	call(t, w, "editMessageText", obj{"chat_id": 5, "message_id": id, "text": "paid"})
	if m := <-got; m.ID != id || m.Edited != 1 || m.History[0].Text != "pending" {
		t.Errorf("got %+v", m)
	}
}

func TestGroupsShowTheBotOnlyWhatConcernsIt(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "uz")
	g := w.Telegram.Group(-1001, "Shop", u)
	id := messageID(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "hello"}))
	hello, _ := w.Telegram.Message(g.ID, id)
	u.SendIn(g, "hi all")
	u.SendIn(g, "/invoice 5")
	u.SendIn(g, "/invoice@other_bot 5")
	u.SendIn(g, "/invoice@"+w.Telegram.Username()+" 6")
	u.Reply(hello, "a reply")
	u.SendInThread(g, 7, "/in_topic")
	ups := poll(t, w, 0)
	if got := texts(ups); got != "/invoice 5;/invoice@payfer_sandbox_bot 6;a reply;/in_topic;" {
		t.Errorf("got %s", got)
	}
	if ups[2].Message.Reply == nil || ups[2].Message.Reply.ID != id || ups[3].Message.Thread != 7 {
		t.Errorf("reply or topic lost: %+v", ups)
	}
	want(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "message_thread_id": 7, "text": "x"}), 0, "")
	g.Anonymous(u, true)
	m := u.SendIn(g, "/link CODE")
	ups = poll(t, w, m.Update)
	if ups[0].Message.SenderChat.ID != g.ID || ups[0].Message.From.ID != groupAnonymousBot {
		t.Errorf("anonymous: %+v", ups[0].Message)
	}
}

func TestMembershipIsToldAsTelegramTellsIt(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	admin, plain, out := w.Telegram.User(5, "Admin", ""), w.Telegram.User(6, "Plain", ""), w.Telegram.User(7, "Out", "")
	g := w.Telegram.Group(-1001, "Shop", admin, plain)
	g.Admin(admin, true)
	status := func(id int64) string {
		r := call(t, w, "getChatMember", obj{"chat_id": g.ID, "user_id": id})
		var m struct{ Status string }
		_ = json.Unmarshal(r.Result, &m)
		return m.Status + r.Description
	}
	for id, s := range map[int64]string{
		admin.ID: "administrator", plain.ID: "member", out.ID: "left", w.Telegram.BotID(): "member",
		99: "Bad Request: PARTICIPANT_ID_INVALID",
	} {
		if got := status(id); got != s {
			t.Errorf("user %d is %q, want %q", id, got, s)
		}
	}
	g.HideMembers(true)
	if got := status(admin.ID); got != "Bad Request: member list is inaccessible" {
		t.Errorf("hidden: %q", got)
	}
	g.BotAdmin(true)
	if got := status(admin.ID); got != "administrator" {
		t.Errorf("to an admin: %q", got)
	}
	g.Anonymous(admin, true)
	if r := call(t, w, "getChatAdministrators", obj{"chat_id": g.ID}); bytes.Contains(r.Result, []byte(`"Admin"`)) {
		t.Errorf("anonymous admin is listed: %s", r.Result)
	}
	g.Kick()
	want(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "x"}), 403, "Forbidden: bot was kicked from the supergroup chat")
	g.Invite(plain)
	want(t, call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "x"}), 0, "")
}

func TestMigratedGroupTellsItsNewID(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "")
	g := w.Telegram.Group(-77, "Shop", u)
	big := g.Migrate(-10077)
	ups := poll(t, w, 0)
	if len(ups) != 2 || ups[0].Message.To != big.ID || ups[1].Message.Was != g.ID {
		t.Errorf("service messages: %+v", ups)
	}
	r := call(t, w, "sendMessage", obj{"chat_id": g.ID, "text": "x"})
	want(t, r, 400, "group chat was upgraded to a supergroup chat")
	if r.Parameters.Migrate != big.ID {
		t.Errorf("migrate to %d", r.Parameters.Migrate)
	}
	want(t, call(t, w, "sendMessage", obj{"chat_id": big.ID, "text": "x"}), 0, "")
	u.SendIn(g, "/through_the_old_handle")
	if n := len(w.Telegram.Messages(big.ID)); n != 3 {
		t.Errorf("%d messages in the supergroup", n)
	}
}

func TestForgottenUpdatesNeverCome(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	u := w.Telegram.User(5, "Aziz", "")
	u.Send("kept")
	u.Send("lost")
	u.Send("lost too")
	w.Telegram.Forget(2)
	u.Send("last")
	if got := texts(poll(t, w, 0)); got != "kept;last;" {
		t.Errorf("got %s", got)
	}
	w.Telegram.Forget(99)
	if n := w.Telegram.Pending(); n != 0 {
		t.Errorf("%d updates are left", n)
	}
}
