package web

import (
	"container/list"
	"sync"
	"time"
)

// lobby is where a connection sits until it has given us a whole request: when
// it is new, when it is idle, and while a header or a body is still coming. The
// seats are counted. Whoever comes in when all are taken puts out the one who has sat
// longest, so a crowd that says nothing, or says it slowly, displaces itself and
// keeps nobody out; who gave a whole request is not here until it is answered.
//
// Nobody is put out before his time, nor when it is he who waits for us, or a
// burst of good requests would displace itself faster than we read. Who comes in
// then waits for a seat.
type lobby struct {
	seats   int
	stay    time.Duration // each may sit so long, whoever comes
	mu      sync.Mutex
	sitting list.List // of sitter, who has sat longest in front
	places  map[guest]*list.Element
	risen   chan struct{} // tells that somebody left
}

// guest is who may sit in a lobby.
type guest interface {
	Close() error
	keepsUsWaiting() bool
}

type sitter struct {
	guest guest
	since time.Time
}

func newLobby(seats int, stay time.Duration) *lobby {
	return &lobby{seats: seats, stay: stay, places: map[guest]*list.Element{}, risen: make(chan struct{}, 1)}
}

// enter gives the guest the newest seat, as soon as there is one.
func (l *lobby) enter(g guest) {
	for {
		out, wait := l.seat(g, time.Now())
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

// seat gives the guest a seat, and who is to be put out for it, if anybody is; or
// it tells how long nobody may be put out yet.
func (l *lobby) seat(g guest, now time.Time) (out guest, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.sitting.Len() == l.seats {
		at := l.sitting.Front()
		first := at.Value.(sitter)
		if wait := l.stay - now.Sub(first.since); wait > 0 {
			return nil, wait
		}
		out = l.rise(at)
		if !out.keepsUsWaiting() {
			l.sit(out, now)
			out = nil
		}
	}
	l.sit(g, now)
	return out, 0
}

// leave takes the guest's seat away, if it has one.
func (l *lobby) leave(g guest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, ok := l.places[g]
	if !ok {
		return
	}
	l.rise(at)
	select {
	case l.risen <- struct{}{}:
	default:
	}
}

func (l *lobby) sit(g guest, now time.Time) {
	l.places[g] = l.sitting.PushBack(sitter{g, now})
}

func (l *lobby) rise(at *list.Element) guest {
	g := l.sitting.Remove(at).(sitter).guest
	delete(l.places, g)
	return g
}
