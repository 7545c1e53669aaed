package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"payferbot/sandbox"
)

func TestParkedChats(t *testing.T) {
	play(t, []scene{
		{"kicked, paid, invited back: told", kickedAndBack},
		{"muted, paid, unmuted: told", mutedAndBack},
		{"forbidden without a word before, and back by a message", forbiddenUnannounced},
		{"without the right to send, and nobody said so: no message is given up", mutedUnannounced},
		{"blocked by the owner, paid, unblocked: told", blockedAndBack},
		{"blocked, and back by a message", blockedAndWrites},
	})
}

// readyz asks until what /readyz says fits; it always answers 200: a chat that
// shut the bot out is no fault of the process.
func (f *shopfloor) readyz(what string, ok func(body string) bool) {
	f.t.Helper()
	ctx := soon(f.t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		status, body, err := get(ctx, f.admin+"/readyz")
		if err == nil && status != http.StatusOK {
			f.t.Fatalf("/readyz answers %d: %s", status, body)
		}
		if err == nil && ok(body) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			f.t.Fatalf("in vain: %s; /readyz says %s (%v)", what, body, err)
		}
	}
}

// shutOut waits until /readyz names the chat as parked, which it never did
// before, and gives a func that waits until it does no more.
func (f *shopfloor) shutOut(chat int64) (untilBack func()) {
	f.t.Helper()
	name := fmt.Sprint(chat)
	f.readyz("the parked chat "+name, func(body string) bool { return strings.Contains(body, name) })
	return func() {
		f.t.Helper()
		f.readyz(name+" is back", func(body string) bool { return !strings.Contains(body, name) })
	}
}

// toldOnce wants exactly one telling of №1 in the room, after one more sale.
func (r *room) toldOnce(o *owner, m sandbox.Message, p sandbox.Payment) {
	r.f.t.Helper()
	if told := r.announced(m); !has(o.name, p.Unique.String())(told) {
		r.f.t.Errorf("told %q", told.Text)
	}
	r.edited(m, withoutButtons)
	r.worksIn(o)
	if n := tellings(r.f.Telegram.Sent(m.Chat), 1, p.Unique.String()); n != 1 {
		r.f.t.Errorf("told %d times:\n%s", n, r.f.chat(m.Chat))
	}
}

// otherSale shows that the chats of others work meanwhile.
func (f *shopfloor) otherSale() {
	f.t.Helper()
	f.newLinked("en").sale()
}

func kickedAndBack(t *testing.T, f *shopfloor) {
	for _, basic := range []bool{true, false} {
		r, o := f.newStaffed(basic)
		m, p := r.invoice(o, "50000")
		r.Kick()
		untilBack := f.shutOut(r.ID)
		o.pay(p.Order)
		f.otherSale()
		if n := len(f.Telegram.Sent(r.ID)); tellings(f.Telegram.Sent(r.ID), 1, p.Unique.String()) != 0 {
			t.Errorf("told in a group that threw the bot out: %d messages", n)
		}
		r.Invite(o.User)
		r.toldOnce(o, m, p)
		untilBack()
	}
}

func mutedAndBack(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	m, p := r.invoice(o, "50000")
	r.Mute(true)
	untilBack := f.shutOut(r.ID)
	o.pay(p.Order)
	f.otherSale()
	r.Mute(false)
	r.toldOnce(o, m, p)
	untilBack()
}

// refusedOnce waits until a call in the chat was answered with this code.
func (f *shopfloor) refusedOnce(chat int64, code int) {
	f.t.Helper()
	f.await(fmt.Sprintf("a refusal %d in chat %d", code, chat), func(v *sandbox.View) bool {
		for _, c := range v.Calls("") {
			if c.Chat == chat && c.Code == code && c.Stage == sandbox.Applied {
				return true
			}
		}
		return false
	})
}

func forbiddenUnannounced(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	m, p := r.invoice(o, "50000")
	f.Telegram.Fault("", sandbox.Refuse, 1, sandbox.InChat(r.ID), sandbox.Code(403), sandbox.Text("Forbidden: bot was kicked from the supergroup chat"))
	o.pay(p.Order)
	f.refusedOnce(r.ID, 403)
	untilBack := f.shutOut(r.ID)
	f.otherSale()
	r.ask(o, "/help", nil)
	r.toldOnce(o, m, p)
	untilBack()
}

func mutedUnannounced(t *testing.T, f *shopfloor) {
	r, o := f.newStaffed(false)
	m, p := r.invoice(o, "50000")
	f.Telegram.Fault("sendMessage", sandbox.Refuse, 1, sandbox.InChat(r.ID), sandbox.Code(400), sandbox.Text("Bad Request: not enough rights to send text messages to the chat"))
	o.pay(p.Order)
	f.refusedOnce(r.ID, 400)
	f.shutOut(r.ID)
	r.Mute(true) // as it was all the time
	r.Mute(false)
	r.toldOnce(o, m, p)
}

func blockedAndBack(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	o.Block()
	untilBack := f.shutOut(o.Chat())
	o.pay(p.Order)
	f.otherSale()
	o.Unblock()
	o.announced(m)
	o.sale()
	if got := o.replies(m); len(got) != 1 {
		t.Errorf("%d announcements, want one:\n%s", len(got), o.chat())
	}
	untilBack()
}

func blockedAndWrites(t *testing.T, f *shopfloor) {
	o := f.newLinked("en")
	m, p := o.invoice("50000")
	f.Telegram.Fault("", sandbox.Refuse, 1, sandbox.InChat(o.Chat()), sandbox.Code(403))
	o.pay(p.Order)
	f.refusedOnce(o.Chat(), 403)
	untilBack := f.shutOut(o.Chat())
	o.ask("/help", nil)
	o.announced(m)
	untilBack()
}

func TestParkedChatIsStillParkedAfterARestart(t *testing.T) {
	onBoth(t, func(t *testing.T, k kind) {
		f := start(t, k)
		r, o := f.newStaffed(false)
		m, p := r.invoice(o, "50000")
		r.Kick()
		f.shutOut(r.ID)
		o.pay(p.Order)
		if code := f.stop(); code != 0 {
			t.Errorf("exit %d", code)
		}
		f.restart()
		untilBack := f.shutOut(r.ID)
		f.otherSale()
		r.Invite(o.User)
		r.toldOnce(o, m, p)
		untilBack()
	})
}
