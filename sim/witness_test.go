package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"payferbot/kassa"
	"payferbot/payfer"
)

// saying is something that may be said once: that this is the invoice, or that it is paid.
type saying struct {
	room  int64
	kind  kassa.Kind
	shown string // the chat and № of an invoice, of which there may be two attempts
	order string // of one that is announced
	photo bool
}

// deed is one delivery as it was begun.
type deed struct {
	by    *process
	began time.Time

	world *world
	known bool // Telegram's answer reached the process
	done  bool // Telegram did it
}

// heard notes that the process has Telegram's answer.
func (d *deed) heard() {
	d.world.mu.Lock()
	defer d.world.mu.Unlock()
	d.known = true
}

// doubtful tells that whoever began the same at that moment could not know for sure that this was
// done: its answer was lost, something kept the process from writing it down, or it had not come
// to that yet, for the store took its time.
func (d *deed) doubtful(at time.Time) bool {
	return d.unsure() || d.by.waitsAt(at)
}

// unsure tells that its answer was lost, or that something kept the process from writing it down.
func (d *deed) unsure() bool { return !d.known || d.by.hurtSince(d.began) }

// begun notes that a delivery is on its way.
func (w *world) begun(p *process, d kassa.Delivery) *deed {
	w.mu.Lock()
	defer w.mu.Unlock()
	deed := &deed{by: p, began: time.Now(), world: w}
	for _, one := range append([]kassa.Delivery{d}, d.Also...) {
		if s, ok := w.says(one, d.Kind); ok {
			w.deeds[s] = append(w.deeds[s], deed)
		}
		if d.Kind == kassa.Show && one.Invoice.State == kassa.Paid {
			news, _ := w.says(one, kassa.Announce)
			w.foretold[news] = append(w.foretold[news], deed)
		}
	}
	return deed
}

// says is what a delivery says that may be said but once. The caller holds mu.
func (w *world) says(d kassa.Delivery, k kassa.Kind) (saying, bool) {
	s := saying{room: d.Peer.At.Chat, kind: k}
	switch k {
	case kassa.Show:
		s.shown, s.photo = name(d.Invoice), d.View.Photo
	case kassa.Announce:
		s.order, s.room = code(d.Invoice), w.door(s.room)
	default:
		return saying{}, false
	}
	return s, true
}

// judgeDelivery holds what is said to the truth, at the moment at which it is said. The caller holds mu.
func (w *world) judgeDelivery(now *deed, r *room, d kassa.Delivery) {
	now.done = true
	for _, one := range append([]kassa.Delivery{d}, d.Also...) {
		w.judgeTruth(r, one, d.Kind)
		s, ok := w.says(one, d.Kind)
		if !ok {
			continue
		}
		before, excused := 0, true
		for _, other := range w.deeds[s] {
			if other != now && !other.began.After(now.began) {
				before++
				if other.done && !other.doubtful(now.began) {
					excused = false
				}
			}
		}
		switch {
		case !excused:
			w.wrong("%s %s in %d came again, though it was known to have arrived", d.Kind, one.Invoice.Order, r.id)
		case w.plain[s] > 0 && !one.Again: // what was long on its way may arrive behind its repeat
			w.wrong("%s %s in %d came again without a mark", d.Kind, one.Invoice.Order, r.id)
		case !one.Again && slices.ContainsFunc(w.foretold[s], func(d *deed) bool { return d.done && !d.known }):
			w.wrong("%s %s in %d has no mark, and a message before it that nobody knows of says the same", d.Kind, one.Invoice.Order, r.id)
		case before == 0 && one.Again && w.hurts == 0 && !w.tried(s):
			w.wrong("%s %s in %d is marked as a repeat, and nothing is to blame", d.Kind, one.Invoice.Order, r.id)
		}
		if w.said[s]++; w.said[s] > 1 {
			w.repeats++
		}
		if !one.Again {
			w.plain[s]++
		}
	}
}

// tried tells that the invoice was to be shown before in another form, as a notice in place of a photo or
// the reverse, or in the group that has become this one, or that its message was to say before the news that
// it is paid. What became of that leaves a doubt. The caller holds mu.
func (w *world) tried(s saying) bool {
	if slices.ContainsFunc(w.foretold[s], (*deed).unsure) {
		return true
	}
	for _, room := range []int64{s.room, w.door(s.room)} {
		for _, photo := range []bool{true, false} {
			other := s
			if other.room, other.photo = room, photo; other != s && len(w.deeds[other]) > 0 {
				return true
			}
		}
	}
	return false
}

