package sandbox

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"payferbot/money"
)

func docClock() *clock {
	return &clock{at: time.Date(2024, 1, 20, 15, 15, 0, 0, time.UTC)}
}

func TestPayferAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	c := docClock()
	w := world(t, Options{Payfer: PayferOptions{Now: c.now}})
	steps := []struct {
		name   string
		method string
		pairs  []string
		before func()
		status int
		body   string
	}{
		{name: "create", method: "create", pairs: []string{"amount", "50000", "order", "ORDER123"}, status: 200, body: `{"status":"success","message":"Payment created successfully","payment_id":12345,"unique_amount":50001.50,"expire_at":"2024-01-20T15:30:00","order_code":"ORDER123"}`},
		{name: "check pending", method: "check", pairs: []string{"order", "ORDER123"}, status: 200, body: `{"status":"success","payment_status":"pending","amount":50000,"paid_amount":null,"paid_at":null,"order_code":"ORDER123"}`},
		{name: "check paid", method: "check", pairs: []string{"order", "ORDER123"}, before: func() {
			c.at = c.at.Add(10*time.Minute + 30*time.Second)
			if err := w.Payfer.Pay("ORDER123"); err != nil {
				t.Error(err)
			}
		}, status: 200, body: `{"status":"success","payment_status":"paid","amount":50000,"paid_amount":50001.50,"paid_at":"2024-01-20T15:25:30","order_code":"ORDER123"}`},
		{name: "shop", method: "shop", status: 200, body: `{"status":"success","shop_name":"Choyxona «Bahor»","balance":50001.50,"total_transactions":1,"total_amount":50001.50,"created_at":"2024-01-20T15:15:00"}`},
		{name: "again", method: "create", pairs: []string{"amount", "50000", "order", "ORDER123"}, status: 400, body: `{"status":"error","message":"Order code already exists"}`},
		{name: "too little", method: "create", pairs: []string{"amount", "999.99", "order", "B"}, status: 400, body: `{"status":"error","message":"Amount must be between 1000 and 10000000"}`},
		{name: "too much", method: "create", pairs: []string{"amount", "10000001", "order", "B"}, status: 400, body: `{"status":"error","message":"Amount must be between 1000 and 10000000"}`},
		{name: "no number", method: "create", pairs: []string{"amount", "much", "order", "B"}, status: 400, body: `{"status":"error","message":"Amount must be between 1000 and 10000000"}`},
		{name: "no order", method: "create", pairs: []string{"amount", "50000"}, status: 400, body: `{"status":"error","message":"Missing required parameters"}`},
		{name: "no key", method: "shop", pairs: []string{"shop_key", ""}, status: 400, body: `{"status":"error","message":"Missing required parameters"}`},
		{name: "wrong key", method: "shop", pairs: []string{"shop_key", "x"}, status: 403, body: `{"status":"error","message":"Invalid shop credentials"}`},
		{name: "wrong shop", method: "shop", pairs: []string{"shop_id", "x"}, status: 403, body: `{"status":"error","message":"Invalid shop credentials"}`},
		{name: "unknown order", method: "check", pairs: []string{"order", "x"}, status: 404, body: `{"status":"error","message":"Transaction not found"}`},
		{name: "not active", method: "shop", before: func() { w.Payfer.Deactivate(shopID) }, status: 403, body: `{"status":"error","message":"Shop is not active"}`},
		{name: "revoked", method: "shop", before: func() { w.Payfer.Activate(shopID); w.Payfer.Revoke(shopID) }, status: 403, body: `{"status":"error","message":"Invalid shop credentials"}`},
	}
	for _, s := range steps {
		if s.before != nil {
			s.before()
		}
		if status, body := get(t, w, s.method, s.pairs...); status != s.status || body != s.body {
			t.Errorf("%s: got %d %s\nwant %d %s", s.name, status, body, s.status, s.body)
		}
	}
}

func TestUniqueSumsDifferAmongAKassasOpenPayments(t *testing.T) {
	t.Parallel()
	p := NewPayfer(PayferOptions{Now: docClock().now})
	defer p.Close()
	p.AddShop("a", "k", "A")
	p.AddShop("b", "k", "B")
	seen := map[money.Amount]bool{}
	for i := range 1500 {
		pay, err := p.Create("a", money.Amount(50000_00+i%3), fmt.Sprint(i))
		if err != nil {
			t.Fatal(err)
		}
		if seen[pay.Unique] || pay.Unique <= pay.Asked {
			t.Fatalf("order %d: unique sum %s for %s", i, pay.Unique, pay.Asked)
		}
		seen[pay.Unique] = true
	}
	if pay, _ := p.Create("b", 50000_00, "other"); pay.Unique != 50001_50 {
		t.Errorf("another kassa's first sum is %s", pay.Unique)
	}
}

