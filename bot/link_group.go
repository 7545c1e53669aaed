package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/payfer"
)

// invitation is what stands before the code in a start link from a group.
const invitation = "link_"

// linkGroup is /link in a group. The key must not be said there, so alone it
// leads to the private chat; with a code from there it links.
func (t *turn) linkGroup(ctx context.Context, words []string) error {
	if len(words) == 1 {
		return t.redeem(ctx, words[0])
	}
	by := t.user
	if t.sender != 0 {
		by = 0
	}
	g, err := t.desk.Invite(ctx, t.peer.ID, by)
	if err != nil {
		return err
	}
	t.send(ctx, answer{
		html: t.html("link.invite", nil),
		keyboard: buttonRow(models.InlineKeyboardButton{
			Text: t.plain("button.link", nil), URL: t.bot.chatLink() + "?start=" + invitation + g.Code,
		}),
	})
	return nil
}

// chatLink opens the private chat with the bot.
func (b *Bot) chatLink() string { return "https://t.me/" + b.username }

// use names the message, so that it may come again after a crash and still be
// the one that used a grant up.
func (t *turn) use() string { return fmt.Sprintf("%d:%d:%d", t.to.chat, t.message, t.date) }

// redeem links the group by the code that the private dialogue ended with.
func (t *turn) redeem(ctx context.Context, code string) error {
	if !t.may(ctx, admins) {
		return nil
	}
	before, err := t.desk.ShopOf(ctx, t.peer.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	shop, err := t.desk.Redeem(ctx, t.peer.ID, code, t.use())
	var refused *payfer.Error
	switch {
	case errors.Is(err, kassa.ErrNotFound):
		t.say(ctx, "link.code_unknown", nil)
	case errors.As(err, &refused):
		t.bot.log.Info("a group was not linked", "peer", t.peer.ID, "error", refused.Kind)
		t.say(ctx, linkKey(err), nil)
	case err != nil:
		return err
	default:
		t.send(ctx, answer{html: t.bot.groupLinked(t.peer, before, shop)})
		t.linkedToo(ctx, t.peer, before, shop)
	}
	return nil
}

// groupLinked says in the group which kassa it has now and who may ask for invoices.
func (b *Bot) groupLinked(group kassa.Peer, before, shop kassa.Shop) string {
	text := b.book.HTML(group.Lang, "link.group_done", locales.Args{"Shop": shopName(shop), "Everyone": group.Everyone})
	if before.ID != "" && before.ID != shop.ID {
		text += "\n" + b.book.HTML(group.Lang, "link.group_old", locales.Args{"Old": shopName(before)})
	}
	return text
}

// invited is a start link from a group: here the key can be said.
func (t *turn) invited(ctx context.Context, code string) error {
	g, err := t.desk.Accept(ctx, code, t.user, t.use())
	switch {
	case errors.Is(err, kassa.ErrNotFound):
		t.say(ctx, "link.invite_over", nil)
		return nil
	case errors.Is(err, kassa.ErrNotYours):
		t.say(ctx, "link.invite_foreign", nil)
		return nil
	case err != nil:
		return err
	}
	return t.askShopID(ctx, kassa.Dialogue{For: g.Group, By: g.By})
}

// questionShopID asks for the id, and for a group says which one it is about
// and offers the kassa that the person has linked already.
func (t *turn) questionShopID(ctx context.Context, d kassa.Dialogue) error {
	if d.For == "" {
		t.say(ctx, "link.ask_id", nil)
		return nil
	}
	group, err := t.desk.Peer(ctx, d.For)
	if err != nil {
		return err
	}
	a := answer{html: t.html("link.for_group", locales.Args{"Title": titleOf(group)}) + "\n" + t.html("link.ask_id", nil)}
	own, err := t.desk.ShopOf(ctx, t.peer.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	if err == nil {
		a.html += "\n\n" + t.html("link.or_own", locales.Args{"Shop": shopName(own)})
		a.keyboard = buttonRow(models.InlineKeyboardButton{Text: shopName(own), CallbackData: "use:" + string(own.ID)})
	}
	t.send(ctx, a)
	return nil
}

// titleOf is what to call a group.
func titleOf(group kassa.Peer) string {
	if group.Title == "" {
		return group.At.String()
	}
	return group.Title
}

// pressUse takes the kassa of this private chat for the group.
func (t *turn) pressUse(ctx context.Context, shop string) error {
	own, err := t.desk.ShopOf(ctx, t.peer.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	if t.dialogue.For == "" || string(own.ID) != shop {
		t.toast(ctx, t.plain("link.press_over", nil))
		return nil
	}
	t.toast(ctx, "")
	t.dropButtons(ctx)
	return t.connectGroup(ctx, own.Credentials())
}

// connectGroup has the kassa's id and key in hand and links the group where the
// person is an admin of it. Where that cannot be proved it gives a code to post in
// the group: who posts it there is seen.
func (t *turn) connectGroup(ctx context.Context, c payfer.Credentials) error {
	group, err := t.desk.Peer(ctx, t.dialogue.For)
	if err != nil {
		return err
	}
	switch p := t.bot.standing(ctx, group.At.Chat, t.user).proof; {
	case p == proved:
		return t.linkFor(ctx, group, c)
	case p == denied && t.dialogue.By != 0:
		t.say(ctx, "link.not_admin", locales.Args{"Title": titleOf(group)})
		return t.endDialogue(ctx)
	}
	return t.vouch(ctx, group, c)
}

// linkFor links the group, and says so here and there.
func (t *turn) linkFor(ctx context.Context, group kassa.Peer, c payfer.Credentials) error {
	before, err := t.desk.ShopOf(ctx, group.ID)
	if err != nil && !errors.Is(err, kassa.ErrNotLinked) {
		return err
	}
	waiting := t.checking(ctx)
	shop, err := t.desk.Link(ctx, group.ID, c)
	if err != nil {
		return t.notLinked(ctx, group, c, waiting, err)
	}
	t.send(ctx, answer{
		html:    t.html("link.done_group", locales.Args{"Shop": shopName(shop), "Title": titleOf(group)}),
		message: waiting,
	})
	t.bot.reply(ctx, place{chat: group.At.Chat}, answer{html: t.bot.groupLinked(group, before, shop)})
	t.linkedToo(ctx, group, before, shop)
	return t.endDialogue(ctx)
}

// vouch gives the code that links the group when an admin posts it there.
func (t *turn) vouch(ctx context.Context, group kassa.Peer, c payfer.Credentials) error {
	waiting := t.checking(ctx)
	g, err := t.desk.Vouch(ctx, group.ID, c)
	if err != nil {
		return t.notLinked(ctx, group, c, waiting, err)
	}
	t.send(ctx, answer{
		html:    t.html("link.voucher", locales.Args{"Title": titleOf(group), "Code": g.Code}),
		message: waiting,
	})
	return t.endDialogue(ctx)
}

// checking says that Payfer is being asked, for it may take its time.
func (t *turn) checking(ctx context.Context) (message int) {
	if t.try > 0 {
		return 0
	}
	return t.send(ctx, answer{html: t.html("link.checking", nil)})
}

// notLinked tells Payfer's no, and where to begin anew. Any other error is given back, without the key.
func (t *turn) notLinked(ctx context.Context, group kassa.Peer, c payfer.Credentials, waiting int, err error) error {
	var refused *payfer.Error
	if !errors.As(err, &refused) {
		return withoutKey(err, c.ShopKey)
	}
	t.bot.log.Info("a kassa was not linked", "shop", c.ShopID, "error", withoutKey(err, c.ShopKey))
	again := t.html("link.group_again", locales.Args{"Title": titleOf(group)})
	t.send(ctx, answer{html: t.html(linkKey(err), nil) + "\n" + again, message: waiting})
	return t.endDialogue(ctx)
}
