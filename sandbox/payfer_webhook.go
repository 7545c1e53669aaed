package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// moreTries is how often Payfer tries a webhook again when it was not answered with 200.
const moreTries = 3

// Hook is one try to deliver a webhook.
type Hook struct {
	Order  string
	Try    int    // from 1
	Status int    // 0 = no answer
	Err    string // why there was none
	Sent   time.Time
	At     time.Time // of the answer
}

// hookDesk delivers webhooks in the background.
type hookDesk struct {
	delay  time.Duration
	client *http.Client
	ctx    context.Context // ends with the Payfer, not with a request
	cancel context.CancelFunc
	wg     *sync.WaitGroup

	lose   int
	repeat int
	hold   <-chan struct{}
	open   int // deliveries under way
	tries  []Hook
}

func newHookDesk(delay, timeout time.Duration) hookDesk {
	ctx, cancel := context.WithCancel(context.Background())
	return hookDesk{
		delay: delay, ctx: ctx, cancel: cancel, wg: &sync.WaitGroup{}, repeat: 1,
		client: &http.Client{
			Timeout:   timeout,
			Transport: &http.Transport{MaxIdleConnsPerHost: 8},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
	}
}

// LoseHooks lets the next n payments send no webhook; n < 0 = none from now on, 0 = as usual.
func (p *Payfer) LoseHooks(n int) { p.change(func() { p.hooks.lose = n }) }

// RepeatHooks lets every payment's webhook be sent n times at once.
func (p *Payfer) RepeatHooks(n int) { p.change(func() { p.hooks.repeat = n }) }

// HoldHooks lets webhooks dispatched from now on wait until release is closed; nil = as usual.
func (p *Payfer) HoldHooks(release <-chan struct{}) { p.change(func() { p.hooks.hold = release }) }

// Hooks gives every try so far, those of SendWebhook not included.
func (p *Payfer) Hooks() []Hook {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.hooks.tries)
}

// Hooks is Payfer.Hooks.
func (v *PayferView) Hooks() []Hook { return slices.Clone(v.p.hooks.tries) }

// Flush waits until no webhook is under way.
func (p *Payfer) Flush(ctx context.Context) error {
	return p.await(ctx, func() bool { return p.hooks.open == 0 })
}

// SendWebhook posts any body to any address with Payfer's headers, once, and gives the
// answer's status: how a forger does it, for nothing in a webhook is signed.
func (p *Payfer) SendWebhook(ctx context.Context, url string, body []byte) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("send webhook: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Payfer-Webhook/1.0")
	res, err := p.hooks.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("send webhook: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10))
	return res.StatusCode, nil
}

// PaidBody is the documented webhook body for an order. For one that is unpaid or unknown it
// is the body a forger would send: the sum expected, paid now.
func (p *Payfer) PaidBody(order string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	pay := Payment{Order: order, Asked: 50000_00, Unique: 50001_50}
	if found, err := p.find(order); err == nil {
		pay = *found
	}
	if pay.State != Paid {
		pay.Paid, pay.PaidAt = pay.Unique, p.clock()
	}
	return p.paidBody(pay)
}

// paidBody shows the same digits as check does, with a Z that they may not deserve.
func (p *Payfer) paidBody(pay Payment) []byte {
	return document{
		{"status", "paid"},
		{"order_code", pay.Order},
		{"amount", pay.Asked},
		{"paid_amount", pay.Paid},
		{"paid_at", p.stamp(pay.PaidAt) + "Z"},
	}.encode(rule{})
}

// dispatch starts the delivery of a payment's webhook. The caller holds mu.
func (p *Payfer) dispatch(url string, pay Payment) {
	d := &p.hooks
	if d.lose != 0 {
		d.lose = max(d.lose-1, -1)
		return
	}
	if d.ctx.Err() != nil {
		return
	}
	body, hold := p.paidBody(pay), d.hold
	for range d.repeat {
		d.open++
		d.wg.Go(func() { p.deliver(url, pay.Order, body, hold) })
	}
}

func (p *Payfer) deliver(url, order string, body []byte, hold <-chan struct{}) {
	defer p.change(func() { p.hooks.open-- })
	if hold != nil {
		select {
		case <-hold:
		case <-p.hooks.ctx.Done():
			return
		}
	}
	for try := 1; try <= 1+moreTries; try++ {
		sent := p.clock()
		status, err := p.SendWebhook(p.hooks.ctx, url, body)
		p.logTry(Hook{Order: order, Try: try, Status: status, Sent: sent}, err)
		if status == http.StatusOK || try > moreTries || !pause(p.hooks.ctx, p.hooks.delay) {
			return
		}
	}
}

func (p *Payfer) logTry(h Hook, err error) {
	if err != nil {
		h.Err = err.Error()
	}
	p.change(func() {
		h.At = p.clock()
		p.hooks.tries = append(p.hooks.tries, h)
	})
	p.log.Info("payfer webhook", "order", h.Order, "try", h.Try, "status", h.Status, "answered", err == nil)
}
