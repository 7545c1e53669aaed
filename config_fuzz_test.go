package main

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"payferbot/secret"
)

// FuzzConfig holds that the environment is good or that one line names the
// variable that is not, and shows no secret, whatever any variable holds.
func FuzzConfig(f *testing.F) {
	names := []string{
		"BOT_TOKEN", "BOT_API_URL", "BOT_MODE", "BOT_RATE", "PAYFER_URL", "PAYFER_TIMEZONE", "REDIS_URL", "DATA_DIR", "SECRET_KEY",
		"LISTEN_ADDR", "ADMIN_ADDR", "PUBLIC_URL", "DEFAULT_LANG", "LOG_LEVEL", "LOG_FORMAT",
	}
	for i, seed := range []string{
		"123:abc", "https://me:secret@example.uz", "webhook", "1e999", "http://[::1]:80/", "../../etc/passwd", "redis://u:p@h", "", "x,y",
		":0", "localhost:http", "https://a#b", "uz-Cyrl", "warn", "json",
	} {
		f.Add(i, seed)
	}
	key := secret.NewKey()
	f.Fuzz(func(t *testing.T, which int, value string) {
		name := names[uint(which)%uint(len(names))]
		vars := map[string]string{"BOT_TOKEN": goodToken, "SECRET_KEY": key, "PUBLIC_URL": "https://bot.example.uz"}
		vars[name] = strings.TrimSpace(value)
		c, err := readConfig(vars)
		if err == nil {
			if c.BotRate < 0 || c.BotRate != c.BotRate || !isWebAddress(c.BotAPIURL) || !isWebAddress(c.PayferURL) || !isAddress(c.ListenAddr) {
				t.Fatalf("%s=%q is taken: %+v", name, value, c)
			}
			return
		}
		var wrong *ConfigError
		if !errors.As(err, &wrong) || wrong.Name != name {
			t.Fatalf("%s=%q: %v", name, value, err)
		}
		line := err.Error()
		if strings.Contains(line, "\n") || utf8.RuneCountInString(wrong.Held) > 200 || strings.Contains(line, key) || strings.Contains(line, goodToken) && !strings.Contains(value, goodToken) {
			t.Fatalf("%s=%q: %s", name, value, line)
		}
		if secrets := name == "BOT_TOKEN" || name == "SECRET_KEY" || name == "REDIS_URL"; secrets && wrong.Held != "" {
			t.Fatalf("a secret is shown: %s", line)
		}
	})
}
