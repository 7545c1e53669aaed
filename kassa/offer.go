package kassa

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"payferbot/money"
)

// An offer is a leave to make one kind of invoice: its sum, its note and its
// kassa stand fixed, and whoever presses the button of the inline message that carries it
// has the invoice made there. Payfer hears of nothing before that. It is a
// Grant, good for a day, for as many messages as its maker posts.

// offerTime is how long an offer is good for; one that its maker repeats is good anew.
const offerTime = 24 * time.Hour

// Offer makes an offer of the peer's kassa. The same offer has the same code, so that typing
// it again writes nothing. Errors: ErrAmount, ErrNotLinked, the store's.
func (d *Desk) Offer(ctx context.Context, peer PeerID, by int64, sum money.Amount, note string) (code string, shop Shop, err error) {
	if sum < MinAmount || sum > MaxAmount {
		return "", Shop{}, ErrAmount
	}
	err = d.store.View(ctx, func(tx Tx) error {
		if _, shop, err = linked(tx, peer); err != nil {
			return err
		}
		code = offerCode(peer, by, shop.ID, sum, note)
		_, err = d.goodOffer(tx, code, d.now().Add(offerTime/2))
		return err
	})
	if errors.Is(err, ErrNotFound) {
		_, err = d.grantFor(ctx, Grant{Code: code, Group: peer, By: by, Shop: shop.ID, Sum: sum, Note: note}, offerTime)
	}
	shop.Key = ""
	return code, shop, err
}

// offerCode cannot be guessed: the peer's own name is in it, which nobody is told.
func offerCode(peer PeerID, by int64, shop ShopID, sum money.Amount, note string) string {
	raw := sha256.Sum256(fmt.Append(nil, peer, " ", by, " ", shop, " ", int64(sum), " ", note))
	const letters = 24
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))[:letters]
}

// goodOffer is the offer if it is still good at the given time.
func (d *Desk) goodOffer(tx Tx, code string, at time.Time) (Grant, error) {
	g, err := tx.Grant(code)
	if err == nil && (!g.offer() || !at.Before(g.Until)) {
		err = ErrNotFound
	}
	return g, err
}

// Posted says in which inline message its maker has posted an offer. From then on the
// message is good for no other: whoever presses its button may say, with a client
// of his own making, that it is another offer's, of his own kassa, and be paid in the shop's name.
// What is no offer of that person's is forgotten.
func (d *Desk) Posted(ctx context.Context, code string, by int64, inline string) error {
	err := d.store.View(ctx, func(tx Tx) error {
		g, err := d.goodOffer(tx, code, d.now())
		if err == nil && g.By != by {
			err = ErrNotFound
		}
		return err
	})
	if err == nil {
		_, err = d.grantFor(ctx, Grant{Code: postedCode(inline), By: by, Posted: code}, 2*offerTime)
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// postedCode is under what it is known which offer an inline message carries.
func postedCode(inline string) string {
	raw := sha256.Sum256([]byte("posted " + inline))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]))
}

// carries tells whether the offer may be the one of the inline message. Where Telegram
// has told nothing of the message, any may.
func carries(tx Tx, inline, code string) (bool, error) {
	g, err := tx.Grant(postedCode(inline))
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return g.Posted == code, err
}

// TakeUp makes the invoice that an inline message offers: in the chat of the
// offer's maker, who has the QR there and hears of the money, and in the inline
// message. A second press finds what the first one made, however long ago. Errors: ErrNotFound where there
// is no such offer any more, or it is not that message's, ErrNotLinked where its kassa is not linked there any more, the store's.
func (d *Desk) TakeUp(ctx context.Context, code, inline string) (Invoice, error) {
	c, err := d.offered(ctx, code, Command{Origin: InlineOrigin(inline), Inline: inline})
	if err != nil {
		return Invoice{}, fmt.Errorf("take up an offer: %w", err)
	}
	inv, err := d.issue(ctx, c)
	if err != nil {
		return inv, err
	}
	d.readyBell.ring()
	return inv, nil
}

// offered fills in what the offer says, unless the message has its invoice.
func (d *Desk) offered(ctx context.Context, code string, c Command) (Command, error) {
	err := d.store.View(ctx, func(tx Tx) error {
		if _, err := tx.InvoiceFrom(c.Origin); !errors.Is(err, ErrNotFound) {
			return err
		}
		g, err := d.goodOffer(tx, code, d.now())
		if err != nil {
			return err
		}
		if its, err := carries(tx, c.Inline, code); err != nil || !its {
			return cmp.Or(err, ErrNotFound)
		}
		peer, err := tx.Peer(g.Group)
		if err == nil && peer.Shop != g.Shop {
			err = ErrNotLinked
		}
		c.Peer, c.Shop, c.Amount, c.Note, c.By = g.Group, g.Shop, g.Sum, g.Note, g.By
		return err
	})
	return c, err
}

// inlineView is the view in an inline message. It is there before its invoice,
// under the name that its peer's address is, and it is only ever edited: no new message can be
// sent where it stands, so nothing is announced there.
func inlineView(peer PeerID) View {
	return View{Peer: peer, Message: 1, Guest: true, Inline: true, Announced: true}
}

// inlinePeer finds or makes the peer of an inline message.
func inlinePeer(tx Tx, inline, lang string) (Peer, error) {
	at := Address{Inline: inline}
	p, err := tx.PeerAt(at)
	if errors.Is(err, ErrNotFound) {
		p = Peer{ID: NewPeerID(), At: at, Lang: lang}
		tx.PutPeer(p)
		err = nil
	}
	return p, err
}

// picture is Telegram's name for a picture of the invoice as it stands now: the one in the
// message of the chat that asked. Inline messages take no other. Empty: not known yet.
func (inv *Invoice) picture() string {
	if home := inv.Views[0]; home.Pictured == inv.Standing() {
		return home.Picture
	}
	return ""
}

// face is what the view shows of the invoice when it is up to date.
func (inv *Invoice) face(v View) string {
	if v.Inline {
		return inv.Face() + " " + inv.picture()
	}
	return inv.Face()
}
