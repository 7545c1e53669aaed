package bot

import (
	"context"
	"errors"
	"strings"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
	"payferbot/secret"
)

// How long a shop_id and a shop_key may be; Payfer documents neither. The id
// must fit a button's 64 bytes with what stands before it.
const (
	maxShopID  = 50
	maxShopKey = 256
)

// link is /link: with id and key in one line, or the dialogue that asks for
// them. In a group it leads to where the key can be said.
func (t *turn) link(ctx context.Context, rest string) error {
	words := strings.Fields(rest)
	if len(words) < 2 {
		t.dialogue = kassa.Dialogue{} // one that was open is left; with the key, it is answered all at once
	}
	switch {
	case t.group():
		return t.linkGroup(ctx, words)
	case len(words) == 0:
		return t.askShopID(ctx, kassa.Dialogue{})
	case len(words) == 1:
		return t.askKey(ctx, words[0])
	}
	return t.keyed(ctx, words)
}

// askShopID puts the first question.
func (t *turn) askShopID(ctx context.Context, d kassa.Dialogue) error {
	d.Step = stepShopID
	if err := t.ask(ctx, d); err != nil {
		return err
	}
	return t.question(ctx, d)
}

// shopIDSaid takes the first answer: the id, or id and key together.
func (t *turn) shopIDSaid(ctx context.Context) error {
	words := strings.Fields(t.text)
	switch len(words) {
	case 0:
		return t.question(ctx, t.dialogue)
	case 1:
		return t.askKey(ctx, words[0])
	}
	return t.keyed(ctx, words)
}

// askKey goes on to the second question.
func (t *turn) askKey(ctx context.Context, id string) error {
	if !typable(id, maxShopID) {
		t.usage(ctx)
		return nil
	}
	d := t.dialogue
	d.Step, d.ShopID = stepKey, kassa.ShopID(id)
	if err := t.ask(ctx, d); err != nil {
		return err
	}
	return t.question(ctx, d)
}

func keyArgs(d kassa.Dialogue) locales.Args { return locales.Args{"ShopID": string(d.ShopID)} }

// keySaid takes the second answer.
func (t *turn) keySaid(ctx context.Context) error {
	words := strings.Fields(t.text)
	switch len(words) {
	case 0:
		return t.question(ctx, t.dialogue)
	case 1:
		words = []string{string(t.dialogue.ShopID), words[0]}
	}
	return t.keyed(ctx, words)
}

// usage says how to write it.
func (t *turn) usage(ctx context.Context) {
	if t.dialogue.For != "" {
		t.say(ctx, "link.usage_group", nil)
		return
	}
	t.say(ctx, "link.usage", nil)
}

// keyed has a message in hand that holds a key: it is deleted before anything
// else is done, whatever becomes of the rest.
func (t *turn) keyed(ctx context.Context, words []string) error {
	if !t.bot.remove(ctx, t.to.chat, t.message) && t.try == 0 {
		t.say(ctx, "link.key_delete_failed", nil)
	}
	if len(words) != 2 || !typable(words[0], maxShopID) || !typable(words[1], maxShopKey) {
		t.usage(ctx)
		if t.dialogue.For != "" { // the way back to the group for another invitation is long
			return nil
		}
		return t.endDialogue(ctx)
	}
	c := payfer.Credentials{ShopID: words[0], ShopKey: secret.Text(words[1])}
	if t.dialogue.For != "" {
		return t.connectGroup(ctx, c)
	}
	return t.connect(ctx, c)
}

// typable tells a word of plain ASCII within a length.
func typable(s string, most int) bool {
	return s != "" && len(s) <= most && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// connect proves the credentials at Payfer and tells how that went.
func (t *turn) connect(ctx context.Context, c payfer.Credentials) error {
	before, err := t.desk.ShopOf(ctx, t.peer.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	waiting := t.checking(ctx)
	shop, err := t.desk.Link(ctx, t.peer.ID, c)
	var refused *payfer.Error
	switch {
	case err == nil:
		t.send(ctx, answer{html: t.linked(before, shop), message: waiting})
		t.linkedToo(ctx, t.peer, before, shop)
		return nil
	case errors.As(err, &refused):
		t.bot.log.Info("a kassa was not linked", "shop", c.ShopID, "error", withoutKey(err, c.ShopKey))
		t.send(ctx, answer{html: t.html(linkKey(err), nil), message: waiting})
		return t.endDialogue(ctx)
	}
	return withoutKey(err, c.ShopKey)
}

// linkedToo tells the kassa's other chats of a new one among them.
func (t *turn) linkedToo(ctx context.Context, here kassa.Peer, before, shop kassa.Shop) {
	if before.ID != shop.ID {
		t.tellNeighbours(ctx, here, shop, "shop.linked_too", locales.Args{})
	}
}

// linked says that it worked, and what that means for the kassa of before.
func (t *turn) linked(before, shop kassa.Shop) string {
	switch before.ID {
	case "":
		return t.html("link.done", locales.Args{"Shop": shopName(shop)})
	case shop.ID:
		return t.html("link.again", locales.Args{"Shop": shopName(shop)})
	}
	return t.html("link.replaced", locales.Args{"Old": shopName(before), "Shop": shopName(shop)})
}

// linkKey is the text for Payfer's no.
func linkKey(err error) string {
	switch payfer.KindOf(err) {
	case payfer.ErrInactive:
		return "link.inactive"
	case payfer.ErrMaintenance, payfer.ErrRateLimited:
		return "link.maintenance"
	case payfer.ErrUnsent, payfer.ErrUnknown:
		return "link.no_answer"
	}
	return "link.wrong"
}

// withoutKey is err, or its text without the key should it hold it.
func withoutKey(err error, key secret.Text) error {
	if !strings.Contains(err.Error(), key.Reveal()) {
		return err
	}
	return errors.New(clean(err.Error(), key))
}