func TestPaymentsMoveOnlyAsPayferMovesThem(t *testing.T) {
	t.Parallel()
	p := NewPayfer(PayferOptions{Now: docClock().now})
	defer p.Close()
	p.AddShop(shopID, shopKey, "A")
	moves := map[string]func(string) error{
		"pay": p.Pay, "late": p.PayLate, "expire": p.Expire, "cancel": p.Cancel,
		"other": func(o string) error { return p.PayWith(o, 1_00) },
		"time":  func(string) error { p.Advance(15 * time.Minute); return nil },
	}
	tests := []struct {
		moves, state string
		paid         bool // with the unique sum
		fails        bool // the last move
	}{
		{moves: "pay", state: Paid, paid: true},
		{moves: "pay pay", state: Paid, paid: true, fails: true},
		{moves: "other", state: Paid},
		{moves: "expire pay", state: Expired, fails: true},
		{moves: "time", state: Expired},
		{moves: "time pay", state: Expired, fails: true},
		{moves: "late", state: Paid, paid: true},
		{moves: "cancel late", state: Paid, paid: true},
		{moves: "cancel expire", state: Cancelled, fails: true},
		{moves: "pay late", state: Paid, paid: true, fails: true},
	}
	for i, tt := range tests {
		order := fmt.Sprint(i)
		if _, err := p.Create(shopID, 50000_00, order); err != nil {
			t.Fatal(err)
		}
		var err error
		for m := range strings.FieldsSeq(tt.moves) {
			err = moves[m](order)
		}
		pay, _ := p.Payment(order)
		if pay.State != tt.state || (err != nil) != tt.fails || (pay.Paid == pay.Unique) != tt.paid {
			t.Errorf("%s: %s, paid %s of %s, error %v", tt.moves, pay.State, pay.Paid, pay.Unique, err)
		}
	}
}

func TestPayferFaultsLookAsNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind   Kind
		opts   []FaultOption
		method string
		status int
		body   string // contained
		exists bool   // create took effect
	}{
		{kind: DropBefore, status: 0, body: "EOF"},
		{kind: DropAfter, status: 0, body: "EOF", exists: true},
		{kind: Garbage, status: 200, body: "<?php", exists: true},
		{kind: Empty, status: 200, exists: true},
		{kind: Truncated, status: 200, body: `{"status":"success"`, exists: true},
		{kind: Cut, status: 200, body: "cut: {", exists: true},
		{kind: BadGateway, status: 502, body: "<html>"},
		{kind: Broken500, status: 500, body: "Internal"},
		{kind: TooMany, status: 429, body: "Too many"},
		{kind: Refuse, opts: []FaultOption{Code(418), Text("no tea")}, status: 418, body: `{"status":"error","message":"no tea"}`},
		{kind: Maintenance, status: 503, body: `{"status":"error","message":"Maintenance mode"}`},
		{kind: MaintenanceHTML, status: 503, body: "<html>"},
		{kind: ErrorAs200, opts: []FaultOption{Text("Shop is not active")}, status: 200, body: `{"status":"error","message":"Shop is not active"}`},
		{kind: ErrorAs200, method: "check", status: 200, body: `{"status":"error","message":"Transaction not found"}`},
		{kind: Strings, status: 200, body: `"payment_id":"12345","unique_amount":"50001.50"`, exists: true},
		{kind: FloatNoise, status: 200, body: `"unique_amount":50001.499999999998,`, exists: true},
		{kind: Redirect, opts: []FaultOption{Text("http://127.0.0.1:1/")}, status: 302},
		{kind: Huge, status: 200, body: strings.Repeat(" ", 200<<10), exists: true},
		{kind: Slow, opts: []FaultOption{For(time.Millisecond)}, status: 200, body: "success", exists: true},
		{kind: SlowReply, opts: []FaultOption{For(time.Millisecond)}, status: 200, body: "success", exists: true},
	}
	for _, tt := range tests {
		t.Run(string(tt.kind), func(t *testing.T) {
			t.Parallel()
			w := world(t, Options{})
			method := or(tt.method, "create")
			w.Payfer.Fault(method, tt.kind, 1, tt.opts...)
			status, body := get(t, w, method, "amount", "50000", "order", "A")
			if status != tt.status || !strings.Contains(body, tt.body) || tt.kind == Empty && body != "" {
				t.Errorf("got %d %.200q", status, body)
			}
			if _, ok := w.Payfer.Payment("A"); ok != tt.exists {
				t.Errorf("payment exists: %v, want %v", ok, tt.exists)
			}
			if status, _ := get(t, w, "shop"); status != 200 {
				t.Errorf("the fault struck twice, or another method: %d", status)
			}
			if calls := w.Payfer.Calls(method); len(calls) != 1 || calls[0].Fault != tt.kind || calls[0].Stage != Applied {
				t.Errorf("calls: %+v", calls)
			}
		})
	}
}

