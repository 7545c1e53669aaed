package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
)

const (
	// mostListed is how many invoices a list of what will be missed names; mostLooked
	// how many of the chat's latest are looked through for it.
	mostListed = 15
	mostLooked = 500
)

// unlink is /unlink: at once, for linking again takes a minute, while open
// invoices stay watched unless the owner says otherwise.
func (t *turn) unlink(ctx context.Context, _ string) error {
	was, open, err := t.desk.Unlink(ctx, t.peer.ID)
	if errors.Is(err, kassa.ErrNotLinked) {
		t.say(ctx, "unlink.none", nil)
		return nil
	}
	if err != nil {
		return err
	}
	if open == 0 {
		t.say(ctx, "unlink.done", locales.Args{"Shop": shopName(was)})
		return nil
	}
	t.send(ctx, answer{
		html:     t.html("unlink.open", locales.Args{"Shop": shopName(was), "Count": open}),
		keyboard: t.forgetButtons("forget", "button.forget", was.ID),
	})
	return nil
}

func (t *turn) forgetButtons(press, key string, shop kassa.ShopID) *models.InlineKeyboardMarkup {
	return &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
		{Text: t.plain(key, nil), CallbackData: press + ":" + string(shop)},
		{Text: t.plain("button.keep", nil), CallbackData: "keep:"},
	}}}
}

// pressForget asks once more, naming what will be missed.
func (t *turn) pressForget(ctx context.Context, shop string) error {
	open, err := t.openOf(ctx, kassa.ShopID(shop))
	if err != nil {
		return err
	}
	t.toast(ctx, "")
	if len(open) == 0 {
		t.change(ctx, t.html("unlink.forgotten", locales.Args{"Count": 0}), nil)
		return nil
	}
	args := locales.Args{"Count": len(open), "List": locales.HTML(t.lines(open, mostListed))}
	t.change(ctx, t.html("unlink.forget_ask", args), t.forgetButtons("forget_yes", "button.forget_yes", kassa.ShopID(shop)))
	return nil
}

// pressForgetYes does it.
func (t *turn) pressForgetYes(ctx context.Context, shop string) error {
	open, err := t.openOf(ctx, kassa.ShopID(shop))
	if err != nil {
		return err
	}
	dropped, err := t.desk.Forget(ctx, t.peer.ID, kassa.ShopID(shop))
	if err != nil {
		return err
	}
	if dropped == 0 && len(open) > 0 {
		return t.pressKeep(ctx, shop) // linked again meanwhile: they are watched as before
	}
	t.toast(ctx, "")
	t.change(ctx, t.html("unlink.forgotten", locales.Args{"Count": len(open)}), nil)
	return nil
}

func (t *turn) pressKeep(ctx context.Context, _ string) error {
	t.toast(ctx, "")
	t.change(ctx, t.html("unlink.kept", nil), nil)
	return nil
}

// change turns the message under which the button is into another.
func (t *turn) change(ctx context.Context, html string, k *models.InlineKeyboardMarkup) {
	t.send(ctx, answer{html: html, keyboard: k, message: t.message})
}

// openOf are the chat's open invoices of a kassa.
func (t *turn) openOf(ctx context.Context, shop kassa.ShopID) ([]kassa.Invoice, error) {
	recent, err := t.recent(ctx, mostLooked)
	if err != nil {
		return nil, err
	}
	var open []kassa.Invoice
	for _, inv := range recent {
		if inv.Shop == shop && inv.Open() {
			open = append(open, inv)
		}
	}
	return open, nil
}

// lines lists invoices, one a line, and stops with "…" after so many.
func (t *turn) lines(list []kassa.Invoice, most int) string {
	out := make([]string, 0, most+1)
	for n, inv := range list {
		if n == most {
			out = append(out, "…")
			break
		}
		out = append(out, t.bot.render.line(t.lang, inv))
	}
	return strings.Join(out, "\n")
}
