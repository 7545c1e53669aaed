package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// inlineLife is how long an inline query may be answered; about what Telegram allows.
const inlineLife = 10 * time.Second

// Query is what somebody typed after the bot's name.
type Query struct {
	ID     string
	Update int64 // id of the update that told the bot of it

	at     time.Time
	user   *User
	answer *Offers
	t      *Telegram
}

// Offers is what the bot answered to an inline query: the results to pick from, and the button above
// them with the payload of its /start.
type Offers struct {
	Results       []Offer
	Button, Start string
	Personal      bool
	Cache         int // seconds
}

// Offer is one result, an article.
type Offer struct {
	ID, Title, Description string

	message *Message
}

// Text is the message that the offer becomes.
func (o Offer) Text() string { return o.message.Text }

// Query types text after the bot's name, in whatever chat.
func (u *User) Query(text string) *Query {
	t := u.t
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	q := &Query{ID: fmt.Sprintf("%d%07d", u.ID, len(t.typed)+1), at: t.now(), user: u, t: t}
	t.typed[q.ID] = q
	q.Update = t.push("inline_query", map[string]any{
		"id": q.ID, "from": u.json(), "query": text, "offset": "", "chat_type": "private",
	})
	return q
}

// Wait blocks until the bot answers or ctx ends.
func (q *Query) Wait(ctx context.Context) (Offers, error) {
	return answered(ctx, q.t, &q.answer)
}

// Pick sends the offer into a chat that the bot cannot see, and gives the name of the message.
func (q *Query) Pick(o Offer) (inline string) {
	q.t.change(func() {
		inline = fmt.Sprintf("BAAAsandbox%06d", len(q.t.inline)+1)
		m := o.message.copy()
		m.Date = q.t.now()
		c := newChat(0, kindPrivate, "")
		q.t.inline[inline] = &inlineMessage{c, &m}
	})
	return inline
}

// inlineMessage is a message that was sent through the bot, in a chat that it does not know.
type inlineMessage struct {
	chat *chat
	m    *Message
}

// Inline gives an inline message as it stands.
func (t *Telegram) Inline(id string) (m Message, found bool) {
	t.change(func() { m, found = (&View{t}).Inline(id) })
	return m, found
}

// Inline is Telegram.Inline.
func (v *View) Inline(id string) (Message, bool) {
	if i := v.t.inline[id]; i != nil {
		return i.m.copy(), true
	}
	return Message{}, false
}

// PressInline presses a button of an inline message, as Press does of another.
func (u *User) PressInline(inline string, which any) (*Callback, error) {
	t := u.t
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	i := t.inline[inline]
	if i == nil {
		return nil, errors.New("press: there is no such inline message")
	}
	b, err := i.m.find(which)
	if err != nil {
		return nil, err
	}
	return t.press(u, b, map[string]any{"inline_message_id": inline, "chat_instance": "inline"})
}

// press tells the bot of a press; where says in what message.
func (t *Telegram) press(u *User, b Button, where map[string]any) (*Callback, error) {
	if b.Data == "" {
		return nil, fmt.Errorf("press: %q is not a callback button", b.Text)
	}
	cb := &Callback{ID: fmt.Sprintf("%d%06d", u.ID, len(t.queries)+1), Data: b.Data, at: t.now(), t: t}
	t.queries[cb.ID] = cb
	where["id"], where["from"], where["data"] = cb.ID, u.json(), b.Data
	cb.Update = t.push("callback_query", where)
	return cb, nil
}

// Bounds of an answer: https://core.telegram.org/bots/api#answerinlinequery.
const (
	mostResults  = 50
	mostResultID = 64
)

var startForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (t *Telegram) answerInline(q *request) (any, *apiError) {
	typed, ok := t.typed[q.text("inline_query_id")]
	if !ok || typed.answer != nil || t.now().Sub(typed.at) > inlineLife {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	a := &Offers{Personal: q.bool("is_personal"), Cache: q.int("cache_time")}
	if err := q.offers(a); err != nil {
		return nil, err
	}
	var button struct {
		Text  string `json:"text"`
		Start string `json:"start_parameter"`
	}
	if err := q.object("button", &button); err != nil {
		return nil, err
	}
	if q.text("button") != "" && (clean(button.Text) == "" || !startForm.MatchString(button.Start)) {
		return nil, badRequest("START_PARAM_INVALID")
	}
	a.Button, a.Start = button.Text, button.Start
	typed.answer = a
	return true, nil
}

// offers reads the results.
func (q *request) offers(a *Offers) *apiError {
	var raw []json.RawMessage
	if err := q.object("results", &raw); err != nil {
		return err
	}
	if len(raw) > mostResults || q.text("results") == "" {
		return badRequest("RESULTS_TOO_MUCH")
	}
	seen := map[string]bool{}
	for _, one := range raw {
		o, err := readOffer(one)
		if err != nil {
			return err
		}
		if seen[o.ID] {
			return badRequest("RESULT_ID_DUPLICATE")
		}
		seen[o.ID] = true
		a.Results = append(a.Results, o)
	}
	return nil
}

func readOffer(raw json.RawMessage) (o Offer, _ *apiError) {
	var r struct {
		Type, ID, Title, Description string
		Content                      struct {
			Text string `json:"message_text"`
			Mode string `json:"parse_mode"`
		} `json:"input_message_content"`
		Markup json.RawMessage `json:"reply_markup"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return o, badRequest("can't parse inline query result: %v", err)
	}
	switch {
	case r.Type != "article":
		return o, badRequest("can't parse inline query result: type %q (the sandbox knows article)", clip(r.Type))
	case r.ID == "" || len(r.ID) > mostResultID:
		return o, badRequest("RESULT_ID_INVALID")
	case strings.TrimSpace(r.Title) == "":
		return o, badRequest("ARTICLE_TITLE_EMPTY")
	}
	f, err := formattedText(r.Content.Text, r.Content.Mode, nil, mostText)
	if err != nil {
		return o, err
	}
	if f.text == "" {
		return o, badRequest("MESSAGE_EMPTY")
	}
	q := &request{params: map[string][]string{"reply_markup": {string(r.Markup)}}}
	k, err := q.markup()
	if err != nil {
		return o, err
	}
	m := &Message{FromBot: true, Buttons: k.buttons, Inline: true}
	m.setText(f)
	return Offer{ID: r.ID, Title: r.Title, Description: r.Description, message: m}, nil
}
