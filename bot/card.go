package bot

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// maxHolder is how long the name on a card may be, in characters.
const maxHolder = 64

// noHolder are the dashes with which one leaves the card's holder unnamed.
const noHolder = "-–—"

// ofShop tells whether a button of the settings is about the kassa that is
// linked here now. Where it is not, the message shows the settings of that one.
func (t *turn) ofShop(ctx context.Context, id string) (bool, error) {
	if id == string(t.peer.Shop) && id != "" {
		return true, nil
	}
	return false, t.showSettings(ctx)
}

// pressCard asks for the number of the card.
func (t *turn) pressCard(ctx context.Context, shop string) error {
	if same, err := t.ofShop(ctx, shop); err != nil || !same {
		return err
	}
	return t.pressQuestion(ctx, shop, stepCard, t.questionCard)
}

// pressQuestion asks what a button of the settings is there to ask. In a group the question is the
// presser's: the answer to it comes from there, and nobody else's is taken.
func (t *turn) pressQuestion(ctx context.Context, shop, step string, question func(whom locales.HTML) answer) error {
	d := kassa.Dialogue{Step: step, ShopID: kassa.ShopID(shop)}
	var whom locales.HTML
	if t.group() {
		// An admin who hides behind the group is not named there, and will answer as the group.
		if s := t.asAdmin(ctx); s.hidden {
			d.By = groupItself
		} else {
			whom = t.mention()
		}
	}
	if err := t.ask(ctx, d); err != nil {
		return err
	}
	t.toast(ctx, "")
	return t.put(ctx, question(whom))
}

// mention names the person so that Telegram opens the field to answer in for that one alone.
func (t *turn) mention() locales.HTML {
	name := locales.Foreign(t.name, maxHolder)
	if name == "" {
		name = "@"
	}
	return locales.HTML(`<a href="tg://user?id=` + strconv.FormatInt(t.user, 10) + `">` + locales.Escape(name) + "</a>")
}

// questionCard asks for the number; whom is set where the person is to be named.
func (t *turn) questionCard(whom locales.HTML) answer {
	return t.askingOf(whom, t.html("card.ask", nil))
}

// askingOf is a question to the person named, if one is.
func (t *turn) askingOf(whom locales.HTML, html string) answer {
	if whom != "" {
		html = string(whom) + "\n" + html
	}
	return t.asking(html)
}

// asking is a question: in a group it takes a reply to answer it.
func (t *turn) asking(html string) answer {
	if t.group() {
		return answer{html: html + "\n" + t.html("card.reply", nil), asks: true}
	}
	return answer{html: html}
}

// put puts a question; in a group only a reply to this very message answers it,
// whatever else the person says to the bot meanwhile.
func (t *turn) put(ctx context.Context, question answer) error {
	id := t.send(ctx, question)
	if !t.group() || id == 0 || t.peer.Dialogue.Step == "" {
		return nil
	}
	d := t.peer.Dialogue
	d.Asked = id
	return t.setDialogue(ctx, d)
}

// questionHolder asks for the name on the card.
func (t *turn) questionHolder() answer {
	a := t.asking(t.html("card.ask_holder", nil))
	if !t.group() {
		a.keyboard = buttonRow(models.InlineKeyboardButton{Text: t.plain("button.no_holder", nil), CallbackData: "no_holder:"})
	}
	return a
}

// cardSaid takes the number, with the name behind it; or the name alone, when
// the number was said before. A number is saved at once: one who is called
// away before the name is asked for has told what matters.
func (t *turn) cardSaid(ctx context.Context) error {
	card, holder, err := kassa.ParseCard(t.text)
	holder = strings.TrimLeft(holder, ",;: ")
	switch {
	case err == nil && holder == "":
		return t.numberSaid(ctx, card)
	case err == nil:
		return t.holderSaid(ctx, kassa.Details{Card: card, Holder: holder})
	case t.dialogue.Step == stepHolder && strings.TrimSpace(t.text) != "":
		return t.holderSaid(ctx, kassa.Details{Card: t.dialogue.Said, Holder: t.text})
	case t.dialogue.Step == stepHolder:
		return t.question(ctx, t.dialogue)
	}
	return t.put(ctx, t.asking(t.html("card.wrong", nil)))
}

