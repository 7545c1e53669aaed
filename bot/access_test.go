package bot

import (
	"encoding/json"
	"testing"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
	"payferbot/sandbox"
)

func (y *yard) refused(who *sandbox.User, command, key string) {
	y.t.Helper()
	y.says(who.SendIn(y.Group, command), key, nil)
}

func TestWhoMayUseWhichCommandInAGroup(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	for _, c := range []struct{ command, member string }{
		{"/help", ""},
		{"/start", ""},
		{"/cancel", ""},
		{"/invoice", "access.staff"},
		{"/check", "access.staff"},
		{"/invoices", "access.staff"},
		{"/link", "access.admins"},
		{"/settings", "access.admins"},
		{"/shop", "access.admins"},
		{"/webhook", "access.admins"},
		{"/lang", "access.admins"},
		{"/report", "access.admins"},
		{"/export", "access.admins"},
		{"/unlink", "access.admins"},
	} {
		no := plainText(y.book.HTML("en", "access.staff", nil))
		never := plainText(y.book.HTML("en", "access.admins", nil))
		y.bot.limits.guests = newWindow[guestOf](100, 0)
		if got := y.answer(y.boy.SendIn(y.Group, c.command)).Text; c.member == "" && (got == no || got == never) {
			t.Errorf("a member is refused %s", c.command)
		} else if c.member != "" && got != plainText(y.book.HTML("en", c.member, nil)) {
			t.Errorf("a member's %s is answered %q", c.command, got)
		}
		for _, who := range []*sandbox.User{y.boss, y.ghost} {
			if got := y.answer(who.SendIn(y.Group, c.command)).Text; got == no || got == never {
				t.Errorf("%s is refused %s", who.FirstName, c.command)
			}
		}
	}
}

func TestAnOwnerOfAGroupIsAnAdmin(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.Owner(y.boy)
	y.says(y.boy.SendIn(y.Group, "/shop"), "shop.info", locales.Args{"Shop": "Bahor", "Balance": "0,00", "Count": 0, "Total": "0,00", "ID": "shop1"})
}

func TestAChannelIsNobodysAdmin(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.asChannel("/unlink")
	y.hears(yardChat, "access.admins", nil)
	y.desk.see(func() {
		if y.desk.peers[yardChat].Shop == "" {
			t.Error("unlinked by a channel")
		}
	})
}

func TestRightsAreAskedForAtEveryCommand(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.says(y.boss.SendIn(y.Group, "/check"), "check.nothing", nil)
	y.Admin(y.boss, false)
	y.refused(y.boss, "/check", "access.staff")
	y.Admin(y.boy, true)
	y.says(y.boy.SendIn(y.Group, "/check"), "check.nothing", nil)
}

func TestEveryoneMayInvoiceWhereTheSettingsSaySo(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	if told := y.toasted(y.boy, page, "staff:all"); told != y.book.Plain("en", "access.admins", nil) {
		t.Errorf("a member's press is answered %q", told)
	}
	y.refused(y.boy, "/check", "access.staff")
	y.toasted(y.boss, page, "staff:all")
	y.says(y.boy.SendIn(y.Group, "/check"), "check.nothing", nil)
	y.refused(y.boy, "/settings", "access.admins")
	page, _ = y.tg.Message(yardChat, page.ID)
	if _, ok := page.Button("staff:admins"); !ok || page.Edited != 1 {
		t.Errorf("the settings show %q, edited %d times", page.Text, page.Edited)
	}
	y.toasted(y.boss, page, "staff:admins")
	y.refused(y.boy, "/check", "access.staff")
}

func TestWhereMembersAreHiddenTheListOfAdminsProves(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.HideMembers(true)
	y.says(y.boss.SendIn(y.Group, "/check"), "check.nothing", nil)
	y.says(y.ghost.SendIn(y.Group, "/check"), "check.nothing", nil)
	y.refused(y.boy, "/check", "access.unproved")
	page := y.answer(y.boss.SendIn(y.Group, "/settings"))
	if told := y.toasted(y.ghost, page, "staff:all"); told != y.book.Plain("en", "access.unproved_press", nil) {
		t.Errorf("a press of one of whom Telegram does not tell: %q", told)
	}
	y.BotAdmin(true)
	y.refused(y.boy, "/check", "access.staff")
	if told := y.toasted(y.ghost, page, "staff:all"); told != "" {
		t.Errorf("an anonymous admin's press is answered %q", told)
	}
}

func TestWhenTelegramDoesNotAnswerNobodyIsCalledNoAdmin(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.tg.Fault("getChatMember", sandbox.DropAfter, 1)
	y.says(y.boss.SendIn(y.Group, "/check"), "check.nothing", nil) // one lost reply is asked for again
	y.tg.Fault("getChatMember", sandbox.BadGateway, -1)
	y.tg.Fault("getChatAdministrators", sandbox.BadGateway, -1)
	y.refused(y.boss, "/check", "access.no_answer")
	y.tg.ClearFaults()
	y.tg.Fault("getChatMember", sandbox.TooMany, -1, sandbox.RetryAfter(60))
	y.tg.Fault("getChatAdministrators", sandbox.TooMany, -1, sandbox.RetryAfter(60))
	y.refused(y.boss, "/check", "access.no_answer")
}

