package bot

import (
	"context"
	"errors"
	"strings"

	"payferbot/kassa"
)

// pressedInline answers a press under an inline message. There is no chat to
// speak in, only the message itself and a toast.
func (b *Bot) pressedInline(ctx context.Context, p *press, try int) error {
	t := &turn{bot: b, desk: b.desk, lang: b.langOf(&p.From), user: p.From.ID, name: p.From.Name, press: p.ID, try: try}
	err := t.pressInline(ctx, p)
	if err == nil {
		return nil
	}
	b.log.Error("a press on an inline message was not served", "error", err)
	if !t.toasted {
		t.apologize(ctx, err)
	}
	return nil
}

func (t *turn) pressInline(ctx context.Context, p *press) error {
	if code, ok := strings.CutPrefix(p.Data, pressOffer); ok {
		return t.takeUp(ctx, code, p.Inline)
	}
	order, ok := strings.CutPrefix(p.Data, pressCheck)
	if !ok {
		t.toast(ctx, "")
		return nil
	}
	peer, err := t.desk.Known(ctx, kassa.Address{Inline: p.Inline})
	if errors.Is(err, kassa.ErrNotFound) {
		t.toast(ctx, t.plain("check.none", nil))
		return nil
	}
	if err != nil {
		return err
	}
	t.peer = peer
	return t.pressCheck(ctx, order)
}

// takeUp has the offered invoice made. The message itself shows what came of it.
func (t *turn) takeUp(ctx context.Context, code, inline string) error {
	known, err := t.desk.Issued(ctx, kassa.InlineOrigin(inline))
	if err != nil {
		return err
	}
	if !known && t.try == 0 && !t.mayTakeUp(code) {
		t.toast(ctx, t.plain("guest.too_many", nil))
		return nil
	}
	_, err = t.desk.TakeUp(ctx, code, inline)
	switch {
	case errors.Is(err, kassa.ErrNotFound):
		t.toast(ctx, t.plain("inline.over", nil))
	case errors.Is(err, kassa.ErrNotLinked):
		t.toast(ctx, t.plain("inline.unlinked", nil))
	case err != nil:
		return err
	default:
		t.toast(ctx, "")
	}
	return nil
}

// mayTakeUp counts the press against the person's minute and the offer's: whoever
// has seen an offer's code could press it under messages of his own, again and again, and
// each would come to its maker's chat.
func (t *turn) mayTakeUp(code string) bool {
	return t.bot.limits.users.take(t.person(), t.at()) && t.bot.limits.offers.take(code, t.at())
}
