package bot

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/sandbox"
)

func many(n int) func(*kassa.Delivery) {
	return func(d *kassa.Delivery) {
		isPaid(d)
		for i := range n - 1 {
			also := delivery(kassa.Announce, isPaid)
			also.Invoice.Number = 100 + i
			also.Invoice.Note = strings.Repeat("Ж", 200)
			also.Invoice.Paid = 9_999_999 * money.Som
			d.Also = append(d.Also, also)
		}
	}
}

func TestFiftyPaymentsFitOneMessage(t *testing.T) {
	t.Parallel()
	s := played(t)
	id := s.deliver(delivery(kassa.Announce, at(7), many(50)))
	m, _ := s.tg.Message(42, id)
	if m.ReplyTo != 0 {
		t.Errorf("news of many invoices reply to message %d", m.ReplyTo)
	}
	for _, want := range []string{"50 payments", "№12 ", "№148 ", "50 001,50", "9 999 999,00", "Choyxona <Bahor> & co"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in\n%s", want, m.Text)
		}
	}
	if n := len(utf16.Encode([]rune(m.Text))); n > maxText {
		t.Errorf("%d characters", n)
	}
}

func TestGatheredNewsThatAreRefusedAreNotSentWithoutTheirKassa(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendMessage", sandbox.Refuse, -1, sandbox.Code(400))
	_, err := s.bot.Deliver(s.ctx(), delivery(kassa.Announce, many(5)))
	if f := fateOf(err); err == nil || !turnedDown(err) && f.Fate != kassa.Refused {
		t.Errorf("got %v, want a refusal, upon which they are told one by one", err)
	}
	if n := len(s.tg.Calls("sendMessage")); n > 4 { // received and applied, with markup and without
		t.Errorf("%d calls", n)
	}
}

func TestNewsRefusedForForeignWordsGoOutWithoutThem(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendMessage", sandbox.Refuse, -1, sandbox.Code(400), sandbox.When(func(p url.Values) bool {
		return strings.Contains(strings.Join(p["text"], ""), "Bahor")
	}))
	m, ok := s.tg.Message(42, s.deliver(delivery(kassa.Announce, isPaid)))
	if !ok || !strings.Contains(m.Text, "№12 paid: 50 001,50") || !strings.Contains(m.Text, "shop1") {
		t.Errorf("sent %q, want the sum and the kassa by its id", m.Text)
	}
}

func TestATopicIsKeptAndADeletedOneIsDoneWithout(t *testing.T) {
	t.Parallel()
	s := played(t)
	g := s.tg.Group(-100200, "Bozor", s.user(42))
	in := func(thread int) func(*kassa.Delivery) {
		return func(d *kassa.Delivery) { d.Peer.At.Chat, d.View.Thread = -100200, thread }
	}
	said := s.user(42).SendInThread(g, 7, "/help@payfer_sandbox_bot")
	id := s.deliver(delivery(kassa.Show, in(7), func(d *kassa.Delivery) { d.View.Answers = said.ID }))
	if m, _ := s.tg.Message(-100200, id); m.Thread != 7 || m.ReplyTo != said.ID {
		t.Errorf("in topic %d, a reply to %d", m.Thread, m.ReplyTo)
	}
	s.tg.Fault("sendMessage", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text("Bad Request: message thread not found"))
	id = s.deliver(delivery(kassa.Announce, in(7), isPaid))
	if m, ok := s.tg.Message(-100200, id); !ok || m.Thread != 0 {
		t.Errorf("the topic is gone, sent to %d", m.Thread)
	}
}

func TestACustomerIsNotToldWhatIsTheShops(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for _, lang := range r.book.Langs() {
		for _, c := range shown {
			d := sample(lang, c.change)
			d.View.Guest = true
			page := r.invoice(d)
			if strings.Contains(page.HTML, "choy") {
				t.Errorf("%s, %s: the shop's note is there:\n%s", lang, c.name, page.HTML)
			}
			mustParse(t, page.HTML)
			if toast := r.guestState(lang, d.Invoice); len([]rune(toast)) > maxToast {
				t.Errorf("%s, %s: a toast of %d characters: %s", lang, c.name, len([]rune(toast)), toast)
			}
			if page.Keyboard == nil {
				continue
			}
			for _, row := range page.Keyboard.InlineKeyboard {
				for _, b := range row {
					if strings.HasPrefix(b.CallbackData, "withdraw") || strings.HasPrefix(b.CallbackData, "retry") {
						t.Errorf("%s, %s: a customer can %s", lang, c.name, b.CallbackData)
					}
				}
			}
		}
	}
}

