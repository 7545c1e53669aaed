// Payferbot is a Telegram bot for shops that take money through Payfer.
//
// This package only puts the parts together: it reads the environment
// ([Config]), starts them in order and stops them in order. What the bot does
// is in package kassa.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // PAYFER_TIMEZONE must not depend on what the machine has installed

	"github.com/redis/go-redis/v9"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // it ran and broke, or doctor found something to mend
	exitRefused = 2 // the configuration or the command line is wrong

	exitInterrupted = 130 // a second signal cut the stop short
)

func main() {
	redis.SetLogger(silence{}) // every error comes back from its call as well, to a log without secrets
	p := program{environ: os.Environ(), dotenv: ".env", stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(untilSignal(), os.Args[1:]))
}

// untilSignal ends with the first signal to stop; a second one ends the process
// at once. The channel keeps both, however fast they come.
func untilSignal() context.Context {
	ctx, stop := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		stop()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx
}

// silence is a log that nobody reads.
type silence struct{}

// Printf implements the Redis client's log.
func (silence) Printf(context.Context, string, ...any) {}

// program is what a run sees of the process around it.
type program struct {
	environ        []string // NAME=value
	dotenv         string   // the file of further variables; it need not be there
	stdout, stderr io.Writer
}

// command is a subcommand: it runs until it is done or ctx ends.
type command func(ctx context.Context, p program, args []string) error

// commands are the subcommands by name; the empty name is the bot itself.
func commands() map[string]command {
	return map[string]command{"": serve, "sandbox": sandboxCommand, "doctor": doctor, "version": version}
}

const usage = `payferbot: a Telegram bot for shops that take money through Payfer

  payferbot                 run the bot; the variables it reads are in .env.example
  payferbot sandbox         try it out: a local Payfer and a chat in the browser, no account needed
  payferbot sandbox -demo   play one whole sale there and print the conversation
  payferbot doctor          check token, store, Payfer and webhook, and say what to mend
  payferbot version         print the version
`

// run gives the exit code.
func (p program) run(ctx context.Context, args []string) int {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "-h", "-help", "--help", "help":
		fmt.Fprint(p.stdout, usage)
		return exitOK
	case "-version", "--version":
		name = "version"
	}
	run, ok := commands()[name]
	if !ok {
		fmt.Fprintf(p.stderr, "payferbot: unknown command %q\n\n%s", name, usage)
		return exitRefused
	}
	return p.exit(run(ctx, p, args))
}

// usageError is a wrong command line; what is wrong has been printed.
type usageError struct{ error }

// errReported is a failure that the command has told in its own words.
var errReported = errors.New("reported")

// exit prints an error as one line and gives the exit code for it.
func (p program) exit(err error) int {
	var config *ConfigError
	var wrong usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &wrong):
		return exitRefused
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &config):
		p.complain(config)
		return exitRefused
	}
	p.complain(err)
	return exitFailed
}

// complain prints an error. Those who made it kept secrets out; what has the
// form of one goes all the same.
func (p program) complain(err error) {
	fmt.Fprintln(p.stderr, "payferbot: "+oneLine((&Config{}).scrubber().scrub(err.Error())))
}

// oneLine is for joined errors, which come on several.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
