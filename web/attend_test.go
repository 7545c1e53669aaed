package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowded is a server with few seats; its handler gives back what it is told
// once it has been told all and let holds nobody.
type crowded struct {
	t     *testing.T
	addr  string
	ln    *boundedListener
	lobby *lobby
	held  chan struct{} // gets one for each request read whole
	let   chan struct{} // lets one answer; closed: all
}

const fewSeats = 4

func newCrowded(t *testing.T, stay time.Duration) *crowded {
	t.Helper()
	c := &crowded{
		t: t, ln: bounded(listen(t), 4*fewSeats), lobby: newLobby(fewSeats, stay),
		held: make(chan struct{}, 1000), let: make(chan struct{}),
	}
	c.addr = c.ln.Addr().String()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		if r.Method == http.MethodPost { // a page does not look for a body
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				answer(w, http.StatusBadRequest)
				return
			}
		}
		c.held <- struct{}{}
		<-c.let
		_, _ = w.Write(body)
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serveWithin(ctx, c.ln, c.lobby, echo, quiet()) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c
}

// says opens a connection and writes on it.
func (c *crowded) says(text string) net.Conn {
	c.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(c.t.Context(), "tcp", c.addr)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(4 * time.Second)) // before any time limit of the server
	if _, err := io.WriteString(conn, text); err != nil {
		c.t.Fatal(err)
	}
	return conn
}

// sits opens a connection that says this, and waits until it sits and is listened to.
func (c *crowded) sits(text string) net.Conn {
	c.t.Helper()
	conn := c.says(text)
	until(c.t, "it sits in the lobby", func() bool {
		c.lobby.mu.Lock()
		defer c.lobby.mu.Unlock()
		for g := range c.lobby.places {
			if g.(*client).RemoteAddr().String() == conn.LocalAddr().String() {
				return g.keepsUsWaiting()
			}
		}
		return false
	})
	return conn
}

// crowd brings the silent until whoever sat there before is out, and one of them.
func (c *crowded) crowd() {
	c.t.Helper()
	first := c.sits("")
	for range fewSeats {
		c.sits("")
	}
	c.cut(first)
}

// cut waits until the server has ended the connection without a word.
func (c *crowded) cut(conn net.Conn) {
	c.t.Helper()
	var timeout net.Error
	n, err := conn.Read(make([]byte, 1))
	if n > 0 || errors.As(err, &timeout) && timeout.Timeout() {
		c.t.Errorf("%d bytes, %v: want it cut", n, err)
	}
}

// answered reads a whole answer.
func (c *crowded) answered(conn net.Conn, want string) {
	c.t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		c.t.Error(err)
		return
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != want {
		c.t.Errorf("answered %q (%v), want %q", body, err, want)
	}
}

const (
	unended = "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "
	half    = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234"
	chunk   = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"
	whole   = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"
	bare    = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
)

func TestWhoSaysNoWholeRequestKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]string{"silent": "", "half a header": unended, "half a body": half, "endless chunks": chunk} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowded(t, time.Millisecond)
			close(c.let)
			var conns []net.Conn
			for range 3 * cap(c.ln.slots) { // far more than the server would ever hold
				conns = append(conns, c.says(slow))
			}
			for i := range fewSeats {
				c.answered(c.says(strings.Replace(whole, "0123456789", fmt.Sprintf("customer %d", i), 1)), fmt.Sprintf("customer %d", i))
			}
			for _, conn := range conns[:2*cap(c.ln.slots)] {
				c.cut(conn)
			}
		})
	}
}

func TestARequestThatWasReadWholeIsServedToItsEnd(t *testing.T) {
	t.Parallel()
	for name, request := range map[string]string{"with a body": whole, "without": bare, "in chunks": chunk + "5\r\n56789\r\n0\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowded(t, time.Millisecond)
			conn := c.says(request)
			<-c.held
			c.crowd()
			c.crowd()
			close(c.let)
			want := "0123456789"
			if request == bare {
				want = ""
			}
			c.answered(conn, want)
		})
	}
}

func TestOneWhoWasServedIsCutOnlyWhenHeIdlesLongest(t *testing.T) {
	t.Parallel()
	c := newCrowded(t, time.Millisecond)
	close(c.let)
	kept := c.sits("")
	oldest := c.sits("")
	for range fewSeats - 2 {
		c.sits("")
	}
	for range 3 { // each request gives the newest seat
		if _, err := io.WriteString(kept, whole); err != nil {
			t.Fatal(err)
		}
		c.answered(kept, "0123456789")
	}
	c.sits("")
	c.cut(oldest)
	if _, err := io.WriteString(kept, whole); err != nil {
		t.Fatal(err)
	}
	c.answered(kept, "0123456789")
	c.crowd()
	c.crowd() // the server may note the end of an answer later than we do
	c.cut(kept)
}

func TestABurstOfWholeRequestsIsServedAsFarAsThereIsRoomAndTheRestInTurn(t *testing.T) {
	t.Parallel()
	c := newCrowded(t, time.Minute)
	var clients sync.WaitGroup
	for i := range 2 * cap(c.ln.slots) {
		said := fmt.Sprintf("client %03d", i)
		conn := c.says(strings.Replace(whole, "0123456789", said, 1))
		clients.Go(func() {
			c.answered(conn, said)
			_ = conn.Close()
		})
	}
	for range cap(c.ln.slots) {
		<-c.held
	}
	select {
	case <-c.held:
		t.Error("more are served than there is room for")
	default:
	}
	close(c.let)
	clients.Wait()
}
