package kassa

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"payferbot/payfer"
)

// A stranger is a payment that the bot did not issue: the kassa serves the
// shop's website as well, or the store has forgotten an order of ours. A webhook
// is all that tells of it, so it is an Invoice that nobody asked for: without a
// number, a chat or an origin, in nobody's history. It waits until check tells
// what it is. If it is paid, it gets a view in each chat of the kassa, and is kept for
// a while so that it is told once; whatever else it turns out to be, it is
// forgotten, so that forged webhooks leave nothing behind.

// ErrStrangers says that as many strangers wait for their check as may.
var ErrStrangers = errors.New("too many orders that are not ours wait to be asked about")

const (
	// mostStrangers is how many of them wait for one kassa.
	mostStrangers = 64
	// strangerSilence is how long Payfer may stay silent about one.
	strangerSilence = 72 * time.Hour
	// strangerFresh is how old a payment may be when its webhook comes: what is
	// older was told by somebody else, or long ago.
	strangerFresh = 24 * time.Hour
	// strangerKept is how long one that was told is kept: until then no webhook
	// makes it be told again, and after that it is no longer fresh.
	strangerKept = 7 * 24 * time.Hour
	// strangePrefix begins the order of a stranger.
	strangePrefix = "stranger:"
)

// IsStranger tells the order of a stranger from one of ours.
func IsStranger(order string) bool { return strings.HasPrefix(order, strangePrefix) }

// Stranger tells an invoice that the bot did not issue. Payfer knows it by its Code.
func (inv *Invoice) Stranger() bool { return IsStranger(inv.Order) }

// strangeOrder is our own name for Payfer's code, which is unique within its
// kassa alone, and may be long and hold anything.
func strangeOrder(shop ShopID, code string) string {
	sum := sha256.Sum256([]byte(string(shop) + "\x00" + code))
	return strangePrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}

// code is what Payfer calls the order.
func (inv *Invoice) code() string {
	if inv.Stranger() {
		return inv.Code
	}
	return inv.Order
}

// ours is the order's invoice, if it is the bot's own: people, pages and
// webhooks, which all may say any order, never reach a stranger by our name for it.
func ours(tx Tx, order string) (Invoice, error) {
	if IsStranger(order) {
		return Invoice{}, ErrNotFound
	}
	return tx.Invoice(order)
}

// strange takes a webhook for an order that we do not know. One that was told
// already, or that nobody could be asked about, changes nothing.
func (d *Desk) strange(tx Tx, shop Shop, code string) error {
	if code == "" || shop.Key == "" {
		return nil
	}
	inv, err := tx.Invoice(strangeOrder(shop.ID, code))
	switch {
	case err == nil && inv.State == Paid:
		return nil
	case err == nil:
		return d.hinted(tx, inv)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	waiting, err := tx.Strangers(shop.ID)
	if err != nil {
		return err
	}
	if len(waiting) >= mostStrangers {
		return ErrStrangers
	}
	now := d.now()
	inv = Invoice{Order: strangeOrder(shop.ID, code), Code: code, Shop: shop.ID, State: Unknown, Created: now, Hinted: now}
	tx.PutInvoice(inv)
	tx.SetDue(shop.ID, inv.Order, now)
	return nil
}

// seen merges what check told of a stranger. Its exact sum was asked for by
// somebody else, so that it mostly is not known.
func (inv *Invoice) seen(s payfer.Status, zs zones, now time.Time) {
	if inv.State == Paid {
		return
	}
	inv.Asked, inv.Unique = s.Amount, s.Unique
	switch s.State {
	case payfer.Paid:
		inv.pay(s, zs, now)
		inv.Late = false // whether there was a time to keep is between others
		if zs.around(s.PaidAt, inv.Created.Add(-strangerFresh), now.Add(strangerFresh)) {
			inv.Kept = now.Add(strangerKept)
		}
	case payfer.Pending:
		inv.State = Pending
	case payfer.Expired:
		inv.State = Expired
	case payfer.Cancelled:
		inv.State = Cancelled
	}
}

// introduce shows a stranger that is to be told to the chats of its kassa. Where
// there are none it is not kept.
func (d *Desk) introduce(tx Tx, inv *Invoice) error {
	if inv.Kept.IsZero() || len(inv.Views) > 0 {
		return nil
	}
	links, err := tx.Links(inv.Shop)
	if err != nil {
		return err
	}
	told := map[Address]bool{} // two peers may be one chat since it became a supergroup
	for _, id := range links {
		peer, err := tx.Peer(id)
		if err != nil {
			return err
		}
		if !told[peer.At] {
			told[peer.At] = true
			inv.Views = append(inv.Views, View{Peer: id})
		}
	}
	if len(inv.Views) == 0 {
		inv.Kept = time.Time{}
	}
	return nil
}

// strangerCheck is when Payfer is to be asked about a stranger next; zero: never
// again. Once it has answered, only the webhook speaks for there being more to hear.
func (inv *Invoice) strangerCheck(now time.Time) time.Time {
	if inv.State == Paid || inv.State == Absent {
		return time.Time{}
	}
	next := inv.hinted(now)
	if inv.Failed > 0 {
		next = earliest(next, until(inv.Created.Add(strangerSilence), now.Add(retryAfter(inv.Failed))))
	}
	return next
}

// part ends the wait of a stranger about which nothing more is asked: it is kept
// if it was told, and forgotten otherwise. But a webhook that came after the
// question was put is owed a question of its own, so that what is forgotten
// is only what the claim, while it lasts, still holds.
func (d *Desk) part(tx Tx, inv *Invoice, due, claim time.Time) {
	held := due.Equal(claim) && claim.After(d.now())
	switch {
	case !inv.Kept.IsZero():
		tx.SetDue(inv.Shop, inv.Order, time.Time{})
	case inv.State == Paid || held:
		tx.DropStranger(inv.Shop, inv.Order)
	default:
		tx.SetDue(inv.Shop, inv.Order, due)
	}
}

// notTold says in the log that money came which no chat hears of.
func (d *Desk) notTold(inv Invoice, at payfer.Stamp) {
	if inv.Stranger() && inv.State == Paid && inv.Kept.IsZero() {
		d.log.Warn("a payment that the bot did not issue is told nobody: it is old, its time cannot be read, or no chat is linked",
			"shop", inv.Shop, "order", inv.Code, "paid at", string(at))
	}
}

// dropStrangers throws away strangers that were kept long enough. One that a chat
// is still owed stays: the chat may be closed to us for longer than that.
func (d *Desk) dropStrangers(ctx context.Context) error {
	const some = 200
	for {
		over := 0
		err := d.store.Update(ctx, func(tx Tx) error {
			now := d.now()
			orders, err := tx.StrangersOver(now, some)
			over = len(orders)
			for _, order := range orders {
				if err := dropStranger(tx, order, now); err != nil {
					return err
				}
			}
			return err
		})
		if err != nil || over < some {
			return err
		}
	}
}

func dropStranger(tx Tx, order string, now time.Time) error {
	inv, err := tx.Invoice(order)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, v := range inv.Views {
		if _, owed := inv.duty(v); owed {
			inv.Kept = now.Add(strangerKept)
			tx.PutInvoice(inv)
			return nil
		}
	}
	tx.DropStranger(inv.Shop, order)
	return nil
}
