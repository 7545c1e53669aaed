package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"payferbot/store"
)

func TestKeyIsMadeOnceForUsAloneAndUsedAgain(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: filepath.Join(t.TempDir(), "a", "data")}
	first, made, err := c.keyring()
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	for path, want := range map[string]os.FileMode{c.DataDir: 0o700, filepath.Join(c.DataDir, keyFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, want %v (%v)", path, info.Mode().Perm(), want, err)
		}
	}
	second, made, err := c.keyring()
	if err != nil || made {
		t.Fatalf("made again %v, %v", made, err)
	}
	if plain, err := second.Open("p", "o", first.Seal("p", "o", []byte("x"))); err != nil || string(plain) != "x" {
		t.Errorf("%q, %v", plain, err)
	}
	if list, _ := os.ReadDir(c.DataDir); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
}

func TestProcessesThatStartTogetherShareOneKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var mu sync.Mutex
	var all sync.WaitGroup
	seen, makers := map[string]bool{}, 0
	for range 20 {
		all.Go(func() {
			spec, made, err := generatedKey(dir)
			mu.Lock()
			defer mu.Unlock()
			seen[spec] = true
			if made {
				makers++
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(seen) != 1 || makers != 1 {
		t.Errorf("%d keys, %d makers", len(seen), makers)
	}
}

func TestDamagedKeyFileIsNotReplaced(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: t.TempDir()}
	path := filepath.Join(c.DataDir, keyFile)
	if err := os.WriteFile(path, []byte("canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := c.keyring()
	var wrong *ConfigError
	if !errors.As(err, &wrong) || wrong.Name != "SECRET_KEY" || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
	if raw, _ := os.ReadFile(path); string(raw) != "canary\n" {
		t.Errorf("the file holds %q now", raw)
	}
}

func TestLostKeyIsToldAndNoFreshOneLeftInItsPlace(t *testing.T) {
	t.Parallel()
	c := Config{DataDir: filepath.Join(t.TempDir(), "data")}
	s, err := openStore(t.Context(), &c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.DataDir, keyFile)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err = openStore(t.Context(), &c, quiet())
	var wrong *ConfigError
	if !errors.As(err, &wrong) || wrong.Name != "SECRET_KEY" || !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a fresh key lies there (%v)", err)
	}
}
