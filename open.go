package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"payferbot/store"
)

// openStore opens Redis or the embedded store. Its errors are *ConfigError, for
// whatever keeps a store from opening is mended outside the program.
func openStore(ctx context.Context, c *Config, log *slog.Logger) (*store.Store, error) {
	keys, made, err := c.keyring()
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, store.Options{RedisURL: c.RedisURL.Reveal(), DataDir: c.DataDir, Keys: keys, Log: log})
	if err == nil {
		return s, nil
	}
	if made && errors.Is(err, store.ErrWrongKey) {
		// There is a store, but the key it was sealed with is gone. A fresh one
		// lying around would only hide that.
		_ = os.Remove(filepath.Join(c.DataDir, keyFile))
	}
	return nil, c.storeError(err)
}

// storeError names the variable at fault.
func (c *Config) storeError(err error) error {
	var badURL *store.URLError
	switch {
	case errors.Is(err, store.ErrLocked):
		return &ConfigError{Name: "DATA_DIR", Held: c.DataDir, Takes: "another payferbot is using it; stop that one, or take another folder", Err: err}
	case errors.Is(err, store.ErrWrongKey):
		return c.wrongKey()
	case errors.As(err, &badURL):
		return &ConfigError{Name: "REDIS_URL", Held: c.shownRedis(), Takes: strings.TrimPrefix(badURL.Error(), "REDIS_URL: ")}
	case c.RedisURL != "":
		return &ConfigError{Name: "REDIS_URL", Held: c.shownRedis(), Takes: "it takes a Redis that can be used: " + c.scrubber().scrub(err.Error())}
	}
	return c.dataDirError(err)
}

func (c *Config) wrongKey() error {
	takes := "what it holds is not shown; it takes the key with which this store was sealed, also behind a new one and a comma"
	if c.SecretKey == "" {
		takes = "it is empty, and " + filepath.Join(c.DataDir, keyFile) + " is not the key with which this store was sealed; put back that key"
	}
	return &ConfigError{Name: "SECRET_KEY", Takes: takes, Err: store.ErrWrongKey}
}

// shownRedis is REDIS_URL without what may be a password.
func (c *Config) shownRedis() string {
	shown, _, _ := strings.Cut(withoutUser(c.RedisURL.Reveal()), "?")
	return c.scrubber().scrub(brief(shown))
}
