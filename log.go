package main

import (
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"payferbot/secret"
)

// newLog makes the log of the process. Secrets are kept out of it where they
// are used; should one slip through in whatever form, w gets it redacted.
func newLog(w io.Writer, c *Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // proved by check; otherwise info
	w = &scrubbed{w: w, scrubber: c.scrubber()}
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// scrubber takes secrets out of text: those of the configuration as they are,
// others by their form.
type scrubber struct{ known *strings.Replacer }

func (c *Config) scrubber() scrubber {
	var pairs []string
	for _, s := range c.secrets() {
		if s = strings.TrimSpace(s); len(s) >= 8 { // what is shorter is no secret, and would tear words apart
			pairs = append(pairs, s, secret.Redacted, url.QueryEscape(s), secret.Redacted)
		}
	}
	return scrubber{known: strings.NewReplacer(pairs...)}
}

// secrets gives every secret that the configuration holds.
func (c *Config) secrets() []string {
	out := append([]string{c.BotToken.Reveal()}, strings.Split(c.SecretKey.Reveal(), ",")...)
	if user := userinfo(c.RedisURL.Reveal()); user != "" {
		_, password, _ := strings.Cut(user, ":")
		out = append(out, user, password)
		if plain, err := url.PathUnescape(password); err == nil {
			out = append(out, plain)
		}
	}
	return out
}

// userinfo is what stands before the last @ of an address.
func userinfo(raw string) string {
	at := strings.LastIndexByte(raw, '@')
	if at < 0 {
		return ""
	}
	_, user, ok := strings.Cut(raw[:at], "://")
	if !ok {
		return raw[:at]
	}
	return user
}

// The forms of secrets that the configuration does not hold: a kassa's key in
// Payfer's URLs, a password in REDIS_URL, a bot's token, a kassa's token in the webhook's path.
var (
	keyForm      = regexp.MustCompile(`((?:shop_key|password)(?:=|%3[Dd]))[^&\s"'\\]+`)
	botTokenForm = regexp.MustCompile(`[0-9]{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}`)
	hookForm     = regexp.MustCompile(`(/payfer/)[A-Za-z0-9_-]{16,}`)
)

func (s scrubber) scrub(text string) string {
	text = s.known.Replace(text)
	text = keyForm.ReplaceAllString(text, "${1}"+secret.Redacted)
	text = hookForm.ReplaceAllString(text, "${1}"+secret.Redacted)
	return botTokenForm.ReplaceAllString(text, secret.Redacted)
}

// scrubbed is a writer whose every Write is one whole record, as slog's are.
type scrubbed struct {
	w io.Writer
	scrubber
}

// Write writes the record without secrets. It never counts short: the length
// it gives is the caller's.
func (s *scrubbed) Write(p []byte) (int, error) {
	if _, err := io.WriteString(s.w, s.scrub(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
