package payfer_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"payferbot/payfer"
	"payferbot/secret"
)

// keyCanary holds characters that a URL escapes, so that a search finds both forms.
const keyCanary = secret.Text("k3y&canary/+<é>")

var creds = payfer.Credentials{ShopID: "shop_abc123", ShopKey: keyCanary}

func documented(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// gateway gives a client of a gateway that answers every call with this.
func gateway(t testing.TB, status int, body string) *payfer.Client {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func serve(t testing.TB, h http.HandlerFunc) *payfer.Client {
	t.Helper()
	return client(t, baseOf(t, h))
}

func baseOf(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func client(t testing.TB, url string, opts ...payfer.Option) *payfer.Client {
	t.Helper()
	c := payfer.New(url, opts...)
	t.Cleanup(c.Close)
	return c
}

// call runs one of the API's methods and gives its error.
func call(t testing.TB, c *payfer.Client, op string) error {
	t.Helper()
	var err error
	switch op {
	case "create":
		_, err = c.Create(t.Context(), creds, 5_000_000, "ORDER123")
	case "check":
		_, err = c.Check(t.Context(), creds, "ORDER123")
	case "shop":
		_, err = c.Shop(t.Context(), creds)
	default:
		t.Fatalf("no method %q", op)
	}
	return err
}

var ops = [...]string{"create", "check", "shop"}
