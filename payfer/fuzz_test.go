package payfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"payferbot/payfer"
)

func FuzzParseWebhook(f *testing.F) {
	for _, seed := range []string{documented(f, "webhook.json"), `{"order_code":1e5}`, `{"a":1,"a":2}`, "{}x", `{"order_code":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		hint, err := payfer.ParseWebhook(body)
		if err != nil && (!errors.Is(err, payfer.ErrNotJSON) || hint != payfer.Hint{}) {
			t.Fatalf("%+v, %v", hint, err)
		}
		if again, _ := payfer.ParseWebhook(body); again != hint || string(body) != before {
			t.Fatalf("not pure: %+v, then %+v", hint, again)
		}
		if err == nil && body[len(strings.TrimRight(before, " \t\r\n\v\f"))-1] != '}' {
			t.Fatalf("%q taken for an object", body)
		}
		isBounded(t, hint.Status)
		if len(hint.Order) > 256 || strings.ContainsFunc(hint.Order, unicode.IsControl) {
			t.Fatalf("order %q", hint.Order)
		}
	})
}

// FuzzReplies holds, for any reply, that it is an answer or an *Error, never both, with bounded text and no key in it.
func FuzzReplies(f *testing.F) {
	for _, name := range []string{"create.json", "check.json", "shop.json", "error.json"} {
		f.Add(200, []byte(documented(f, name)))
	}
	f.Add(403, []byte("<html>"))
	f.Add(200, []byte(`{"status":"error","message":"`+keyCanary.Reveal()+`"}`))
	status, body := 0, []byte(nil)
	c := dialing(f, func(context.Context) (net.Conn, error) {
		return &canned{Reader: strings.NewReader(fmt.Sprintf("HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body))}, nil
	})
	f.Fuzz(func(t *testing.T, httpStatus int, reply []byte) {
		status, body = 200+int(uint(httpStatus)%400), reply
		payment, err := c.Create(t.Context(), creds, 5_000_000, "ORDER123")
		isOutcome(t, err, payment == payfer.Payment{}, payment)
		isBounded(t, payment.Message, payment.PaymentID, string(payment.ExpireAt))
		if err == nil && (payment.Unique == 0) != payment.SumDoubt || payment.Unique < 0 {
			t.Fatalf("%+v", payment)
		}
		state, err := c.Check(t.Context(), creds, "ORDER123")
		isOutcome(t, err, state == payfer.Status{}, state)
		if state.State == payfer.Paid && !strings.Contains(strings.ToLower(string(reply)), "paid") && !strings.Contains(string(reply), `\u`) {
			t.Fatalf("paid out of %q", reply)
		}
		shop, err := c.Shop(t.Context(), creds)
		isOutcome(t, err, shop == payfer.ShopInfo{}, shop)
		isBounded(t, shop.Name, string(shop.CreatedAt))
	})
}

func isOutcome(t *testing.T, err error, empty bool, value any) {
	t.Helper()
	var e *payfer.Error
	if err == nil {
		if said := fmt.Sprintf("%+v", value); strings.Contains(said, keyCanary.Reveal()) {
			t.Fatalf("the key is in %s", said)
		}
		return
	}
	if !errors.As(err, &e) || !empty || e.Kind == "" || e.Kind == payfer.ErrUnsent {
		t.Fatalf("%+v with %v", value, err)
	}
	if strings.Contains(err.Error(), keyCanary.Reveal()) {
		t.Fatalf("the key is in %v", err)
	}
	isBounded(t, e.Message)
}

func isBounded(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if utf8.RuneCountInString(s) > payfer.MaxText || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Fatalf("unfit text %q", s)
		}
	}
}

// canned is a connection that takes everything and says one reply.
type canned struct{ io.Reader }

func (*canned) Write(b []byte) (int, error)      { return len(b), nil }
func (*canned) Close() error                     { return nil }
func (*canned) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (*canned) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (*canned) SetDeadline(time.Time) error      { return nil }
func (*canned) SetReadDeadline(time.Time) error  { return nil }
func (*canned) SetWriteDeadline(time.Time) error { return nil }

func BenchmarkParseWebhook(b *testing.B) {
	body := []byte(documented(b, "webhook.json"))
	for b.Loop() {
		if _, err := payfer.ParseWebhook(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	reply := documented(b, "check.json")
	c := serve(b, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, reply) })
	for b.Loop() {
		if _, err := c.Check(b.Context(), creds, "ORDER123"); err != nil {
			b.Fatal(err)
		}
	}
}
