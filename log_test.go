package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"payferbot/secret"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestSecretsNeverReachTheLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		key, other := secret.NewKey(), secret.NewKey()
		c := &Config{
			BotToken: goodToken, SecretKey: secret.Text(key + ", " + other),
			RedisURL: "redis://user:canary%2Fpass@localhost:1", LogLevel: "debug", LogFormat: format,
		}
		var out bytes.Buffer
		log := newLog(&out, c)
		for _, s := range []string{
			goodToken, key, other, url.QueryEscape(key), "canary%2Fpass", "canary/pass",
			"https://api.payfer.uz/api?method=check&shop_id=1&shop_key=canaryOfTheShop&order=x",
			"https://example.uz/payfer/canary67canary67canary67canary67",
			"https://api.telegram.org/bot7999999999:AAcanaryOfAnotherBotCanaryCanary00/getMe",
		} {
			log.With("with", s).WithGroup("group").Debug("text "+s, s, s, "text", s, "error", fmt.Errorf("wrapped: %w", errors.New(s)),
				"any", struct{ Field []string }{[]string{s}}, "bytes", []byte("x "+s), "url", &url.URL{Scheme: "https", Host: "h", RawQuery: s})
		}
		log.Debug("kept", "secret", c.BotToken, "config", *c)
		for _, canary := range []string{goodToken, "canary", "Canary", key, other, url.QueryEscape(key)} {
			if strings.Contains(out.String(), canary) {
				t.Errorf("%s: %q is in the log:\n%s", format, canary, out.String())
			}
		}
		if !strings.Contains(out.String(), "shop_id=1&shop_key="+secret.Redacted+"&order=x") {
			t.Errorf("%s: what is no secret is gone:\n%s", format, out.String())
		}
	}
}

func TestLogLevelIsObeyed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := newLog(&out, &Config{LogLevel: "warn", LogFormat: "json"})
	log.Info("no")
	log.Warn("yes")
	if got := out.String(); strings.Contains(got, "no") || !strings.Contains(got, `"msg":"yes"`) {
		t.Error(got)
	}
}
