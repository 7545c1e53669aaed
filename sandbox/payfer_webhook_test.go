package sandbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a webhook's other end: it answers with the statuses it was given, then with 200.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	got      []string
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	t.Helper()
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, req.Header.Get("Content-Type")+" "+req.Header.Get("User-Agent")+" "+string(body))
		if len(r.statuses) > 0 {
			w.WriteHeader(r.statuses[0])
			r.statuses = r.statuses[1:]
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) bodies() []string { r.mu.Lock(); defer r.mu.Unlock(); return r.got }

func TestWebhookIsSentAsDocumentedAndTriedAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		statuses []int
		set      func(p *Payfer)
		want     int // deliveries
	}{
		{name: "accepted", want: 1},
		{name: "accepted late", statuses: []int{500, 404}, want: 3},
		{name: "refused", statuses: []int{500, 201, 500, 500, 500}, want: 4},
		{name: "lost", set: func(p *Payfer) { p.LoseHooks(1) }},
		{name: "all lost", set: func(p *Payfer) { p.LoseHooks(-1) }},
		{name: "doubled", set: func(p *Payfer) { p.RepeatHooks(20) }, want: 20},
	}
	const wantBody = `application/json Payfer-Webhook/1.0 {"status":"paid","order_code":"A","amount":50000,"paid_amount":50001.50,"paid_at":"2024-01-20T20:15:00Z"}`
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t, tt.statuses...)
			p := NewPayfer(PayferOptions{Now: docClock().now, RetryDelay: time.Microsecond, Zone: Tashkent()})
			defer p.Close()
			p.AddShop(shopID, shopKey, "A")
			p.SetWebhook(shopID, r.URL)
			if tt.set != nil {
				tt.set(p)
			}
			_, _ = p.Create(shopID, 50000_00, "A")
			if err := p.Pay("A"); err != nil {
				t.Fatal(err)
			}
			if err := p.Flush(within(t)); err != nil {
				t.Fatal(err)
			}
			got := r.bodies()
			if len(got) != tt.want || len(p.Hooks()) != tt.want {
				t.Fatalf("%d deliveries, %d logged, want %d", len(got), len(p.Hooks()), tt.want)
			}
			for _, body := range got {
				if body != wantBody {
					t.Errorf("got %s", body)
				}
			}
		})
	}
}

func TestHeldWebhookWaitsAndCloseEndsIt(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	p := NewPayfer(PayferOptions{})
	p.AddShop(shopID, shopKey, "A")
	p.SetWebhook(shopID, r.URL)
	p.HoldHooks(make(chan struct{}))
	_, _ = p.Create(shopID, 50000_00, "A")
	_ = p.Pay("A")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Flush(ctx); err == nil {
		t.Error("nothing is held")
	}
	p.Close()
	if got := r.bodies(); len(got) != 0 {
		t.Errorf("sent: %v", got)
	}
}

func TestForgedWebhookIsWhateverTheForgerSends(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusTeapot)
	w := world(t, Options{})
	_, _ = w.Payfer.Create(shopID, 70000_00, "A")
	status, err := w.Payfer.SendWebhook(t.Context(), r.URL, w.Payfer.PaidBody("A"))
	if err != nil || status != http.StatusTeapot {
		t.Errorf("status %d, error %v", status, err)
	}
	if pay, _ := w.Payfer.Payment("A"); pay.State != Pending || !strings.Contains(r.bodies()[0], `"paid_amount":70001.50`) {
		t.Errorf("state %s, sent %s", pay.State, r.bodies())
	}
}
