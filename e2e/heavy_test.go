package e2e

import (
	"sync"
	"testing"
)

// A heavy test takes all of the machine for a while, and others that are held to a time
// would fail beside it. Of these one runs at a time, and its processes are built
// without the race detector.
var (
	oneAtATime = make(chan struct{}, 1)
	heavies    sync.Map // the names of those that had or have their turn
)

// heavy waits for the test's turn, which lasts until its end. It comes before open.
func heavy(t *testing.T) {
	t.Helper()
	oneAtATime <- struct{}{}
	t.Cleanup(func() { <-oneAtATime })
	heavies.Store(t.Name(), true)
}

// binaryFor is the program that the test is to run.
func binaryFor(t *testing.T) string {
	t.Helper()
	if _, is := heavies.Load(t.Name()); !is {
		return binary
	}
	return fast(t)
}

// fast is the program without the race detector.
func fast(t *testing.T) string {
	t.Helper()
	path, err := fastBinary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
