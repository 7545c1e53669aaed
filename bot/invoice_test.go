package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/payfer"
)

func TestASumIsAnInvoice(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz := s.user(42)
	m := aziz.Send("/invoice 50 000 choy, 2 ta osh")
	aziz.Send("75 ming")
	s.settled(2)
	s.desk.see(func() {
		if len(s.desk.commands) != 2 {
			t.Fatalf("commands %+v", s.desk.commands)
		}
		want := kassa.Command{
			Peer: "peer42", Origin: kassa.MessageOrigin(42, m.ID, int(m.Date.Unix())),
			Amount: 50_000 * money.Som, Note: "choy, 2 ta osh", By: 42,
		}
		if got := s.desk.commands[0]; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if got := s.desk.commands[1]; got.Amount != 75_000*money.Som || got.Note != "" {
			t.Errorf("bare sum: %+v", got)
		}
	})
	if said := s.said(42); len(said) != 0 {
		t.Errorf("the desk answers invoices, yet the bot said %q", said)
	}
}

func TestWhatIsNoInvoiceIsRefusedKindly(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz := s.user(42)
	for _, c := range []struct {
		text, key string
		args      locales.Args
	}{
		{"/invoice 999", "invoice.out_of_range", sumLimits()},
		{"10000001", "invoice.out_of_range", sumLimits()},
		{"50000 choy", "unknown_text", nil},
		{"/invoice <b>", "invoice.bad_sum", locales.Args{"Text": "<b>"}},
		{"/invoice 50000 " + strings.Repeat("ў", 201), "invoice.note_long", locales.Args{"Max": maxNote}},
	} {
		before := len(s.tg.Sent(42))
		aziz.Send(c.text)
		want := plainText(s.book.HTML("en", c.key, c.args))
		m, err := s.tg.WaitSent(s.ctx(), 42, nextAfter(s, before))
		if err != nil || m.Text != want {
			t.Errorf("%s: answered %q (%v), want %q", c.text, m.Text, err, want)
		}
	}
	aziz.Send("/invoice 50000 " + strings.Repeat("ў", 200))
	s.settled(6)
	s.desk.see(func() {
		if len(s.desk.commands) != 1 {
			t.Errorf("commands %+v", s.desk.commands)
		}
	})
}

func TestTheTwentyFirstInvoiceOfAMinuteIsRefused(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz := s.user(42)
	var first int64
	for n := range perMinute + 1 {
		m := aziz.Send(fmt.Sprint("/invoice ", 1000+n))
		if n == 0 {
			first = m.Update
		}
	}
	s.hears(42, "invoice.too_many_user", locales.Args{"Max": perMinute, "Count": perMinute})
	s.desk.see(func() {
		if len(s.desk.commands) != perMinute {
			t.Errorf("%d commands", len(s.desk.commands))
		}
	})
	// The same command once more, to a process that has forgotten it, is not a new one.
	s.inbox.mu.Lock()
	delete(s.inbox.seen, first)
	s.inbox.mu.Unlock()
	s.tg.Redeliver(first)
	s.settled(perMinute + 1)
	s.desk.see(func() {
		if n := len(s.desk.commands); n != perMinute+1 || s.desk.commands[0] != s.desk.commands[n-1] {
			t.Errorf("the redelivered command did not reach its invoice: %d commands", n)
		}
		if len(s.desk.invoices) != perMinute {
			t.Errorf("%d invoices", len(s.desk.invoices))
		}
	})
}

func TestCheckAnswersAsAReplyAndAToast(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.desk.invoices = []kassa.Invoice{
		{Order: "aaa", Peer: "peer42", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som},
		{Order: "bbb", Peer: "peer42", Number: 2, State: kassa.Expired, Asked: 6000 * money.Som, Unique: 6001 * money.Som},
		{Order: "ccc", Peer: "another", Number: 3, State: kassa.Pending},
	}
	aziz := s.user(42)
	asked := aziz.Send("/check")
	got := s.hears(42, "check.pending", s.bot.render.args("en", s.desk.invoices[0]))
	if got.ReplyTo != asked.ID {
		t.Errorf("replies to %d, not to %d", got.ReplyTo, asked.ID)
	}
	aziz.Send("/check 1")
	s.hears(42, "check.busy", nil)
	aziz.Send("/check bbb")
	s.hears(42, "check.expired", locales.Args{"Number": 2})
	aziz.Send("/check ccc")
	s.hears(42, "check.none", nil)
}

