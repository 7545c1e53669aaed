package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"payferbot/locales"
	"payferbot/sandbox"
	"payferbot/secret"
)

// Secrets stand nowhere, however badly the day goes: not in what the process
// prints at debug in either format, not in the store, not in an answer over
// HTTP, not in a message.
func TestSecretsStandNowhereAfterABadDay(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			onBoth(t, func(t *testing.T, k kind) {
				master := secret.NewKey()
				f := start(t, k, "LOG_FORMAT="+format, "LOG_LEVEL=debug", "SECRET_KEY="+master)
				o := f.newLinked("en")
				answers := f.badDay(o)
				if code := f.stop(); code != 0 {
					t.Errorf("exit %d", code)
				}
				f.nowhere("the log", f.out.String(), append(canaries(o, master), strings.TrimPrefix(o.hook, "/payfer/")))
				f.nowhere("an answer over HTTP", answers, canaries(o, master))
				stored := f.stored()
				f.nowhere("the store", stored, canaries(o, master))
				if !strings.Contains(stored, o.shop) {
					t.Error("what was looked at is not the store: not even the kassa's id is in it")
				}
			})
		})
	}
}

// The key that the embedded store makes for itself stands in its own file alone.
func TestGeneratedKeyStandsInItsFileAlone(t *testing.T) {
	t.Parallel()
	f := start(t, embedded)
	o := f.newLinked("en")
	answers := f.badDay(o)
	path := filepath.Join(f.dir, "data", "secret.key")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has mode %v (%v)", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder has mode %v (%v)", info.Mode(), err)
	}
	f.stop()
	all := canaries(o, strings.TrimSpace(string(raw)))
	f.nowhere("the log", f.out.String(), all)
	f.nowhere("an answer over HTTP", answers, all)
	f.nowhere("the store", f.stored(), all)
}

// canaries are the secrets in every form that might slip through.
func canaries(o *owner, master string) []string {
	_, tokenRest, _ := strings.Cut(canaryToken, ":")
	out := []string{
		canaryToken, tokenRest, url.QueryEscape(canaryToken), base64.StdEncoding.EncodeToString([]byte(canaryToken)),
		o.key, base64.StdEncoding.EncodeToString([]byte(o.key)), canaryKey, master,
	}
	if raw, err := base64.StdEncoding.DecodeString(master); err == nil {
		out = append(out, string(raw), hex.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
	}
	return out
}

// nowhere wants none of the secrets in the text; it never prints one.
func (f *shopfloor) nowhere(where, text string, secrets []string) {
	f.t.Helper()
	if text == "" {
		f.t.Errorf("%s is empty: nothing was looked at", where)
	}
	for n, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			f.t.Errorf("secret %d stands in %s", n, where)
		}
	}
}

// badDay lets everything go wrong that may, and gives all that the process
// answered over HTTP meanwhile.
func (f *shopfloor) badDay(o *owner) (answers string) {
	f.t.Helper()
	var said strings.Builder
	f.badPayfer(o)
	f.badTelegram(o)
	for _, body := range []string{"", "garbage", `{"order_code":"1"}`, `[1]`, padded("{}", 17<<10)} {
		said.WriteString(f.answerOf(http.MethodPost, o.hook, body))
		said.WriteString(f.answerOf(http.MethodPost, "/payfer/"+strings.Repeat("x", 30), body))
	}
	f.Telegram.Deliver([]byte(`{"message":"` + canaryKey + `"}`))
	f.Telegram.Deliver([]byte(`{"message":{"message_id":7,"date":1,"chat":{"id":1,"type":"private"},"from":{"id":1,"first_name":"X"},"text":17}}`))
	if err := f.StopTelegram(); err != nil {
		f.t.Fatal(err)
	}
	status, body, err := get(soon(f.t), f.admin+"/readyz")
	if err != nil {
		f.t.Fatal(err)
	}
	said.WriteString(http.StatusText(status) + body)
	if err := f.StartTelegram(); err != nil {
		f.t.Fatal(err)
	}
	o.sale()
	return said.String()
}

