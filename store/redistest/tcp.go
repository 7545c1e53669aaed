package redistest

import (
	"net"
	"testing"
)

// StartTCP is Start for a server that listens on a port as well, at the address that it gives.
func StartTCP(t testing.TB, args ...string) (s *Server, addr string) {
	t.Helper()
	port := freePort(t)
	return Start(t, append([]string{"--port", port, "--bind", host}, args...)...), net.JoinHostPort(host, port)
}
