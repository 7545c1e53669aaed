package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
)

// follow is an [http.Server]'s ConnState: it sees connections into the lobby and out.
func (l *lobby) follow(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew, http.StateIdle:
		l.enter(c.(*client))
	case http.StateClosed:
		l.leave(c.(*client))
	case http.StateActive, http.StateHijacked: // a first byte is no request; nobody hijacks
	}
}

type clientKey struct{}

// named is an [http.Server]'s ConnContext: it lets attend know whose request it has.
func named(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

// attend passes requests on and lets a connection out of the lobby once its
// request has been read whole, body and all. Handlers know nothing of it.
func (l *lobby) attend(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Context().Value(clientKey{}).(*client)
		if r.Body == http.NoBody {
			l.leave(c)
			next.ServeHTTP(w, r)
			return
		}
		body := &watchedBody{ReadCloser: r.Body, whole: func() { l.leave(c) }}
		seen := *r
		seen.Body = body
		next.ServeHTTP(w, &seen)
		if !body.ended {
			c.answered.Store(true) // the server closes it, or reads on for no use of ours
		}
	})
}

// watchedBody tells when its end was read.
type watchedBody struct {
	io.ReadCloser
	whole func()
	ended bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.ended = true
		b.whole()
	}
	return n, err
}
