package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"payferbot/kassa"
)

// dialogueTime is how long the bot waits for the answer to its question.
const dialogueTime = 10 * time.Minute

// The questions that may stand open.
const (
	stepShopID = "link.id"
	stepKey    = "link.key"
	stepCard   = "card"
	stepHolder = "holder"

	stepAddLink = "paylink"
)

// groupItself is whom Telegram names where an anonymous admin wrote: GroupAnonymousBot.
const groupItself = 1087968824

// openDialogue is the dialogue that this message may answer. The step carries
// the number of the message that led to the question: should Telegram or a
// crash bring that very message again, it does not answer its own question. In a
// group a question is one person's, however many talk there.
func (t *turn) openDialogue() kassa.Dialogue {
	d := t.peer.Dialogue
	step, led, _ := strings.Cut(d.Step, ":")
	after, _ := strconv.Atoi(led)
	switch {
	case step == "", t.bot.now().Sub(d.Since) > dialogueTime, t.press == "" && t.message < after, !t.converses(), t.besides():
		return kassa.Dialogue{}
	}
	d.Step = step
	return d
}

// converses tells whether the open dialogue is with this person.
func (t *turn) converses() bool { return !t.group() || t.peer.Dialogue.By == t.user }

// besides tells a reply to another message of ours than the open question.
func (t *turn) besides() bool {
	asked := t.peer.Dialogue.Asked
	return t.group() && t.answers != 0 && asked != 0 && t.answers != asked
}

// repeated tells that this message is the one that led to the open question.
func (t *turn) repeated() bool {
	_, led, _ := strings.Cut(t.peer.Dialogue.Step, ":")
	return led == strconv.Itoa(t.message)
}

// ask opens a dialogue: the next message answers the question of d's step.
func (t *turn) ask(ctx context.Context, d kassa.Dialogue) error {
	d.Step, d.Since = fmt.Sprintf("%s:%d", d.Step, t.message), t.bot.now()
	if t.group() && d.By == 0 {
		d.By = t.user
	}
	return t.setDialogue(ctx, d)
}

// endDialogue ends the open dialogue, if there is one. The turn still knows it.
func (t *turn) endDialogue(ctx context.Context) error {
	if t.peer.Dialogue == (kassa.Dialogue{}) {
		return nil
	}
	return t.setDialogue(ctx, kassa.Dialogue{})
}

// leaveDialogue ends the dialogue with this person.
func (t *turn) leaveDialogue(ctx context.Context) error {
	if !t.converses() {
		return nil
	}
	return t.endDialogue(ctx)
}

func (t *turn) setDialogue(ctx context.Context, d kassa.Dialogue) error {
	_, err := t.desk.ChangePeer(ctx, t.peer.ID, func(p *kassa.Peer) error {
		p.Dialogue = d
		return nil
	})
	if err == nil {
		t.peer.Dialogue = d
	}
	return err
}

// goOn takes the message as the answer to the open question.
func (t *turn) goOn(ctx context.Context) error {
	if t.repeated() {
		return t.question(ctx, t.dialogue)
	}
	switch t.dialogue.Step {
	case stepShopID:
		return t.shopIDSaid(ctx)
	case stepKey:
		return t.keySaid(ctx)
	case stepCard, stepHolder:
		if !t.may(ctx, admins) {
			return t.endDialogue(ctx)
		}
		return t.cardSaid(ctx)
	case stepAddLink:
		if !t.may(ctx, admins) {
			return t.endDialogue(ctx)
		}
		return t.linkSaid(ctx)
	}
	return t.endDialogue(ctx)
}

// question puts the open question, again if need be.
func (t *turn) question(ctx context.Context, d kassa.Dialogue) error {
	switch d.Step {
	case stepShopID:
		return t.questionShopID(ctx, d)
	case stepKey:
		t.send(ctx, answer{html: t.html("link.ask_key", keyArgs(d))})
	case stepCard:
		return t.put(ctx, t.questionCard(""))
	case stepHolder:
		return t.put(ctx, t.questionHolder())
	case stepAddLink:
		return t.put(ctx, t.questionAddLink(""))
	}
	return nil
}
