package payfer_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"payferbot/payfer"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// hostCanary stands in every base URL here: an error that shows any part of a URL shows it.
const hostCanary = "host-canary.test"

// canaries are what no error may show, in any form.
func canaries() []string {
	k := keyCanary.Reveal()
	return []string{k, url.QueryEscape(k), url.PathEscape(k), html.EscapeString(k), "canary", "shop_key", "shop_abc123", "://", "/api", "127.0.0.1"}
}

// refuseCanaries looks through an error's text and, printed every way, each of its causes.
func refuseCanaries(t *testing.T, name string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		said := strings.Join([]string{e.Error(), fmt.Sprintf("%v", e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e), fmt.Sprintf("%q", e)}, "\n")
		for _, canary := range canaries() {
			if strings.Contains(said, canary) {
				t.Errorf("%s: %T shows %q: %s", name, e, canary, said)
			}
		}
		if _, many := e.(interface{ Unwrap() []error }); many {
			t.Errorf("%s: %T has causes that this test does not look through", name, e)
		}
	}
	var inURL *url.Error
	var inNet *net.OpError
	var inDNS *net.DNSError
	if errors.As(err, &inURL) || errors.As(err, &inNet) || errors.As(err, &inDNS) {
		t.Errorf("%s: a raw transport error is in the chain of %v", name, err)
	}
}

// leak is the worst a transport may return: it names the whole request.
func leak(ctx context.Context) error {
	full := "http://" + hostCanary + "/api?shop_key=" + url.QueryEscape(keyCanary.Reveal())
	return &url.Error{Op: "Get", URL: full, Err: fmt.Errorf("%s %s: %w", full, keyCanary.Reveal(), errors.New("canary"))}
}

func TestNoFailureShowsTheKeyOrAURL(t *testing.T) {
	t.Parallel()
	base := "http://" + hostCanary
	on := func(scheme string, dial func(context.Context) (net.Conn, error)) *payfer.Client {
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
		return client(t, scheme+"://"+hostCanary, payfer.WithHTTPTransport(transport), payfer.WithTimeout(200*time.Millisecond))
	}
	to := func(server *httptest.Server) func(context.Context) (net.Conn, error) {
		t.Cleanup(server.Close)
		server.Config.ErrorLog = quiet()
		return func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		}
	}
	proxied := &http.Transport{Proxy: func(r *http.Request) (*url.URL, error) { return nil, fmt.Errorf("no proxy for %s", r.URL) }}
	hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, c := range map[string]*payfer.Client{
		"dial":         on("http", func(ctx context.Context) (net.Conn, error) { return nil, leak(ctx) }),
		"DNS":          on("http", failing(&net.DNSError{Name: hostCanary, Server: "127.0.0.1", Err: "no such host"})),
		"address":      on("http", failing(&net.AddrError{Addr: hostCanary, Err: "canary"})),
		"refused":      client(t, "http://"+closedPort(t)),
		"TLS":          on("https", to(httptest.NewTLSServer(hang))),
		"not TLS":      on("https", to(httptest.NewServer(hang))),
		"timeout":      on("http", to(httptest.NewServer(hang))),
		"reset":        onConn(t, func(net.Conn) {}),
		"garbage":      onConn(t, answering("canary "+keyCanary.Reveal()+"\r\n\r\n")),
		"bad header":   onConn(t, answering("HTTP/1.1 200 OK\r\ncanary shop_key\r\n\r\n")),
		"cut body":     onConn(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncanary")),
		"bad chunk":    onConn(t, answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n")),
		"proxy":        client(t, base, payfer.WithHTTPTransport(proxied)),
		"bad base URL": client(t, "http://"+hostCanary+"\x7f/"),
		"odd base URL": client(t, "http://"+hostCanary+":canary/"),
		"no host":      client(t, "canary"),
		"HTML":         gateway(t, 403, "<h1>canary "+keyCanary.Reveal()),
		"redirect":     redirecting(t),
	} {
		for _, op := range []string{"create", "check"} {
			refuseCanaries(t, name+", "+op, call(t, c, op))
		}
	}
}

func redirecting(t *testing.T) *payfer.Client {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://"+hostCanary+r.URL.String())
		w.WriteHeader(302)
	})
}

func TestEchoedKeyIsTakenOutOfEveryText(t *testing.T) {
	t.Parallel()
	k := keyCanary.Reveal()
	for _, form := range []string{k, url.QueryEscape(k), url.PathEscape(k), html.EscapeString(k), strings.Repeat("x", payfer.MaxText-8) + k} {
		err := call(t, gateway(t, 403, fmt.Sprintf(`{"status":"error","message":%q}`, "Unknown pair, "+form+", sorry")), "shop")
		refuseCanaries(t, form, err)
		refuseCanaries(t, form, call(t, gateway(t, 200, fmt.Sprintf(`{"status":"success","payment_status":%q}`, form)), "check"))
		shop, err := gateway(t, 200, fmt.Sprintf(`{"status":"success","shop_name":%q,"created_at":%[1]q}`, form)).Shop(t.Context(), creds)
		if said := fmt.Sprintf("%+v", shop); err != nil || strings.Contains(said, "canary") || strings.Contains(said, "k3y") {
			t.Errorf("%s, %v", said, err)
		}
		payment, err := gateway(t, 200, fmt.Sprintf(`{"status":"success","message":%q,"payment_id":%[1]q}`, form)).Create(t.Context(), creds, 100, "ORDER123")
		if said := fmt.Sprintf("%+v", payment); err != nil || strings.Contains(said, "canary") || strings.Contains(said, "k3y") {
			t.Errorf("%s, %v", said, err)
		}
	}
}

func TestCredentialsDoNotPrintTheKey(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if said := fmt.Sprintf(verb, creds) + fmt.Sprintf(verb, &creds); strings.Contains(said, "canary") || !strings.Contains(said, "[redacted]") {
			t.Errorf("%s: %s", verb, said)
		}
	}
}
