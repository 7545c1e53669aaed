package kassa_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

// chats are a small Telegram. Every chat numbers its messages from the same
// number on, as a supergroup does anew: an id from elsewhere is another message here.
type chats struct {
	*world
	messages []message
	fault    []func(*call) error
	shut     map[int64]bool             // chats that forbid everything
	moved    map[int64]int64            // groups that became supergroups
	refuse   func(kassa.Delivery) error // what Telegram has against one message for good
	wrong    []string                   // what must never happen
	called   []time.Time                // when anything but an answer was sent
	inline   map[string][]message       // inline messages, as they were edited, by their names
}

type message struct {
	id      int
	chat    int64
	at      time.Time
	kind    kassa.Kind // show or announce
	order   string
	number  int
	state   kassa.State
	face    kassa.Standing
	card    string
	picture string // of an inline message
	photo   bool
	again   bool
	guest   bool
	told    int // how many news it tells
	replyTo int
	edits   int
	gone    bool
}

func (c *chats) Deliver(_ context.Context, d kassa.Delivery) (kassa.Sent, error) {
	if d.Kind != kassa.Show {
		c.called = append(c.called, c.now)
	}
	at := d.Peer.At.Chat
	switch to := c.moved[at]; {
	case to != 0:
		return kassa.Sent{}, &kassa.SendError{Fate: kassa.Moved, MovedTo: to, Err: errors.New("group chat was upgraded")}
	case c.shut[at]:
		return kassa.Sent{}, &kassa.SendError{Fate: kassa.Forbidden, Err: errors.New("bot was kicked")}
	}
	if c.refuse != nil {
		if err := c.refuse(d); err != nil {
			return kassa.Sent{}, err
		}
	}
	id := 0
	happen := func() { id = c.apply(d) }
	if err := next(&c.fault, &call{d.Invoice.Order, happen}); err != nil {
		return kassa.Sent{}, err
	}
	happen()
	return kassa.Sent{Message: id, Picture: c.picture(d)}, nil
}

// picture is what Telegram calls the picture that a message holds now.
func (c *chats) picture(d kassa.Delivery) string {
	if d.View.Photo && !d.View.Inline && (d.Kind == kassa.Show || d.Kind == kassa.Edit) {
		return "picture of " + d.Invoice.Order + " " + string(d.Invoice.Standing())
	}
	return ""
}

// editInline is what an inline message shows from now on. Nothing else can be done with one.
func (c *chats) editInline(d kassa.Delivery) {
	if d.Kind != kassa.Edit {
		c.wrong = append(c.wrong, string(d.Kind)+" of order "+d.Invoice.Order+" in an inline message")
	}
	if p := c.gate.payments[d.Invoice.Order]; d.Invoice.State == kassa.Paid && (p == nil || p.state != payfer.Paid) {
		c.wrong = append(c.wrong, "order "+d.Invoice.Order+" is paid in an inline message, and not at Payfer")
	}
	m := message{kind: d.Kind, picture: d.Picture, guest: d.View.Guest}
	m.tells(d)
	if c.inline == nil {
		c.inline = map[string][]message{}
	}
	c.inline[d.Peer.At.Inline] = append(c.inline[d.Peer.At.Inline], m)
}

func (c *chats) apply(d kassa.Delivery) int {
	if d.Peer.At.Inline != "" {
		c.editInline(d)
		return 0
	}
	at := d.Peer.At.Chat
	m := message{
		id: c.last(at), chat: at, at: c.now, kind: d.Kind, photo: d.View.Photo, again: d.Again, guest: d.View.Guest,
		told: 1 + len(d.Also),
	}
	m.tells(d)
	switch d.Kind {
	case kassa.Show:
		if m.photo && d.Invoice.Withdrawn {
			c.wrong = append(c.wrong, "a QR of the withdrawn order "+d.Invoice.Order)
		}
	case kassa.Announce:
		if m.told == 1 {
			m.replyTo = d.View.Message
		}
		c.mustBe(d, at, d.View.Message)
	case kassa.Edit:
		if old := c.mustBe(d, at, d.View.Message); old != nil {
			old.tells(d)
			old.edits++
		}
		return 0
	case kassa.Tidy:
		if old := c.mustBe(d, at, d.View.Stale); old != nil {
			old.gone = true
		}
		return 0
	}
	c.messages = append(c.messages, m)
	for _, also := range d.Also { // told in the same message, which answers none of theirs
		n := m
		n.again, n.guest = also.Again, also.View.Guest
		n.tells(also)
		c.messages = append(c.messages, n)
	}
	return m.id
}

// tells is what people read in the message.
func (m *message) tells(d kassa.Delivery) {
	inv := d.Invoice
	m.order, m.number, m.state, m.face, m.card = inv.Order, inv.Number, inv.State, inv.Standing(), inv.PayTo.Card
	if inv.Stranger() {
		m.order = inv.Code
	}
}

// mustBe is the message to which something is done: one of that chat and of
// that invoice, or of its other attempt. Anything else has gone wrong; nil.
func (c *chats) mustBe(d kassa.Delivery, chat int64, id int) *message {
	m := c.known(chat, id)
	if m != nil && (m.order == d.Invoice.Order || m.order == d.Invoice.Prior || m.order == d.Invoice.Next) {
		return m
	}
	if id != 0 || d.Kind != kassa.Announce {
		c.wrong = append(c.wrong, string(d.Kind)+" of order "+d.Invoice.Order+" reaches for a message that is none of its own")
	}
	return nil
}

// last is the number of the chat's next message.
func (c *chats) last(chat int64) int {
	n := 1000
	for _, m := range c.messages {
		if m.chat == chat {
			n = m.id + 1
		}
	}
	return n
}

// known is the chat's message, also one that was deleted: whoever did not hear
// that it is gone deletes it again. Nil where there never was one.
func (c *chats) known(chat int64, id int) *message {
	i := slices.IndexFunc(c.messages, func(m message) bool { return m.chat == chat && m.id == id })
	if i < 0 {
		return nil
	}
	return &c.messages[i]
}

// find is the chat's message, nil where there is none.
func (c *chats) find(chat int64, id int) *message {
	if m := c.known(chat, id); m != nil && !m.gone {
		return m
	}
	return nil
}

// of gives what stands in the chats of a kind, in order.
func (c *chats) of(kind kassa.Kind) (out []message) {
	for _, m := range c.messages {
		if m.kind == kind && !m.gone {
			out = append(out, m)
		}
	}
	return out
}

// in is of, of one chat.
func (c *chats) in(chat int64, kind kassa.Kind) []message {
	return slices.DeleteFunc(c.of(kind), func(m message) bool { return m.chat != chat })
}

// sends counts the messages of a kind, however much each tells.
func (c *chats) sends(kind kassa.Kind) int {
	type place struct {
		chat int64
		id   int
	}
	ids := map[place]bool{}
	for _, m := range c.of(kind) {
		ids[place{m.chat, m.id}] = true
	}
	return len(ids)
}

// arrivedUnheard lets the message arrive and loses Telegram's reply.
func arrivedUnheard(c *call) error {
	c.happen()
	return errors.New("connection reset")
}

// answers is Telegram refusing.
func answers(e kassa.SendError) func(*call) error {
	return func(*call) error {
		if e.Err == nil {
			e.Err = errors.New("telegram says no")
		}
		return &e
	}
}