func TestWithdrawingAsksOnceMore(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.desk.invoices = []kassa.Invoice{
		{Order: "aaaaaaaaaaaaaaaa", Peer: "peer42", Shop: "shop1", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som},
		{Order: "bbb", Peer: "peer42", Shop: "shop1", Number: 2, State: kassa.Paid, Asked: 5000 * money.Som, Paid: 5001 * money.Som},
		{Order: "ccc", Peer: "peer7", Shop: "shop1", Number: 3, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som},
	}
	aziz := s.user(42)
	aziz.Send("/cancel 1")
	asked := s.hears(42, "withdraw.ask", map[string]any{"Number": 1, "Sum": "5 001,00"})
	if _, err := aziz.Press(asked, "withdraw_no:aaaaaaaaaaaaaaaa"); err != nil {
		t.Fatal(err)
	}
	s.hears(42, "withdraw.no", map[string]any{"Number": 1})
	aziz.Send("/cancel 1")
	asked = s.hears(42, "withdraw.ask", map[string]any{"Number": 1, "Sum": "5 001,00"})
	if _, err := aziz.Press(asked, "withdraw_yes:aaaaaaaaaaaaaaaa"); err != nil {
		t.Fatal(err)
	}
	s.hears(42, "check.withdrawn", map[string]any{"Number": 1})
	aziz.Send("/cancel 2")
	s.hears(42, "check.paid", map[string]any{"Number": 2, "Sum": "5 001,00"})
	aziz.Send("/cancel ccc")
	s.hears(42, "check.none", nil)
	s.desk.see(func() {
		if !s.desk.invoices[0].Withdrawn || s.desk.invoices[2].Withdrawn {
			t.Error("the wrong invoice was withdrawn")
		}
	})
}

func TestACustomerFollowsAQR(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.invoices = []kassa.Invoice{{Order: "aaaaaaaaaaaaaaaa", Peer: "peer7", Number: 1, State: kassa.Pending}}
	s.user(42).Start("pay_aaaaaaaaaaaaaaaa")
	s.user(42).Start("pay_zzz")
	s.hears(42, "guest.none", nil)
	s.desk.see(func() {
		if len(s.desk.visits) != 1 || s.desk.visits[0] != "peer42 aaaaaaaaaaaaaaaa" {
			t.Errorf("visits %v", s.desk.visits)
		}
	})
}

func TestAGroupThatForbidsPhotosGetsTheSumAsText(t *testing.T) {
	t.Parallel()
	s := played(t)
	s.tg.Fault("sendPhoto", sandbox.Refuse, -1, sandbox.Code(400), sandbox.Text("Bad Request: not enough rights to send photos to the chat"))
	m, ok := s.tg.Message(42, s.deliver(delivery(kassa.Show)))
	if !ok || m.Photo != nil || !strings.Contains(m.Text, "50 001,50") {
		t.Errorf("sent %+v", m)
	}
	s.deliver(delivery(kassa.Edit, at(m.ID), isPaid)) // it is recorded as a photo
	if m, _ = s.tg.Message(42, m.ID); m.Edited != 1 {
		t.Errorf("edited %d times", m.Edited)
	}
}

func TestAClosedTopicDoesNotSilenceTheChat(t *testing.T) {
	t.Parallel()
	s := played(t)
	g := s.tg.Group(-100300, "Bozor", s.user(42))
	s.user(42).SendInThread(g, 7, "/help@payfer_sandbox_bot")
	s.tg.Fault("sendMessage", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text("Bad Request: TOPIC_CLOSED"))
	id := s.deliver(delivery(kassa.Announce, isPaid, func(d *kassa.Delivery) { d.Peer.At.Chat, d.View.Thread = -100300, 7 }))
	if m, ok := s.tg.Message(-100300, id); !ok || m.Thread != 0 {
		t.Errorf("sent to topic %d", m.Thread)
	}
}
