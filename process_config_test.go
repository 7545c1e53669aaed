package main

import (
	"net"
	"strings"
	"testing"

	"payferbot/secret"
	"payferbot/store/redistest"
)

// refused starts the process, which is to end by itself, with exit code 2 and
// the one line.
func refused(t *testing.T, environ []string, want string) {
	t.Helper()
	p := start(t, t.TempDir(), environ)
	code := p.end(t)
	if got := p.errs.String(); code != exitRefused || got != "payferbot: "+want+"\n" || p.out.String() != "" {
		t.Errorf("exit %d, stdout %q, stderr\n%s\nwant\n%s", code, p.out, got, want)
	}
	if strings.Contains(strings.ToLower(p.errs.String()+p.out.String()), "canary") {
		t.Error("a secret is shown")
	}
}

func TestRedisThatCannotBeUsedIsRefused(t *testing.T) {
	t.Parallel()
	base := []string{"BOT_TOKEN=" + goodToken, "SECRET_KEY=" + secret.NewKey(), "LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR=", "LOG_LEVEL=error"}
	begins := func(url string) string {
		return `REDIS_URL is "` + url + `": it takes a Redis that can be used: open store: `
	}
	with := func(url string) []string { return append(base[:len(base):len(base)], "REDIS_URL="+url) }
	t.Run("it throws data away", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
		refused(t, with(server.URL()), begins(server.URL())+"redis has maxmemory-policy allkeys-lru and may throw invoices away when its memory is full; "+
			"it takes noeviction (redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf)")
	})
	t.Run("it is not there", func(t *testing.T) {
		t.Parallel()
		const socket = "/proc/none.sock"
		refused(t, with("unix://"+socket), begins("unix://"+socket)+"redis does not answer: dial unix "+socket+": connect: no such file or directory")
	})
	t.Run("it wants another password", func(t *testing.T) {
		t.Parallel()
		server := redistest.Start(t)
		if err := server.Client().ConfigSet(t.Context(), "requirepass", "another").Err(); err != nil {
			t.Fatal(err)
		}
		url := strings.Replace(server.URL(), "unix://", "unix://shop:canary@", 1)
		refused(t, with(url), begins("unix://[redacted]@"+server.Socket())+"redis does not answer: WRONGPASS invalid username-password pair or user is disabled.")
	})
	t.Run("it is no Redis", func(t *testing.T) {
		t.Parallel()
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2\r\n"))
				_ = c.Close()
			}
		}()
		defer ln.Close()
		p := start(t, t.TempDir(), with("redis://u:canary@"+ln.Addr().String()))
		code := p.end(t)
		if got := p.errs.String(); code != exitRefused || !strings.HasPrefix(got, "payferbot: "+begins("redis://[redacted]@"+ln.Addr().String())) ||
			strings.Count(got, "\n") != 1 || strings.Contains(got, "canary") {
			t.Errorf("exit %d, stderr %q", code, got)
		}
	})
}

func TestEveryVariableIsProvedByTheProcessItself(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]string{
		"BOT_TOKEN": "canary", "BOT_API_URL": "http://canary:canary@example.uz", "BOT_MODE": "x", "BOT_RATE": "x", "PAYFER_URL": "x",
		"PAYFER_TIMEZONE": "x", "REDIS_URL": "x://:canary@x", "DATA_DIR": "/proc/x", "SECRET_KEY": "canary", "LISTEN_ADDR": "x",
		"ADMIN_ADDR": "x", "PUBLIC_URL": "http://x", "DEFAULT_LANG": "x", "LOG_LEVEL": "x", "LOG_FORMAT": "x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environ := []string{"BOT_TOKEN=" + goodToken, "LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR="}
			if name == "REDIS_URL" {
				environ = append(environ, "SECRET_KEY="+secret.NewKey())
			}
			p := start(t, t.TempDir(), append(environ, name+"="+wrong))
			code := p.end(t)
			got := p.errs.String()
			if code != exitRefused || !strings.HasPrefix(got, "payferbot: "+name) || strings.Count(got, "\n") != 1 || p.out.String() != "" {
				t.Errorf("exit %d, stdout %q, stderr %q", code, p.out, got)
			}
			if strings.Contains(got, "canary") || strings.Contains(got, "Canary") {
				t.Errorf("a secret is shown: %q", got)
			}
		})
	}
}
