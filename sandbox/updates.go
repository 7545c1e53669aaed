package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// firstUpdate is an update_id of the size that Telegram uses.
const firstUpdate = 700_000_001

// update is one entry of the queue.
type update struct {
	id    int64
	kind  string // the field that carries it: message, callback_query, …
	body  json.RawMessage
	again bool // redelivered: the offset does not remove it before it was given out
}

// feed is the queue of updates that the bot has not confirmed, and the way they take.
type feed struct {
	next    int64
	queue   []update
	sent    map[int64]update // everything ever queued, for Redeliver
	allowed []string         // kinds the bot wants; nil = all that there are here

	poller chan struct{} // closed when another poll takes over

	url, secret string // webhook mode
	lastError   string
	stop        context.CancelFunc

	retry  time.Duration
	client *http.Client
	ctx    context.Context // ends with the Telegram
	cancel context.CancelFunc
	wg     *sync.WaitGroup
}

func newFeed(retry time.Duration) feed {
	ctx, cancel := context.WithCancel(context.Background())
	return feed{
		next: firstUpdate, sent: map[int64]update{}, retry: retry, ctx: ctx, cancel: cancel, wg: &sync.WaitGroup{},
		client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}},
	}
}

// push queues an update for the bot, if it wants that kind. The caller holds the lock.
func (t *Telegram) push(kind string, content any) int64 {
	f := &t.feed
	if len(f.allowed) > 0 && !slices.Contains(f.allowed, kind) {
		return 0
	}
	id := f.next
	f.next++
	return f.enqueue(update{id: id, kind: kind, body: encode(map[string]any{"update_id": id, kind: content})})
}

func (f *feed) enqueue(u update) int64 {
	f.sent[u.id] = u
	f.queue = append(f.queue, u)
	return u.id
}

// Deliver queues an update given as JSON, whatever it holds, and gives its id. It is given an
// update_id when it has none. It panics when raw is no JSON object.
func (t *Telegram) Deliver(raw []byte) int64 {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		panic(fmt.Sprintf("sandbox: deliver: %v", err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	id := t.feed.next
	if given, ok := fields["update_id"]; !ok {
		t.feed.next++
		fields["update_id"] = encode(id)
	} else if err := json.Unmarshal(given, &id); err != nil {
		panic(fmt.Sprintf("sandbox: deliver: %v", err))
	}
	return t.feed.enqueue(update{id: id, body: encode(fields)})
}

// Redeliver queues an update again under its old id, though the bot may have confirmed it. It
// panics when there never was such an update.
func (t *Telegram) Redeliver(id int64) {
	t.change(func() {
		u, ok := t.feed.sent[id]
		if !ok {
			panic(fmt.Sprintf("sandbox: no update %d", id))
		}
		u.again = true
		t.feed.queue = append(t.feed.queue, u)
	})
}

// Forget drops the latest n updates of those not confirmed: the bot never gets them.
func (t *Telegram) Forget(n int) {
	t.change(func() { t.feed.queue = t.feed.queue[:max(0, len(t.feed.queue)-n)] })
}

// confirm forgets what an offset says was received; a negative one keeps only the last of the queue.
func (f *feed) confirm(offset int64) {
	if offset < 0 {
		f.queue = f.queue[max(0, len(f.queue)+int(offset)):]
		return
	}
	f.queue = slices.DeleteFunc(f.queue, func(u update) bool { return !u.again && u.id < offset })
}

// batch gives up to limit updates; the redelivered ones are under the offset's rule from now on.
func (f *feed) batch(limit int) []json.RawMessage {
	list := []json.RawMessage{}
	for i := range f.queue {
		if len(list) == limit {
			break
		}
		f.queue[i].again = false
		list = append(list, f.queue[i].body)
	}
	return list
}

// getUpdates is the long poll. A second one ends the first with a conflict, as in Telegram.
func (t *Telegram) getUpdates(q *request) (any, *apiError) {
	ctx, cancel := context.WithTimeout(q.ctx, time.Duration(q.int("timeout"))*time.Second)
	defer cancel()
	defer context.AfterFunc(t.feed.ctx, cancel)()
	mine, err := t.beginPoll(q)
	if err != nil {
		return nil, err
	}
	limit := or(q.int("limit"), 100)
	for {
		t.mu.Lock()
		hooked, list, changed := t.feed.url != "", []json.RawMessage{}, t.changed
		if !hooked && q.ctx.Err() == nil {
			list = t.feed.batch(limit)
		}
		t.mu.Unlock()
		if hooked {
			return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
		}
		if len(list) > 0 || ctx.Err() != nil {
			return list, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		case <-mine:
			return nil, conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
		}
	}
}

func conflict(why string) *apiError {
	return &apiError{code: http.StatusConflict, text: "Conflict: " + why}
}

// beginPoll takes the poll over from whoever has it and confirms what came before.
func (t *Telegram) beginPoll(q *request) (<-chan struct{}, *apiError) {
	if limit := q.int("limit"); limit < 0 || limit > 100 {
		return nil, badRequest("limit must be 1-100")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	if err := t.allow(q); err != nil {
		return nil, err
	}
	if t.feed.url == "" {
		t.feed.confirm(int64(q.int("offset")))
	}
	if t.feed.poller != nil {
		close(t.feed.poller)
	}
	t.feed.poller = make(chan struct{})
	return t.feed.poller, nil
}

// allow takes over allowed_updates; without it the former setting stays.
func (t *Telegram) allow(q *request) *apiError {
	var kinds []string
	if q.text("allowed_updates") == "" {
		return nil
	}
	if err := q.object("allowed_updates", &kinds); err != nil {
		return err
	}
	t.feed.allowed = kinds
	return nil
}
