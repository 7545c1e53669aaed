package redistest

import (
	"os"
	"path/filepath"
)

// Tail is the file to which a server appends what it is given. Its end is what
// a machine that loses its power may not have on disk yet.
func (s *Server) Tail() string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "appendonlydir", "*.incr.aof"))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("the append-only file: found %q, error %v", found, err)
	}
	return found[0]
}

// Length is how long that file is.
func (s *Server) Length() int {
	s.t.Helper()
	info, err := os.Stat(s.Tail())
	if err != nil {
		s.t.Fatal(err)
	}
	return int(info.Size())
}

// Tear cuts the last n bytes off what a dead server had appended, or all of it
// where there are fewer. It tells how long the file is then.
func (s *Server) Tear(n int64) int64 {
	s.t.Helper()
	if s.cmd != nil {
		s.t.Fatal("a server that lives is not torn")
	}
	left := max(0, int64(s.Length())-n)
	if err := os.Truncate(s.Tail(), left); err != nil {
		s.t.Fatal(err)
	}
	return left
}

// LosePower ends the server with the last n bytes of what it had appended not on the
// disk, and starts it anew on what is left.
func (s *Server) LosePower(n int64) {
	s.t.Helper()
	s.Kill()
	s.Tear(n)
	s.Restart()
}
