// Package smalldisk gives a program a disk of a few megabytes that can be filled
// up: a tmpfs in a mount namespace of the program's own, which goes with it.
package smalldisk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// order tells the test binary to be the one that mounts: FOLDER BYTES PROGRAM.
const order = "PAYFERBOT_TEST_SMALL_DISK"

// Command is exec.Command with a disk of so many bytes at the folder, which must
// be there. The caller's TestMain begins with Enter. Environ is the program's.
func Command(folder string, bytes int, environ []string, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append([]string{}, environ...), fmt.Sprintf("%s=%s %d %s", order, folder, bytes, program))
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		return cmd
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	return cmd
}

// Enter mounts the disk and becomes the program, where Command asked for it.
func Enter() {
	words := strings.SplitN(os.Getenv(order), " ", 3)
	if len(words) < 3 {
		return
	}
	fmt.Fprintf(os.Stderr, "small disk: %v (it takes root, or a user namespace of one's own)\n", enter(words[0], words[1], words[2]))
	os.Exit(1)
}

func enter(folder, bytes, program string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("keep mounts to ourselves: %w", err)
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+bytes+",mode=0700"); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := os.Unsetenv(order); err != nil {
		return err
	}
	return syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
}

// Of gives the way to the process's disk from outside.
func Of(pid int, folder string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), "root", folder)
}

// ballast is what a disk is filled up with.
const ballast = "ballast"

// Fill leaves so many bytes of room on the disk at the folder, and a little less at most.
func Fill(t testing.TB, folder string, left int64) {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, ballast))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var disk syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &disk); err != nil {
		t.Fatal(err)
	}
	if size := int64(disk.Bfree)*disk.Bsize - left; size > 0 {
		if err := syscall.Fallocate(int(f.Fd()), 0, 0, size); err != nil {
			t.Fatal(err)
		}
	}
}

// Clear makes room again.
func Clear(t testing.TB, folder string) {
	t.Helper()
	if err := os.Remove(filepath.Join(folder, ballast)); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
