package payfer_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"payferbot/payfer"
)

// flaky is a server on bare TCP that answers the first request of every connection, as one that keeps it alive, and
// drops the connection on the second without a word: what a gateway's restart or an idle time-out looks like. net/http
// replays a GET that meets it.
type flaky struct {
	url string

	mu    sync.Mutex
	seen  map[string]int // by method and order
	conns int
}

// newFlaky starts one; with mute it answers no create at all.
func newFlaky(t *testing.T, mute bool) *flaky {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{url: "http://" + l.Addr().String(), seen: map[string]int{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { f.serve(conn, mute) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return f
}

func (f *flaky) serve(conn net.Conn, mute bool) {
	defer conn.Close()
	f.mu.Lock()
	f.conns++
	f.mu.Unlock()
	const body = `{"status":"success","payment_status":"pending","unique_amount":50001.5}`
	in := bufio.NewReader(conn)
	for first := true; ; first = false {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		method := r.URL.Query().Get("method")
		f.mu.Lock()
		f.seen[method+" "+r.URL.Query().Get("order")]++
		f.mu.Unlock()
		if !first || mute && method == "create" {
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

func (f *flaky) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[what]
}

// transports are the ways a caller may set the client up; none may bring replays back.
func transports() map[string][]payfer.Option {
	used := http.DefaultTransport.(*http.Transport).Clone()
	used.DisableKeepAlives = false
	return map[string][]payfer.Option{"default": nil, "caller's own": {payfer.WithHTTPTransport(used)}}
}

func TestCreateIsSentOnceWhenAKeptConnectionDrops(t *testing.T) {
	t.Parallel()
	for name, opts := range transports() {
		server := newFlaky(t, false)
		c := client(t, server.url, opts...)
		for i := range 5 {
			if _, err := c.Check(t.Context(), creds, "warm"); err != nil { // leaves a kept-alive connection behind
				t.Fatalf("%s: check: %v", name, err)
			}
			order := fmt.Sprintf("order-%d", i)
			if _, err := c.Create(t.Context(), creds, 5_000_000, order); err != nil {
				t.Errorf("%s: %s: %v", name, order, err)
			}
			if n := server.count("create " + order); n != 1 {
				t.Errorf("%s: the gateway saw create %s %d times", name, order, n)
			}
		}
		// The same server does make net/http replay, or the counts above prove nothing.
		if n := server.count("check warm"); n <= 5 {
			t.Errorf("%s: no check was replayed (%d seen of 5)", name, n)
		}
	}
}

func TestCreateWithoutAReplyIsSentOnceAndUnknown(t *testing.T) {
	t.Parallel()
	for name, opts := range transports() {
		server := newFlaky(t, true)
		c := client(t, server.url, opts...)
		for i := range 5 {
			if _, err := c.Check(t.Context(), creds, "warm"); err != nil {
				t.Fatalf("%s: check: %v", name, err)
			}
			order := fmt.Sprintf("order-%d", i)
			if _, err := c.Create(t.Context(), creds, 5_000_000, order); !errors.Is(err, payfer.ErrUnknown) {
				t.Errorf("%s: %s: %v", name, order, err)
			}
			if n := server.count("create " + order); n != 1 {
				t.Errorf("%s: the gateway saw create %s %d times", name, order, n)
			}
		}
	}
}

// HTTP/2 has replays of its own (GOAWAY, REFUSED_STREAM), so create speaks HTTP/1.1 to a server that offers both, also
// over a transport that has spoken HTTP/2 before.
func TestCreateNeverSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	spoken := map[string]string{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		spoken[r.URL.Query().Get("method")] = fmt.Sprintf("%s close=%v", r.Proto, r.Close)
		mu.Unlock()
		_, _ = io.WriteString(w, `{"status":"success"}`)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	theirs := server.Client().Transport.(*http.Transport)
	resp, err := (&http.Client{Transport: theirs}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatalf("the server speaks %s, so the test proves nothing", resp.Proto)
	}
	c := client(t, server.URL, payfer.WithHTTPTransport(theirs))
	for _, op := range []string{"shop", "create", "shop", "create"} {
		if err := call(t, c, op); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if spoken["create"] != "HTTP/1.1 close=true" {
		t.Errorf("create spoke %s", spoken["create"])
	}
	if spoken["shop"] != "HTTP/2.0 close=false" {
		t.Errorf("shop spoke %s: the caller's transport is not used", spoken["shop"])
	}
	if tlsOf := theirs.TLSClientConfig; tlsOf == nil || tlsOf.MinVersion > tls.VersionTLS13 || !theirs.ForceAttemptHTTP2 || theirs.DisableKeepAlives {
		t.Error("the caller's transport was changed")
	}
}
