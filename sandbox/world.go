package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Options says how a World is to be; the zero value listens on free ports of 127.0.0.1.
type Options struct {
	PayferAddr, TelegramAddr, ChatAddr string // loopback only; port 0 = a free one
	Token                              string // of the bot; default DefaultToken
	Payfer                             PayferOptions
	Telegram                           TelegramOptions // its Token gives way to Token above
}

// World is both services and the browser's chat, listening.
type World struct {
	Payfer   *Payfer
	Telegram *Telegram
	Chat     *Chat

	PayferURL, TelegramURL, ChatURL string // without a slash at the end
	Token                           string

	payfer, telegram, chat *listener
}

// Start starts a World. An address that is not loopback, or taken, is an error. Close it.
func Start(o Options) (*World, error) {
	o.Telegram.Token = or(o.Token, DefaultToken)
	w := &World{
		Payfer: NewPayfer(o.Payfer), Telegram: NewTelegram(o.Telegram), Token: o.Telegram.Token,
	}
	w.Chat = NewChat(w.Telegram, w.Payfer)
	w.payfer = &listener{handler: w.Payfer, addr: or(o.PayferAddr, anyPort)}
	w.telegram = &listener{handler: w.Telegram, addr: or(o.TelegramAddr, anyPort)}
	w.chat = &listener{handler: w.Chat, addr: or(o.ChatAddr, anyPort)}
	for _, l := range []*listener{w.payfer, w.telegram, w.chat} {
		if err := l.start(); err != nil {
			return nil, errors.Join(err, w.Close())
		}
	}
	w.PayferURL, w.TelegramURL, w.ChatURL = w.payfer.url(), w.telegram.url(), w.chat.url()
	return w, nil
}

const anyPort = "127.0.0.1:0"

// Close ends everything and waits for it. It may be called again.
func (w *World) Close() error {
	w.Payfer.Close()
	w.Telegram.Close()
	return errors.Join(w.chat.stop(), w.telegram.stop(), w.payfer.stop())
}

// StopPayfer closes Payfer's listener and cuts its connections: new ones are refused. Like all
// stops it waits for the calls being served, so no hook may call it.
func (w *World) StopPayfer() error { return w.payfer.stop() }

// StartPayfer listens again on the same address.
func (w *World) StartPayfer() error { return w.payfer.start() }

// StopTelegram closes Telegram's listener and cuts its connections: new ones are refused.
func (w *World) StopTelegram() error { return w.telegram.stop() }

// StartTelegram listens again on the same address.
func (w *World) StartTelegram() error { return w.telegram.start() }

// Drain waits until Payfer and Telegram have dealt with all that was sent to them and no
// connection is open. It is for a test that has killed the client: what the dead one sent may
// lie unread, and must not be taken for a word of the next one.
func (w *World) Drain() error { return errors.Join(w.payfer.drain(), w.telegram.drain()) }

// listener is one HTTP server that can be stopped and started on the same address.
type listener struct {
	handler http.Handler
	addr    string // as asked; as got, port and all, once it has listened

	mu     sync.Mutex
	server *http.Server
	done   chan struct{}
	calls  *tally
	conns  *tally
}

func (l *listener) url() string { return "http://" + l.addr }

func (l *listener) start() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil {
		return nil
	}
	if host, _, err := net.SplitHostPort(l.addr); err != nil || !loopback(host) {
		return fmt.Errorf("sandbox: listen on %q: want a loopback address and a port", l.addr)
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", l.addr)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	l.addr, l.done, l.calls = ln.Addr().String(), make(chan struct{}), newTally()
	l.conns = newTally()
	l.server = &http.Server{
		Handler: l.calls.counting(l.handler), ReadHeaderTimeout: 10 * time.Second, ConnState: l.conns.connection,
	}
	go func(server *http.Server, done chan struct{}) {
		defer close(done)
		_ = server.Serve(ln) // ends with ErrServerClosed
	}(l.server, l.done)
	return nil
}

// drain waits behind all that came before: connections are accepted in turn, so once one of
// ours was, those of the dead client were too. "OPTIONS *" reaches no handler.
func (l *listener) drain() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(context.Background(), "tcp", l.addr)
	if err != nil {
		return fmt.Errorf("sandbox: drain: %w", err)
	}
	_, err = io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n")
	if err == nil {
		_, err = io.Copy(io.Discard, conn)
	}
	if err := errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("sandbox: drain: %w", err)
	}
	l.conns.wait()
	return nil
}

// tally counts the handlers that run, so that stop can wait for them; http.Server.Close does
// not. A WaitGroup will not do: a connection may still start a handler while stop waits.
type tally struct {
	mu   sync.Mutex
	none *sync.Cond
	n    int
}

func newTally() *tally {
	t := &tally{}
	t.none = sync.NewCond(&t.mu)
	return t
}

func (t *tally) add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n += n
	if t.n == 0 {
		t.none.Broadcast()
	}
}

func (t *tally) wait() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.n > 0 {
		t.none.Wait()
	}
}

// connection counts the connections that are open.
func (t *tally) connection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		t.add(1)
	case http.StateClosed, http.StateHijacked:
		t.add(-1)
	}
}

func (t *tally) counting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.add(1)
		defer t.add(-1)
		next.ServeHTTP(w, r)
	})
}

// stop cuts the connections, which ends their handlers' contexts, and waits for the handlers.
func (l *listener) stop() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server == nil {
		return nil
	}
	err := l.server.Close()
	<-l.done
	l.calls.wait()
	l.server = nil
	return err
}

// loopback says whether a host name or address means this machine alone.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
