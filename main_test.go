package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

// asProgram makes the test binary be payferbot; see start.
const asProgram = "PAYFERBOT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	if dir := os.Getenv(asFirstStart); dir != "" {
		if err := firstStart(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	redis.SetLogger(silence{})
	goleak.VerifyTestMain(m)
}

// goodToken is of the form that a token has.
const goodToken = "7000000042:AAcanaryCanaryCanaryCanaryCanary000"

// soon is a context that ends a test which waits in vain.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// runWith runs the program with these variables and no .env.
func runWith(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{environ: environ, dotenv: filepath.Join(t.TempDir(), "none"), stdout: &out, stderr: &errs}
	code = p.run(soon(t), args)
	return code, out.String(), errs.String()
}

func TestVersionNamesTheProgramAndGo(t *testing.T) {
	t.Parallel()
	code, out, errs := runWith(t, nil, "version")
	if code != exitOK || errs != "" || !regexp.MustCompile(`^payferbot \S+ \(go1\.\S+\)\n$`).MatchString(out) {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
}

func TestUnknownCommandsAndArgumentsExplainUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"run"},
		{"-v"},
		{"version", "x"},
		{"doctor", "-x"},
		{"sandbox", "x"},
		{"sandbox", "-nope"},
		{"sandbox", "-lang", "de"},
		{"sandbox", "-out", "x.png"},
		{"sandbox", "-data", "."},
	} {
		code, out, errs := runWith(t, nil, args...)
		if code != exitRefused || out != "" || errs == "" {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", args, code, out, errs)
		}
	}
}

func TestEveryCommandIsInTheUsage(t *testing.T) {
	t.Parallel()
	for name := range commands() {
		if !strings.Contains(usage, strings.TrimSpace("payferbot "+name)+" ") {
			t.Errorf("usage does not tell of %q", name)
		}
	}
}

func TestJoinedErrorsAreOneLine(t *testing.T) {
	t.Parallel()
	if got, want := oneLine("a\nb\r\nc"), "a; b; c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// watched is a writer on which a test waits for a text.
type watched struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newWatched() *watched { return &watched{changed: make(chan struct{})} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.changed)
	w.changed = make(chan struct{})
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// wait blocks until the text was written.
func (w *watched) wait(ctx context.Context, text string) error {
	for {
		w.mu.Lock()
		has, changed := strings.Contains(w.text.String(), text), w.changed
		w.mu.Unlock()
		if has {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

var _ io.Writer = (*watched)(nil)