// judgeTruth holds that nothing false is said. The caller holds mu.
func (w *world) judgeTruth(r *room, d kassa.Delivery, k kassa.Kind) {
	inv := d.Invoice
	p := w.payments[code(inv)]
	if inv.State == kassa.Paid || k == kassa.Announce {
		if p == nil || p.state != payfer.Paid {
			w.wrong("%s in %d says that %s is paid", k, r.id, inv.Order)
		} else if inv.Paid != p.paid {
			w.wrong("%s in %d says that %s was paid with %s, and it was %s", k, r.id, inv.Order, inv.Paid, p.paid)
		} else if inv.Unique != 0 && inv.Mismatch != (p.paid != p.unique) {
			w.wrong("%s in %d says that %s was paid with the wrong sum: %t; asked was %s, and %s came", k, r.id, inv.Order, inv.Mismatch, p.unique, p.paid)
		}
	}
	if inv.Payable() && (p == nil || inv.Unique != p.unique) {
		w.wrong("%s in %d asks to pay %s for %s", k, r.id, inv.Unique, inv.Order)
	}
}

// judge is the end: everything has come right.
func (w *world) judge() {
	w.judgeStrangers()
	err := w.store.View(context.Background(), func(tx kassa.Tx) error {
		for _, l := range w.letters {
			inv, err := tx.InvoiceFrom(l.command.Origin)
			switch {
			case errors.Is(err, kassa.ErrNotFound) || !l.done:
				w.wrong("the command %s was lost (dealt with: %t)", l.command.Origin, l.done)
				continue
			case err != nil:
				return err
			}
			if err := w.judgeInvoice(tx, inv); err != nil {
				return err
			}
		}
		for _, order := range w.orders {
			if err := w.judgePayment(tx, order); err != nil {
				return err
			}
		}
		ready, err := tx.ReadyBy(time.Now().Add(1000*time.Hour), 1000)
		for _, q := range ready {
			owed, _ := tx.Owed(kassa.PeerID(q.ID), 10)
			w.wrong("peer %s is still owed %v at %s", q.ID, owed, q.At)
		}
		return err
	})
	if err != nil {
		w.wrong("read the store: %v", err)
	}
}

// judgePayment holds what Payfer has against what was made of it: one invoice, of at most two attempts.
func (w *world) judgePayment(tx kassa.Tx, order string) error {
	inv, err := tx.Invoice(order)
	if errors.Is(err, kassa.ErrNotFound) {
		w.wrong("nobody knows of order %s, which Payfer made", order)
		return nil
	}
	if err != nil {
		return err
	}
	if one, known := w.numbers[inv.Origin]; known && one != name(inv) {
		w.wrong("what %s asked for is both %s and %s", inv.Origin, one, name(inv))
	}
	w.numbers[inv.Origin] = name(inv)
	if inv.Prior == "" {
		return w.judgeInvoice(tx, inv)
	}
	before, err := tx.Invoice(inv.Prior)
	if before.Prior != "" || before.Next != order {
		w.wrong("%s is a third attempt, or its first does not know it", order)
	}
	return errors.Join(err, w.judgeInvoice(tx, inv))
}

// judgeInvoice holds the end of one attempt to what Payfer knows.
func (w *world) judgeInvoice(tx kassa.Tx, inv kassa.Invoice) error {
	p := w.payments[inv.Order]
	paid := p != nil && p.state == payfer.Paid
	switch {
	case paid != (inv.State == kassa.Paid):
		w.wrong("%s is paid at Payfer: %t, and the invoice is %s", inv.Order, paid, inv.State)
	case inv.Open():
		w.wrong("%s is still %s", inv.Order, inv.State)
	}
	told := w.said[saying{room: w.chatOf(inv.Peer), kind: kassa.Announce, order: inv.Order}]
	if paid && told == 0 {
		w.wrong("%s is paid and was never announced", inv.Order)
	}
	if told > 0 {
		w.announced++
	}
	for _, v := range inv.Views {
		peer, err := tx.Peer(v.Peer)
		if err != nil {
			return err
		}
		if v.Broken != "" || v.Message == 0 || v.In != peer.At.Chat || inv.Next != "" {
			continue
		}
		m := w.room(peer.At.Chat).messages[v.Message]
		if m.face != inv.Standing() || m.order != inv.Order {
			w.wrong("%s is %s, and message %d in %d shows %s of %s", inv.Order, inv.Standing(), m.id, peer.At.Chat, m.face, m.order)
		}
	}
	return nil
}

func (w *world) chatOf(id kassa.PeerID) int64 {
	for _, o := range w.owners {
		if o.peer == id {
			return o.chat
		}
	}
	return 0
}

// wrong notes a broken promise. The caller holds mu, or nobody else lives.
func (w *world) wrong(format string, args ...any) {
	w.faults = append(w.faults, time.Now().Format(clockFace)+" "+fmt.Sprintf(format, args...))
	w.note("WRONG: "+format, args...)
}