func TestUnknownStatusAndPendingUniqueAreSwitches(t *testing.T) {
	t.Parallel()
	w := world(t, Options{Payfer: PayferOptions{Now: docClock().now, Zone: Tashkent()}})
	if _, err := w.Payfer.Create(shopID, 50000_00, "A"); err != nil {
		t.Fatal(err)
	}
	w.Payfer.Fault("check", UnknownStatus, 1, ForOrder("A"))
	if _, body := get(t, w, "check", "order", "A"); !strings.Contains(body, `"payment_status":"processing"`) {
		t.Error(body)
	}
	w.Payfer.UniqueInPending(true)
	if _, body := get(t, w, "check", "order", "A"); !strings.Contains(body, `"unique_amount":50001.50,"expire_at":"2024-01-20T20:30:00"`) {
		t.Error(body)
	}
}

func TestSlowCallIsHeldUntilReleased(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	release, done := make(chan struct{}), make(chan string)
	w.Payfer.Fault("create", SlowReply, 1, Until(release), ForOrder("A"))
	go func() {
		_, body := get(t, w, "create", "amount", "50000", "order", "A")
		done <- body
	}()
	if _, err := w.Payfer.WaitPayment(within(t), nil); err != nil {
		t.Fatal(err)
	}
	select {
	case body := <-done:
		t.Fatalf("answered while held: %s", body)
	default:
	}
	close(release)
	if body := <-done; !strings.Contains(body, "success") {
		t.Error(body)
	}
}

func TestHooksRunInOrderAndMayDriveThePayfer(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	var mu sync.Mutex
	var order []string
	note := func(s string) { mu.Lock(); defer mu.Unlock(); order = append(order, s) }
	w.Payfer.Before("create", func(*http.Request) { note("before") })
	w.Payfer.OnCall(func(c PayferCall) { note(string(c.Stage)) })
	w.Payfer.OnCreate(func(p Payment) {
		note("created")
		if err := w.Payfer.Pay(p.Order); err != nil {
			t.Error(err)
		}
	})
	get(t, w, "create", "amount", "50000", "order", "A")
	if got := strings.Join(order, " "); got != "before received created applied" {
		t.Errorf("order: %s", got)
	}
	if pay, _ := w.Payfer.Payment("A"); pay.State != Paid {
		t.Errorf("state %s", pay.State)
	}
}

func TestLogsNeverHoldTheKey(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := world(t, Options{Payfer: PayferOptions{Log: log}, Telegram: TelegramOptions{Log: log}})
	get(t, w, "create", "amount", "50000", "order", "A")
	get(t, w, "shop", "shop_key", "CANARY-wrong")
	w.Telegram.User(5, "A", "").Send("/link shop_1 " + shopKey)
	call(t, w, "sendMessage", map[string]any{"chat_id": 5, "text": shopKey})
	if s := out.String(); !strings.Contains(s, "order=A") || strings.Contains(s, "CANARY") || strings.Contains(s, w.Token) {
		t.Error(s)
	}
	if s := fmt.Sprintf("%+v", w.Payfer.Calls("")); strings.Contains(s, "CANARY") {
		t.Error(s)
	}
}

func TestStoppedPayferRefusesConnectionsAndComesBack(t *testing.T) {
	t.Parallel()
	w := world(t, Options{})
	if err := w.StopPayfer(); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, w, "shop"); status != 0 || !strings.Contains(body, "refused") {
		t.Errorf("got %d %s", status, body)
	}
	if err := w.StartPayfer(); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, w, "shop"); status != 200 {
		t.Errorf("got %d", status)
	}
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense"} {
		if w, err := Start(Options{ChatAddr: addr}); err == nil {
			_ = w.Close()
			t.Errorf("listened on %s", addr)
		}
	}
}
