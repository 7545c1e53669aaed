package sim

import (
	"context"
	"errors"
	"strings"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
)

// payment is an order as Payfer has it.
type payment struct {
	order   string
	shop    string
	asked   money.Amount
	unique  money.Amount
	paid    money.Amount
	state   payfer.State
	made    time.Time
	expires time.Time
	paidAt  time.Time
}

// gateway is Payfer, as one process reaches it.
type gateway struct{ p *process }

// clientTime is the patience of the real client.
const clientTime = 10 * time.Second

func (g gateway) Create(ctx context.Context, c payfer.Credentials, amount money.Amount, order string) (payfer.Payment, error) {
	var made payfer.Payment
	err := g.ask(ctx, "create "+order, func(w *world) error {
		made = w.create(c, amount, order)
		return nil
	})
	if err != nil {
		return payfer.Payment{}, err
	}
	return made, nil
}

func (g gateway) Check(ctx context.Context, c payfer.Credentials, order string) (payfer.Status, error) {
	var told payfer.Status
	err := g.ask(ctx, "check "+order, func(w *world) (err error) {
		told, err = w.check(c, order)
		return err
	})
	if err != nil {
		return payfer.Status{}, err
	}
	return told, nil
}

func (g gateway) Shop(context.Context, payfer.Credentials) (payfer.ShopInfo, error) {
	return payfer.ShopInfo{Name: "Choyxona"}, nil // asked before the trouble begins
}

// ask makes one call. What the service says is an error of Payfer's, or nil.
func (g gateway) ask(ctx context.Context, name string, do func(*world) error) error {
	ctx, cancel := context.WithTimeout(ctx, clientTime)
	defer cancel()
	w := g.p.world
	var no error
	err := g.p.travel(ctx, atPayfer, name, func() {
		if strings.HasPrefix(name, "check") {
			w.count()
		}
		if w.dice.roll("refused " + name).chance(w.weatherAt(atPayfer).refused) {
			no = &payfer.Error{Kind: payfer.ErrMaintenance}
			return
		}
		if w.revoked() {
			no = &payfer.Error{Kind: payfer.ErrCredentials}
			return
		}
		no = do(w)
	})
	switch {
	case errors.Is(err, errUnsent):
		return &payfer.Error{Kind: payfer.ErrUnsent}
	case err != nil:
		return &payfer.Error{Kind: payfer.ErrUnknown}
	}
	return no
}

// create is Payfer's side: it takes every code once.
func (w *world) create(c payfer.Credentials, amount money.Amount, order string) payfer.Payment {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.payments[order] != nil {
		w.wrong("order %s was sent to create again", order)
	}
	now := time.Now()
	p := &payment{
		order: order, shop: c.ShopID, asked: amount, unique: amount + money.Amount(len(w.payments)+1), state: payfer.Pending,
		made: now, expires: now.Add(w.plan.expiry),
	}
	w.payments[order] = p
	w.orders = append(w.orders, order)
	w.note("payfer makes %s over %s", order, p.unique)
	w.async(func() { w.customer(p) })
	return payfer.Payment{Order: order, Unique: p.unique, ExpireAt: w.stamp(p.expires)}
}

func (w *world) check(_ payfer.Credentials, order string) (payfer.Status, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.payments[order]
	if p == nil {
		return payfer.Status{}, &payfer.Error{Kind: payfer.ErrNotFound}
	}
	p.age(time.Now())
	s := payfer.Status{Order: order, State: p.state, Amount: p.asked, Paid: p.paid}
	if p.state == payfer.Paid {
		s.PaidAt = w.stamp(p.paidAt)
	}
	if w.plan.tells {
		s.Unique, s.ExpireAt = p.unique, w.stamp(p.expires)
	}
	return s, nil
}

// count counts a question that has reached Payfer, whatever it answers.
func (w *world) count() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checks++
}

func (p *payment) age(now time.Time) {
	if p.state == payfer.Pending && !now.Before(p.expires) {
		p.state = payfer.Expired
	}
}

func (w *world) stamp(t time.Time) payfer.Stamp {
	return payfer.Stamp(t.Add(w.plan.ahead).In(w.plan.zone).Format("2006-01-02T15:04:05"))
}

// pay is a customer's transfer, at any time.
func (w *world) pay(p *payment, sum money.Amount) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.state == payfer.Paid {
		return
	}
	p.state, p.paid, p.paidAt = payfer.Paid, sum, time.Now()
	w.note("%s is paid with %s", p.order, sum)
	w.async(func() { w.webhooks(p.order) })
}

func (w *world) cancel(p *payment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.age(time.Now()); p.state == payfer.Pending {
		p.state = payfer.Cancelled
		w.note("%s is cancelled", p.order)
	}
}

// webhooks are what Payfer sends of a payment: mostly one, at times several or none.
func (w *world) webhooks(order string) {
	throw := w.dice.roll("webhooks " + order)
	for range pick(throw, 0, 1, 1, 1, 1, 1, 1, 2, 5) {
		delay := throw.between(time.Millisecond, 3*time.Second)
		w.async(func() {
			elapse(delay)
			w.hook(order)
		})
	}
}

// hook is one webhook: it comes again three times unless it is answered 200.
func (w *world) hook(order string) {
	for _, pause := range []time.Duration{time.Second, 10 * time.Second, time.Minute, 0} {
		if w.hint(order) {
			return
		}
		elapse(pause)
	}
	w.note("the webhook of %s is given up", order)
}

func (w *world) hint(order string) bool {
	p := w.somebody("hook " + order)
	if p == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := p.desk.Hint(ctx, w.tokens[w.shopOf(order)], order)
	ok := err == nil && !p.dead()
	w.note("%s is told of %s by a webhook: %t", p.name, order, ok)
	if ok {
		w.taken(order)
	}
	if ok && !time.Now().Before(w.calmFrom.Add(settled)) {
		w.async(func() { w.expect(p, order) })
	}
	return ok
}

// When all has been well for a while, a webhook that was taken is followed by its announcement soon.
const (
	settled = time.Minute
	prompt  = 20 * time.Second
)

// expect holds that: unless the process was stopped meanwhile, or the webhook was forged.
func (w *world) expect(p *process, order string) {
	w.mu.Lock()
	paid := w.payments[order].state == payfer.Paid
	w.mu.Unlock()
	elapse(prompt)
	concerned := w.concerned(order)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, chat := range concerned {
		if paid && w.processes[0] == p && w.said[saying{room: chat, kind: kassa.Announce, order: order}] == 0 {
			w.wrong("the webhook of %s was taken, and %d was not told within %v", order, chat, prompt)
		}
	}
}

// shopOf is the kassa that the order belongs to.
func (w *world) shopOf(order string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.payments[order].shop
}
