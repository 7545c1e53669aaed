package kassa_test

import (
	"context"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
)

// died is what a fault throws to end the "process" in the middle of anything.
type died struct{}

// mortal lets the process die at the nth step from now, where a step is any
// call to the store, to Payfer or to Telegram, before or after it took effect.
type mortal struct {
	left   int // steps to live; 0: for ever
	deaths int
}

func (m *mortal) step() {
	if m.left == 0 {
		return
	}
	if m.left--; m.left == 0 {
		m.deaths++
		panic(died{})
	}
}

// mortalStore dies before an Update, or after it was made durable.
type mortalStore struct {
	kassa.Store
	life *mortal
}

func (s mortalStore) Update(ctx context.Context, fn func(kassa.Tx) error) error {
	s.life.step()
	err := s.Store.Update(ctx, fn)
	s.life.step()
	return err
}

// mortalGateway dies before Payfer hears of a call, or before its answer is heard.
type mortalGateway struct {
	*gateway
	life *mortal
}

func (g mortalGateway) Create(ctx context.Context, c payfer.Credentials, a money.Amount, order string) (payfer.Payment, error) {
	g.life.step()
	p, err := g.gateway.Create(ctx, c, a, order)
	g.life.step()
	return p, err
}

// mortalChats die before Telegram hears of a message, or before its answer is heard.
type mortalChats struct {
	*chats
	life *mortal
}

func (c mortalChats) Deliver(ctx context.Context, d kassa.Delivery) (kassa.Sent, error) {
	c.life.step()
	id, err := c.chats.Deliver(ctx, d)
	c.life.step()
	return id, err
}
