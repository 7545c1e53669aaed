package store

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"go.etcd.io/bbolt"
)

// boltOptions open the store's file. Without a time-out bbolt would wait for ever on the lock.
func boltOptions() *bbolt.Options {
	return &bbolt.Options{Timeout: boltPatience, FreelistType: bbolt.FreelistMapType}
}

// privateDir makes the folder for us alone. One that is there already is left
// as it is: it may not be ours alone.
func privateDir(dir string, log *slog.Logger) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		log.Warn("others on this machine may look into the data folder; chmod 700 it", "dir", dir, "mode", info.Mode().Perm().String())
	}
	return nil
}

// makeBolt makes the store's file where there is none, whole and durable before
// it has its name: bbolt would write its first pages into the file itself, and
// where the power goes before they are on the disk it never opens that file
// again. Where another process was faster its file stays.
func makeBolt(dir, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp, err := os.CreateTemp(dir, boltFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := tmp.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(tmp.Name(), 0o600, boltOptions())
	if err != nil {
		return err
	}
	if err := errors.Join(db.Update(makeBuckets), db.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); !errors.Is(err, fs.ErrExist) { // unlike Rename it replaces nothing
		return err
	}
	return nil
}

// syncDirs makes the file's name in the folder as durable as the file, and the
// folder's own name in the one above, and so on: any of them may be new, made by
// us, by whoever made the key, or by a run that was killed. Folders
// above that we may not read are not ours to have made.
func syncDirs(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	for dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		err := syncDir(dir)
		if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EINVAL) { // EINVAL: no file system to sync
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
