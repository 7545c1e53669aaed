// Package powercut takes the power from a program after the fact. [Record] runs
// the program under strace and keeps every call that changed a file;
// [Trace.Disk] then lays out what a disk may hold if the power had gone at a
// given line of that record.
//
// The disk is as unkind as POSIX allows. What a finished fsync covers is there.
// Of what came after it anything may be there: any of the writes, in any order,
// torn at sectors of 512 bytes; a file's new size without its content; a name
// in a folder that itself was not synced, or not.
package powercut

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// traced are the calls that change files, those that tell which file is meant,
// and those that would make the record incomplete.
const traced = "openat,close,write,pwrite64,ftruncate,fsync,fdatasync,linkat,unlinkat,renameat,renameat2,mkdirat," +
	"mmap,lseek,open,creat,link,unlink,rename,mkdir,dup,dup2,dup3,writev,pwritev,pwritev2,fallocate,copy_file_range,truncate,sendfile,splice"

// longest is more than any one write of the programs that are traced.
const longest = 8 << 20

// Record runs the program to its end and writes what it did to file, for Read.
// Where there is no strace the test fails: skipped, it would prove nothing.
func Record(t testing.TB, file string, program *exec.Cmd) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("this test needs strace: sudo apt-get install strace")
	}
	args := []string{"strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-s", strconv.Itoa(longest), "-e", "signal=none", "-e", "trace=" + traced, "-o", file, "--"}
	var said, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), strace)
	cmd.Args = append(append(args, program.Path), program.Args[1:]...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = program.Env, program.Dir, &said, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("strace %s: %v (where ptrace is forbidden, as in some containers, this cannot be shown)\n%s%s", program.Path, err, said.Bytes(), errs.Bytes())
	}
}

// call is one system call of the record. A line may hold a call's beginning or
// its end alone: another thread's calls came between.
type call struct {
	name       string
	args       []string
	result     int
	begin, end int // lines; a call that never ended has end never
}

const never = math.MaxInt

// readCalls gives the calls in the order in which they began, and the number of lines.
func readCalls(file string) (calls []*call, lines int, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	open := map[string]*call{} // by thread
	in := bufio.NewScanner(f)
	in.Buffer(nil, 8*longest)
	for ; in.Scan(); lines++ {
		thread, rest, _ := strings.Cut(in.Text(), " ")
		rest = strings.TrimLeft(rest, " ")
		if ended, ok := strings.CutPrefix(rest, "<... "); ok {
			name, rest, _ := strings.Cut(ended, " resumed>")
			c := open[thread]
			if c == nil || c.name != name {
				return nil, 0, fmt.Errorf("line %d ends a call that never began", lines+1)
			}
			args, result := cutResult(strings.TrimPrefix(rest, ", "))
			c.args, c.result, c.end = append(c.args, args...), result, lines
			continue
		}
		name, rest, ok := strings.Cut(rest, "(")
		if !ok {
			continue // not of a call
		}
		c := &call{name: name, begin: lines, end: lines}
		if begun, ok := strings.CutSuffix(rest, " <unfinished ...>"); ok {
			c.args, c.end, open[thread] = splitArgs(strings.TrimSuffix(begun, ",")), never, c
		} else {
			c.args, c.result = cutResult(rest)
		}
		calls = append(calls, c)
	}
	return calls, lines, in.Err()
}

// cutResult takes the end of a call apart: `1, 2)   = 3`.
func cutResult(s string) (args []string, result int) {
	end := strings.LastIndex(s, ") ")
	if end < 0 {
		return splitArgs(s), -1
	}
	word, _, _ := strings.Cut(strings.TrimLeft(s[end+1:], " ="), " ")
	n, err := strconv.ParseInt(word, 0, 64)
	if err != nil {
		n = -1 // "?": the call did not come back
	}
	return splitArgs(s[:end]), int(n)
}

// splitArgs takes arguments apart. Strings are all hexadecimal, so no comma is in one.
func splitArgs(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ", ")
}

// text gives the bytes of a string argument.
func (c *call) text(i int) ([]byte, error) {
	word, whole := strings.CutSuffix(strings.TrimPrefix(c.args[i], `"`), `"`)
	if !whole {
		return nil, fmt.Errorf("line %d: a string was cut short: %.60s", c.begin+1, c.args[i])
	}
	return hex.DecodeString(strings.ReplaceAll(word, `\x`, ""))
}

// number gives a numeric argument; flags and constants are 0.
func (c *call) number(i int) int {
	n, _ := strconv.ParseInt(c.args[i], 0, 64)
	return int(n)
}

// flags tells whether an argument has the flag.
func (c *call) flags(i int, flag string) bool {
	for word := range strings.SplitSeq(c.args[i], "|") {
		if word == flag {
			return true
		}
	}
	return false
}