func TestAGatewayThatIsSilentIsToldByCheck(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	s.desk.invoices = []kassa.Invoice{{Order: "aaa", Peer: "peer42", Number: 1, State: kassa.Pending}}
	s.desk.setHook(func(method string, _ kassa.PeerID) error {
		if method == "Check" || method == "Info" {
			return fmt.Errorf("check: %w", &payfer.Error{Kind: payfer.ErrUnknown, Op: method})
		}
		return nil
	})
	aziz := s.user(42)
	aziz.Send("/check")
	s.hears(42, "check.failed", locales.Args{"Number": 1})
	aziz.Send("/shop")
	s.hears(42, "shop.no_answer", locales.Args{"Shop": "Bahor"})
}

func TestThePressOfAnUnrecordedCopyAdoptsIt(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	aziz := s.user(42)
	aziz.Send("/start")
	s.hears(42, "start.linked", locales.Args{"Shop": "Bahor"})
	inv := kassa.Invoice{Order: "aaaaaaaaaaaaaaaa", Peer: "peer42", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som}
	d := kassa.Delivery{Kind: kassa.Show, Peer: kassa.Peer{At: kassa.Address{Chat: 42}, Lang: "en"}, Invoice: inv, View: kassa.View{Photo: true}}
	recorded, err := s.bot.Deliver(s.ctx(), d)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := s.bot.Deliver(s.ctx(), d)
	if err != nil {
		t.Fatal(err)
	}
	inv.Views = []kassa.View{{Peer: "peer42", Message: recorded.Message, Photo: true}}
	s.desk.see(func() { s.desk.invoices = []kassa.Invoice{inv} })
	for _, id := range []int{recorded.Message, copied.Message} {
		m, _ := s.tg.Message(42, id)
		press, err := aziz.Press(m, "check:aaaaaaaaaaaaaaaa")
		if err != nil {
			t.Fatal(err)
		}
		got, err := press.Wait(s.ctx())
		if err != nil || got.Alert || got.Text == "" {
			t.Errorf("toast %+v (%v)", got, err)
		}
	}
	s.desk.see(func() {
		if !slices.Equal(s.desk.adopted, []int{copied.Message}) {
			t.Errorf("adopted %v, want only %d", s.desk.adopted, copied.Message)
		}
	})
}

func TestAPressOnAnothersInvoiceFindsNothing(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.invoices = []kassa.Invoice{{Order: "aaaaaaaaaaaaaaaa", Peer: "another", Number: 1, State: kassa.Rejected}}
	aziz := s.user(42)
	aziz.Send("/start")
	s.hears(42, "start.new", nil)
	for _, data := range []string{"check:aaaaaaaaaaaaaaaa", "retry:aaa"} {
		id, err := s.bot.send(s.ctx(), place{chat: 42}, answer{html: "x", keyboard: buttonRow(s.bot.render.pressButton("en", "button.check", data[:6], s.desk.invoices[0]))})
		if err != nil {
			t.Fatal(err)
		}
		m, _ := s.tg.Message(42, id)
		press, err := aziz.Press(m, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := press.Wait(s.ctx()); err != nil || got.Text != s.book.Plain("en", "check.none", nil) {
			t.Errorf("%s: %+v (%v)", data, got, err)
		}
	}
}

func TestInvoicesArePagedByTen(t *testing.T) {
	t.Parallel()
	s := perform(t)
	s.desk.linkNow(42, "shop1", "Bahor")
	start := time.Now().Add(-time.Hour)
	for n := 1; n <= 23; n++ {
		s.desk.invoices = append(s.desk.invoices, kassa.Invoice{
			Order: fmt.Sprint("o", n), Peer: "peer42", Number: n, State: kassa.Paid, Asked: 5000 * money.Som, Paid: 5001 * money.Som,
			Created: start.Add(time.Duration(n) * time.Second),
		})
	}
	aziz := s.user(42)
	aziz.Send("/invoices")
	var seen []string
	for page := range 3 {
		m, err := s.tg.WaitSent(s.ctx(), 42, nextAfter(s, page))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(m.Text, "\n")[1:]
		seen = append(seen, lines...)
		if page == 2 {
			if len(m.Flat()) != 0 || len(lines) != 3 {
				t.Errorf("the last page: %q with %d buttons", m.Text, len(m.Flat()))
			}
			break
		}
		press, err := aziz.Press(m, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := press.Wait(s.ctx()); err != nil {
			t.Fatal(err)
		}
	}
	for n, line := range seen {
		if !strings.HasPrefix(line, fmt.Sprintf("№%d ", 23-n)) {
			t.Errorf("line %d is %q", n, line)
		}
	}
	if len(seen) != 23 {
		t.Errorf("%d of 23 seen", len(seen))
	}
}
