package store

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	goredis "github.com/redis/go-redis/v9"

	"payferbot/kassa"
)

// roomSize is how much must fit, in bytes, before a store that was full counts
// as having room again: more than any one invoice or letter.
const roomSize = 64 << 10

// boltFull gives kassa.ErrFull where a commit failed for want of room: where
// bbolt could not write its pages or make its file larger, which it does before
// anything takes effect. An fsync that fails for the same reason is another
// matter, and comes as a bare Errno: then nobody knows what is on the disk.
func boltFull(err error) error {
	var write *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &write) && (errors.Is(write, syscall.ENOSPC) || errors.Is(write, syscall.EDQUOT)):
	case grown(err.Error()): // of these errors bbolt keeps the words alone
	default:
		return err
	}
	return fmt.Errorf("%w, the disk has no room left: %w", kassa.ErrFull, err)
}

func grown(words string) bool {
	if !strings.HasPrefix(words, "file resize error: ") && !strings.HasPrefix(words, "file sync error: ") {
		return false
	}
	return strings.HasSuffix(words, syscall.ENOSPC.Error()) || strings.HasSuffix(words, syscall.EDQUOT.Error())
}

// redisFull gives kassa.ErrFull where Redis refused a command because its
// memory may grow no more (OOM), or because the disk of its append-only file is
// full (MISCONF). A script is refused at its first write, so nothing of it was done.
func redisFull(err error) error {
	switch {
	case err == nil:
		return nil
	case goredis.HasErrorPrefix(err, "OOM"):
		return fmt.Errorf("%w, Redis has no memory left: %w", kassa.ErrFull, err)
	case goredis.HasErrorPrefix(err, "MISCONF") && strings.Contains(err.Error(), "No space left on device"):
		return fmt.Errorf("%w, the disk of Redis has no room left: %w", kassa.ErrFull, err)
	}
	return err
}
