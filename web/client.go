package web

import (
	"net"
	"sync/atomic"
)

// client is a connection that knows whether it keeps us waiting, or is kept
// waiting by us.
type client struct {
	net.Conn
	asked    atomic.Bool // somebody reads, that is to say waits for it
	answered atomic.Bool // for good: it may say more, but nobody will listen
}

func (c *client) Read(p []byte) (int, error) {
	c.asked.Store(true)
	defer c.asked.Store(false)
	return c.Conn.Read(p)
}

// CloseWrite is what a server that will not read the rest of a request looks
// for: so the client can see the answer.
func (c *client) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// keepsUsWaiting tells whether the next word is the client's. It never blocks.
func (c *client) keepsUsWaiting() bool {
	return c.answered.Load() || c.asked.Load() && !unread(c.Conn)
}
