// Package redistest runs a real redis-server for tests.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server of one test: on a unix socket in a temporary folder,
// with an append-only file, stopped when the test ends.
type Server struct {
	t      testing.TB
	dir    string // of its files
	socket string
	args   []string
	cmd    *exec.Cmd
	log    *bytes.Buffer
}

// Start runs redis-server from PATH and waits until it answers. More settings
// go in args, as on its command line: "--maxmemory-policy", "allkeys-lru".
// Where there is no redis-server the test fails: skipped, it would prove nothing.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("this test needs a real redis-server: sudo apt-get install redis-server")
	}
	s := &Server{t: t, dir: t.TempDir(), socket: filepath.Join(socketDir(t), "r.sock"), args: args, log: &bytes.Buffer{}}
	t.Cleanup(s.Kill)
	s.Restart()
	return s
}

// socketDir is a folder with a short name: a socket's path may have 108 bytes only.
func socketDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// URL is what REDIS_URL is set to.
func (s *Server) URL() string { return "unix://" + s.socket }

// Socket is the path at which the server listens.
func (s *Server) Socket() string { return s.socket }

// Kill ends the server as kill -9 does. Killed already, it does nothing.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Kill()
	s.cmd.Wait() // says that it was killed
	s.cmd = nil
}

// Restart starts the server anew on the files that it left, and waits until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	args := append([]string{
		"--port", "0", "--unixsocket", s.socket, "--dir", s.dir, "--daemonize", "no",
		"--appendonly", "yes", "--save", "",
	}, s.args...)
	s.cmd = exec.Command("redis-server", args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		s.t.Fatal(err)
	}
	s.await()
}

// await asks until the server has read its files and answers.
func (s *Server) await() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.ping(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.Kill() // ends the writing of its log, too
			s.t.Fatalf("redis-server did not answer: %v\n%s", err, s.log)
		}
	}
}

// ping asks over a connection of its own, in Redis' plainest words.
func (s *Server) ping(ctx context.Context) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	if err == nil && !bytes.HasPrefix(answer[:n], []byte("+PONG")) {
		err = fmt.Errorf("%s", bytes.TrimSpace(answer[:n]))
	}
	return err
}

// Client is a client of the server, closed when the test ends.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket, MaxRetries: -1})
	s.t.Cleanup(func() { c.Close() })
	return c
}

// Dump is every byte that the server keeps on disk: what a canary must not be
// found in. Strings stand in it as they were sent.
func (s *Server) Dump() []byte {
	s.t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all.Bytes()
}