// numberSaid saves the number and asks for the name.
func (t *turn) numberSaid(ctx context.Context, card string) error {
	shop, saved, err := t.saveCard(ctx, kassa.Details{Card: card})
	if err != nil || !saved {
		return err
	}
	d := t.dialogue
	d.Step, d.Said = stepHolder, card
	if err := t.ask(ctx, d); err != nil {
		return err
	}
	if err := t.put(ctx, t.questionHolder()); err != nil {
		return err
	}
	t.cardChanged(ctx, shop)
	return nil
}

// holderSaid saves number and name, and shows the settings. The dialogue ends
// last: should the answer be lost in a crash, the letter comes again and finds it.
func (t *turn) holderSaid(ctx context.Context, to kassa.Details) error {
	to.Holder = strings.TrimSpace(to.Holder)
	if utf8.RuneCountInString(to.Holder) > maxHolder {
		return t.put(ctx, t.asking(t.html("card.holder_long", locales.Args{"Max": maxHolder})))
	}
	to.Holder = locales.Foreign(strings.Trim(to.Holder, noHolder), maxHolder)
	shop, saved, err := t.saveCard(ctx, to)
	if err != nil || !saved {
		return err
	}
	t.send(ctx, t.settingsAfter(t.html("card.saved", nil), shop))
	if err := t.endDialogue(ctx); err != nil {
		return err
	}
	t.cardChanged(ctx, shop)
	return nil
}

// cardChanged tells the kassa's other chats where its customers' money goes now.
func (t *turn) cardChanged(ctx context.Context, shop kassa.Shop) {
	to := shop.PayTo
	t.tellNeighbours(ctx, t.peer, shop, "shop.card_changed", locales.Args{"Card": to.CardInFours(), "Holder": to.Holder})
}

// pressNoHolder leaves the name out.
func (t *turn) pressNoHolder(ctx context.Context, _ string) error {
	t.toast(ctx, "")
	t.dropButtons(ctx)
	if t.dialogue.Step != stepHolder {
		return nil
	}
	return t.holderSaid(ctx, kassa.Details{Card: t.dialogue.Said})
}

// pressCardOff takes the card off the kassa's invoices.
func (t *turn) pressCardOff(ctx context.Context, shop string) error {
	return t.takeOff(ctx, shop, "shop.card_gone", func() (kassa.Shop, error) { return t.desk.SetCard(ctx, t.peer.ID, "", "") })
}

// takeOff takes something off the kassa, shows the settings without it, and tells the
// kassa's other chats by the text of that key.
func (t *turn) takeOff(ctx context.Context, shop, key string, drop func() (kassa.Shop, error)) error {
	if same, err := t.ofShop(ctx, shop); err != nil || !same {
		return err
	}
	changed, err := drop()
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	shown := t.showSettings(ctx)
	if err == nil {
		t.tellNeighbours(ctx, t.peer, changed, key, locales.Args{})
	}
	return shown
}

// saveCard saves where the money goes, unless another kassa was linked here
// since the question: then it says so.
func (t *turn) saveCard(ctx context.Context, to kassa.Details) (shop kassa.Shop, saved bool, err error) {
	switch {
	case t.dialogue.ShopID != t.peer.Shop:
	case to.Card == t.dialogue.Said:
		shop, err = t.desk.SetHolder(ctx, t.peer.ID, to.Card, to.Holder)
	default:
		shop, err = t.desk.SetCard(ctx, t.peer.ID, to.Card, to.Holder)
	}
	switch {
	case errors.Is(err, kassa.ErrCard):
		t.say(ctx, "card.changed", nil)
		return shop, false, t.endDialogue(ctx)
	case t.dialogue.ShopID != t.peer.Shop, errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "card.other_shop", nil)
		return shop, false, t.endDialogue(ctx)
	}
	return shop, err == nil, err
}
