package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestStopLetsARequestInHandFinish(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	ctx, stop := context.WithCancel(t.Context())
	began, release := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-release
		_, _ = io.WriteString(w, "whole")
	})
	served, got := make(chan error, 1), make(chan string, 1)
	go func() { served <- Serve(ctx, ln, h, quiet()) }()
	go func() { got <- fetch(t, ln.Addr()) }()
	<-began
	stop()
	for refused := false; !refused; { // the stop has begun once nobody new is let in
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", ln.Addr().String())
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	close(release)
	if body := <-got; body != "whole" {
		t.Errorf("got %q", body)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func fetch(t *testing.T, addr net.Addr) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr.String(), nil)
	if err != nil {
		return err.Error()
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func TestServeTellsThatItsListenerBroke(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	_ = ln.Close()
	if err := Serve(t.Context(), ln, http.NotFoundHandler(), quiet()); err == nil || !strings.HasPrefix(err.Error(), "serve 127.0.0.1:") {
		t.Errorf("got %v", err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	ln := bounded(listen(t), 1)
	accepted := make(chan net.Conn)
	failed := make(chan error, 1)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				failed <- err
				return
			}
			accepted <- conn
		}
	}()
	for range 3 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("a second connection while the first is open")
	default:
	}
	_ = first.Close()
	select {
	case <-accepted:
		t.Error("a second connection while the first is still served")
	default:
	}
	ln.left()
	second := <-accepted
	if slots := len(ln.slots); slots != 1 {
		t.Errorf("%d slots taken, want 1", slots)
	}
	if err := ln.Close(); err != nil { // wakes the Accept that waits for a slot
		t.Error(err)
	}
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	_ = second.Close()
}
