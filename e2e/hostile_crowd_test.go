package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	// trickle is how long a slow one waits before its next byte.
	trickle = time.Second
	// back is how long, at most, one who was cut takes to come again, for each of the
	// slow: so that a thousand come in a second, however many there are.
	back = 2 * time.Millisecond
	// gathering is how long it takes until all have come.
	gathering = 5 * time.Second
	// enough is more connections than the bot ever holds.
	enough = 1500
	// bulky is the length of a body that no webhook has.
	bulky = 1 << 30
	// sources is how many addresses the crowd comes from: one has not enough ports.
	sources = 16
)

// hostileAt is the variable by which the tests' own program becomes a crowd
// against the address that it holds.
const hostileAt = "PAYFERBOT_HOSTILE_AT"

// hostility is what a crowd did.
type hostility struct {
	Opened int64 // connections
	Bytes  int64 // of bodies too long
}

// crowdAgainst starts a crowd in a process of its own, which gives way to those that
// have work to do: real crowds bring their own processors. full is closed once it has opened
// enough connections; end disperses it.
func crowdAgainst(t *testing.T, url string, slow int) (full <-chan struct{}, end func() hostility) {
	t.Helper()
	cmd := exec.Command("nice", os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", hostileAt, slow, url))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	filled, told := make(chan struct{}), make(chan hostility, 1)
	go func() {
		defer close(told)
		lines := json.NewDecoder(stdout)
		var did hostility
		for first := true; lines.Decode(&did) == nil; first = false {
			if first {
				close(filled)
			}
		}
		told <- did
	}()
	end = sync.OnceValue(func() hostility {
		_ = stdin.Close()
		did := <-told
		if err := cmd.Wait(); err != nil {
			t.Error("the crowd: ", err)
		}
		return did
	})
	t.Cleanup(func() { end() })
	return filled, end
}

// beHostile is the crowd's process: it lasts until its input ends. It says what it
// has done when it is full, and at the end.
func beHostile(at string) int {
	var slow int
	var url string
	if _, err := fmt.Sscan(at, &slow, &url); err != nil {
		return failed(err)
	}
	ctx, disperse := context.WithCancel(context.Background())
	h := gather(ctx, url, slow)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case <-h.full:
		h.tell()
		<-ended
	case <-ended:
	}
	disperse()
	h.all.Wait()
	h.tell()
	return 0
}

// hostile is a crowd of connections against one path of the bot. Who is cut
// comes again until the end.
type hostile struct {
	host, path string
	opened     atomic.Int64 // connections, all in all
	bytes      atomic.Int64 // of bodies too long
	full       chan struct{}
	all        sync.WaitGroup
}

// tell says what was done so far.
func (h *hostile) tell() {
	_ = json.NewEncoder(os.Stdout).Encode(hostility{h.opened.Load(), h.bytes.Load()})
}

// gather brings the crowd: so many slow ones of each kind, and a few that push a
// body without end.
func gather(ctx context.Context, url string, slow int) *hostile {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	h := &hostile{host: host, path: "/" + path, full: make(chan struct{})}
	ways := []func(context.Context, net.Conn){h.silent, h.halfHeader, h.halfBody, h.fat}
	for i := range slow {
		h.all.Go(func() { h.again(ctx, i, time.Duration(slow)*back, ways[i%len(ways)]) })
	}
	for i := range 2 {
		h.all.Go(func() { h.again(ctx, i, trickle, h.endless) })
		h.all.Go(func() { h.again(ctx, i, trickle, h.gigabyte) })
	}
	return h
}

// again keeps one connection open, and opens it anew when it is cut.
func (h *hostile) again(ctx context.Context, n int, back time.Duration, way func(context.Context, net.Conn)) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+n%sources))}, Timeout: patience}
	h.rest(ctx, gathering)
	for ctx.Err() == nil {
		if conn, err := dialer.DialContext(ctx, "tcp", h.host); err == nil {
			if h.opened.Add(1) == enough {
				close(h.full)
			}
			end := context.AfterFunc(ctx, func() { _ = conn.Close() })
			way(ctx, conn)
			end()
			_ = conn.Close()
		}
		h.rest(ctx, back)
	}
}

// rest waits, but no longer than most.
func (h *hostile) rest(ctx context.Context, most time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(rand.N(most)):
	}
}

// silent says nothing.
func (h *hostile) silent(ctx context.Context, conn net.Conn) { drip(ctx, conn, "", "") }

// halfHeader says a header that never ends.
func (h *hostile) halfHeader(ctx context.Context, conn net.Conn) {
	drip(ctx, conn, "POST "+h.path+" HTTP/1.1\r\nHost: x\r\nX-Slow: ", "x")
}

// halfBody says a body that never ends.
func (h *hostile) halfBody(ctx context.Context, conn net.Conn) {
	drip(ctx, conn, h.header("Content-Length: 16000")+`{"order_code":"`, "x")
}

// fat says as much as is taken of anybody, and not the last byte.
func (h *hostile) fat(ctx context.Context, conn net.Conn) {
	const taken = 16 << 10
	drip(ctx, conn, h.header(fmt.Sprintf("Content-Length: %d\r\nX-Fat: %s", taken, strings.Repeat("x", taken-1000)))+strings.Repeat(" ", taken-1), "")
}

// endless pushes chunks as fast as they are taken.
func (h *hostile) endless(ctx context.Context, conn net.Conn) {
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat(" ", 1<<16))
	h.push(ctx, conn, h.header("Transfer-Encoding: chunked"), chunk)
}

// gigabyte pushes a body of its length as fast as it is taken.
func (h *hostile) gigabyte(ctx context.Context, conn net.Conn) {
	h.push(ctx, conn, h.header(fmt.Sprintf("Content-Length: %d", bulky)), strings.Repeat(" ", 1<<16))
}

func (h *hostile) header(more string) string {
	return "POST " + h.path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + more + "\r\n\r\n"
}

// push writes until it is cut or has said a gigabyte.
func (h *hostile) push(ctx context.Context, conn net.Conn, head, piece string) {
	go func() { _, _ = io.Copy(io.Discard, conn) }() // the answer must not be what stops us
	if _, err := io.WriteString(conn, head); err != nil {
		return
	}
	for said := 0; said < bulky && ctx.Err() == nil; said += len(piece) {
		n, err := io.WriteString(conn, piece)
		h.bytes.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// drip says the first words, then a drop from time to time, until it is cut.
func drip(ctx context.Context, conn net.Conn, words, drop string) {
	_, err := io.WriteString(conn, words)
	answer := make([]byte, 512)
	for err == nil && ctx.Err() == nil {
		_ = conn.SetReadDeadline(time.Now().Add(trickle))
		var late net.Error
		if _, err = conn.Read(answer); errors.As(err, &late) && late.Timeout() {
			_, err = io.WriteString(conn, drop)
		}
	}
}
