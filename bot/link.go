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

// link is /link: with id and key in one line, or the dialogue that asks for them.
func (t *turn) link(ctx context.Context, rest string) error {
	words := strings.Fields(rest)
	switch len(words) {
	case 0:
		if err := t.ask(ctx, stepShopID, ""); err != nil {
			return err
		}
		t.question(ctx, stepShopID, "")
		return nil
	case 1:
		return t.askKey(ctx, words[0])
	}
	return t.keyed(ctx, words)
}

// question puts the open question, again if need be.
func (t *turn) question(ctx context.Context, step string, shop kassa.ShopID) {
	if step == stepKey {
		t.say(ctx, "link.ask_key", locales.Args{"ShopID": string(shop)})
		return
	}
	t.say(ctx, "link.ask_id", nil)
}

// shopIDSaid takes the first answer: the id, or id and key together.
func (t *turn) shopIDSaid(ctx context.Context) error {
	words := strings.Fields(t.text)
	switch len(words) {
	case 0:
		t.question(ctx, stepShopID, "")
		return nil
	case 1:
		return t.askKey(ctx, words[0])
	}
	return t.keyed(ctx, words)
}

// askKey goes on to the second question.
func (t *turn) askKey(ctx context.Context, id string) error {
	if !typable(id, maxShopID) {
		t.say(ctx, "link.usage", nil)
		return nil
	}
	shop := kassa.ShopID(id)
	if err := t.ask(ctx, stepKey, shop); err != nil {
		return err
	}
	t.question(ctx, stepKey, shop)
	return nil
}

// keySaid takes the second answer.
func (t *turn) keySaid(ctx context.Context) error {
	words := strings.Fields(t.text)
	switch len(words) {
	case 0:
		t.question(ctx, stepKey, t.dialogue.ShopID)
		return nil
	case 1:
		words = []string{string(t.dialogue.ShopID), words[0]}
	}
	return t.keyed(ctx, words)
}

// keyed has a message in hand that holds a key: it is deleted before anything
// else is done, whatever becomes of the rest.
func (t *turn) keyed(ctx context.Context, words []string) error {
	if !t.bot.remove(ctx, t.to.chat, t.message) && t.try == 0 {
		t.say(ctx, "link.key_delete_failed", nil)
	}
	if len(words) != 2 || !typable(words[0], maxShopID) || !typable(words[1], maxShopKey) {
		t.say(ctx, "link.usage", nil)
		return t.endDialogue(ctx)
	}
	return t.connect(ctx, payfer.Credentials{ShopID: words[0], ShopKey: secret.Text(words[1])})
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
	waiting := 0
	if t.try == 0 {
		waiting = t.send(ctx, answer{html: t.html("link.checking", nil)})
	}
	shop, err := t.desk.Link(ctx, t.peer.ID, c)
	var refused *payfer.Error
	switch {
	case err == nil:
		t.send(ctx, answer{html: t.linked(before, shop), message: waiting})
		return nil
	case errors.As(err, &refused):
		t.bot.log.Info("a kassa was not linked", "shop", c.ShopID, "error", withoutKey(err, c.ShopKey))
		t.send(ctx, answer{html: t.html(linkKey(err), nil), message: waiting})
		return t.endDialogue(ctx)
	}
	return withoutKey(err, c.ShopKey)
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
