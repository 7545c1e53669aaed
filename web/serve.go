package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The bounds of a server. A webhook is a few hundred bytes on a fresh or kept
// connection; whoever needs longer than this is not Payfer.
const (
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second
	writeTime  = 15 * time.Second
	idleTime   = 60 * time.Second
	maxHeader  = 4 << 10 // the server allows 4 KiB more
	// maxConns is how many connections may be in our hands, maxWaiting how many of
	// them may owe us a request; with what each may make us hold that is some 40 MiB. What lies
	// between is for requests being answered, and for connections that were put out of the
	// lobby and have not quite ended.
	maxConns   = 1280
	maxWaiting = 768
	// minStay is how long a connection is kept, however many come: long enough to
	// send a lost packet again, short enough that nobody waits long for a seat.
	minStay = 250 * time.Millisecond
	// drainTime is how long requests in hand may take once the server is told to stop.
	drainTime = 8 * time.Second
)

// Serve serves h on ln until ctx ends, then takes no more connections, lets the
// requests in hand finish for a few seconds, cuts what is left, and returns. The error
// is nil after a stop in which nothing had to be cut. It closes ln in every case.
//
// It keeps a bounded number of connections. When it is full, a new one takes the
// place of the one that has longest given us no whole request.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, log *slog.Logger) error {
	return serveWithin(ctx, bounded(ln, maxConns), newLobby(maxWaiting, minStay), h, log)
}

// serveWithin is Serve within these bounds.
func serveWithin(ctx context.Context, ln *boundedListener, l *lobby, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler:     l.attend(h),
		ConnContext: named,
		ConnState: func(c net.Conn, state http.ConnState) {
			l.follow(c, state)
			if state == http.StateClosed {
				ln.left()
			}
		},
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // what strangers' broken connections say
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	err := drain(srv)
	<-served //nolint:errcheck // it says that it was shut down
	return err
}

// drain ends the server in its own time, or ours.
func drain(srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests cut off at the stop: %w", err), srv.Close())
	}
	return nil
}
