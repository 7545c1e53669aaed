package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// version is `payferbot version`.
func version(_ context.Context, p program, args []string) error {
	if err := noArguments(p, args); err != nil {
		return err
	}
	own, toolchain := build()
	_, err := fmt.Fprintf(p.stdout, "payferbot %s (%s)\n", own, toolchain)
	return err
}

// build gives the version of the program, which Go takes from the tag or the
// commit it was built from, and that of Go.
func build() (own, toolchain string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)", "unknown Go"
	}
	own = info.Main.Version
	if own == "" {
		own = "(devel)"
	}
	return own, info.GoVersion
}

// noArguments refuses arguments that a command has no use for.
func noArguments(p program, args []string) error {
	if len(args) == 0 {
		return nil
	}
	fmt.Fprintf(p.stderr, "payferbot: it takes no %q\n\n%s", args[0], usage)
	return usageError{fmt.Errorf("argument %q", args[0])}
}
