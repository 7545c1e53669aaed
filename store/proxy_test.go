package store_test

import (
	"bytes"
	"net"
	"sync"
	"testing"
)

// proxy stands between a client and Redis and can lose a reply.
type proxy struct {
	t        *testing.T
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	socket string // of Redis
	lose   func() // not nil: the next script's reply is to be lost, after calling this
	lost   int
	marked []byte   // not nil: the next request that has it in it waits
	held   chan any // closed once that one waits
	free   chan any // closed when it may go on
	conns  []net.Conn
}

// startProxy listens on a port of its own; it ends with the test.
func startProxy(t *testing.T, socket string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, listener: l, socket: socket}
	p.wg.Go(p.accept)
	t.Cleanup(p.stop)
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

// loseReply makes the proxy run the next script, call then, and hang up
// instead of giving the reply.
func (p *proxy) loseReply(then func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = then
}

// hold makes the next request that has the mark in it wait: held ends when it does
// so, release lets it go on.
func (p *proxy) hold(mark string) (held <-chan any, release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marked, p.held, p.free = []byte(mark), make(chan any), make(chan any)
	return p.held, sync.OnceFunc(func() { close(p.free) })
}

// turn has connections that are made from now on lead to another Redis. Those that
// there are stay where they are.
func (p *proxy) turn(socket string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.socket = socket
}

// losses is how many replies were lost.
func (p *proxy) losses() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lost
}

func (p *proxy) stop() {
	p.listener.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // stopped
		}
		p.mu.Lock()
		to := p.socket
		p.mu.Unlock()
		server, err := net.Dial("unix", to)
		if err != nil {
			client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		p.wg.Go(func() { p.serve(client, server) })
	}
}

// serve passes on one exchange after another: our client sends one command and
// waits, so that what Redis says next is the reply to it.
func (p *proxy) serve(client, server net.Conn) {
	defer client.Close()
	defer server.Close()
	p.wg.Go(func() { p.replies(client, server) })
	pass(client, server, func(request []byte) bool {
		p.waits(request)
		return true
	})
}

// waits keeps the request back that is to be held.
func (p *proxy) waits(request []byte) {
	p.mu.Lock()
	if p.marked == nil || !bytes.Contains(request, p.marked) {
		p.mu.Unlock()
		return
	}
	p.marked = nil
	free := p.free
	close(p.held)
	p.mu.Unlock()
	<-free
}

func (p *proxy) replies(client, server net.Conn) {
	defer client.Close()
	pass(server, client, func(reply []byte) bool { return !p.loses(reply) })
}

// loses tells whether this is the reply to be lost: only scripts answer "done".
func (p *proxy) loses(reply []byte) bool {
	p.mu.Lock()
	then := p.lose
	if then == nil || !bytes.Contains(reply, []byte("done")) {
		p.mu.Unlock()
		return false
	}
	p.lose = nil
	p.lost++
	p.mu.Unlock()
	then()
	return true
}

// pass copies until an end closes or keep says no.
func pass(from, to net.Conn, keep func([]byte) bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || !keep(buf[:n]) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
