package web

import (
	"container/list"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// lobby is where a connection sits until it has given us a whole request: when
// it is new, when it is idle, and while a header or a body is still coming. The
// seats are counted. Whoever comes in when all are taken puts out the one who has sat
// longest, so a crowd that says nothing, or says it slowly, displaces itself and
// keeps nobody out; a connection whose request was read whole is not here until it is answered.
//
// Nobody is put out before his time, or a burst of good requests would
// displace itself faster than we read. Who comes in then waits for a seat.
type lobby struct {
	seats   int
	stay    time.Duration // each may sit so long, whoever comes
	mu      sync.Mutex
	sitting list.List // of sitter, who has sat longest in front
	places  map[net.Conn]*list.Element
	risen   chan struct{} // tells that somebody left
}

type sitter struct {
	conn  net.Conn
	since time.Time
}

func newLobby(seats int, stay time.Duration) *lobby {
	return &lobby{seats: seats, stay: stay, places: map[net.Conn]*list.Element{}, risen: make(chan struct{}, 1)}
}

// enter gives the connection the newest seat, as soon as there is one.
func (l *lobby) enter(c net.Conn) {
	for {
		out, wait := l.seat(c, time.Now())
		if wait <= 0 {
			if out != nil {
				_ = out.Close() // its reader wakes, and the server lets go of it
			}
			return
		}
		select {
		case <-l.risen:
		case <-time.After(wait):
		}
	}
}

// seat gives the connection a seat, and who is to be put out for it, if anybody is; or
// it tells how long nobody may be put out yet.
func (l *lobby) seat(c net.Conn, now time.Time) (out net.Conn, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sitting.Len() == l.seats {
		first := l.sitting.Front()
		if wait := l.stay - now.Sub(first.Value.(sitter).since); wait > 0 {
			return nil, wait
		}
		out = l.rise(first)
	}
	l.places[c] = l.sitting.PushBack(sitter{c, now})
	return out, 0
}

// leave takes the connection's seat away, if it has one.
func (l *lobby) leave(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.places[c]
	if !ok {
		return
	}
	l.rise(at)
	select {
	case l.risen <- struct{}{}:
	default:
	}
}

func (l *lobby) rise(at *list.Element) net.Conn {
	c := l.sitting.Remove(at).(sitter).conn
	delete(l.places, c)
	return c
}

// follow is an [http.Server]'s ConnState.
func (l *lobby) follow(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew, http.StateIdle:
		l.enter(c)
	case http.StateClosed:
		l.leave(c)
	case http.StateActive, http.StateHijacked: // a first byte is no request; nobody hijacks
	}
}

type connKey struct{}

// named is an [http.Server]'s ConnContext: it lets attend know whose request it has.
func named(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// attend passes requests on and lets a connection out of the lobby once its
// request has been read whole, body and all. Handlers know nothing of it.
func (l *lobby) attend(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(connKey{}).(net.Conn)
		if r.Body == http.NoBody {
			l.leave(c)
			next.ServeHTTP(w, r)
			return
		}
		seen := *r
		seen.Body = &watchedBody{ReadCloser: r.Body, whole: func() { l.leave(c) }}
		next.ServeHTTP(w, &seen)
	})
}

// watchedBody tells when its end was read.
type watchedBody struct {
	io.ReadCloser
	whole func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.whole()
	}
	return n, err
}
