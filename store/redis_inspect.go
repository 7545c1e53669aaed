package store

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// EvictionError says that Redis would throw data away when its memory is full.
type EvictionError struct{ Policy string }

func (e *EvictionError) Error() string {
	return fmt.Sprintf("redis has maxmemory-policy %s and may throw invoices away when its memory is full; it takes noeviction "+
		"(redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf)", e.Policy)
}

// VersionError says that Redis is too old.
type VersionError struct{ Version string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("redis is version %s; it takes %d or newer", e.Version, oldestRedis)
}

// oldestRedis is the first version that we test with.
const oldestRedis = 7

// inspect makes sure that Redis answers and keeps what it is given.
func (r *redis) inspect(ctx context.Context, log *slog.Logger) error {
	if err := r.server.present().Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis does not answer: %w", err)
	}
	return r.eachMaster(ctx, func(ctx context.Context, c goredis.Cmdable) error {
		text, err := c.Info(ctx).Result()
		if err != nil {
			log.Warn("redis does not tell how it is set up: that it is version 7, never evicts and keeps an append-only file is not checked", "err", err)
			return nil
		}
		info := parseInfo(text)
		if err := judge(info, log); err != nil {
			return err
		}
		if info["aof_enabled"] == "1" {
			warnOfFsync(fsyncOf(ctx, c), log)
		}
		return nil
	})
}

// fsyncOf is when Redis makes its file durable; empty where it does not tell, as
// INFO does not, and CONFIG is barred in many hosted services.
func fsyncOf(ctx context.Context, c goredis.Cmdable) string {
	settings, err := c.ConfigGet(ctx, "appendfsync").Result()
	if err != nil {
		return ""
	}
	return settings["appendfsync"]
}

// warnOfFsync says what a machine that loses its power costs. Redis' own default is
// everysec, so that most will read this once.
func warnOfFsync(policy string, log *slog.Logger) {
	switch policy {
	case "always":
	case "":
		log.Info("redis does not tell its appendfsync; only with always does a power cut lose nothing that was acknowledged")
	default:
		log.Warn("redis has appendfsync "+policy+": a power cut may lose the last seconds of what was acknowledged; the bot brings them back, "+
			"but where it ends in the same moment what was announced comes again unmarked (redis-cli CONFIG SET appendfsync always, and the same in redis.conf)", "appendfsync", policy)
	}
}

// eachMaster asks every server that holds data; outside a Cluster there is one.
func (r *redis) eachMaster(ctx context.Context, fn func(context.Context, goredis.Cmdable) error) error {
	client := r.server.present()
	if cluster, ok := client.(*goredis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, c *goredis.Client) error { return fn(ctx, c) })
	}
	return fn(ctx, client)
}

// judge refuses a Redis that loses data by design and warns of one that may.
// What INFO leaves out, as some hosted services make it do, is not held against it.
func judge(info map[string]string, log *slog.Logger) error {
	version := info["redis_version"]
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil {
		log.Warn("redis does not tell its version", "version", version)
	} else if n < oldestRedis {
		return &VersionError{version}
	}
	switch policy := info["maxmemory_policy"]; policy {
	case "noeviction":
	case "":
		log.Warn("redis does not tell its maxmemory-policy; see to it that it is noeviction")
	default:
		return &EvictionError{policy}
	}
	if info["aof_enabled"] != "1" {
		log.Warn("redis keeps no append-only file: what was written last is lost when it stops (redis-cli CONFIG SET appendonly yes)")
	}
	return nil
}

// parseInfo reads the answer to INFO: lines of name:value and headings.
func parseInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}
