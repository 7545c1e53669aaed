package sim

import (
	"context"
	"errors"
	"time"

	"payferbot/kassa"
)

// room is a chat as Telegram has it.
type room struct {
	id       int64
	messages map[int]*message
	last     int   // the number of the latest
	shut     bool  // answers 403
	moved    int64 // the supergroup that it became
	was      int64 // the group that it was before
}

// message is one that the bot sent.
type message struct {
	id     int
	order  string // of the invoice that it shows; empty: news
	number int
	state  kassa.State
	face   kassa.Standing
	photo  bool
	gone   bool
}

// messenger is Telegram, as one process reaches it.
type messenger struct{ p *process }

func (m messenger) Deliver(ctx context.Context, d kassa.Delivery) (kassa.Sent, error) {
	w := m.p.world
	name := string(d.Kind) + " " + d.Invoice.Order + string(d.Shop.ID) + " " + d.Peer.At.String()
	deed := w.begun(m.p, d)
	var id int
	var no *kassa.SendError
	err := m.p.travel(ctx, atTelegram, name, func() {
		if throw := w.dice.roll("refused " + name); throw.chance(w.weatherAt(atTelegram).refused) {
			no = &kassa.SendError{Fate: kassa.Flooded, Wait: throw.between(time.Second, 20*time.Second), Err: errors.New("too many requests")}
			return
		}
		id, no = w.telegram(deed, d)
	})
	if errors.Is(err, errUnsent) {
		return kassa.Sent{}, &kassa.SendError{Fate: kassa.Flooded, Wait: m.p.patience(), Ours: true, Err: err}
	}
	m.p.reached()
	switch {
	case err != nil:
		return kassa.Sent{}, &kassa.SendError{Fate: kassa.Lost, Err: err}
	case no != nil:
		return kassa.Sent{}, no
	}
	deed.heard()
	return kassa.Sent{Message: id}, nil
}

// patience is how long to wait when Telegram cannot be reached at all: ever longer, as the real bot has it.
func (p *process) patience() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dumb++
	return min(time.Second<<min(p.dumb-1, 5), 30*time.Second)
}

// reached notes that Telegram was.
func (p *process) reached() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dumb = 0
}

// enough broken promises tell what is wrong; the rest of the life is of no interest then.
const enough = 20

// telegram is Telegram's side of one call.
func (w *world) telegram(deed *deed, d kassa.Delivery) (int, *kassa.SendError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.room(d.Peer.At.Chat)
	switch {
	case r.moved != 0:
		return 0, &kassa.SendError{Fate: kassa.Moved, MovedTo: r.moved, Err: errors.New("group chat was upgraded to a supergroup chat")}
	case r.shut || len(w.faults) > enough:
		return 0, &kassa.SendError{Fate: kassa.Forbidden, Err: errors.New("bot was blocked by the user")}
	}
	if w.limits != nil {
		if wait := w.limits.take(r.id, time.Now()); wait > 0 {
			return 0, &kassa.SendError{Fate: kassa.Flooded, Wait: wait, Err: errors.New("too many requests")}
		}
		w.limits.told(d, time.Now())
	}
	w.note("%s: %s %s in %d again=%t also=%d face=%s", deed.by.name, d.Kind, d.Invoice.Order, r.id, d.Again, len(d.Also), d.Invoice.Standing())
	w.judgeDelivery(deed, r, d)
	switch d.Kind {
	case kassa.Warn:
		w.warned[r.id] = append(w.warned[r.id], !d.Shop.Refused.IsZero())
	case kassa.Edit:
		if m := w.mustBe(r, d, d.View.Message); m != nil {
			m.tells(d)
		}
		return 0, nil
	case kassa.Tidy:
		if m := w.mustBe(r, d, d.View.Stale); m != nil {
			m.gone = true
		}
		return 0, nil
	}
	r.last++
	m := &message{id: r.last}
	if d.Kind == kassa.Show {
		m.photo = d.View.Photo
		m.tells(d)
		w.seen(d)
	}
	r.messages[m.id] = m
	return m.id, nil
}

// tells is what people read in it.
func (m *message) tells(d kassa.Delivery) {
	m.order, m.number, m.state, m.face = d.Invoice.Order, d.Invoice.Number, d.Invoice.State, d.Invoice.Standing()
}

// mustBe is the message to which something is done: one that shows this invoice.
func (w *world) mustBe(r *room, d kassa.Delivery, id int) *message {
	m := r.messages[id]
	if m != nil && (m.order == d.Invoice.Order || m.order == d.Invoice.Prior || m.order == d.Invoice.Next) {
		return m
	}
	w.wrong("%s of %s touches message %d in %d, which is not its own", d.Kind, d.Invoice.Order, id, r.id)
	return nil
}

// room gives the chat of that address. The caller holds mu.
func (w *world) room(id int64) *room {
	if w.rooms[id] == nil {
		w.rooms[id] = &room{id: id, messages: map[int]*message{}}
	}
	return w.rooms[id]
}

// door is the one name of a place that has had two addresses. The caller holds mu.
func (w *world) door(id int64) int64 {
	if was := w.room(id).was; was != 0 {
		return was
	}
	return id
}

// present is the address that the place has now. The caller holds mu.
func (w *world) present(id int64) int64 {
	if to := w.room(id).moved; to != 0 {
		return to
	}
	return id
}
