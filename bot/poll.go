package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"

	"payferbot/fault"
	"payferbot/kassa"
)

// mostUpdates is Telegram's limit for one reply to getUpdates.
const mostUpdates = 100

// hasty is an answer without updates that came sooner than any long poll ends.
const hasty = 200 * time.Millisecond

// poll takes updates from Telegram until ctx ends or the lease does. The offset moves only after
// a batch is in the inbox. The first call has no offset: what was taken
// before is known to the inbox. ErrToken: Telegram no longer knows the token.
func (b *Bot) poll(ctx context.Context, in *intake, rooms *mailroom) error {
	b.dropWebhook(ctx)
	pause := newPause()
	ask := pollRequest{Limit: mostUpdates, Allowed: allowedUpdates}
	for rooms.room(ctx) == nil && in.lease.runs() {
		err := b.pollOnce(ctx, in, &ask)
		if err == nil {
			pause.over()
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		if err := b.pollFailed(ctx, err, &ask); err != nil {
			return err
		}
		wait := pause.after(err)
		b.log.Warn("no updates, trying again", "in", wait.Round(time.Millisecond), "error", err)
		if sleep(ctx, wait) != nil {
			return nil
		}
	}
	return nil
}

// pollOnce asks for a batch and sees it into the inbox.
func (b *Bot) pollOnce(ctx context.Context, in *intake, ask *pollRequest) error {
	began := time.Now()
	letters, err := b.getUpdates(ctx, *ask)
	if err != nil {
		return err
	}
	b.heard.Store(b.now().UnixMilli())
	if len(letters) == 0 && ask.Timeout > 0 && time.Since(began) < hasty {
		_ = sleep(ctx, hasty) // a server that does not hold polls is not to be asked without end
	}
	ask.Timeout = int(pollHold / time.Second)
	if len(letters) == 0 {
		return nil
	}
	fault.At("update received")
	if err := in.receive(ctx, letters); err != nil {
		return fmt.Errorf("save %d updates: %w", len(letters), err)
	}
	ask.Limit = mostUpdates
	for _, l := range letters {
		ask.Offset = max(ask.Offset, l.ID+1)
	}
	return nil
}

// pollFailed does what the error calls for beside waiting. The next call is
// answered at once, like the first, to learn early that all is well.
func (b *Bot) pollFailed(ctx context.Context, err error, ask *pollRequest) error {
	ask.Timeout = 0
	var no *replyError
	switch {
	case errors.Is(err, errReplySize):
		ask.Limit = max(1, ask.Limit/4)
	case !errors.As(err, &no):
	case no.Code == http.StatusUnauthorized:
		return tokenError(err)
	case no.Code == http.StatusConflict && strings.Contains(strings.ToLower(no.Words), "webhook"):
		b.log.Warn("a webhook is set for this bot's token, taking it off")
		b.dropWebhook(ctx)
	case no.Code == http.StatusConflict:
		b.log.Warn("another program takes this bot's updates: only one may run with one token")
	}
	return nil
}

type pollRequest struct {
	Offset  int64    `json:"offset,omitempty"`
	Limit   int      `json:"limit"`
	Timeout int      `json:"timeout"`
	Allowed []string `json:"allowed_updates"`
}

// getUpdates waits at Telegram for updates and gives them as they came.
func (b *Bot) getUpdates(ctx context.Context, ask pollRequest) ([]kassa.Letter, error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.client.url("getUpdates"), bytes.NewReader(body))
	if err != nil {
		return nil, b.client.scrub(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := b.client.polls.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var reply struct {
		Result []json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		return nil, errors.New("getUpdates: the reply holds no list of updates")
	}
	return b.letters(reply.Result), nil
}

// letters gives updates their numbers. One without a number could never be
// confirmed; Telegram sends none.
func (b *Bot) letters(updates []json.RawMessage) []kassa.Letter {
	out := make([]kassa.Letter, 0, len(updates))
	for _, body := range updates {
		id, err := letterID(body)
		if err != nil {
			b.log.Error("an update without a number is passed over")
			continue
		}
		out = append(out, kassa.Letter{ID: id, Body: body})
	}
	return out
}

var errNoNumber = errors.New("no update_id")

// letterID reads an update's number and nothing else.
func letterID(body []byte) (int64, error) {
	var head struct {
		ID *int64 `json:"update_id"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return 0, errNoNumber
	}
	if head.ID == nil {
		return 0, errNoNumber
	}
	return *head.ID, nil
}

// dropWebhook makes Telegram keep updates for our polls; none is lost by it.
func (b *Bot) dropWebhook(ctx context.Context) {
	err := b.client.call(ctx, func(ctx context.Context, api *tg.Bot) error {
		_, err := api.DeleteWebhook(ctx, &tg.DeleteWebhookParams{})
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("the webhook could not be taken off", "error", err)
	}
}
