package kassa

import (
	"sync"
	"time"
)

// A bell wakes one loop; ringing it twice before it is heard is ringing once.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// wait sleeps until the bell rings, done is closed or the time is over; false
// where it was done.
func (b bell) wait(done <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return false
	case <-b:
	case <-timer.C:
	}
	return true
}

// crew runs at most size jobs at once, and never two with the same name.
type crew struct {
	size int
	mu   sync.Mutex
	busy map[string]bool
	jobs sync.WaitGroup
}

func newCrew(size int) *crew { return &crew{size: size, busy: map[string]bool{}} }

// free is how many more jobs would be taken now.
func (c *crew) free() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size - len(c.busy)
}

// start runs the job unless its name is busy or all hands are.
func (c *crew) start(name string, job func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[name] || len(c.busy) >= c.size {
		return
	}
	c.busy[name] = true
	c.jobs.Go(func() {
		defer func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.busy, name)
		}()
		job()
	})
}

func (c *crew) wait() { c.jobs.Wait() }
