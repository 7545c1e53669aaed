package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
)

// check is /check [№ or code].
func (t *turn) check(ctx context.Context, ref string) error {
	inv, err := t.wanted(ctx, ref)
	if err != nil || inv.Order == "" {
		if errors.Is(err, kassa.ErrNotFound) {
			t.say(ctx, "check.none", nil)
			return nil
		}
		if err == nil {
			t.say(ctx, "check.nothing", nil)
		}
		return err
	}
	told, err := t.standing(ctx, inv)
	if err != nil {
		return err
	}
	t.send(ctx, answer{html: locales.Escape(told), replyTo: t.message})
	return nil
}

// wanted is the invoice that /check means: the one named, else the latest open
// one, else the latest; none at all has no order.
func (t *turn) wanted(ctx context.Context, ref string) (kassa.Invoice, error) {
	if ref != "" {
		return t.desk.Find(ctx, t.peer.ID, ref)
	}
	const enough = 50
	recent, err := t.recent(ctx, enough)
	if err != nil || len(recent) == 0 {
		return kassa.Invoice{}, err
	}
	for _, inv := range recent {
		if inv.Open() {
			return inv, nil
		}
	}
	return recent[0], nil
}

// standing asks Payfer, unless it was asked a moment ago, and gives the answer
// in plain words.
func (t *turn) standing(ctx context.Context, inv kassa.Invoice) (string, error) {
	if t.try == 0 && !t.bot.limits.checks.take(string(t.peer.ID)+inv.Order, t.bot.now()) {
		return t.plain("check.busy", nil), nil
	}
	now, err := t.desk.Check(ctx, t.peer.ID, inv.Order)
	var silent *payfer.Error
	switch {
	case err == nil:
		return t.stateOf(now), nil
	case errors.As(err, &silent):
		t.bot.log.Info("Payfer did not answer a check", "order", inv.Order, "error", err)
		return t.plain("check.failed", locales.Args{"Number": inv.Number}), nil
	case errors.Is(err, kassa.ErrNotFound):
		return t.plain("check.none", nil), nil
	}
	return "", err
}

// stateOf says how the invoice stands, to the shop or to a customer.
func (t *turn) stateOf(inv kassa.Invoice) string {
	if inv.Peer != t.peer.ID {
		return t.bot.render.guestState(t.lang, inv)
	}
	return t.bot.render.state(t.lang, inv)
}

// pressedInvoice is the one that a button names. Buttons name order codes; a
// made-up press with a № must not tell what the chat's other invoices are.
func (t *turn) pressedInvoice(ctx context.Context, order string) (kassa.Invoice, error) {
	if !kassa.IsOrder(order) {
		return kassa.Invoice{}, kassa.ErrNotFound
	}
	return t.desk.Find(ctx, t.peer.ID, order)
}

// pressCheck is "check" under an invoice. A press under a copy that nobody
// recorded, left by a send whose reply was lost, makes the copy known.
func (t *turn) pressCheck(ctx context.Context, order string) error {
	inv, err := t.pressedInvoice(ctx, order)
	if errors.Is(err, kassa.ErrNotFound) {
		t.toast(ctx, t.plain("check.none", nil))
		return nil
	}
	if err != nil {
		return err
	}
	if t.shows && !shownBy(inv, t.peer.ID, t.message) {
		if err := t.desk.Adopt(ctx, t.peer.ID, inv.Order, t.message); err != nil {
			return err
		}
	}
	told, err := t.standing(ctx, inv)
	if err != nil {
		return err
	}
	t.toast(ctx, told)
	return nil
}

// shownBy tells whether the message is known to show the invoice.
func shownBy(inv kassa.Invoice, peer kassa.PeerID, message int) bool {
	for _, v := range inv.Views {
		if v.Peer == peer && (v.Message == message || v.Stale == message) {
			return true
		}
	}
	return false
}