func TestOnePersonCannotMakeTheBotFillTheGroup(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	const many = 2 * guestAnswers
	for range many {
		y.boy.SendIn(y.Group, "/shop")
		y.boy.SendIn(y.Group, "/help")
	}
	y.says(y.boss.SendIn(y.Group, "/help"), "help.group", nil)
	if n := len(y.said(yardChat)); n > guestAnswers+1 {
		t.Errorf("%d answers", n)
	}
}

// Telegram gives all who write as a chat one person's id, the world over.
func TestAnonymousAdminsOfTwoGroupsDoNotShareAMinute(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	other := y.tg.Group(-1002, "Other")
	other.Anonymous(y.ghost, true)
	y.desk.linkNow(-1002, "shop1", "Bahor")
	for range perMinute {
		y.ghost.SendIn(y.Group, "/invoice 5000")
	}
	y.says(y.ghost.SendIn(y.Group, "/invoice 5000"), "invoice.too_many_user", locales.Args{"Max": perMinute})
	y.ghost.SendIn(other, "/invoice 5000")
	y.settled(perMinute + 2)
	y.desk.see(func() {
		if len(y.desk.commands) != perMinute+1 {
			t.Errorf("%d commands", len(y.desk.commands))
		}
	})
}

func TestAnybodyMayCheckByTheButtonAndOnlyStaffRetries(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.boss.SendIn(y.Group, "/help")
	y.desk.invoices = []kassa.Invoice{{
		Order: "orderorderordero", Peer: "peer-1001", Shop: "shop1", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som,
	}}
	press := func(data string) string {
		raw, _ := json.Marshal(map[string]any{"callback_query": map[string]any{
			"id": "1", "data": data, "from": map[string]any{"id": 53, "first_name": "Boy", "language_code": "en"},
			"message": map[string]any{"message_id": 1, "date": 0, "chat": map[string]any{"id": yardChat, "type": "supergroup"}},
		}})
		before := len(y.tg.Calls("answerCallbackQuery"))
		y.tg.Deliver(raw)
		var told string
		err := y.tg.Wait(y.ctx(), func(v *sandbox.View) bool {
			calls := v.Calls("answerCallbackQuery")
			if len(calls) > before {
				told = calls[before].Params.Get("text")
			}
			return len(calls) > before
		})
		if err != nil {
			t.Fatal(err)
		}
		return told
	}
	if told := press("check:orderorderordero"); told != y.bot.render.state("en", y.desk.invoices[0]) {
		t.Errorf("check is answered %q", told)
	}
	if told := press("retry:orderorderordero"); told != y.book.Plain("en", "access.staff", nil) {
		t.Errorf("retry is answered %q", told)
	}
}

// Telegram does not vouch for the data of a press: a client may make it up, under
// any message of ours.
func TestAMadeUpPressNeitherAdoptsAMessageNorTellsOfANumber(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.boss.SendIn(y.Group, "/help")
	y.desk.invoices = []kassa.Invoice{{
		Order: "orderorderordero", Peer: "peer-1001", Shop: "shop1", Number: 1, State: kassa.Pending, Asked: 5000 * money.Som, Unique: 5001 * money.Som,
	}}
	for i, data := range []string{"check:orderorderordero", "check:1", "withdraw:1", "withdraw_yes:1"} {
		raw, _ := json.Marshal(map[string]any{"callback_query": map[string]any{
			"id": "made-up", "data": data, "from": map[string]any{"id": 51, "first_name": "Boss", "language_code": "en"},
			"message": map[string]any{"message_id": 7, "date": 1, "chat": map[string]any{"id": yardChat, "type": "supergroup"}, "text": "another invoice"},
		}})
		y.tg.Deliver(raw)
		if err := y.tg.Wait(y.ctx(), func(v *sandbox.View) bool { return len(v.Calls("answerCallbackQuery")) > i }); err != nil {
			t.Fatal(err)
		}
	}
	for i, call := range y.tg.Calls("answerCallbackQuery") {
		told := call.Params.Get("text")
		if i > 0 && told != y.book.Plain("en", "check.none", nil) {
			t.Errorf("a made-up press is told %q", told)
		}
	}
	y.desk.see(func() {
		if len(y.desk.adopted) != 0 || y.desk.invoices[0].Withdrawn {
			t.Errorf("adopted %v, withdrawn %v", y.desk.adopted, y.desk.invoices[0].Withdrawn)
		}
	})
}

func TestAMemberGetsNoInvoiceByCancel(t *testing.T) {
	t.Parallel()
	y := linkedYard(t)
	y.refused(y.boy, "/cancel 1", "access.staff")
}
