package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"payferbot/sandbox"
)

// process is payferbot as a process of its own.
type process struct {
	*exec.Cmd
	out, errs *watched
}

// start starts it in the folder with nothing but these variables.
func start(t *testing.T, dir string, environ []string, args ...string) *process {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.CommandContext(soon(t), own, args...), out: newWatched(), errs: newWatched()}
	p.Dir, p.Env = dir, append([]string{asProgram + "=1", "TMPDIR=" + dir}, environ...)
	p.Stdout, p.Stderr = p.out, p.errs
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// end waits for the end and gives the exit code, -1 for a signal.
func (p *process) end(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

func TestProcessReadsDotenvWhereItIsStarted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("BOT_TOKEN="+goodToken+"\nBOT_RATE=-3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, dir, nil)
	if code := p.end(t); code != exitRefused || p.errs.String() != "payferbot: BOT_RATE is \"-3\": it takes a number, 0 or more\n" || p.out.String() != "" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, p.out, p.errs)
	}
}

func TestDemoOfTheProcessMindsNoEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, dir, []string{"BOT_TOKEN=wrong", "DATA_DIR=/dev/null/x", "PAYFER_URL=nowhere", "LISTEN_ADDR=x"}, "sandbox", "-demo", "-lang", "ru")
	if code := p.end(t); code != exitOK || p.errs.String() != "" || !strings.Contains(p.out.String(), "\nDone in ") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, p.out, p.errs)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != demoQR {
		t.Errorf("it leaves %v behind, want the QR alone (%v)", left, err)
	}
}

// worldEnv are the variables that make the program serve that world.
func worldEnv(w *sandbox.World, dir string) []string {
	return []string{
		"BOT_TOKEN=" + w.Token, "BOT_API_URL=" + w.TelegramURL, "PAYFER_URL=" + w.PayferURL,
		"DATA_DIR=" + filepath.Join(dir, "data"), "LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0", "LOG_LEVEL=debug",
	}
}

func newWorld(t *testing.T) *sandbox.World {
	t.Helper()
	w, err := sandbox.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestTerminationFinishesWhatIsInHandAndExitsCleanly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := make(chan struct{})
	w.Telegram.Fault("sendMessage", sandbox.Slow, 1, sandbox.Until(release))
	held := make(chan struct{}, 1)
	w.Telegram.OnCall(func(c sandbox.Call) {
		if c.Method == "sendMessage" && c.Stage == sandbox.Received {
			held <- struct{}{}
		}
	})
	dir := t.TempDir()
	p := start(t, dir, worldEnv(w, dir))
	u := w.Telegram.User(5, "Ali", "en")
	u.Start("")
	<-held
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.errs.wait(soon(t), "stopping"); err != nil {
		t.Fatal(err)
	}
	close(release)
	if code := p.end(t); code != exitOK {
		t.Errorf("exit %d, stderr %s", code, p.errs)
	}
	if n := len(w.Telegram.Sent(u.Chat())); n != 1 {
		t.Errorf("%d answers, want the one that was in hand", n)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := make(chan struct{})
	defer close(release)
	w.Telegram.Fault("sendMessage", sandbox.Slow, 1, sandbox.Until(release))
	held := make(chan struct{}, 1)
	w.Telegram.OnCall(func(c sandbox.Call) {
		if c.Method == "sendMessage" && c.Stage == sandbox.Received {
			held <- struct{}{}
		}
	})
	dir := t.TempDir()
	p := start(t, dir, worldEnv(w, dir))
	w.Telegram.User(5, "Ali", "en").Start("")
	<-held
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := p.errs.wait(soon(t), "stopping"); err != nil {
		t.Fatal(err)
	}
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := p.end(t); code != exitInterrupted {
		t.Errorf("exit %d, want %d", code, exitInterrupted)
	}
}

func TestSecondProcessInTheSameFolderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	first := start(t, dir, worldEnv(w, dir))
	if err := first.errs.wait(soon(t), "payferbot is up"); err != nil {
		t.Fatal(err)
	}
	second := start(t, dir, worldEnv(w, dir))
	want := `payferbot: DATA_DIR is "` + filepath.Join(dir, "data") + `": another payferbot is using it; stop that one, or take another folder` + "\n"
	if code := second.end(t); code != exitRefused || second.errs.String() != want {
		t.Errorf("exit %d, stderr %q, want %q", code, second.errs, want)
	}
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := first.end(t); code != exitOK {
		t.Errorf("the first: exit %d", code)
	}
}

func TestUnknownTokenEndsTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	p := start(t, dir, append(worldEnv(w, dir), "LOG_LEVEL=error", "BOT_TOKEN="+goodToken))
	want := "payferbot: BOT_TOKEN: Telegram does not accept what it holds, which is not shown; @BotFather gives the token again under /mybots\n"
	if code := p.end(t); code != exitRefused || p.errs.String() != want {
		t.Errorf("exit %d, stderr %q", code, p.errs)
	}
}
