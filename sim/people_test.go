package sim

import (
	"context"
	"fmt"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
)

// owner is a shop's own chat.
type owner struct {
	peer kassa.PeerID
	chat int64
	shop string
}

// letter is a command on its way. It comes again until it was dealt with.
type letter struct {
	command kassa.Command
	done    bool
}

// orders lets people ask for invoices: now and then, or many at once.
func (w *world) ordering() {
	for i := range w.plan.commands {
		throw := w.dice.roll(fmt.Sprint("command ", i))
		at := throw.between(0, trouble)
		if throw.once(3) {
			at = at.Truncate(2*time.Minute) + throw.between(0, time.Second) // a queue at the counter
		}
		o := pick(throw, w.owners...)
		l := &letter{command: kassa.Command{
			Peer: o.peer, Origin: kassa.MessageOrigin(o.chat, i+1, 1), Amount: money.Amount(10_000+throw.below(90_000)) * money.Som,
			Note: "choy", By: 1,
		}}
		w.letters = append(w.letters, l)
		twice := throw.once(12) // a worker that outlived its lease, and the one after it
		w.async(func() {
			elapse(at)
			if twice {
				w.async(func() { w.post(l) })
			}
			w.post(l)
		})
	}
}

// post delivers a letter until it is dealt with.
func (w *world) post(l *letter) {
	name := "letter " + string(l.command.Origin)
	for !w.finished(l) {
		p := w.somebody(name)
		if p == nil {
			elapse(time.Second)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
		inv, err := p.desk.Issue(ctx, l.command)
		cancel()
		w.note("%s answers %s: №%d %s %v", p.name, name, inv.Number, inv.Order, err)
		if err == nil && !p.dead() {
			w.mu.Lock()
			l.done = true
			w.mu.Unlock()
		}
		elapse(w.dice.roll(name).between(100*time.Millisecond, 4*time.Second))
	}
}

func (w *world) finished(l *letter) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return l.done
}

// somebody is a process that takes what comes from outside now; nil: nobody lives.
func (w *world) somebody(name string) *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	var alive []*process
	for _, p := range w.processes {
		if p != nil && !p.dead() {
			alive = append(alive, p)
		}
	}
	if len(alive) == 0 {
		return nil
	}
	return pick(w.dice.roll("somebody for "+name), alive...)
}

// customer is what the one who is to pay this will do without having seen the
// chat: nothing, mostly. Some pay as soon as Payfer knows of it, some much too late.
func (w *world) customer(p *payment) {
	throw := w.dice.roll("customer " + p.order)
	if w.plan.commands == 0 {
		return // people are led by hand
	}
	switch throw.below(10) {
	case 0:
		elapse(throw.between(0, 500*time.Millisecond))
		w.pay(p, p.unique)
	case 1:
		elapse(w.plan.expiry + throw.between(time.Second, 20*time.Minute))
		w.pay(p, p.unique)
	case 2:
		elapse(throw.between(time.Second, w.plan.expiry*2))
		w.cancel(p)
	case 3:
		elapse(throw.between(0, w.plan.expiry))
		w.async(func() { w.hook(p.order) }) // forged
	}
}

// seen lets the customer pay what the chat shows. The caller holds mu.
func (w *world) seen(d kassa.Delivery) {
	p := w.payments[d.Invoice.Order]
	if p == nil || !d.Invoice.Payable() || w.plan.commands == 0 {
		return
	}
	throw := w.dice.roll("seen " + p.order)
	sum := p.unique
	if throw.once(10) {
		sum += money.Amount(throw.below(200)-100) * money.Som / 10
	}
	at := throw.between(time.Second, w.plan.expiry)
	if throw.below(10) < 6 {
		w.async(func() {
			elapse(at)
			if w.stands(p) {
				w.pay(p, sum)
			}
		})
	}
}

// stands tells that Payfer still waits for it.
func (w *world) stands(p *payment) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	p.age(time.Now())
	return p.state == payfer.Pending
}

// asking are people who press the button, and customers who open the invoice.
func (w *world) asking() {
	for i := range w.plan.commands {
		throw := w.dice.roll(fmt.Sprint("asking ", i))
		at, guest := throw.between(time.Second, trouble), int64(0)
		if w.plan.guests > 0 && throw.once(2) {
			guest = firstGuest + int64(throw.below(w.plan.guests))
		}
		w.async(func() {
			elapse(at)
			w.ask(fmt.Sprint("asks ", i), guest)
		})
	}
}

