package bot

import (
	"context"
	"errors"
	"sync"
)

const (
	// hands is how many chats are served at once.
	hands = 64
	// mostWaiting is how many letters may wait in memory before no more are
	// taken from Telegram, which keeps them for a day.
	mostWaiting = 4096
)

// entry is a letter on its way to being answered.
type entry struct {
	id      int64
	update  *update   // nil: unreadable
	tries   int       // that failed
	unsaved verdict   // where the store had no room for the letter: somebody waits for its fate
	room    *mailroom // where it is worked
	aside   bool      // the letter keeps those behind it waiting no longer
	told    bool      // the person knows that the answer comes later
}

// mailroom hands letters to workers: those of one chat one after the other, in
// the order in which they came, those of different chats side by side. A chat
// gets its turn anew for every letter, so that none holds up the others.
type mailroom struct {
	handle func(entry)

	mu      sync.Mutex
	lanes   map[int64][]entry // letters of the chats that have any; the first may be in hand
	turns   []int64           // chats that wait for a hand
	busy    int               // hands at work
	waiting int               // letters, those in hand included
	closed  bool
	known   map[int64]bool // letters that are here, or were when the reading under way began
	reading bool           // somebody reads the inbox
	dealt   []int64        // what was dealt with since: the reader may have seen it waiting
	aside   map[int64]bool // letters in hand that keep those behind them waiting no longer
	space   chan struct{}  // tells that a letter was dealt with
	working sync.WaitGroup
}

func newMailroom(handle func(entry)) *mailroom {
	return &mailroom{handle: handle, lanes: map[int64][]entry{}, known: map[int64]bool{}, aside: map[int64]bool{}, space: make(chan struct{}, 1)}
}

// put takes letters in. Once the mailroom is closed they are left to the store.
func (m *mailroom) put(entries ...entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		for _, e := range entries {
			e.judge(errClosed)
		}
		return
	}
	for _, e := range entries {
		at := e.place()
		e.room = m
		m.known[e.id] = true
		m.waiting++
		m.lanes[at] = append(m.lanes[at], e)
		if len(m.lanes[at]) == 1 {
			m.turns = append(m.turns, at)
		}
	}
	for range min(len(m.turns), hands-m.busy) {
		m.busy++
		m.working.Go(m.work)
	}
}

// errClosed says that the letter came too late to be answered.
var errClosed = errors.New("stopping")

// judge tells who waits, if anybody does, what became of the letter.
func (e entry) judge(err error) {
	if e.unsaved != nil {
		e.unsaved <- err
	}
}

func (e entry) place() int64 {
	if e.update == nil {
		return 0
	}
	return e.update.place()
}

// work is one pair of hands.
func (m *mailroom) work() {
	for {
		at, e, ok := m.next()
		if !ok {
			return
		}
		m.handle(e)
		m.done(at, e)
	}
}

func (m *mailroom) next() (at int64, e entry, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(m.turns) == 0 {
		m.busy--
		return 0, entry{}, false
	}
	at, m.turns = m.turns[0], m.turns[1:]
	return at, m.lanes[at][0], true
}

func (m *mailroom) done(at int64, e entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting--
	if !m.aside[e.id] {
		m.forget(e.id)
	}
	if m.lanes[at] = m.lanes[at][1:]; len(m.lanes[at]) == 0 {
		delete(m.lanes, at)
	} else {
		m.turns = append(m.turns, at)
	}
	select {
	case m.space <- struct{}{}:
	default:
	}
}

// forget drops a letter that was dealt with. The caller holds mu.
func (m *mailroom) forget(id int64) {
	if m.reading {
		m.dealt = append(m.dealt, id)
	} else {
		delete(m.known, id)
	}
}

// stepAside leaves the chat's turn to the letters behind this one, which is gone on
// with beside them: room in the store may be long in coming, and they have to be refused.
func (e *entry) stepAside(goOn func()) {
	e.aside = true
	m, id := e.room, e.id
	m.mu.Lock()
	defer m.mu.Unlock()
	m.aside[id] = true
	m.working.Go(func() {
		goOn()
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.aside, id)
		m.forget(id)
	})
}

// beginReading and endReading enclose a look into the inbox: what is dealt with in
// between stays known, for the reader may have seen it before. They are for one reader.
func (m *mailroom) beginReading() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading = true
}

func (m *mailroom) endReading() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reading = false
	for _, id := range m.dealt {
		delete(m.known, id)
	}
	m.dealt = nil
}

// lacks picks, of the letters that were read, those that are not here, the first
// ones, as many as there is room for.
func (m *mailroom) lacks(ids []int64) []int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	var lacking []int64
	for _, id := range ids {
		if m.waiting+len(lacking) >= mostWaiting {
			break
		}
		if !m.known[id] {
			lacking = append(lacking, id)
		}
	}
	return lacking
}

// full tells that no more letters should be taken for now.
func (m *mailroom) full() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waiting >= mostWaiting
}

// room waits until there is room for more letters. It is for one waiter.
func (m *mailroom) room(ctx context.Context) error {
	for m.full() {
		select {
		case <-m.space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// close lets the letters in hand be finished and takes no other; wait for that with wait.
func (m *mailroom) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
}

func (m *mailroom) wait() { m.working.Wait() }
