package bot

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
)

// yard is a group with an admin, an admin who writes as the group, and a member.
type yard struct {
	*stage
	*sandbox.Group
	boss, ghost, boy *sandbox.User
}

const yardChat = -1001

func (s *stage) yard() *yard {
	s.t.Helper()
	y := &yard{stage: s, boss: s.tg.User(51, "Boss", "en"), ghost: s.tg.User(52, "Ghost", "en"), boy: s.tg.User(53, "Boy", "en")}
	y.Group = s.tg.Group(yardChat, "Bozor <1>", y.boy)
	y.Admin(y.boss, true)
	y.Anonymous(y.ghost, true)
	s.desk.see(func() { s.desk.peer(yardChat, "en") })
	return y
}

// linkedYard is a yard with a kassa.
func linkedYard(t *testing.T, change ...func(*Options)) *yard {
	t.Helper()
	y := perform(t, change...).yard()
	y.desk.linkNow(yardChat, "shop1", "Bahor")
	return y
}

// answer waits for the bot's reply to a message of the group.
func (y *yard) answer(m sandbox.Message) sandbox.Message {
	y.t.Helper()
	got, err := y.tg.WaitSent(y.ctx(), yardChat, func(a sandbox.Message) bool { return a.ReplyTo == m.ID })
	if err != nil {
		y.t.Fatalf("%q is not answered; said %q\n%s", m.Text, y.said(yardChat), y.log)
	}
	return got
}

// says holds that the reply to a message is this text.
func (y *yard) says(m sandbox.Message, key string, args locales.Args) sandbox.Message {
	y.t.Helper()
	got := y.answer(m)
	if want := plainText(y.book.HTML("en", key, args)); got.Text != want {
		y.t.Errorf("%q is answered %q, want %s", m.Text, got.Text, key)
	}
	return got
}

// toasted presses a button and gives the toast.
func (s *stage) toasted(u *sandbox.User, m sandbox.Message, data string) string {
	s.t.Helper()
	press, err := u.Press(m, data)
	if err != nil {
		s.t.Fatal(err)
	}
	told, err := press.Wait(s.ctx())
	if err != nil {
		s.t.Fatalf("%s: %v\n%s", data, err, s.log)
	}
	return told.Text
}

// again delivers an update once more, as after a crash before it was forgotten.
func (s *stage) again(update int64) {
	s.t.Helper()
	s.settled(1)
	s.inbox.mu.Lock()
	delete(s.inbox.seen, update)
	seen := len(s.inbox.seen)
	s.inbox.mu.Unlock()
	s.tg.Redeliver(update)
	s.settled(seen + 1)
}

// asChannel posts in the group as a channel.
func (y *yard) asChannel(text string) {
	y.t.Helper()
	raw, err := json.Marshal(map[string]any{"message": map[string]any{
		"message_id": 900_000, "date": 1, "text": text,
		"chat":        map[string]any{"id": yardChat, "type": "supergroup", "title": "Bozor <1>"},
		"from":        map[string]any{"id": 136817688, "is_bot": true, "first_name": "Channel"},
		"sender_chat": map[string]any{"id": -1008888888888, "type": "channel"},
	}})
	if err != nil {
		y.t.Fatal(err)
	}
	y.tg.Deliver(raw)
}

func TestAnInvoiceInAGroupAnswersItsCommandInItsTopic(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	m := y.boss.SendInThread(y.Group, 7, "/invoice@"+y.bot.Username()+" 50000 tea")
	y.settled(1)
	help := y.answer(y.ghost.SendInThread(y.Group, 7, "/help"))
	y.desk.see(func() {
		want := kassa.Command{
			Peer: "peer-1001", Origin: kassa.MessageOrigin(yardChat, m.ID, int(m.Date.Unix())),
			Amount: 50_000 * money.Som, Note: "tea", By: 51, Thread: 7, Answer: m.ID,
		}
		if !slices.Equal(y.desk.commands, []kassa.Command{want}) {
			t.Errorf("issued %+v, want %+v", y.desk.commands, want)
		}
		if got := y.desk.peers[yardChat].Title; got != "Bozor <1>" {
			t.Errorf("the group is called %q", got)
		}
	})
	if help.Thread != 7 {
		t.Errorf("the help stands in topic %d", help.Thread)
	}
}

func TestWhatIsNotSaidToTheBotIsLeftAlone(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.tg.SetPrivacy(false)
	for _, text := range []string{"50000", "hello", "/dance", "/help@another_bot", "/invoice@another_bot 5000"} {
		y.boss.SendIn(y.Group, text)
	}
	last := y.says(y.boss.SendIn(y.Group, "/help"), "help.group", nil)
	y.boss.Reply(last, "50000")
	y.says(y.boss.SendIn(y.Group, "/dance@"+y.bot.Username()), "unknown_command", nil)
	if got := y.said(yardChat); len(got) != 2 {
		t.Errorf("said %q", got)
	}
	y.desk.see(func() {
		if len(y.desk.commands) != 0 {
			t.Errorf("issued %+v", y.desk.commands)
		}
	})
}

func TestWebhooksAddressIsNotShownToAGroup(t *testing.T) {
	t.Parallel()
	y := linkedYard(t, func(o *Options) { o.PublicURL = "https://pay.example" })
	const url = "https://pay.example/payfer/token-of-shop1"
	m := y.says(y.boss.SendIn(y.Group, "/webhook"), "webhook.strangers", nil)
	if b, ok := m.Button(y.book.Plain("en", "button.open", nil)); !ok || b.URL != "https://t.me/"+y.bot.Username() {
		t.Errorf("buttons %v", m.Buttons)
	}
	y.boss.Start("")
	y.says(y.boss.SendIn(y.Group, "/webhook"), "webhook.sent", nil)
	y.hears(51, "webhook.url", locales.Args{"URL": url})
	y.says(y.ghost.SendIn(y.Group, "/webhook"), "webhook.anonymous", nil)
	for _, m := range y.tg.Sent(yardChat) {
		if m.Text == plainText(y.book.HTML("en", "webhook.url", locales.Args{"URL": url})) {
			t.Error("the group was shown the address")
		}
	}
}

func TestUnlinkingAGroupOffersToForgetToAdminsAlone(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.desk.invoices = []kassa.Invoice{
		{Order: "aaa", Peer: "peer-1001", Shop: "shop1", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som},
	}
	m := y.says(y.boss.SendIn(y.Group, "/unlink"), "unlink.open", locales.Args{"Shop": "Bahor", "Count": 1})
	if told := y.toasted(y.boy, m, "forget:shop1"); told != y.book.Plain("en", "access.admins", nil) {
		t.Errorf("a member's press is answered %q", told)
	}
	y.toasted(y.boss, m, "forget:shop1")
	y.hears(yardChat, "unlink.forget_ask", locales.Args{"Count": 1, "List": locales.HTML(y.bot.render.line("en", y.desk.invoices[0]))})
	y.toasted(y.boss, m, "forget_yes:shop1")
	y.hears(yardChat, "unlink.forgotten", locales.Args{"Count": 1})
}

func TestAnAnswerWhoseTopicIsGoneIsGivenInTheGroup(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.tg.Fault("sendMessage", sandbox.Refuse, -1, sandbox.Code(400), sandbox.Text("Bad Request: message thread not found"),
		sandbox.When(func(v url.Values) bool { return v.Get("message_thread_id") != "" }))
	if m := y.says(y.boss.SendInThread(y.Group, 7, "/help"), "help.group", nil); m.Thread != 0 {
		t.Errorf("answered in topic %d", m.Thread)
	}
}
