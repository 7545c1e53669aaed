package bot

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"payferbot/kassa"
	"payferbot/locales"
	"payferbot/money"
)

// maxNote is how long a note may be, in characters.
const maxNote = 200

// maxEcho is how much of a wrong sum is repeated to its author.
const maxEcho = 40

// invoice is /invoice SUM [note].
func (t *turn) invoice(ctx context.Context, rest string) error {
	if rest == "" {
		t.say(ctx, "invoice.usage", nil)
		return nil
	}
	sum, note, err := money.ParsePrefix(rest)
	if err != nil {
		t.say(ctx, "invoice.bad_sum", locales.Args{"Text": locales.Foreign(rest, maxEcho)})
		return nil
	}
	return t.issue(ctx, sum, note)
}

// bareText answers a message that is no command: a sum is an invoice.
func (t *turn) bareText(ctx context.Context) error {
	sum, err := money.Parse(t.text)
	if err != nil {
		t.say(ctx, "unknown_text", nil)
		return nil
	}
	return t.issue(ctx, sum, "")
}

// issue asks for the invoice; its message is the answer and comes from the desk.
func (t *turn) issue(ctx context.Context, sum money.Amount, note string) error {
	note = strings.TrimSpace(note)
	origin := kassa.MessageOrigin(t.to.chat, t.message, t.date)
	switch {
	case t.peer.Shop == "":
		t.say(ctx, "not_linked", nil)
		return nil
	case utf8.RuneCountInString(note) > maxNote:
		t.say(ctx, "invoice.note_long", locales.Args{"Max": maxNote})
		return nil
	case sum < kassa.MinAmount || sum > kassa.MaxAmount:
		return t.issued(ctx, kassa.ErrAmount) // before it costs one of the minute's twenty
	}
	refusal, err := t.tooMany(ctx, origin)
	if err != nil {
		return err
	}
	if refusal != "" {
		t.say(ctx, refusal, locales.Args{"Count": perMinute, "Max": perMinute})
		return nil
	}
	c := kassa.Command{Peer: t.peer.ID, Origin: origin, Amount: sum, Note: note, By: t.user, Thread: t.to.thread}
	if t.group() {
		c.Answer = t.message
	}
	_, err = t.desk.Issue(ctx, c)
	return t.issued(ctx, err)
}

// issued tells why there is no invoice; the store's errors are given back.
func (t *turn) issued(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, kassa.ErrAmount):
		t.say(ctx, "invoice.out_of_range", sumLimits())
	case errors.Is(err, kassa.ErrNotLinked):
		t.say(ctx, "not_linked", nil)
	default:
		return err
	}
	return nil
}

// tooMany counts the command against the person's and the chat's minute and
// gives the key of the refusal. A command that was taken before, by a process
// that died perhaps, is not counted again: it must find its invoice.
func (t *turn) tooMany(ctx context.Context, origin kassa.Origin) (key string, err error) {
	known, err := t.desk.Issued(ctx, origin)
	if err != nil || known || t.try > 0 {
		return "", err
	}
	switch now := t.at(); {
	case !t.bot.limits.users.take(t.person(), now):
		return "invoice.too_many_user", nil
	case !t.bot.limits.chats.take(t.to.chat, now):
		return "invoice.too_many_chat", nil
	}
	return "", nil
}

// pressRetry is "try again", or "issue again", under an invoice that came to nothing.
func (t *turn) pressRetry(ctx context.Context, order string) error {
	refusal, err := t.tooMany(ctx, kassa.RenewOrigin(order))
	if err != nil {
		return err
	}
	if refusal != "" {
		t.toast(ctx, t.plain(refusal, locales.Args{"Count": perMinute, "Max": perMinute}))
		return nil
	}
	inv, err := t.desk.Renew(ctx, t.peer.ID, order, t.user)
	if errors.Is(err, kassa.ErrNotFound) {
		t.toast(ctx, t.plain("check.none", nil))
		return nil
	}
	if err = t.issued(ctx, err); err != nil {
		return err
	}
	switch inv.Order {
	case "":
		t.toast(ctx, "")
	case order: // money came, or may still come
		t.toast(ctx, t.stateOf(inv))
	default:
		t.toast(ctx, t.plain("invoice.renewed", locales.Args{"Number": inv.Number}))
	}
	return nil
}

// sumLimits are Payfer's limits, for people.
func sumLimits() locales.Args {
	return locales.Args{"Min": kassa.MinAmount.Short(), "Max": kassa.MaxAmount.Short()}
}
