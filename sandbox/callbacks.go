package sandbox

import (
	"context"
	"time"
)

// queryLife is how long a press may be answered; about what Telegram allows.
const queryLife = 15 * time.Minute

// mostAnswer bounds the text of an answer to a press.
const mostAnswer = 200

// Callback is a pressed button.
type Callback struct {
	ID, Data string
	Update   int64 // id of the update that told the bot of it

	at     time.Time
	answer *Answer
	t      *Telegram
}

// Answer is what the bot answered to a press: the toast or the alert.
type Answer struct {
	Text  string
	Alert bool
	URL   string
	At    time.Time
}

// Answer gives the bot's answer, if there is one yet.
func (c *Callback) Answer() (Answer, bool) {
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	if c.answer == nil {
		return Answer{}, false
	}
	return *c.answer, true
}

// Wait blocks until the bot answers or ctx ends.
func (c *Callback) Wait(ctx context.Context) (Answer, error) {
	return answered(ctx, c.t, &c.answer)
}

// answered waits until the answer is there.
func answered[T any](ctx context.Context, t *Telegram, answer **T) (a T, err error) {
	err = t.await(ctx, func() bool {
		if *answer != nil {
			a = **answer
		}
		return *answer != nil
	})
	return a, err
}

func (t *Telegram) answerCallback(q *request) (any, *apiError) {
	c, ok := t.queries[q.text("callback_query_id")]
	if !ok || c.answer != nil || t.now().Sub(c.at) > queryLife {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	text := clean(q.text("text"))
	if size(text) > mostAnswer {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	if link := q.text("url"); link != "" && !validLink(link) {
		return nil, badRequest("URL_INVALID")
	}
	c.answer = &Answer{Text: text, Alert: q.bool("show_alert"), URL: q.text("url"), At: t.now()}
	return true, nil
}
