package main

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"payferbot/secret"
)

const httpsRule = "it takes an https address such as https://bot.example.uz (http only on this machine), without user, ? and #"

const redisRule = "it takes redis://user:password@host:6379/0, rediss://… (TLS), unix:///path/to.sock, or hosts with commas between them " +
	"and ?master=NAME (Sentinel) or ?cluster=true; in the password, characters such as / # @ : are written as %2F %23 %40 %3A"

func TestWrongValueEndsTheStartWithOneLineAboutIt(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() }) // not defer: the subtests run later
	busy := taken.Addr().String()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	lostKey, damaged := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(lostKey, keyFile): "canary\n", filepath.Join(damaged, "payferbot.db"): strings.Repeat("canary", 4096),
	} {
		if err := errors.Join(os.Chmod(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	key := secret.NewKey()
	for _, c := range []struct{ env, want string }{
		{"BOT_TOKEN=", "BOT_TOKEN: it is missing; @BotFather gives it"},
		{"BOT_TOKEN=canary", "BOT_TOKEN: what it holds is not shown; it takes digits, a colon and the rest, as @BotFather wrote it"},
		{"BOT_TOKEN=123:can ary", "BOT_TOKEN: what it holds is not shown; it takes digits, a colon and the rest, as @BotFather wrote it"},
		{"BOT_API_URL=http://api.telegram.org", `BOT_API_URL is "http://api.telegram.org": ` + httpsRule},
		{"BOT_API_URL=https://me:canary@example.uz", `BOT_API_URL is "https://[redacted]@example.uz": ` + httpsRule},
		{"BOT_API_URL=ftp://localhost", `BOT_API_URL is "ftp://localhost": ` + httpsRule},
		{"BOT_API_URL=https://api.telegram.org/bot" + goodToken + "?", `BOT_API_URL is "https://api.telegram.org/bot[redacted]?": ` + httpsRule},
		{"BOT_MODE=poling", `BOT_MODE is "poling": it takes polling or webhook`},
		{"BOT_MODE=webhook", `BOT_MODE is "webhook": that needs PUBLIC_URL, which is empty; set it, or use polling`},
		{"BOT_RATE=many", `BOT_RATE is "many": it takes a number, 0 or more`},
		{"BOT_RATE=-1", `BOT_RATE is "-1": it takes a number, 0 or more`},
		{"BOT_RATE=NaN", `BOT_RATE is "NaN": it takes a number, 0 or more`},
		{"BOT_RATE=Inf", `BOT_RATE is "+Inf": it takes a number, 0 or more`},
		{"BOT_RATE=1e999", `BOT_RATE is "1e999": it takes a number, 0 or more`},
		{"PAYFER_URL=api.payfer.uz", `PAYFER_URL is "api.payfer.uz": ` + httpsRule},
		{"PAYFER_URL=http://10.0.0.1", `PAYFER_URL is "http://10.0.0.1": ` + httpsRule},
		{"PAYFER_URL=http://localhost.example.uz", `PAYFER_URL is "http://localhost.example.uz": ` + httpsRule},
		{"PAYFER_TIMEZONE=Tashkent", `PAYFER_TIMEZONE is "Tashkent": it takes auto or an IANA name such as Asia/Tashkent`},
		{"PAYFER_TIMEZONE=Local", `PAYFER_TIMEZONE is "Local": it takes auto or an IANA name such as Asia/Tashkent`},
		{"REDIS_URL=redis://127.0.0.1:1", "SECRET_KEY: it is empty, and with REDIS_URL it is required; it takes 32 bytes in base64 (openssl rand -base64 32)"},
		{"REDIS_URL=redis://u:canary@127.0.0.1:1/0 SECRET_KEY=" + key, `REDIS_URL is "redis://[redacted]@127.0.0.1:1/0": it takes a Redis that can be used: open store: redis does not answer: dial tcp 127.0.0.1:1: connect: connection refused`},
		{"SECRET_KEY=canary", "SECRET_KEY: what it holds is not shown (key 1: 4 bytes, want 32); it takes 32 bytes in base64 (openssl rand -base64 32), several with commas between"},
		{"SECRET_KEY=" + key + ",canary!", "SECRET_KEY: what it holds is not shown (key 2: not base64); it takes 32 bytes in base64 (openssl rand -base64 32), several with commas between"},
		{"DATA_DIR=" + file, `DATA_DIR is "` + file + `": it takes a folder of its own that can be written: open ` + file + `/secret.key: not a directory`},
		{"DATA_DIR=" + file + "/data", `DATA_DIR is "` + file + `/data": it takes a folder of its own that can be written: open ` + file + `/data/secret.key: not a directory`},
		{"DATA_DIR=" + file + " SECRET_KEY=" + key, `DATA_DIR is "` + file + `": it takes a folder of its own that can be written: open store: mkdir ` + file + `: not a directory`},
		{"DATA_DIR=/proc/payferbot", `DATA_DIR is "/proc/payferbot": it takes a folder of its own that can be written: mkdir /proc/payferbot: no such file or directory`},
		{"DATA_DIR=" + lostKey, `SECRET_KEY: it is empty, and ` + lostKey + `/secret.key holds no key: put back the file from a backup`},
		{"DATA_DIR=" + damaged, `DATA_DIR is "` + damaged + `": it takes a folder of its own that can be written: open store: ` + damaged + `/payferbot.db: invalid database`},
		{"REDIS_URL=127.0.0.1:6379 SECRET_KEY=" + key, `REDIS_URL is "127.0.0.1:6379": it is no URL; ` + redisRule},
		{"REDIS_URL=http://u:canary@127.0.0.1 SECRET_KEY=" + key, `REDIS_URL is "http://[redacted]@127.0.0.1": its scheme, path or a parameter is wrong; ` + redisRule},
		{"REDIS_URL=redis://a,b SECRET_KEY=" + key, `REDIS_URL is "redis://a,b": several hosts, but neither master nor cluster; ` + redisRule},
		{"REDIS_URL=redis://a?cluster=perhaps&password=canary SECRET_KEY=" + key, `REDIS_URL is "redis://a": cluster is neither true nor false; ` + redisRule},
		{"LISTEN_ADDR=8080", `LISTEN_ADDR is "8080": it takes host:port such as 127.0.0.1:8080`},
		{"LISTEN_ADDR=localhost:http", `LISTEN_ADDR is "localhost:http": it takes host:port such as 127.0.0.1:8080`},
		{"LISTEN_ADDR=" + busy, `LISTEN_ADDR is "` + busy + `": it takes a host:port to listen at: listen tcp ` + busy + `: bind: address already in use`},
		{"ADMIN_ADDR=127.0.0.1:99999", `ADMIN_ADDR is "127.0.0.1:99999": it takes host:port such as 127.0.0.1:8080, or nothing for off`},
		{"ADMIN_ADDR=" + busy, `ADMIN_ADDR is "` + busy + `": it takes a host:port to listen at: listen tcp ` + busy + `: bind: address already in use`},
		{"PUBLIC_URL=http://bot.example.uz", `PUBLIC_URL is "http://bot.example.uz": ` + httpsRule},
		{"PUBLIC_URL=https://bot.example.uz/?x=1", `PUBLIC_URL is "https://bot.example.uz/?x=1": ` + httpsRule},
		{"DEFAULT_LANG=de", `DEFAULT_LANG is "de": it takes uz, uz-Cyrl, ru or en`},
		{"LOG_LEVEL=loud", `LOG_LEVEL is "loud": it takes debug, info, warn or error`},
		{"LOG_FORMAT=xml\nyaml", `LOG_FORMAT is "xml\nyaml": it takes text or json`},
		{"LOG_FORMAT=" + strings.Repeat("x", 200), `LOG_FORMAT is "` + strings.Repeat("x", 80) + `…": it takes text or json`},
	} {
		t.Run(c.env, func(t *testing.T) {
			t.Parallel()
			base := []string{"BOT_TOKEN=" + goodToken, "DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "LISTEN_ADDR=127.0.0.1:0", "ADMIN_ADDR="}
			environ := slices.Concat(base, splitEnv(c.env)) // of two, the last one counts
			code, out, errs := runWith(t, environ)
			if code != exitRefused || out != "" {
				t.Errorf("exit %d, stdout %q", code, out)
			}
			if diff := cmp.Diff("payferbot: "+c.want+"\n", errs); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(errs, "canary") || strings.Contains(errs, "Canary") {
				t.Error("a secret is shown")
			}
		})
	}
}

// splitEnv parts "A=1 B=2"; a space within a value does not begin a name.
func splitEnv(text string) (list []string) {
	for _, word := range strings.Split(text, " ") {
		if n := len(list); n > 0 && !strings.Contains(word, "=") {
			list[n-1] += " " + word
			continue
		}
		list = append(list, word)
	}
	return list
}

func TestGoodValuesAreTaken(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"BOT_API_URL=http://localhost:1", "BOT_API_URL=http://127.9.9.9:1/x/", "PAYFER_URL=http://[::1]:1",
		"PUBLIC_URL=https://example.uz/bot", "BOT_RATE=0", "BOT_RATE=0.5", "PAYFER_TIMEZONE=Asia/Tashkent",
		"LISTEN_ADDR=:8080", "LISTEN_ADDR=[::1]:0", "LOG_LEVEL=debug", "LOG_FORMAT=json", "DEFAULT_LANG=uz-Cyrl",
		"SECRET_KEY=" + secret.NewKey() + ", " + secret.NewKey(),
	} {
		name, value, _ := strings.Cut(line, "=")
		if _, err := readConfig(map[string]string{"BOT_TOKEN": goodToken, name: value}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestDefaultsAreThoseOfTheDesign(t *testing.T) {
	t.Parallel()
	got, err := readConfig(map[string]string{"BOT_TOKEN": goodToken})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		BotToken: goodToken, BotAPIURL: "https://api.telegram.org", BotMode: "polling", BotRate: 30,
		PayferURL: "https://api.payfer.uz", PayferTimezone: "auto", DataDir: "./data",
		ListenAddr: "127.0.0.1:8080", AdminAddr: "127.0.0.1:9090", DefaultLang: "uz", LogLevel: "info", LogFormat: "text",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyCountsAsUnsetExceptForTheAdminAddress(t *testing.T) {
	t.Parallel()
	c, err := readConfig(map[string]string{"BOT_TOKEN": goodToken, "LISTEN_ADDR": "", "ADMIN_ADDR": "", "BOT_RATE": ""})
	if err != nil || c.ListenAddr != "127.0.0.1:8080" || c.BotRate != 30 || c.AdminAddr != "" {
		t.Errorf("%v, %+v", err, c)
	}
}

func TestRealVariablesWinOverTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), ".env")
	text := "BOT_TOKEN=' " + goodToken + " '\nADMIN_ADDR=127.0.0.1:1\nLOG_LEVEL=debug\nLOG_FORMAT=json\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	vars, err := environment([]string{"LOG_LEVEL=warn", "ADMIN_ADDR="}, file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := readConfig(vars)
	if err != nil {
		t.Fatal(err)
	}
	if c.BotToken.Reveal() != goodToken || c.LogLevel != "warn" || c.LogFormat != "json" || c.AdminAddr != "" {
		t.Errorf("token %q, %+v", c.BotToken.Reveal(), c)
	}
}

func TestUnreadableDotenvIsNotQuoted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".env")
	if err := os.WriteFile(file, []byte("BOT_TOKEN='"+goodToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := environment(nil, file); err == nil || err.Error() != file+": it takes one NAME=value a line" {
		t.Errorf("got %v", err)
	}
	if _, err := environment(nil, dir); err == nil || err.Error() != dir+": it is there but cannot be read" {
		t.Errorf("got %v", err)
	}
}

func TestZonesDoNotDependOnTheMachine(t *testing.T) {
	t.Setenv("ZONEINFO", "/nonexistent")
	if _, err := time.LoadLocation("Asia/Tashkent"); err != nil {
		t.Error(err)
	}
}
