package store

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestARedisIsJudgedByWhatItTells(t *testing.T) {
	t.Parallel()
	good := map[string]string{"redis_version": "7.0.15", "maxmemory_policy": "noeviction", "aof_enabled": "1"}
	with := func(name, value string) map[string]string {
		info := map[string]string{}
		for k, v := range good {
			info[k] = v
		}
		info[name] = value
		return info
	}
	for name, c := range map[string]struct {
		info   map[string]string
		refuse bool
		warn   string
	}{
		"as it should be":  {info: good},
		"newer":            {info: with("redis_version", "10.1")},
		"too old":          {info: with("redis_version", "6.2.14"), refuse: true},
		"no version":       {info: with("redis_version", ""), warn: "version"},
		"evicts":           {info: with("maxmemory_policy", "volatile-lru"), refuse: true},
		"hides its policy": {info: with("maxmemory_policy", ""), warn: "maxmemory-policy"},
		"no AOF":           {info: with("aof_enabled", "0"), warn: "append-only"},
	} {
		var log bytes.Buffer
		err := judge(c.info, slog.New(slog.NewTextHandler(&log, nil)))
		if (err != nil) != c.refuse || !strings.Contains(log.String(), c.warn) || (c.warn == "") != (log.Len() == 0) {
			t.Errorf("%s: error %v, log %q", name, err, log.String())
		}
	}
	var version *VersionError
	if err := judge(with("redis_version", "6.2.14"), slog.New(slog.DiscardHandler)); !errors.As(err, &version) || version.Version != "6.2.14" {
		t.Errorf("got %v, want a VersionError with 6.2.14", err)
	}
}

func TestOnlyARedisThatSyncsEveryWriteIsNotWarnedOf(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"always": "", "everysec": "level=WARN", "no": "level=WARN", "": "level=INFO"} {
		var log bytes.Buffer
		warnOfFsync(policy, slog.New(slog.NewTextHandler(&log, nil)))
		if !strings.Contains(log.String(), want) || (want == "") != (log.Len() == 0) || strings.Contains(log.String(), "append-only") {
			t.Errorf("appendfsync %q: log %q", policy, log.String())
		}
	}
}
