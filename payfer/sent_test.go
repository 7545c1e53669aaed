package payfer_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"payferbot/payfer"
)

// dialing gives a client whose connections come from dial.
func dialing(t testing.TB, dial func(context.Context) (net.Conn, error), opts ...payfer.Option) *payfer.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return client(t, "http://payfer.test", append(opts, payfer.WithHTTPTransport(transport))...)
}

// onConn gives a client that is connected to peer, which runs on the other end and then closes it.
func onConn(t testing.TB, peer func(net.Conn), opts ...payfer.Option) *payfer.Client {
	t.Helper()
	return dialing(t, func(context.Context) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			peer(theirs)
		}()
		return ours, nil
	}, opts...)
}

// answering reads a request and writes reply as it stands.
func answering(reply string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			_, _ = io.WriteString(conn, reply)
		}
	}
}

func failing(err error) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) { return nil, err }
}

func TestFailureBeforeTheRequestLeftIsUnsent(t *testing.T) {
	t.Parallel()
	plain := baseOf(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	tlsServer := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }))
	tlsServer.Config.ErrorLog = quiet()
	tlsServer.StartTLS()
	t.Cleanup(tlsServer.Close)
	for name, tt := range map[string]struct {
		client *payfer.Client
		cause  error
		says   string
	}{
		"refused":           {dialing(t, failing(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})), syscall.ECONNREFUSED, "connection refused"},
		"name lookup":       {dialing(t, failing(&net.DNSError{Name: "payfer.test", Err: "no such host"})), nil, "name lookup failed"},
		"dial timed out":    {dialing(t, failing(&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded})), nil, "timed out"},
		"dial outlasts us":  {dialing(t, func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, payfer.WithTimeout(time.Millisecond)), context.DeadlineExceeded, "deadline"},
		"closed port":       {client(t, "http://"+closedPort(t)), nil, ""},
		"unknown authority": {client(t, tlsServer.URL), nil, "unknown authority"},
		"no TLS there":      {client(t, strings.Replace(plain, "http:", "https:", 1)), nil, "TLS handshake failed"},
		"hangs up in TLS":   {client(t, "https://payfer.test", payfer.WithHTTPTransport(hangUp())), nil, "connection failed"},
	} {
		for _, op := range ops {
			err := call(t, tt.client, op)
			if !errors.Is(err, payfer.ErrUnsent) || tt.cause != nil && !errors.Is(err, tt.cause) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %s: %v", name, op, err)
			}
		}
	}
}

func hangUp() *http.Transport {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Read(make([]byte, 16)) // the start of its hello
			_ = theirs.Close()
		}()
		return ours, nil
	}}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestEndedContextIsUnsent(t *testing.T) {
	t.Parallel()
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupt signal received"))
	if _, err := c.Create(ctx, creds, 5_000_000, "ORDER123"); !errors.Is(err, payfer.ErrUnsent) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFailureAfterTheRequestMayHaveLeftIsUnknown(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
	for name, peer := range map[string]func(net.Conn){
		"closed at once":        func(net.Conn) {},
		"closed on half":        func(conn net.Conn) { _, _ = conn.Read(make([]byte, 5)) },
		"closed without reply":  answering(""),
		"garbage":               answering("\x00\x01\x02 what?\r\n\r\n"),
		"half a status line":    answering("HTTP/1.1 2"),
		"no body":               answering(head),
		"half a body":           answering(head + `{"status":"success"`),
		"whole JSON, cut short": answering(head + `{"status":"success"}`),
		"cut chunk":             answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n" + `{"status":"success"}`),
		"endless headers":       answering("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 12<<20)),
	} {
		if err := call(t, onConn(t, peer), "create"); !errors.Is(err, payfer.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeoutAfterTheRequestLeftIsUnknown(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 2)
	hang := func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}
	_, err := client(t, baseOf(t, hang), payfer.WithTimeout(100*time.Millisecond)).Create(t.Context(), creds, 5_000_000, "ORDER123")
	<-arrived
	if !errors.Is(err, payfer.ErrUnknown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestSlowBodyCountsAgainstTheTimeout(t *testing.T) {
	t.Parallel()
	c := client(t, baseOf(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"status":"success",`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}), payfer.WithTimeout(100*time.Millisecond))
	var e *payfer.Error
	if err := call(t, c, "create"); !errors.As(err, &e) || e.Kind != payfer.ErrUnknown || !errors.Is(err, context.DeadlineExceeded) || e.Status != 200 {
		t.Error(err)
	}
}

func TestCancelledWhileWaitingIsUnknown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel(errors.New("interrupt signal received")) // as signal.NotifyContext does
		<-r.Context().Done()
	})
	_, err := c.Create(ctx, creds, 5_000_000, "ORDER123")
	if !errors.Is(err, payfer.ErrUnknown) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestRedirectIsNotFollowedAndUnknown(t *testing.T) {
	t.Parallel()
	elsewhere := baseOf(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("followed to %s", r.URL) })
	for _, status := range []int{301, 302, 303, 304, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere+"/api")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, documented(t, "create.json"))
		})
		for _, op := range ops {
			if err := call(t, c, op); !errors.Is(err, payfer.ErrUnknown) {
				t.Errorf("%s, HTTP %d: %v", op, status, err)
			}
		}
	}
}
