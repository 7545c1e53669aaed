package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"
)

// reply is what a service is about to answer.
type reply struct {
	status int
	kind   string // content type
	body   []byte
	header map[string]string
}

const (
	typeJSON = "application/json"
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

func page(status int, title string) reply {
	return reply{status: status, kind: typeHTML, body: []byte("<html><head><title>" + title +
		"</title></head><body><center><h1>" + title + "</h1></center><hr>nginx</body></html>")}
}

// write sends rep the way the fault wants it. Cutting a connection is done by aborting the
// handler: the peer sees a connection closed without an answer, as after a crash.
func (r rule) write(w http.ResponseWriter, rep reply) {
	switch r.kind {
	case DropAfter, DropBefore:
		panic(http.ErrAbortHandler)
	case Garbage:
		rep.body = []byte("<?php Warning: mysqli_connect(): \x00\xff{\"status\":")
	case Empty:
		rep.body = nil
	case Truncated:
		rep.body = rep.body[:len(rep.body)/2]
	case Huge:
		rep.body = append(bytes.Repeat([]byte(" "), 200<<10), rep.body...)
	}
	for k, v := range rep.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", rep.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(rep.body)))
	w.WriteHeader(rep.status)
	if r.kind == Cut {
		_, _ = w.Write(rep.body[:len(rep.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(rep.body)
}

// hold keeps a call waiting as a Slow or SlowReply fault wants, until ctx (the caller's
// connection, or the sandbox) ends.
func (r rule) hold(ctx context.Context, kind Kind) {
	if r.kind != kind {
		return
	}
	if r.until != nil {
		select {
		case <-r.until:
		case <-ctx.Done():
		}
	}
	pause(ctx, r.delay)
}

// pause waits for d in real time, or until ctx ends; it says whether all of d passed.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
