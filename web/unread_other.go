//go:build !unix

package web

import "net"

// unread cannot be told here.
func unread(net.Conn) bool { return false }
