package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"payferbot/kassa"
	"payferbot/secret"
	"payferbot/store/powercut"
)

// asFirstStart makes the test binary a program that starts for the first time
// with this data folder, and keeps a kassa there.
const asFirstStart = "PAYFERBOT_TEST_AS_FIRST_START"

var firstShop = kassa.Shop{ID: "77", Key: secret.Text("canary-shop-key")}

// firstStart says "kept" when the kassa, whose key is sealed, was acknowledged.
func firstStart(dir string) error {
	ctx := context.Background()
	s, err := openStore(ctx, &Config{DataDir: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx kassa.Tx) error {
		tx.PutShop(firstShop)
		return nil
	})
	if err == nil {
		fmt.Fprintln(os.Stdout, "kept")
	}
	return errors.Join(err, s.Close())
}

// The key is one file, what it seals is another, and both are made by the first
// start: the power may go at any moment of it.
func TestPowerCutsInTheFirstStartLoseNeitherKeyNorStore(t *testing.T) {
	t.Parallel()
	base, dir := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "record")
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), asFirstStart+"="+filepath.Join(base, "new", "data"))
	powercut.Record(t, file, program)
	tr, err := powercut.Read(file, base)
	if err != nil {
		t.Fatal(err)
	}
	const disks = 4 // at each moment
	cuts, kept := 0, 0
	for _, moment := range tr.Moments() {
		for disk := range disks {
			cuts++
			into := filepath.Join(dir, fmt.Sprint(cuts))
			if err := tr.Disk(moment, rand.New(rand.NewPCG(uint64(moment), uint64(disk))), into); err != nil {
				t.Fatal(err)
			}
			said := tr.Said(moment)
			if said != "" {
				kept++
			}
			if err := startsAgain(filepath.Join(into, "new", "data"), said != ""); err != nil {
				t.Fatalf("cut after line %d of %d, disk %d, %q was said: %v", moment, tr.Lines, disk, said, err)
			}
			os.RemoveAll(into)
		}
	}
	if kept == 0 || kept == cuts {
		t.Errorf("of %d cuts %d came after the kassa was kept", cuts, kept)
	}
	t.Logf("%d cuts, %d of them after the kassa was kept", cuts, kept)
}

// startsAgain starts with what the disk held. The kassa must be there, and its
// key open, when it was acknowledged.
func startsAgain(dir string, kept bool) error {
	ctx := context.Background()
	s, err := openStore(ctx, &Config{DataDir: dir}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = s.View(ctx, func(tx kassa.Tx) error {
		shop, err := tx.Shop(firstShop.ID)
		if err == nil && shop.Key != firstShop.Key {
			err = errors.New("the kassa has another key")
		}
		return err
	})
	if !kept && errors.Is(err, kassa.ErrNotFound) {
		err = nil
	}
	return errors.Join(err, s.Close())
}
