package kassa_test

import (
	"cmp"
	"errors"

	"pgregory.net/rapid"

	"payferbot/kassa"
	"payferbot/payfer"
)

// crowd is what the model remembers of groups and customers.
type crowd struct {
	home    int64          // the address of the chat that commands come from
	owed    map[seat]bool  // customers who came before the bot knew of the money
	anew    map[visit]bool // invoices that were asked for again, so that they stand there more than once
	came    map[visit]bool // invoices that were asked for
	givenUp map[seat]bool  // news that Telegram refused by themselves
}

// seat is an order in a chat, visit an invoice by its number.
type (
	seat struct {
		chat  int64
		order string
	}
	visit struct {
		chat   int64
		number int
	}
)

func newCrowd() crowd {
	return crowd{owed: map[seat]bool{}, anew: map[visit]bool{}, came: map[visit]bool{}, givenUp: map[seat]bool{}}
}

// Burst is a queue at the counter: several commands, or all that is open paid at once.
func (m *model) Burst(t *rapid.T) {
	if len(m.commands) < 12 && rapid.Bool().Draw(t, "commands") {
		m.gate.create = nil
		for range rapid.IntRange(4, 6).Draw(t, "many") {
			c := m.command()
			m.commands = append(m.commands, c)
			m.waiting = append(m.waiting, c)
		}
		m.live(func() {})
		return
	}
	for _, order := range m.orders() {
		if m.gate.payments[order].state != payfer.Paid {
			m.gate.pay(order)
		}
		m.live(func() { m.must(m.desk.Hint(m.ctx(), m.shop.Token, order)) })
	}
}

// Visit is a customer opening an invoice, or the shop itself.
func (m *model) Visit(t *rapid.T) {
	order := m.anOrder(t)
	chat := rapid.SampledFrom([]int64{client, client + 1, 0}).Draw(t, "who")
	if chat == 0 {
		chat = m.crowd.home
	}
	number := m.invoice(order).Number
	what := visit{chat, number}
	if m.crowd.came[what] || chat == m.crowd.home {
		m.crowd.anew[what] = true
		m.crowd.anew[visit{palace, number}] = m.crowd.anew[visit{palace, number}] || chat == m.crowd.home
	}
	m.crowd.came[what] = true
	m.live(func() {
		peer := m.peer
		if chat != m.crowd.home {
			peer = m.at(chat)
		}
		inv, err := m.desk.Visit(m.ctx(), peer, order)
		m.must(err)
		if inv.State != kassa.Paid && chat != m.crowd.home {
			m.crowd.owed[seat{chat, inv.Order}] = true
		}
	})
}

// Withdraw is the shop's second thought.
func (m *model) Withdraw(t *rapid.T) {
	order := m.anOrder(t)
	m.live(func() {
		_, err := m.desk.Withdraw(m.ctx(), m.peer, order)
		m.must(err)
	})
}

// Move makes the group a supergroup, of which the bot hears by Telegram's word or by its refusals.
func (m *model) Move(t *rapid.T) {
	if m.crowd.home != yard {
		t.Skip("no group, or it moved already")
	}
	m.crowd.home, m.chat.moved[yard] = palace, palace
	m.chat.shut[palace] = m.chat.shut[yard]
	if rapid.Bool().Draw(t, "by word") {
		m.live(func() { m.must(m.desk.Move(m.ctx(), yard, palace)) })
	}
}

// Refuse is a 400 to the next message.
func (m *model) Refuse(*rapid.T) {
	m.chat.refuse = func(d kassa.Delivery) error {
		m.chat.refuse = nil
		if d.Kind == kassa.Announce && len(d.Also) == 0 {
			m.crowd.givenUp[seat{m.door(d.Peer.At.Chat), cmp.Or(d.Invoice.Code, d.Invoice.Order)}] = true
		}
		return &kassa.SendError{Fate: kassa.Refused, Err: errors.New("bad request")}
	}
}

// Shut is a chat that forbids everything.
func (m *model) Shut(t *rapid.T) {
	m.chat.shut[rapid.SampledFrom([]int64{m.crowd.home, client, neighbour}).Draw(t, "who")] = true
}

// Back is that chat speaking again.
func (m *model) Back(*rapid.T) { m.live(m.allBack) }

func (m *model) allBack() {
	clear(m.chat.shut)
	peers, err := m.desk.Parked(m.ctx(), 10)
	m.must(err)
	for _, p := range peers {
		m.must(m.desk.Back(m.ctx(), p.ID))
	}
}

// door is the one name of a place that may have had two addresses.
func (m *model) door(chat int64) int64 {
	if chat == palace {
		return yard
	}
	return chat
}

// toldOnce holds the end to the promise: the shop was told of all money, and so
// was every customer who had come before; once, but for what excuses a repeat.
func (m *model) toldOnce(t *rapid.T) {
	told := map[seat]int{}
	for _, n := range m.chat.of(kassa.Announce) {
		told[seat{m.door(n.chat), n.order}]++
	}
	for in, n := range told {
		if n > 1 && !m.excused {
			t.Fatalf("order %s was announced %d times in %d, and nothing excuses it", in.order, n, in.chat)
		}
	}
	home := m.door(m.crowd.home)
	for order, p := range m.gate.payments {
		if p.state != payfer.Paid || p.site {
			continue
		}
		inv := m.invoice(order)
		for _, v := range inv.Views {
			peer, err := m.desk.Peer(m.ctx(), v.Peer)
			m.must(err)
			in := seat{m.door(peer.At.Chat), order}
			must := in.chat == home || m.crowd.owed[in]
			if !v.Copy && must && told[in] == 0 && !m.crowd.givenUp[in] {
				t.Fatalf("paid order %s was never announced in %d: %+v", order, in.chat, v)
			}
		}
	}
}
