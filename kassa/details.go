package kassa

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Details are where a kassa's customers send the money. Payfer does not tell
// them: the shop's owner does.
type Details struct {
	Card   string `json:",omitempty"` // the number's digits alone; empty: not told
	Holder string `json:",omitempty"` // as it stands on the card; may be empty

	Links []PayLink `json:",omitempty"` // pages on which it can be paid as well, MostLinks at most
}

// CardInFours is the number as cards show it: "8600 1234 5678 9012".
func (d Details) CardInFours() string {
	var parts []string
	for rest := d.Card; rest != ""; {
		n := min(4, len(rest))
		parts, rest = append(parts, rest[:n]), rest[n:]
	}
	return strings.Join(parts, " ")
}

// ErrCard says that a text holds no card number: the wrong number of digits,
// or one of them mistyped.
var ErrCard = errors.New("no card number")

// The lengths of card numbers: Uzcard and Humo have 16 digits, others up to 19.
const (
	minCard = 16
	maxCard = 19
)

// ParseCard reads a card number, with or without spaces and dashes, at the
// start of a text and gives what follows it, trimmed. The last digit of a number
// checks the others (Luhn), so that one mistyped digit does not send people's money astray.
func ParseCard(text string) (card, rest string, err error) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && !strings.ContainsRune(" \u00a0\u202f-–", r)
	})
	if end < 0 {
		end = len(text)
	}
	card = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text[:end])
	if len(card) < minCard || len(card) > maxCard || !luhn(card) {
		return "", "", ErrCard
	}
	return card, strings.TrimSpace(text[end:]), nil
}

// luhn doubles every second digit from the right; the sum must end in 0.
func luhn(card string) bool {
	sum := 0
	for i := range len(card) {
		n := int(card[len(card)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum > 0 && sum%10 == 0
}

// mostOpen bounds how many of a kassa's orders one change goes through.
const mostOpen = 10_000

// SetHolder tells the name on the card, if that is still the kassa's: ErrCard
// where it is not, for somebody has changed it meanwhile.
func (d *Desk) SetHolder(ctx context.Context, peer PeerID, card, holder string) (Shop, error) {
	return d.changeDetails(ctx, peer, func(was Details) (Details, error) {
		if was.Card != card {
			return Details{}, ErrCard
		}
		was.Holder = holder
		return was, nil
	})
}

// SetCard tells the card to which the customers of the peer's kassa send the
// money; empty: none any more. Invoices that can still be paid show it from then on. ErrNotLinked: the
// peer has no kassa.
func (d *Desk) SetCard(ctx context.Context, peer PeerID, card, holder string) (Shop, error) {
	return d.changeDetails(ctx, peer, func(was Details) (Details, error) {
		was.Card, was.Holder = card, holder
		return was, nil
	})
}

// AddLink gives the kassa one more page on which its customers can pay. Errors
// beside the store's: ErrNotLinked, ErrMostLinks, ErrSameLink.
func (d *Desk) AddLink(ctx context.Context, peer PeerID, link PayLink) (Shop, error) {
	return d.changeDetails(ctx, peer, func(was Details) (Details, error) {
		switch {
		case slices.Contains(was.Links, link):
			return Details{}, ErrSameLink
		case len(was.Links) >= MostLinks:
			return Details{}, ErrMostLinks
		}
		was.Links = append(slices.Clone(was.Links), link)
		return was, nil
	})
}

// DropLinks takes all pay links off the kassa.
func (d *Desk) DropLinks(ctx context.Context, peer PeerID) (Shop, error) {
	return d.changeDetails(ctx, peer, func(was Details) (Details, error) {
		was.Links = nil
		return was, nil
	})
}

func (d *Desk) changeDetails(ctx context.Context, peer PeerID, fn func(Details) (Details, error)) (shop Shop, err error) {
	err = d.store.Update(ctx, func(tx Tx) error {
		if _, shop, err = linked(tx, peer); err != nil {
			return err
		}
		if shop.PayTo, err = fn(shop.PayTo); err != nil {
			return err
		}
		tx.PutShop(shop)
		return nil
	})
	if err != nil {
		return shop, err
	}
	return shop, d.redirectAll(ctx, shop.ID)
}

// redirectAll goes through the kassa's orders. They are read after the kassa was
// written: an invoice begun by then with the old details is among them.
func (d *Desk) redirectAll(ctx context.Context, shop ShopID) error {
	var orders []string
	err := d.store.View(ctx, func(tx Tx) (err error) {
		orders, err = tx.WatchedOrders(shop, mostOpen)
		return err
	})
	if err != nil {
		return err
	}
	for _, order := range orders {
		if err := d.redirect(ctx, order); err != nil {
			return err
		}
	}
	return nil
}

// redirect shows the kassa's details, as they are by now, on an invoice that can
// still be paid, or will be once Payfer has answered. Of two changes at once the
// kassa's own record says which is the last.
func (d *Desk) redirect(ctx context.Context, order string) error {
	err := d.store.Update(ctx, func(tx Tx) error {
		inv, err := tx.Invoice(order)
		if err != nil || !inv.awaits() {
			return err
		}
		shop, err := tx.Shop(inv.Shop)
		if err != nil || inv.PayTo.Same(shop.PayTo) {
			return err
		}
		inv.PayTo = shop.PayTo
		inv.tick(d.now())
		tx.PutInvoice(inv)
		d.owe(tx, &inv)
		return nil
	})
	d.readyBell.ring()
	return err
}
