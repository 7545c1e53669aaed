package e2e

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"payferbot/store/smalldisk"
)

// binary is the program under test, built once by TestMain with the fault
// points in it, and with the race detector where the tests have it.
var binary string

// fastBinary gives the same without the race detector, for tests whose load would
// keep all others waiting.
var fastBinary = sync.OnceValues(func() (string, error) {
	if !raceDetector {
		return binary, nil
	}
	fast := binary + "-fast"
	return fast, build(fast, false)
})

func TestMain(m *testing.M) {
	if at := os.Getenv(hostileAt); at != "" {
		os.Exit(beHostile(at))
	}
	smalldisk.Enter()
	os.Exit(withBinary(m))
}

func withBinary(m *testing.M) int {
	dir, err := os.MkdirTemp("", "payferbot-e2e")
	if err != nil {
		return failed(err)
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "payferbot")
	if err := build(binary, raceDetector); err != nil {
		return failed(err)
	}
	if err := crowd(); err != nil {
		return failed(err)
	}
	code := m.Run()
	// The narrow line of the proxy that the tests put before Redis may not end with its connection.
	narrow := goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*BandwidthToxic).Pipe")
	if err := goleak.Find(narrow); err != nil && code == 0 {
		return failed(err)
	}
	return code
}

func failed(err error) int {
	fmt.Fprintln(os.Stderr, "e2e:", err)
	return 1
}

// build compiles the program.
func build(into string, race bool) error {
	args := []string{"build", "-tags", "faults", "-o", into}
	if race {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "payferbot")...)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build payferbot: %w\n%s", err, out)
	}
	return nil
}

// noteSources looks at every source of the binary. The go command remembers
// which files a test looked at; otherwise it would take a cached "ok" for true
// after a change in a package that this one does not import. What is looked at
// before the tests run is not remembered.
var noteSources = sync.OnceValue(func() error {
	return filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != ".." && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case e.IsDir() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		_, err = os.Stat(path)
		return err
	})
})

// crowd lets more tests run at once than there are processors: they mostly wait.
func crowd() error {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if chosen {
		return nil
	}
	return flag.Set("test.parallel", "16")
}
