package main

import (
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"payferbot/secret"
)

// check gives the first variable whose value cannot be used, as a *ConfigError.
func (c *Config) check() error {
	const (
		https  = "it takes an https address such as https://bot.example.uz (http only on this machine), without user, ? and #"
		listen = "it takes host:port such as 127.0.0.1:8080"
	)
	rules := []struct {
		ok                bool
		name, held, takes string
	}{
		{c.BotToken != "", "BOT_TOKEN", "", "it is missing; @BotFather gives it"},
		{isToken(c.BotToken), "BOT_TOKEN", "", "what it holds is not shown; it takes digits, a colon and the rest, as @BotFather wrote it"},
		{isWebAddress(c.BotAPIURL), "BOT_API_URL", withoutUser(c.BotAPIURL), https},
		{oneOf(c.BotMode, "polling", "webhook"), "BOT_MODE", c.BotMode, "it takes polling or webhook"},
		{c.BotMode != "webhook" || c.PublicURL != "", "BOT_MODE", c.BotMode, "that needs PUBLIC_URL, which is empty; set it, or use polling"},
		{isRate(c.BotRate), "BOT_RATE", strconv.FormatFloat(c.BotRate, 'g', -1, 64), "it takes a number, 0 or more"},
		{isWebAddress(c.PayferURL), "PAYFER_URL", withoutUser(c.PayferURL), https},
		{isZone(c.PayferTimezone), "PAYFER_TIMEZONE", c.PayferTimezone, "it takes auto or an IANA name such as Asia/Tashkent"},
		{c.RedisURL == "" || c.SecretKey != "", "SECRET_KEY", "", "it is empty, and with REDIS_URL it is required; it takes 32 bytes in base64 (openssl rand -base64 32)"},
		{isAddress(c.ListenAddr), "LISTEN_ADDR", c.ListenAddr, listen},
		{c.AdminAddr == "" || isAddress(c.AdminAddr), "ADMIN_ADDR", c.AdminAddr, listen + ", or nothing for off"},
		{c.PublicURL == "" || isWebAddress(c.PublicURL), "PUBLIC_URL", withoutUser(c.PublicURL), https},
		{oneOf(c.DefaultLang, "uz", "uz-Cyrl", "ru", "en"), "DEFAULT_LANG", c.DefaultLang, "it takes uz, uz-Cyrl, ru or en"},
		{oneOf(c.LogLevel, "debug", "info", "warn", "error"), "LOG_LEVEL", c.LogLevel, "it takes debug, info, warn or error"},
		{oneOf(c.LogFormat, "text", "json"), "LOG_FORMAT", c.LogFormat, "it takes text or json"},
	}
	for _, r := range rules {
		if !r.ok {
			return &ConfigError{Name: r.name, Held: c.scrubber().scrub(brief(r.held)), Takes: r.takes}
		}
	}
	return c.checkKeys()
}

func (c *Config) checkKeys() error {
	if c.SecretKey == "" {
		return nil
	}
	if _, err := secret.ParseKeys(c.SecretKey.Reveal()); err != nil {
		return &ConfigError{
			Name:  "SECRET_KEY",
			Takes: "what it holds is not shown (" + err.Error() + "); it takes 32 bytes in base64 (openssl rand -base64 32), several with commas between",
		}
	}
	return nil
}

var tokenForm = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

func isToken(t secret.Text) bool { return tokenForm.MatchString(t.Reveal()) }

func isRate(rate float64) bool { return rate >= 0 && !math.IsInf(rate, 0) } // NaN is not >= 0

func oneOf(value string, choice ...string) bool { return slices.Contains(choice, value) }

func isZone(name string) bool {
	if name == "auto" {
		return true
	}
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local" // what is local depends on the machine
}

// isWebAddress takes https anywhere and http on loopback, where nobody listens in.
func isWebAddress(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// isAddress takes host:port to listen at; the host may be empty, the port 0.
func isAddress(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// withoutUser gives an address, or a list of them, fit to be shown: a password
// may hold any character, so all before the last @ goes.
func withoutUser(raw string) string {
	at := strings.LastIndexByte(raw, '@')
	if at < 0 {
		return raw
	}
	scheme, _, ok := strings.Cut(raw[:at], "://")
	if !ok {
		return secret.Redacted + raw[at:]
	}
	return scheme + "://" + secret.Redacted + raw[at:]
}

// brief bounds a value that is shown.
func brief(value string) string {
	const most = 80
	if r := []rune(value); len(r) > most {
		return string(r[:most]) + "…"
	}
	return value
}