// badPayfer fails each way while the kassa is linked, asked about and used.
func (f *shopfloor) badPayfer(o *owner) {
	f.t.Helper()
	for _, bad := range []sandbox.Kind{
		sandbox.DropBefore, sandbox.DropAfter, sandbox.Garbage, sandbox.Cut, sandbox.Huge, sandbox.BadGateway,
		sandbox.MaintenanceHTML, sandbox.Broken500,
	} {
		f.Payfer.Fault("shop", bad, 1)
		o.ask("/link "+o.shop+" "+o.key, isFinal)
	}
	f.Payfer.Fault("shop", sandbox.Redirect, 1, sandbox.Text("http://127.0.0.1:1/elsewhere"))
	o.ask("/shop", nil)
	f.Payfer.Fault("shop", sandbox.Refuse, 1, sandbox.Code(403), sandbox.Text("Invalid shop_key="+o.key+" for "+o.shop))
	o.ask("/link "+o.shop+" "+o.key, o.says("en", "link.wrong", nil))
	f.Payfer.Fault("create", sandbox.Refuse, 1, sandbox.Code(400), sandbox.Text("cannot create with "+o.key))
	o.ask("/invoice 50000", nil)
	if err := f.StopPayfer(); err != nil {
		f.t.Fatal(err)
	}
	o.ask("/invoice 50000", o.says("en", "invoice.rejected.unreachable", locales.Args{"Number": 2}))
	o.ask("/link "+o.shop+" "+o.key, o.says("en", "link.no_answer", nil))
	if err := f.StartPayfer(); err != nil {
		f.t.Fatal(err)
	}
}

// isFinal tells the answer to /link from the notice that it replaces.
func isFinal(m sandbox.Message) bool { return m.Edited > 0 }

// badTelegram fails each way while it is sent to, polled and asked to delete a key.
func (f *shopfloor) badTelegram(o *owner) {
	f.t.Helper()
	for _, bad := range []sandbox.Kind{sandbox.Broken500, sandbox.DropAfter, sandbox.Garbage, sandbox.BadGateway} {
		f.Telegram.Fault("getUpdates", bad, 1)
		f.Telegram.Fault("sendPhoto", bad, 1)
		o.ask("/invoice 50000", isPhoto)
	}
	f.Telegram.Fault("deleteMessage", sandbox.Refuse, 1, sandbox.Code(400))
	o.ask("/link "+o.shop+" "+o.key, o.says("en", "link.key_delete_failed", nil))
	f.Telegram.Fault("sendMessage", sandbox.TooMany, 1, sandbox.RetryAfter(1))
	f.Telegram.Fault("sendMessage", sandbox.Refuse, 1, sandbox.Code(400))
	o.Send("/shop " + o.key)
	o.ask("/shop", has(o.shop))
	g := f.Telegram.Group(-2000000-o.ID, "Bozor", o.User)
	said := o.SendIn(g, "/link "+o.shop+" "+o.key)
	f.answerIn(g.ID, said, nil)
}

// answerOf is all that the public listener answers: status, headers, body.
func (f *shopfloor) answerOf(method, path, body string) string {
	f.t.Helper()
	req, err := http.NewRequestWithContext(soon(f.t), method, f.public+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	var raw bytes.Buffer
	if err := resp.Write(&raw); err != nil {
		f.t.Fatal(err)
	}
	return raw.String()
}

// stored is every byte that the process left on disk, but for the key's own file.
func (f *shopfloor) stored() string {
	f.t.Helper()
	var all bytes.Buffer
	if f.redis != nil {
		all.Write(f.redis.Dump())
	}
	err := filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "secret.key" {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all.String()
}

// The crash of a process prints where each goroutine was: there, too, no secret.
func TestSecretsAreNotInTheTraceOfACrash(t *testing.T) {
	t.Parallel()
	f := start(t, embedded)
	o := f.newLinked("en")
	held := make(chan struct{}, 1)
	release := make(chan struct{})
	f.Payfer.OnCall(func(c sandbox.PayferCall) {
		if c.Method == "shop" && c.Stage == sandbox.Received {
			held <- struct{}{}
			<-release
		}
	})
	o.Send("/link " + o.shop + " " + o.key)
	select {
	case <-held:
	case <-soon(t).Done():
		t.Fatal("Payfer was not asked")
	}
	f.run.signal(syscall.SIGQUIT)
	f.ended()
	close(release)
	if !strings.Contains(f.out.String(), "goroutine ") {
		t.Error("no trace was printed")
	}
	f.nowhere("the trace", f.out.String(), canaries(o, ""))
}
