package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"payferbot/sandbox"
	"payferbot/secret"
	"payferbot/store/redistest"
)

// newTestApp makes the app for that world, with its store in dir.
func newTestApp(t *testing.T, w *sandbox.World, dir string, more ...string) *app {
	t.Helper()
	vars, err := environment(append(worldEnv(w, dir), more...), filepath.Join(dir, "none"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := readConfig(vars)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// running runs the app; end stops it and reports what that gave.
func running(t *testing.T, a *app) (end func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.run(ctx) }()
	return func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

// get asks one page of the app.
func get(t *testing.T, ln net.Listener, path string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(soon(t), http.MethodGet, "http://"+ln.Addr().String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// parts reads what /readyz says.
func parts(t *testing.T, a *app) (status int, said map[string]string) {
	t.Helper()
	status, body := get(t, a.admin, "/readyz")
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	return status, said
}

func TestReadyzTellsWhichPartIsNotWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.StopTelegram(); err != nil {
		t.Fatal(err)
	}
	a := newTestApp(t, w, t.TempDir())
	end := running(t, a)
	if status, said := parts(t, a); status != 503 || said["store"] != "ok" || said["telegram"] != "telegram was not reached yet" {
		t.Errorf("without Telegram: %d %v", status, said)
	}
	if status, body := get(t, a.admin, "/healthz"); status != 200 || !strings.Contains(body, "ok") {
		t.Errorf("healthz: %d %q", status, body)
	}
	if status, _ := get(t, a.admin, "/metrics"); status != 404 {
		t.Errorf("metrics: %d, there are none yet", status)
	}
	if err := w.StartTelegram(); err != nil {
		t.Fatal(err)
	}
	u := w.Telegram.User(5, "Ali", "en")
	u.Start("")
	if _, err := w.Telegram.WaitSent(soon(t), u.Chat(), nil); err != nil {
		t.Fatal(err)
	}
	if status, said := parts(t, a); status != 200 || said["telegram"] != "ok" || said["store"] != "ok" {
		t.Errorf("with all: %d %v", status, said)
	}
	if err := a.store.Close(); err != nil {
		t.Fatal(err)
	}
	if status, said := parts(t, a); status != 503 || said["store"] == "ok" || said["telegram"] != "ok" {
		t.Errorf("without the store: %d %v", status, said)
	}
	end()
}

func TestHintsAreTakenWhileTelegramIsOutOfReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.StopTelegram(); err != nil {
		t.Fatal(err)
	}
	a := newTestApp(t, w, t.TempDir())
	token := putShop(t, a.store, "shop_1")
	end := running(t, a)
	for url, want := range map[string]int{token: 200, "unknown": 404} {
		status, err := w.Payfer.SendWebhook(soon(t), "http://"+a.public.Addr().String()+"/payfer/"+url, w.Payfer.PaidBody("strange"))
		if err != nil || status != want {
			t.Errorf("%d, %v, want %d", status, err, want)
		}
	}
	end()
}

// A stop in the midst of commands loses none and doubles none.
func TestStopUnderLoadLosesNothing(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); stopUnderLoad(t) })
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		stopUnderLoad(t, "REDIS_URL="+redistest.Start(t).URL(), "SECRET_KEY="+secret.NewKey())
	})
}

func stopUnderLoad(t *testing.T, more ...string) {
	const commands = 18
	w := newWorld(t)
	dir := t.TempDir()
	w.Payfer.AddShop("shop_1", "canary-key-of-the-shop", "Bahor")
	a := newTestApp(t, w, dir, more...)
	end := running(t, a)
	u := w.Telegram.User(5, "Ali", "en")
	u.Start("")
	u.Send("/link shop_1 canary-key-of-the-shop")
	if _, err := w.Telegram.WaitSent(soon(t), u.Chat(), has("Bahor")); err != nil {
		t.Fatal(err)
	}
	made := make(chan struct{}, commands)
	w.Payfer.OnCreate(func(sandbox.Payment) { made <- struct{}{} })
	for i := range commands {
		u.Send(fmt.Sprintf("/invoice %d", 2000+i))
	}
	<-made
	<-made
	end()
	end = running(t, newTestApp(t, w, dir, more...))
	err := w.Telegram.Wait(soon(t), func(v *sandbox.View) bool { return len(photos(v.Sent(u.Chat()))) >= commands })
	end()
	if got := len(photos(w.Telegram.Sent(u.Chat()))); err != nil || got != commands {
		t.Errorf("%d invoices in the chat, want %d (%v)", got, commands, err)
	}
	if got := len(w.Payfer.Payments("")); got != commands {
		t.Errorf("%d payments at Payfer, want %d", got, commands)
	}
}

func photos(list []sandbox.Message) (out []sandbox.Message) {
	for _, m := range list {
		if m.Photo != nil {
			out = append(out, m)
		}
	}
	return out
}

func TestTelegramsWebhookIsServedInWebhookModeAlone(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]int{"polling": 404, "webhook": 405} {
		w := newWorld(t)
		a := newTestApp(t, w, t.TempDir(), "BOT_MODE="+mode, "PUBLIC_URL=http://127.0.0.1:1")
		end := running(t, a)
		if status, _ := get(t, a.public, "/telegram"); status != want {
			t.Errorf("%s: GET /telegram gives %d, want %d", mode, status, want)
		}
		end()
	}
}

func TestRedisAtFaultIsNamed(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://:canary@a:1,b:2": `REDIS_URL is "redis://[redacted]@a:1,b:2": several hosts, but neither master nor cluster; it takes `,
		"http://x/?password=cana": `REDIS_URL is "http://x/": its scheme, path or a parameter is wrong; it takes `,
	} {
		c, err := readConfig(map[string]string{"BOT_TOKEN": goodToken, "REDIS_URL": url, "SECRET_KEY": secret.NewKey()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = openStore(t.Context(), &c, quiet()); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "cana") {
			t.Errorf("got %v", err)
		}
	}
}

func TestEvictingRedisEndsTheStart(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t, "--maxmemory-policy", "allkeys-lru").URL()
	code, _, errs := runWith(t, []string{"BOT_TOKEN=" + goodToken, "LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=", "REDIS_URL=" + url, "SECRET_KEY=" + secret.NewKey()})
	if code != exitRefused || !strings.HasPrefix(errs, `payferbot: REDIS_URL is "`+url+`": `) || !strings.Contains(errs, "takes noeviction") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
}
