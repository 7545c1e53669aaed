package bot

import (
	"context"
	"errors"

	"payferbot/kassa"
	"payferbot/locales"
)

// linkArgs are what the texts about pay links cannot spell in every alphabet.
func linkArgs() locales.Args {
	return locales.Args{
		"App": "Click", "Start": "https://", "Sum": "{sum}", "Code": "{order}",
		"Example": "https://pay.example.uz/?sum={sum}", "Max": kassa.MaxLink, "Most": kassa.MostLinks,
	}
}

// pressAddLink asks for a page on which customers can pay as well.
func (t *turn) pressAddLink(ctx context.Context, shop string) error {
	if same, err := t.ofShop(ctx, shop); err != nil || !same {
		return err
	}
	now, err := t.desk.ShopOf(ctx, t.peer.ID)
	switch {
	case err != nil && !errors.Is(err, kassa.ErrNotLinked):
		return err
	case err != nil || len(now.PayTo.Links) >= kassa.MostLinks: // the button is older than the last of them
		return t.showSettings(ctx)
	}
	return t.pressQuestion(ctx, shop, stepAddLink, t.questionAddLink)
}

// questionAddLink asks for the link; whom is set where the person is to be named.
func (t *turn) questionAddLink(whom locales.HTML) answer {
	return t.askingOf(whom, t.html("paylink.ask", linkArgs()))
}

// linkSaid takes the link, and shows the settings with it. The dialogue ends
// last, as with the card.
func (t *turn) linkSaid(ctx context.Context) error {
	link, err := kassa.ParsePayLink(t.text)
	switch {
	case errors.Is(err, kassa.ErrLongLink):
		return t.put(ctx, t.asking(t.html("paylink.long", linkArgs())))
	case err != nil:
		return t.put(ctx, t.asking(t.html("paylink.wrong", linkArgs())))
	case t.dialogue.ShopID != t.peer.Shop:
		return t.linkRefused(ctx, kassa.ErrNotLinked)
	}
	shop, err := t.desk.AddLink(ctx, t.peer.ID, link)
	if err != nil {
		return t.linkRefused(ctx, err)
	}
	t.send(ctx, t.settingsAfter(t.html("paylink.saved", nil), shop))
	if err := t.endDialogue(ctx); err != nil {
		return err
	}
	t.tellNeighbours(ctx, t.peer, shop, "shop.link_added", locales.Args{"Name": nameOf(link)})
	return nil
}

// linkRefused says why the kassa did not take the link, and shows those that it
// has. There is no use in asking again; and a letter that comes twice finds its own link there.
func (t *turn) linkRefused(ctx context.Context, why error) error {
	var text string
	switch {
	case errors.Is(why, kassa.ErrNotLinked):
		t.say(ctx, "paylink.other_shop", nil)
		return t.endDialogue(ctx)
	case errors.Is(why, kassa.ErrSameLink):
		text = t.html("paylink.same", nil)
	case errors.Is(why, kassa.ErrMostLinks):
		text = t.html("paylink.most", linkArgs())
	default:
		return why
	}
	shop, err := t.desk.ShopOf(ctx, t.peer.ID)
	if err != nil {
		return err
	}
	t.send(ctx, t.settingsAfter(text, shop))
	return t.endDialogue(ctx)
}

// pressLinksOff takes all pay links off the kassa's invoices.
func (t *turn) pressLinksOff(ctx context.Context, shop string) error {
	return t.takeOff(ctx, shop, "shop.links_gone", func() (kassa.Shop, error) { return t.desk.DropLinks(ctx, t.peer.ID) })
}
