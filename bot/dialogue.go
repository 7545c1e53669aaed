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
)

// openDialogue is the dialogue that this message may answer. The step carries
// the number of the message that led to the question: should Telegram or a
// crash bring that very message again, it does not answer its own question.
func (t *turn) openDialogue() kassa.Dialogue {
	d := t.peer.Dialogue
	step, led, _ := strings.Cut(d.Step, ":")
	after, _ := strconv.Atoi(led)
	if step == "" || t.bot.now().Sub(d.Since) > dialogueTime {
		return kassa.Dialogue{}
	}
	if t.message < after {
		return kassa.Dialogue{}
	}
	d.Step = step
	return d
}

// repeated tells that this message is the one that led to the open question.
func (t *turn) repeated() bool {
	_, led, _ := strings.Cut(t.peer.Dialogue.Step, ":")
	return led == strconv.Itoa(t.message)
}

// ask opens a dialogue: the next message answers the step's question.
func (t *turn) ask(ctx context.Context, step string, shop kassa.ShopID) error {
	_, err := t.desk.ChangePeer(ctx, t.peer.ID, func(p *kassa.Peer) error {
		p.Dialogue = kassa.Dialogue{Step: fmt.Sprintf("%s:%d", step, t.message), ShopID: shop, Since: t.bot.now()}
		return nil
	})
	return err
}

// endDialogue leaves the open dialogue, if there is one. The turn still knows it.
func (t *turn) endDialogue(ctx context.Context) error {
	if t.peer.Dialogue == (kassa.Dialogue{}) {
		return nil
	}
	_, err := t.desk.ChangePeer(ctx, t.peer.ID, func(p *kassa.Peer) error {
		p.Dialogue = kassa.Dialogue{}
		return nil
	})
	return err
}

// goOn takes the message as the answer to the open question.
func (t *turn) goOn(ctx context.Context) error {
	if t.repeated() {
		t.question(ctx, t.dialogue.Step, t.dialogue.ShopID)
		return nil
	}
	switch t.dialogue.Step {
	case stepShopID:
		return t.shopIDSaid(ctx)
	case stepKey:
		return t.keySaid(ctx)
	}
	return t.endDialogue(ctx)
}
