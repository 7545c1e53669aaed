package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

// hookBound is the longest that a webhook may wait for its answer: the bot's own
// bound of five seconds, and something for a machine that is busy.
const hookBound = 6500 * time.Millisecond

// hooks sends webhooks besides Payfer's own, and notes how they were answered.
type hooks struct {
	f      *shopfloor
	mortal bool // the bot may die with a webhook in hand, which then has no answer
	flying sync.WaitGroup

	mu      sync.Mutex
	answers map[int]int // status → how many
	longest time.Duration
	odd     []string
}

// again sends the webhook of some order that there is, now, and does not wait.
func (h *hooks) again(ctx context.Context, m *market) {
	payments := h.f.Payfer.Payments("")
	if len(payments) == 0 {
		return
	}
	p := payments[len(payments)-1-m.roll(min(len(payments), 20))]
	path := m.ownerOf(p.Shop).hook
	h.flying.Go(func() { h.send(context.WithoutCancel(ctx), path, p.Order) })
}

// send sends one webhook, with more patience than the bot has, and gives the answer.
func (h *hooks) send(ctx context.Context, path, order string) (status int, took time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, 3*hookBound)
	defer cancel()
	from := time.Now()
	status, err := postTo(ctx, h.f.public+path, h.f.Payfer.PaidBody(order))
	took = time.Since(from)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answers == nil {
		h.answers = map[int]int{}
	}
	h.answers[status]++
	h.longest = max(h.longest, took)
	if err != nil && h.mortal {
		return status, took
	}
	if err != nil || (status != http.StatusOK && status != http.StatusServiceUnavailable) || took > hookBound {
		h.odd = append(h.odd, fmt.Sprintf("a webhook was answered %d after %s, error %v", status, took.Round(time.Millisecond), err))
	}
	return status, took
}

func (h *hooks) report(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.odd {
		t.Error(s)
	}
}

func (h *hooks) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return fmt.Sprintf("%d webhooks more taken and %d told to come again, each within %s",
		h.answers[http.StatusOK], h.answers[http.StatusServiceUnavailable], h.longest.Round(time.Millisecond))
}

// postTo posts as Payfer does, over a connection of its own.
func postTo(ctx context.Context, url string, body []byte) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}
