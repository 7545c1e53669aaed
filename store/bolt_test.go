package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"payferbot/kassa"
	"payferbot/store"
)

func TestASecondProcessIsToldThatTheFileIsInUse(t *testing.T) {
	t.Parallel()
	dir, keys := t.TempDir(), newKeys(t)
	open(t, store.Options{DataDir: dir, Keys: keys})
	// The file's lock holds between two openings in one process, too.
	_, err := store.Open(t.Context(), store.Options{DataDir: dir, Keys: keys})
	if !errors.Is(err, store.ErrLocked) {
		t.Fatalf("got %v, want ErrLocked", err)
	}
	if file := filepath.Join(dir, "payferbot.db"); !strings.Contains(err.Error(), "another process uses") || !strings.Contains(err.Error(), file) {
		t.Errorf("%q does not say that another process uses %s", err, file)
	}
}

func TestTheFileIsForUsAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	open(t, store.Options{DataDir: dir})
	for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, filepath.Join(dir, "payferbot.db"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
	}
}

func TestAFolderOpenToOthersIsWarnedOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	open(t, store.Options{DataDir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "chmod 700") {
		t.Errorf("no warning: %s", log.String())
	}
}

func TestAFileThatIsNoStoreIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "payferbot.db")
	foreign := bytes.Repeat([]byte("not a database "), 4096)
	if err := os.WriteFile(path, foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), store.Options{DataDir: dir, Keys: newKeys(t)}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, foreign) {
		t.Error("the file was changed")
	}
}

func TestAStoreWithoutKeysIsNotOpened(t *testing.T) {
	t.Parallel()
	if _, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir()}); err == nil {
		t.Error("opened")
	}
}

func TestClosingUnderLoadLosesNothingThatWasTaken(t *testing.T) {
	t.Parallel()
	dir, keys := t.TempDir(), newKeys(t)
	s := open(t, store.Options{DataDir: dir, Keys: keys})
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	half := make(chan struct{}, 1)
	for range 8 {
		wg.Go(func() {
			for {
				if _, err := increment(s); err != nil {
					return // closed
				}
				mu.Lock()
				if taken++; taken == 40 {
					half <- struct{}{}
				}
				mu.Unlock()
			}
		})
	}
	<-half
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if n := counted(t, open(t, store.Options{DataDir: dir, Keys: keys})); n != taken {
		t.Errorf("kept %d, want the %d that were taken", n, taken)
	}
}

func TestAWriteThatBoltRefusesFailsAlone(t *testing.T) {
	t.Parallel()
	s := open(t, store.Options{DataDir: t.TempDir()})
	put := func(order string) error {
		return s.Update(t.Context(), func(tx kassa.Tx) error {
			tx.PutInvoice(kassa.Invoice{Order: order})
			return nil
		})
	}
	var wg sync.WaitGroup
	for i := range 200 { // enough to share commits
		wg.Go(func() {
			order, tooLong := fmt.Sprint(i), i%10 == 0
			if tooLong {
				order = strings.Repeat("x", 40_000)
			}
			if err := put(order); (err != nil) != tooLong {
				t.Errorf("order of %d characters: %v", len(order), err)
			}
		})
	}
	wg.Wait()
	err := s.View(t.Context(), func(tx kassa.Tx) error {
		for i := range 200 {
			if _, err := tx.Invoice(fmt.Sprint(i)); (err != nil) != (i%10 == 0) {
				t.Errorf("order %d: %v", i, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
