package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

// settings is /settings: where the customers send the money, and in a group who
// may ask for invoices.
func (t *turn) settings(ctx context.Context, _ string) error {
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	if errors.Is(err, kassa.ErrNotLinked) {
		t.say(ctx, "not_linked", nil)
		return nil
	}
	if err == nil {
		t.send(ctx, t.settingsPage(shop))
	}
	return err
}

// settingsPage is the message of the settings as they are. What its buttons change
// is named in full, for a message may be pressed long after it was sent.
func (t *turn) settingsPage(shop kassa.Shop) answer {
	lines := []string{t.html("settings.shop", locales.Args{"Shop": shopName(shop)}), t.payTo(shop.PayTo)}
	k := &models.InlineKeyboardMarkup{}
	row := func(key, press string) {
		k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{{Text: t.plain(key, nil), CallbackData: press}})
	}
	if shop.PayTo.Card == "" {
		row("button.card", "card:"+string(shop.ID))
	} else {
		row("button.card_change", "card:"+string(shop.ID))
		row("button.card_off", "card_off:"+string(shop.ID))
	}
	lines = append(lines, t.payLinks(shop.PayTo)...)
	if len(shop.PayTo.Links) < kassa.MostLinks {
		row("button.link_add", "add_link:"+string(shop.ID))
	}
	if len(shop.PayTo.Links) > 0 {
		row("button.links_off", "links_off:"+string(shop.ID))
	}
	switch {
	case !t.group():
	case t.peer.Everyone:
		lines = append(lines, t.html("settings.everyone", nil))
		row("button.staff_admins", "staff:admins")
	default:
		lines = append(lines, t.html("settings.admins", nil))
		row("button.staff_all", "staff:all")
	}
	return answer{html: strings.Join(lines, "\n"), keyboard: k}
}

// settingsAfter is the settings' message under what was done to them.
func (t *turn) settingsAfter(done string, shop kassa.Shop) answer {
	a := t.settingsPage(shop)
	a.html = done + "\n\n" + a.html
	return a
}

// payTo is the line of where the money goes.
func (t *turn) payTo(d kassa.Details) string {
	switch {
	case d.Card == "" && len(d.Links) > 0:
		return t.html("settings.links_only", nil)
	case d.Card == "":
		return t.html("settings.no_card", nil)
	case d.Holder == "":
		return t.html("settings.card", locales.Args{"Card": d.CardInFours()})
	}
	return t.html("settings.card_of", locales.Args{"Card": d.CardInFours(), "Holder": d.Holder})
}

// payLinks are the pages on which customers can pay as well, and what is left to do there.
func (t *turn) payLinks(d kassa.Details) (lines []string) {
	for _, l := range d.Links {
		lines = append(lines, t.html("settings.link", locales.Args{"Name": nameOf(l), "Filled": l.FillsSum()}))
	}
	return lines
}

// pressStaff says who may ask for invoices in this group.
func (t *turn) pressStaff(ctx context.Context, who string) error {
	peer, err := t.desk.ChangePeer(ctx, t.peer.ID, func(p *kassa.Peer) error {
		p.Everyone = who == "all"
		return nil
	})
	if err != nil {
		return err
	}
	t.peer = peer
	return t.showSettings(ctx)
}

// showSettings makes the pressed message show the settings as they are.
func (t *turn) showSettings(ctx context.Context) error {
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	if errors.Is(err, kassa.ErrNotLinked) {
		t.toast(ctx, "")
		t.change(ctx, t.html("not_linked", nil), nil)
		return nil
	}
	if err != nil {
		return err
	}
	t.toast(ctx, "")
	a := t.settingsPage(shop)
	t.change(ctx, a.html, a.keyboard)
	return nil
}
