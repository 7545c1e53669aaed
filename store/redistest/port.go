package redistest

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
)

// host is where all of it listens.
const host = "127.0.0.1"

// lastPort counts the ports that were given. They lie below those that the
// kernel gives out, so a server finds its own free again after a restart.
var lastPort atomic.Int32

// freePort is a port of this machine at which nobody listens.
func freePort(t testing.TB) string {
	t.Helper()
	const first, count = 30_000, 2_700
	for range count {
		port := first + (int32(os.Getpid())*101+lastPort.Add(1))%count
		if ln, err := net.Listen("tcp", fmt.Sprintf("%s:%d", host, port)); err == nil {
			_ = ln.Close()
			return fmt.Sprint(port)
		}
	}
	t.Fatal("no port is free")
	return ""
}
