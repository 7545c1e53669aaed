//go:build unix

package web

import (
	"net"
	"syscall"
)

// unread tells whether the other side has said something that we have not read
// yet: we were not given the processor since. It never blocks.
func unread(c net.Conn) (said bool) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		said = err == nil && n > 0
	})
	return said
}
