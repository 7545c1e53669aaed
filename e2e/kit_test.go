package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"payferbot/sandbox"
	"payferbot/secret"
	"payferbot/store/redistest"
)

// kind is a store.
type kind string

const (
	embedded kind = "embedded"
	redis    kind = "redis"
)

// patience is how long a test waits for anything before it gives up.
const patience = 40 * time.Second

// canaryToken is the bot's token in every test; canaryKey begins every shop_key.
// No process may ever print them.
const (
	canaryToken = "7000000042:AAcanaryTokenCanaryTokenCanary00000"
	canaryKey   = "canary-shop-key-"
)

// onBoth runs the test on both stores, at the same time.
func onBoth(t *testing.T, test func(t *testing.T, k kind)) {
	t.Parallel()
	for _, k := range []kind{embedded, redis} {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

// soon ends a test that waits in vain.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// shopfloor is a sandbox, a store and the binary that works with both.
type shopfloor struct {
	*sandbox.World
	t      *testing.T
	kind   kind
	dir    string            // of the process; its DATA_DIR is dir/data
	redis  *redistest.Server // nil with the embedded store
	env    []string
	binary string
	public string // where the process listens: http://127.0.0.1:port, its PUBLIC_URL
	admin  string // http://127.0.0.1:port
	out    *output
	run    *run
}

// run is shared by the views that on gives.
type run struct{ *process }

// open makes all but the process. Further variables, as NAME=value, win over
// the usual ones, and an empty value unsets.
func open(t *testing.T, k kind, more ...string) *shopfloor {
	t.Helper()
	if err := noteSources(); err != nil {
		t.Fatal(err)
	}
	w, err := sandbox.Start(sandbox.Options{Token: canaryToken})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	public, admin := freeAddr(t), freeAddr(t)
	f := &shopfloor{
		World: w, t: t, kind: k, dir: t.TempDir(),
		public: "http://" + public, admin: "http://" + admin, out: newOutput(), run: &run{}, binary: binaryFor(t),
	}
	f.env = []string{
		"BOT_TOKEN=" + w.Token, "BOT_API_URL=" + w.TelegramURL, "PAYFER_URL=" + w.PayferURL,
		"DATA_DIR=" + filepath.Join(f.dir, "data"), "LISTEN_ADDR=" + public, "ADMIN_ADDR=" + admin,
		"PUBLIC_URL=" + f.public, "LOG_LEVEL=debug", "TMPDIR=" + f.dir,
	}
	if k == redis {
		f.redis = redistest.Start(t)
		f.env = append(f.env, "REDIS_URL="+f.redis.URL(), "SECRET_KEY="+secret.NewKey())
	}
	f.env = append(f.env, more...)
	t.Cleanup(f.close)
	return f
}

// start is open with the process running and ready.
func start(t *testing.T, k kind, more ...string) *shopfloor {
	t.Helper()
	f := open(t, k, more...)
	f.launch()
	f.ready()
	return f
}

// on is the same shopfloor for a subtest, or for a helper that may fail another test.
func (f *shopfloor) on(t *testing.T) *shopfloor {
	other := *f
	other.t = t
	return &other
}

// launch starts the process and waits for nothing.
func (f *shopfloor) launch(more ...string) {
	f.t.Helper()
	p, err := spawn(f.binary, f.dir, append(append([]string{}, f.env...), more...), f.out)
	if err != nil {
		f.t.Fatal(err)
	}
	f.run.process = p
}

// ready waits until /readyz says that all is well.
func (f *shopfloor) ready() {
	f.t.Helper()
	ctx := soon(f.t)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var last string
	for {
		status, says, err := get(ctx, f.admin+"/readyz")
		if err == nil && status == http.StatusOK {
			return
		}
		if last = says; err != nil && ctx.Err() == nil {
			last = err.Error()
		}
		select {
		case <-tick.C:
		case <-f.run.done:
			f.t.Fatalf("the process ended before it was ready, exit %d", f.run.code)
		case <-ctx.Done():
			f.t.Fatalf("the process was never ready; it said %s", last)
		}
	}
}

// restart starts the process again, on the same store, and waits till it is ready.
func (f *shopfloor) restart(more ...string) {
	f.t.Helper()
	f.launch(more...)
	f.ready()
}

// stop ends the process with SIGTERM and gives its exit code.
func (f *shopfloor) stop() int {
	f.t.Helper()
	f.run.signal(syscall.SIGTERM)
	return f.ended()
}

// kill ends the process as kill -9 does.
func (f *shopfloor) kill() {
	f.t.Helper()
	f.run.signal(syscall.SIGKILL)
	f.ended()
}

// ended waits for the end of the process and gives its exit code, -1 for a signal.
func (f *shopfloor) ended() int {
	f.t.Helper()
	code, err := f.run.end(soon(f.t))
	if err != nil {
		f.t.Fatal("the process did not end: ", err)
	}
	return code
}

// close ends what the test left running and looks at what the process printed.
func (f *shopfloor) close() {
	if f.run.process != nil {
		f.run.signal(syscall.SIGKILL)
		<-f.run.done
	}
	log := f.out.String()
	for _, canary := range []string{canaryToken, "canaryTokenCanary", canaryKey} {
		if strings.Contains(log, canary) {
			f.t.Errorf("the process printed the secret %s", canary)
		}
	}
	for _, c := range f.Telegram.Calls("") {
		if text := fmt.Sprint(c.Params); strings.Contains(text, canaryKey) || strings.Contains(text, canaryToken) {
			f.t.Errorf("the bot shows a secret in %s: %s", c.Method, text)
		}
	}
	for _, bad := range []string{"WARNING: DATA RACE", "panic"} {
		if strings.Contains(log, bad) {
			f.t.Errorf("the process printed %q", bad)
		}
	}
	if f.t.Failed() {
		f.t.Logf("%s store, the end of the log:\n%s", f.kind, f.out.tail(60))
	}
}

// post sends a body to a path of the public listener and gives the status.
func (f *shopfloor) post(path, body string) int {
	f.t.Helper()
	status, err := f.Payfer.SendWebhook(soon(f.t), f.public+path, []byte(body))
	if err != nil {
		f.t.Fatal(err)
	}
	return status
}

// await waits for what the chats must come to.
func (f *shopfloor) await(what string, ok func(*sandbox.View) bool) {
	f.t.Helper()
	if err := f.Telegram.Wait(soon(f.t), ok); err != nil {
		f.t.Fatalf("in vain: %s (%v)", what, err)
	}
}

// awaitPayfer waits for what Payfer must come to.
func (f *shopfloor) awaitPayfer(what string, ok func(*sandbox.PayferView) bool) {
	f.t.Helper()
	if err := f.Payfer.Wait(soon(f.t), ok); err != nil {
		f.t.Fatalf("in vain: %s (%v)", what, err)
	}
}

// get asks over a connection of its own.
func get(ctx context.Context, url string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

// lastPort counts the ports that tests were given. They lie below those that
// the kernel gives out, so a process finds its own free again after a restart.
var lastPort atomic.Int32

// freeAddr is an address of this machine at which nobody listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	const first, count = 15_000, 15_000
	for range count {
		port := first + (int32(os.Getpid())*101+lastPort.Add(1))%count
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if ln, err := net.Listen("tcp", addr); err == nil {
			_ = ln.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}