// ask is one of them, about any invoice that there is.
func (w *world) ask(name string, guest int64) {
	p, throw := w.somebody(name), w.dice.roll(name)
	w.mu.Lock()
	orders := w.orders
	w.mu.Unlock()
	if p == nil || len(orders) == 0 {
		return
	}
	order := pick(throw, orders...)
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	if guest != 0 {
		w.visit(ctx, p, order, guest)
		return
	}
	home := w.invoice(order).Peer
	if throw.once(4) {
		inv, err := p.desk.Renew(ctx, home, order, 1)
		w.note("%s renews %s: %s %s %v", p.name, order, inv.Order, inv.State, err)
		return
	}
	if throw.once(6) {
		inv, err := p.desk.Withdraw(ctx, home, order)
		w.note("%s withdraws %s: %s %v", p.name, order, inv.State, err)
		return
	}
	inv, err := p.desk.Check(ctx, home, order)
	w.note("%s is asked about %s: %s %v", p.name, order, inv.State, err)
}

// visit is a customer opening the invoice, once.
func (w *world) visit(ctx context.Context, p *process, order string, guest int64) {
	what := visit{guest, w.nameOf(order)}
	w.mu.Lock()
	again := w.visits[what]
	w.visits[what] = true
	w.mu.Unlock()
	if again {
		return
	}
	peer, err := p.desk.PeerAt(ctx, kassa.Address{Chat: guest}, "ru")
	if err == nil {
		_, err = p.desk.Visit(ctx, peer.ID, order)
	}
	w.note("%d visits %s at %s: %v", guest, order, p.name, err)
}

// visit is who looked at what.
type visit struct {
	guest   int64
	invoice string
}

const firstGuest = 900

// invoice is the order's as the store has it.
func (w *world) invoice(order string) (inv kassa.Invoice) {
	_ = w.store.View(context.Background(), func(tx kassa.Tx) (err error) {
		inv, err = tx.Invoice(order)
		return err
	})
	return inv
}

// nameOf is what both attempts at an invoice are called.
func (w *world) nameOf(order string) string { return name(w.invoice(order)) }

func name(inv kassa.Invoice) string { return fmt.Sprint(inv.Peer, " №", inv.Number) }

// blocking shuts some chats for a while; Telegram then says that they are back.
func (w *world) blocking() {
	for i, o := range w.owners {
		throw := w.dice.roll(fmt.Sprint("blocks ", i))
		if !throw.once(5) {
			continue
		}
		from, while := throw.between(0, trouble*8/10), throw.between(time.Second, trouble/3)
		w.async(func() {
			elapse(from)
			w.shut(o.chat, true)
			elapse(while)
			w.shut(o.chat, false)
			w.insist(fmt.Sprint("back ", i), func(ctx context.Context, p *process) error { return p.desk.Back(ctx, o.peer) })
		})
	}
}

func (w *world) shut(chat int64, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.room(w.present(chat)).shut = on
	w.note("chat %d is shut: %t", chat, on)
}

// moving turns some groups into supergroups. The bot hears of it by Telegram's
// word or by its refusals.
func (w *world) moving() {
	for i, o := range w.owners {
		throw := w.dice.roll(fmt.Sprint("moves ", i))
		if o.chat > 0 || !throw.once(3) {
			continue
		}
		at, byWord := throw.between(0, trouble), throw.once(2)
		w.async(func() {
			elapse(at)
			to := -1_000_000_000_000 + o.chat
			w.mu.Lock()
			old := w.room(o.chat)
			w.room(to).shut, w.room(to).was = old.shut, old.id
			old.moved = to
			w.note("group %d becomes %d", o.chat, to)
			w.mu.Unlock()
			if byWord {
				w.insist(fmt.Sprint("move ", i), func(ctx context.Context, p *process) error { return p.desk.Move(ctx, o.chat, to) })
			}
		})
	}
}

// insist is a letter of another kind: it comes again until it was dealt with.
func (w *world) insist(name string, do func(context.Context, *process) error) {
	for {
		if p := w.somebody(name); p != nil {
			ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
			err := do(ctx, p)
			cancel()
			if err == nil && !p.dead() {
				return
			}
		}
		elapse(w.dice.roll(name).between(time.Second, 2*time.Second))
	}
}
