package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

// process is one run of the binary.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed at its end
	code int           // valid then; -1: killed by a signal
}

// spawn starts the program in dir with nothing but these variables; both its
// outputs go to w.
func spawn(program, dir string, environ []string, w *output) (*process, error) {
	cmd := exec.Command(program)
	cmd.Env = environ
	return begin(cmd, dir, w)
}

// begin starts the command in dir; both its outputs go to w.
func begin(cmd *exec.Cmd, dir string, w *output) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, w, w
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.done)
		var exit *exec.ExitError
		if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
			_, _ = w.Write([]byte("wait: " + err.Error() + "\n"))
		}
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	return p, nil
}

// signal is harmless for a process that has ended.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// end waits for the end.
func (p *process) end(ctx context.Context) (code int, err error) {
	select {
	case <-p.done:
		return p.code, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// output keeps all that the processes of one shopfloor print.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func newOutput() *output { return &output{} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// tail is the end of the output, for people.
func (o *output) tail(lines int) string {
	all := strings.Split(strings.TrimRight(o.String(), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
