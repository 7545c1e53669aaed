package sandbox

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Call is one call of the Bot API as Telegram saw it. It never holds the token.
type Call struct {
	Seq     int // from 0, in the order of arrival
	Method  string
	Chat    int64 // 0 where the call names none
	Params  url.Values
	At      time.Time // of arrival
	Stage   Stage
	Code    int    // of the true answer, 0 before it is known
	Error   string // its description, where it is an error
	Fault   Kind   // what went wrong, if programmed
	Message int    // the id of the message that was made, edited or deleted
}

// receive logs a call's arrival and runs the hooks.
func (t *Telegram) receive(q *request) {
	t.mu.Lock()
	q.call.Seq, q.call.At = len(t.calls), t.now()
	t.calls = append(t.calls, q.call)
	fns := slices.Clone(t.onCall)
	t.ring()
	t.mu.Unlock()
	for _, fn := range fns {
		fn(q.call)
	}
}

// applied logs a call's outcome and runs the hooks.
func (t *Telegram) applied(q *request) {
	q.call.Stage = Applied
	t.mu.Lock()
	t.calls[q.call.Seq] = q.call
	fns := slices.Clone(t.onCall)
	t.ring()
	t.mu.Unlock()
	t.log.Info("telegram", "method", q.call.Method, "chat", q.call.Chat, "message", q.call.Message,
		"code", q.call.Code, "error", q.call.Error, "fault", q.call.Fault)
	for _, fn := range fns {
		fn(q.call)
	}
}

// OnCall has fn called twice a call, in the call's own goroutine: when it was received and
// when it was applied, before the reply is written. fn may drive the sandbox.
func (t *Telegram) OnCall(fn func(Call)) { t.change(func() { t.onCall = append(t.onCall, fn) }) }

// Calls gives the calls of a method ("" = all, getUpdates included) in the order of arrival.
func (t *Telegram) Calls(method string) []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return (&View{t}).Calls(method)
}

// Messages gives a chat's messages, the people's and the bot's, oldest first, deleted ones too.
func (t *Telegram) Messages(chat int64) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return (&View{t}).Messages(chat)
}

// Sent gives the bot's messages in a chat, oldest first, deleted ones too.
func (t *Telegram) Sent(chat int64) []Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	return (&View{t}).Sent(chat)
}

// Message gives one message as it stands.
func (t *Telegram) Message(chat int64, id int) (Message, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.chats[chat]; ok {
		if m, ok := c.byID[id]; ok {
			return m.copy(), true
		}
	}
	return Message{}, false
}

// Pending says how many updates the bot has not confirmed.
func (t *Telegram) Pending() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.feed.queue)
}

// View reads a Telegram that stands still while Wait asks.
type View struct{ t *Telegram }

// Messages is Telegram.Messages.
func (v *View) Messages(chat int64) []Message {
	return v.pick(chat, func(*Message) bool { return true })
}

// Sent is Telegram.Sent.
func (v *View) Sent(chat int64) []Message {
	return v.pick(chat, func(m *Message) bool { return m.FromBot })
}

// Pending is Telegram.Pending.
func (v *View) Pending() int { return len(v.t.feed.queue) }

// Calls is Telegram.Calls.
func (v *View) Calls(method string) []Call {
	var list []Call
	for _, c := range v.t.calls {
		if method == "" || strings.EqualFold(method, c.Method) {
			list = append(list, c)
		}
	}
	return list
}

func (v *View) pick(chat int64, keep func(*Message) bool) []Message {
	c, ok := v.t.chats[chat]
	if !ok {
		return nil
	}
	var list []Message
	for _, m := range c.messages {
		if keep(m) {
			list = append(list, m.copy())
		}
	}
	return list
}

// Wait blocks until ok says true or ctx ends. It asks again after every change; ok must use
// the view alone, for the Telegram is locked meanwhile.
func (t *Telegram) Wait(ctx context.Context, ok func(*View) bool) error {
	return t.await(ctx, func() bool { return ok(&View{t}) })
}

// WaitSent blocks until a message of the bot in that chat matches (nil = any), as sent or as
// edited since, and gives the oldest such.
func (t *Telegram) WaitSent(ctx context.Context, chat int64, match func(Message) bool) (Message, error) {
	var found Message
	err := t.await(ctx, func() bool {
		c, ok := t.chats[chat]
		if !ok {
			return false
		}
		for _, m := range c.messages {
			if m.FromBot && (match == nil || match(m.copy())) {
				found = m.copy()
				return true
			}
		}
		return false
	})
	if err != nil {
		err = fmt.Errorf("message in chat %d: %w", chat, err)
	}
	return found, err
}
