package sandbox

import (
	"context"
	"fmt"
	"slices"

	"payferbot/money"
)

// Create opens a payment as the shop's own website would: one the bot knows nothing of.
func (p *Payfer) Create(shop string, amount money.Amount, order string) (Payment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ring()
	k, ok := p.shops[shop]
	if !ok {
		return Payment{}, fmt.Errorf("create order %s: no kassa %s", order, shop)
	}
	if _, taken := k.orders[order]; taken {
		return Payment{}, fmt.Errorf("create order %s: it exists", order)
	}
	return p.open(k, amount, order), nil
}

// open records a new payment. The caller holds mu.
func (p *Payfer) open(k *kassa, amount money.Amount, order string) Payment {
	now := p.clock()
	pay := &Payment{
		ID: firstPayment + int64(len(p.payments)), Shop: k.ID, Order: order, State: Pending,
		Asked: amount, Unique: p.unique(k, amount), CreatedAt: now, ExpireAt: now.Add(p.expiry),
	}
	k.orders[order] = pay
	k.open = append(k.open, pay)
	p.payments = append(p.payments, pay)
	return *pay
}

// unique finds a sum a little above amount that no open payment of the kassa waits for. The
// first one of a kassa is the documentation's: 50000 becomes 50001.50. The step shares no
// factor with the range, so that a thousand tries see a thousand sums.
func (p *Payfer) unique(k *kassa, amount money.Amount) money.Amount {
	taken := map[money.Amount]bool{}
	k.open = slices.DeleteFunc(k.open, func(pay *Payment) bool {
		p.age(pay)
		if pay.State == Pending {
			taken[pay.Unique] = true
		}
		return pay.State != Pending
	})
	for try := 0; ; try++ {
		offset := money.Amount((149+37*k.offsets)%1000 + 1 + 1000*(try/1000))
		k.offsets++
		if !taken[amount+offset] {
			return amount + offset
		}
	}
}

// age expires an open payment whose time is over. The caller holds mu.
func (p *Payfer) age(pay *Payment) {
	if pay.State == Pending && !p.clock().Before(pay.ExpireAt) {
		pay.State = Expired
	}
}

// Pay pays an open order's unique amount now and sends the webhook.
func (p *Payfer) Pay(order string) error { return p.pay(order, 0, false) }

// PayWith pays an open order with another sum.
func (p *Payfer) PayWith(order string, amount money.Amount) error { return p.pay(order, amount, false) }

// PayLate pays an order that is expired or cancelled; an open one is expired first.
func (p *Payfer) PayLate(order string) error { return p.pay(order, 0, true) }

func (p *Payfer) pay(order string, amount money.Amount, late bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ring()
	pay, err := p.find(order)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	if pay.State == Paid || !late && pay.State != Pending {
		return fmt.Errorf("pay order %s: it is %s", order, pay.State)
	}
	if late && pay.State == Pending {
		pay.ExpireAt = p.clock()
	}
	pay.State, pay.Paid, pay.PaidAt = Paid, or(amount, pay.Unique), p.clock()
	k := p.shops[pay.Shop]
	k.Transactions++
	k.Balance += pay.Paid
	k.Total += pay.Paid
	if k.Webhook != "" {
		p.dispatch(k.Webhook, *pay)
	}
	return nil
}

// Expire ends an open order's time now.
func (p *Payfer) Expire(order string) error { return p.end(order, Expired) }

// Cancel cancels an open order.
func (p *Payfer) Cancel(order string) error { return p.end(order, Cancelled) }

func (p *Payfer) end(order, state string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.ring()
	pay, err := p.find(order)
	if err != nil {
		return fmt.Errorf("end: %w", err)
	}
	if pay.State != Pending {
		return fmt.Errorf("end order %s: it is %s", order, pay.State)
	}
	pay.State = state
	if state == Expired {
		pay.ExpireAt = p.clock()
	}
	return nil
}

// find looks an order up over all kassas. The caller holds mu.
func (p *Payfer) find(order string) (*Payment, error) {
	var found *Payment
	for _, k := range p.shops {
		pay, ok := k.orders[order]
		if ok && found != nil {
			return nil, fmt.Errorf("order %s is in two kassas", order)
		}
		if ok {
			found = pay
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no order %s", order)
	}
	p.age(found)
	return found, nil
}

// Payment gives an order as it stands.
func (p *Payfer) Payment(order string) (Payment, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pay, err := p.find(order)
	if err != nil {
		return Payment{}, false
	}
	return *pay, true
}

// Payments gives a kassa's payments ("" = all kassas'), oldest first.
func (p *Payfer) Payments(shop string) []Payment {
	p.mu.Lock()
	defer p.mu.Unlock()
	return (&PayferView{p}).Payments(shop)
}

// PayferView reads a Payfer that stands still while Wait asks.
type PayferView struct{ p *Payfer }

// Payments is Payfer.Payments.
func (v *PayferView) Payments(shop string) []Payment {
	var list []Payment
	for _, pay := range v.p.payments {
		if shop == "" || pay.Shop == shop {
			v.p.age(pay)
			list = append(list, *pay)
		}
	}
	return list
}

// Calls is Payfer.Calls.
func (v *PayferView) Calls(method string) []PayferCall { return v.p.callsOf(method) }

// CallsFor is Payfer.CallsFor.
func (v *PayferView) CallsFor(order string) []PayferCall { return v.p.callsFor(order) }

// Wait blocks until ok says true or ctx ends. It asks again after every change; ok must use
// the view alone, for the Payfer is locked meanwhile.
func (p *Payfer) Wait(ctx context.Context, ok func(*PayferView) bool) error {
	return p.await(ctx, func() bool { return ok(&PayferView{p}) })
}

// WaitPayment blocks until some payment matches (nil = any) and gives the oldest such.
func (p *Payfer) WaitPayment(ctx context.Context, match func(Payment) bool) (Payment, error) {
	var found Payment
	err := p.Wait(ctx, func(v *PayferView) bool {
		for _, pay := range v.Payments("") {
			if match == nil || match(pay) {
				found = pay
				return true
			}
		}
		return false
	})
	return found, err
}
