package kassa_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"payferbot/kassa"
)

const (
	oldCard = "8600123456789012"
	newCard = "9860010203040506"
)

// payTo tells the customers of the world's kassa to pay to the card.
func (w *world) payTo(card string) {
	w.t.Helper()
	_, err := w.desk.SetCard(w.ctx(), w.peer, card, "ALI")
	w.must(err)
}

func TestACardNumberIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, card, rest string }{
		{"4111111111111111", "4111111111111111", ""},
		{" 4111 1111 1111 1111 ", "4111111111111111", ""},
		{"4111-1111-1111-1111 ALI VALIYEV", "4111111111111111", "ALI VALIYEV"},
		{"4111\u00a01111\u202f1111–1111\nAli", "4111111111111111", "Ali"},
		{"4111111111111112", "", ""},
		{"411111111111111", "", ""},
		{"0000000000000000", "", ""},
		{"41111111111111111111", "", ""},
		{"٤١١١١١١١١١١١١١١١", "", ""},
		{"Ali 4111111111111111", "", ""},
		{"", "", ""},
	} {
		card, rest, err := kassa.ParseCard(c.text)
		if card != c.card || rest != c.rest || errors.Is(err, kassa.ErrCard) != (c.card == "") {
			t.Errorf("%q: %q, %q, %v", c.text, card, rest, err)
		}
	}
	if got := (kassa.Details{Card: "41111111111111112"}).CardInFours(); got != "4111 1111 1111 1111 2" {
		t.Errorf("in fours: %q", got)
	}
}

func TestOneMistypedDigitIsNoCardNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const good = "4111111111111111"
		at, digit := rapid.IntRange(0, 15).Draw(t, "at"), rapid.IntRange(0, 9).Draw(t, "digit")
		bad := good[:at] + string(rune('0'+digit)) + good[at+1:]
		if _, _, err := kassa.ParseCard(bad); (err == nil) != (bad == good) {
			t.Fatalf("%s: %v", bad, err)
		}
	})
}

func TestNewDetailsReachAllThatCanBePaidAndNothingElse(t *testing.T) {
	w := bolt(t)
	w.payTo(oldCard)
	open, withdrawn, done := w.issue().Order, w.issue().Order, w.issue().Order
	w.withdraw(withdrawn)
	w.visit(client, open)
	w.pass(10 * time.Second)
	w.settle(done)
	w.pass(10 * time.Second)
	w.payTo(newCard)
	w.pass(time.Minute)
	for _, chat := range []int64{77, client} {
		for _, m := range w.chat.in(chat, kassa.Show) {
			if want := map[bool]string{true: oldCard, false: newCard}[m.order == done]; m.card != want {
				t.Errorf("chat %d, №%d shows the card %s, want %s", chat, m.number, m.card, want)
			}
		}
	}
	inv := w.issue()
	if inv.PayTo.Card != newCard {
		t.Errorf("a new invoice shows %s", inv.PayTo.Card)
	}
	w.wantTold(77, []string{done}, 1, 0)
}

// Found in review: the customer of an invoice whose create was under way was
// shown the old card for as long as it could be paid.
func TestNewDetailsReachAnInvoiceOfWhichPayferHasNotAnsweredYet(t *testing.T) {
	for name, create := range map[string]func(*call) error{
		"creating": func(*call) error { return nil },
		"lost":     replyLost,
		"failed":   fails("unknown"), // replaced by another attempt
	} {
		t.Run(name, func(t *testing.T) {
			w := bolt(t)
			w.gate.tells = true
			w.payTo(oldCard)
			w.gate.create = append(w.gate.create, func(c *call) error {
				w.payTo(newCard)
				return create(c)
			})
			w.issue()
			w.pass(time.Minute)
			if m := w.wantOne(77, kassa.Show); m.card != newCard || !m.photo {
				t.Errorf("the customer sees %+v", m)
			}
		})
	}
}

func TestNewDetailsReachAnInvoiceBegunInTheSameMoment(t *testing.T) {
	w := bolt(t)
	w.payTo(oldCard)
	s := &interposed{Store: w.store}
	w.store = s
	w.start()
	s.between = func() { w.issue() } // with the old card, before the new one is written
	w.payTo(newCard)
	w.pass(time.Minute)
	if m := w.wantOne(77, kassa.Show); m.card != newCard {
		t.Errorf("the customer sees the card %s", m.card)
	}
}

func TestAChatWithoutAKassaHasNoDetails(t *testing.T) {
	w := bolt(t)
	_, err := w.desk.SetCard(w.ctx(), w.at(78), newCard, "")
	if !errors.Is(err, kassa.ErrNotLinked) {
		t.Errorf("%v", err)
	}
}

func TestTheFaceKnowsTheCard(t *testing.T) {
	t.Parallel()
	a, b := kassa.Invoice{}, kassa.Invoice{PayTo: kassa.Details{Card: strings.Repeat("1", 16)}}
	if a.Face() == b.Face() {
		t.Error("a message with another card counts as up to date")
	}
}
