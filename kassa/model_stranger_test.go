package kassa_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"payferbot/kassa"
	"payferbot/payfer"
)

// longAgo is when a payment was made of which nobody is to hear any more.
const longAgo = 48 * time.Hour

// neighbour is a second chat of the kassa.
const neighbour = 950

// site is what the model remembers of the shop's website, and of forgers.
type site struct {
	sold   map[string]time.Time // when a payment was paid, as Payfer says
	old    map[string]bool      // that was long ago
	hinted map[string]bool      // a webhook was sent, which the bot may have taken or not
	owed   map[string]bool      // a webhook was taken when the payment was paid and fresh
	forged int
}

func newSite() site {
	return site{sold: map[string]time.Time{}, old: map[string]bool{}, hinted: map[string]bool{}, owed: map[string]bool{}}
}

// Website asks for a payment under a code of its own; once in a while for one
// that looks like the bot's, as one does that the store forgot.
func (m *model) Website(t *rapid.T) {
	n := len(m.codes(true))
	if n >= 8 {
		t.Skip("enough payments of the website")
	}
	code := fmt.Sprintf("web-%d", n)
	if rapid.IntRange(0, 3).Draw(t, "forgotten") == 0 {
		code = fmt.Sprintf("forgottenorder2%d", n%6+2)
	}
	if m.gate.payments[code] == nil {
		m.gate.website(code)
	}
}

// Sell is a customer's transfer on the website, now or long ago, with the webhook that Payfer may lose.
func (m *model) Sell(t *rapid.T) {
	code := m.aSale(t)
	p := m.gate.payments[code]
	if p.state != payfer.Paid {
		at := m.now
		if m.site.old[code] = rapid.IntRange(0, 3).Draw(t, "long ago") == 0; m.site.old[code] {
			at = at.Add(-longAgo)
		}
		m.gate.pay(code)
		p.at, m.site.sold[code] = m.gate.stamp(at), at
	}
	for range rapid.IntRange(0, 3).Draw(t, "webhooks") {
		m.stray(code)
	}
}

// Stray is a webhook for a payment of the website in any state, or for none.
func (m *model) Stray(t *rapid.T) {
	if rapid.Bool().Draw(t, "invented") {
		m.site.forged++
		m.stray(fmt.Sprintf("forged-%d", m.site.forged%5))
		return
	}
	m.stray(m.aSale(t))
}

func (m *model) aSale(t *rapid.T) string {
	codes := m.codes(true)
	if len(codes) == 0 {
		t.Skip("no payments of the website yet")
	}
	return rapid.SampledFrom(codes).Draw(t, "sale")
}

// stray sends the webhook; the process may die before it has taken it.
func (m *model) stray(code string) {
	m.site.hinted[code] = true
	at, paid := m.site.sold[code]
	fresh := paid && m.now.Sub(at) < 24*time.Hour
	m.live(func() {
		m.must(m.desk.Hint(m.ctx(), m.shop.Token, code))
		m.site.owed[code] = m.site.owed[code] || fresh
	})
}

// strangersTold holds the end to the promise for payments that the bot did not
// issue: what was paid, fresh and hinted at was told in each chat of the kassa, and
// nothing else; how often, toldOnce says. Nothing of them waits any more.
func (m *model) strangersTold(t *rapid.T) {
	told := map[seat]bool{}
	for _, n := range m.chat.of(kassa.Announce) {
		told[seat{m.door(n.chat), n.order}] = true
	}
	for _, chat := range []int64{m.door(m.crowd.home), neighbour} {
		for _, code := range m.codes(true) {
			in := seat{chat, code}
			_, paid := m.site.sold[code]
			if m.site.owed[code] && !told[in] && !m.crowd.givenUp[in] {
				t.Fatalf("the website's payment %s was never told in %d", code, chat)
			}
			if told[in] && (!paid || m.site.old[code] || !m.site.hinted[code]) {
				t.Fatalf("%s was told in %d: paid %t, long ago %t, a webhook came: %t", code, chat, paid, m.site.old[code], m.site.hinted[code])
			}
		}
	}
	for n := range m.site.forged {
		if code := fmt.Sprintf("forged-%d", n); m.kept(code) {
			t.Fatalf("something is left of %s", code)
		}
	}
	if waiting := m.strangers(); len(waiting) > 0 {
		t.Fatalf("strangers wait after five days: %v", waiting)
	}
	if next, err := m.desk.NextAt(m.ctx()); err != nil || !next.IsZero() {
		t.Fatalf("something is due after five days, at %v (%v)", next, err)
	}
}
