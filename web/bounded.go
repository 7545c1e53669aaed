package web

import (
	"net"
	"sync"
)

// boundedListener accepts no connection while too many are in our hands. The
// rest wait in the kernel's queue, where they cost us no memory. A connection
// counts until left is called for it, which is later than its Close: what serves
// it takes memory until it has ended.
type boundedListener struct {
	net.Listener
	slots chan struct{}
	done  chan struct{}
	once  sync.Once
}

func bounded(ln net.Listener, most int) *boundedListener {
	return &boundedListener{Listener: ln, slots: make(chan struct{}, most), done: make(chan struct{})}
}

// Accept waits for a free slot, then for a connection.
func (l *boundedListener) Accept() (net.Conn, error) {
	select {
	case l.slots <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &client{Conn: conn}, nil
}

// left gives back the slot of a connection that nobody serves any more. To be
// called once for each.
func (l *boundedListener) left() { <-l.slots }

// Close also wakes an Accept that waits for a slot.
func (l *boundedListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}
