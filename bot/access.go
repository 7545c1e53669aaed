package bot

import (
	"context"
	"errors"
	"net/http"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
)

// right is who may use a command or a button in a group. A private chat is its
// owner's, who may do everything there.
type right int

const (
	anybody right = iota
	staff         // the admins, or every member where the group's settings say so
	admins
	// inviting is for admins and for those of whom Telegram does not tell: what
	// they get is good for nothing until an admin is proved.
	inviting
)

// proof is what is known of a person's being an admin of a group.
type proof int

const (
	unproved proof = iota // Telegram does not tell us
	denied
	proved
	unasked // Telegram is not reached now
)

// standing is what Telegram says of a person in a group.
type standing struct {
	proof  proof
	hidden bool // an admin who posts as the group itself, and must not be named there
}

// may tells whether the person may do this here, and tells the person where not.
// Telegram is asked each time, for whoever was an admin a minute ago may be none now.
func (t *turn) may(ctx context.Context, who right) bool {
	switch {
	case !t.group() || who == anybody:
		return true
	case who == staff && t.peer.Everyone:
		return true
	}
	p := t.asAdmin(ctx).proof
	switch {
	case p == proved:
		return true
	case p == unproved && who == inviting:
		return t.politely()
	}
	t.refuse(ctx, refusalOf(who, p, t.press != ""))
	return false
}

// refusalOf is the text for one who may not.
func refusalOf(who right, p proof, press bool) string {
	switch {
	case p == unasked:
		return "access.no_answer"
	case p == unproved && press:
		return "access.unproved_press"
	case p == unproved:
		return "access.unproved"
	case who == staff:
		return "access.staff"
	}
	return "access.admins"
}

// refuse says no. A few times a minute is enough for one person, or anybody
// could make the bot fill the group; a toast is seen by that person alone.
func (t *turn) refuse(ctx context.Context, key string) {
	switch {
	case t.press != "":
		t.toast(ctx, t.plain(key, nil))
	case t.politely():
		t.say(ctx, key, nil)
	}
}

// politely counts the answer to somebody who need not be of the staff.
func (t *turn) politely() bool {
	if t.group() && !t.counted {
		t.counted = t.bot.limits.guests.take(guestOf{t.to.chat, t.person()}, t.at())
		return t.counted
	}
	return true
}

// asAdmin asks whether the one who wrote or pressed is an admin of the group.
// Whoever writes as the group itself is one; whoever writes as a channel is nobody's.
func (t *turn) asAdmin(ctx context.Context) standing {
	switch {
	case t.sender == t.to.chat:
		return standing{proof: proved, hidden: true}
	case t.sender != 0:
		return standing{proof: denied}
	case t.stands == nil:
		s := t.askStanding(ctx)
		t.stands = &s
	}
	return *t.stands
}

// askStanding asks Telegram, but takes a no of a moment ago for granted: one who
// is none of the admins must not keep the group's admins waiting. A yes is never kept.
func (t *turn) askStanding(ctx context.Context) standing {
	who := guestOf{t.to.chat, t.user}
	if t.bot.limits.denied.full(who, t.bot.now()) {
		return standing{proof: denied}
	}
	s := t.bot.standing(ctx, t.to.chat, t.user)
	if s.proof == denied {
		t.bot.limits.denied.take(who, t.bot.now())
	}
	return s
}

// standing asks Telegram about a person in a group: about the one person first,
// which is sure to be answered only where the bot is an admin itself, then about all admins.
func (b *Bot) standing(ctx context.Context, chat, user int64) standing {
	var one *models.ChatMember
	err := b.insist(ctx, func(ctx context.Context, api *tg.Bot) (err error) {
		one, err = api.GetChatMember(ctx, &tg.GetChatMemberParams{ChatID: chat, UserID: user})
		return err
	})
	if err == nil {
		return standingOf(*one)
	}
	b.log.Debug("Telegram does not tell of a member", "chat", chat, "error", err)
	var all []models.ChatMember
	err = b.insist(ctx, func(ctx context.Context, api *tg.Bot) (err error) {
		all, err = api.GetChatAdministrators(ctx, &tg.GetChatAdministratorsParams{ChatID: chat})
		return err
	})
	for _, m := range all {
		if s := standingOf(m); err == nil && s.proof == proved && userOf(m) == user {
			return s
		}
	}
	if silent(err) {
		return standing{proof: unasked}
	}
	return standing{proof: unproved}
}

// silent tells that Telegram did not get to answer the question.
func silent(err error) bool {
	var broken *lineError
	var no *replyError
	return errors.As(err, &broken) || (errors.As(err, &no) && no.Code == http.StatusTooManyRequests)
}

func standingOf(m models.ChatMember) standing {
	switch {
	case m.Owner != nil:
		return standing{proof: proved, hidden: m.Owner.IsAnonymous}
	case m.Administrator != nil:
		return standing{proof: proved, hidden: m.Administrator.IsAnonymous}
	}
	return standing{proof: denied}
}

// userOf is the id of an admin; 0: the member is none.
func userOf(m models.ChatMember) int64 {
	switch {
	case m.Owner != nil && m.Owner.User != nil:
		return m.Owner.User.ID
	case m.Administrator != nil:
		return m.Administrator.User.ID
	}
	return 0
}

// insist makes a call that may be repeated, and repeats it while nobody knows
// what Telegram said or Telegram says to wait.
func (b *Bot) insist(ctx context.Context, do func(context.Context, *tg.Bot) error) error {
	for try := 1; ; try++ {
		err := b.client.call(ctx, do)
		f := fateOf(err)
		if f == nil || try >= quickTries {
			return err
		}
		wait := quickWait
		switch {
		case f.Fate == kassa.Flooded && !f.Ours:
			wait = f.Wait
		case f.Fate != kassa.Lost && f.Fate != kassa.Flooded:
			return err
		}
		if wait > patience || sleep(ctx, wait) != nil {
			return err
		}
	}
}
