package kassa

import (
	"sync"
	"time"
)

// A flood limit of one chat says nothing about others. When several chats meet
// theirs within moments it is the bot as a whole that is too fast, and going on
// would only make Telegram forbid more for longer.
const (
	stormChats = 3
	stormTime  = 5 * time.Second
	stormMost  = time.Minute // after which we try again, whatever we were told
)

// storm tells a flood of the whole bot from floods of single chats.
type storm struct {
	mu    sync.Mutex
	met   map[PeerID]flood // the chats that met a limit lately
	until time.Time        // nothing that can wait is sent before
}

// flood is when a chat was told to wait, and how long.
type flood struct {
	at   time.Time
	wait time.Duration
}

func newStorm() *storm { return &storm{met: map[PeerID]flood{}} }

// flooded notes that a chat was told to wait. The storm is as long as the shortest of
// the waits: a group among them may have to sit out a limit of its own.
func (s *storm) flooded(peer PeerID, now time.Time, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.met[peer] = flood{now, wait}
	shortest := stormMost
	for id, f := range s.met {
		if now.Sub(f.at) > stormTime {
			delete(s.met, id)
			continue
		}
		shortest = min(shortest, f.wait)
	}
	if len(s.met) >= stormChats {
		s.until = later(s.until, now.Add(shortest))
	}
}

// wait is how long the storm goes on.
func (s *storm) wait(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until.Sub(now)
}
