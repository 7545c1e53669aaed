package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// redis is the engine over Redis 7 or one that speaks like it. Several
// processes may use it at once.
type redis struct {
	server *server
	prefix string
	log    *slog.Logger

	redo      redo
	reminding chan struct{}         // holds one: the connection that tells its server what it forgot
	owes      atomic.Pointer[error] // why the server took none of what it had forgotten; nil: it owes nothing
	settling  atomic.Bool           // somebody tries whether it takes that now
	again     *time.Timer           // the look that follows a new connection
	lookEnd   atomic.Int64          // until when it is repeated, in Unix nanoseconds
}

// redisPatience bounds the first contact.
const redisPatience = 5 * time.Second

func openRedis(ctx context.Context, o Options) (engine, error) {
	prefix, err := redisPrefix(o.Namespace)
	if err != nil {
		return nil, err
	}
	options, err := parseRedisURL(o.RedisURL)
	if err != nil {
		return nil, err
	}
	r := &redis{prefix: prefix, log: o.Log, reminding: make(chan struct{}, 1)}
	r.again = time.AfterFunc(redoAgain, r.lookAgain)
	r.server = newServer(*options, r.connected)
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	if err := r.inspect(ctx, o.Log); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

// redisPrefix begins every key. Its braces put all of a bot's keys into one
// slot of a Cluster, without which no script could change them together.
func redisPrefix(namespace string) (string, error) {
	for _, c := range namespace {
		if !strings.ContainsRune("-_.", c) && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return "", fmt.Errorf("namespace %q: it takes letters, digits, '-', '_' and '.'", namespace)
		}
	}
	if namespace == "" {
		return "{payferbot}:", nil
	}
	return "{payferbot:" + namespace + "}:", nil
}

func (r *redis) recordKey(key string) string  { return r.prefix + "record:" + key }
func (r *redis) indexKey(index string) string { return r.prefix + "index:" + index }
func (r *redis) doneKey(nonce string) string  { return r.prefix + "done:" + nonce }
func (r *redis) appliedKey() string           { return r.prefix + "applied" }

func (r *redis) get(ctx context.Context, keys []string) ([]record, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = r.recordKey(key)
	}
	values, err := asked(ctx, r.server, func(c goredis.UniversalClient) ([]any, error) {
		return c.MGet(ctx, names...).Result()
	})
	if err != nil {
		return nil, err
	}
	found := make([]record, len(keys))
	for i, v := range values {
		if raw, ok := v.(string); ok && len(raw) >= revisionSize {
			found[i] = record{revision: raw[:revisionSize], data: []byte(raw[revisionSize:])}
		}
	}
	return found, nil
}

// scores asks for all in one go; of ZMSCORE go-redis would make 0 of an absent member.
func (r *redis) scores(ctx context.Context, index string, members []string) ([]score, error) {
	if len(members) == 0 {
		return nil, nil
	}
	args := []any{"ZMSCORE", r.indexKey(index)}
	for _, m := range members {
		args = append(args, m)
	}
	values, err := asked(ctx, r.server, func(c goredis.UniversalClient) ([]any, error) {
		return c.Do(ctx, args...).Slice()
	})
	if err != nil {
		return nil, err
	}
	found := make([]score, len(members))
	for i, v := range values {
		switch v := v.(type) {
		case float64: // RESP3
			found[i] = score{at: int64(v), ok: true}
		case string: // RESP2
			at, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return nil, fmt.Errorf("score of %q: %w", members[i], err)
			}
			found[i] = score{at: int64(at), ok: true}
		}
	}
	return found, nil
}

func (r *redis) slice(ctx context.Context, index string, s span) ([]entry, error) {
	args := goredis.ZRangeArgs{
		Key: r.indexKey(index), ByScore: true, Rev: s.reverse, Start: bound(s.min), Stop: bound(s.max),
	}
	if s.reverse { // Redis wants the end first from which it begins
		args.Start, args.Stop = args.Stop, args.Start
	}
	if s.limit >= 0 {
		args.Count = int64(s.limit)
	}
	members, err := asked(ctx, r.server, func(c goredis.UniversalClient) ([]goredis.Z, error) {
		return c.ZRangeArgsWithScores(ctx, args).Result()
	})
	if err != nil {
		return nil, err
	}
	found := make([]entry, len(members))
	for i, z := range members {
		found[i] = entry{member: fmt.Sprint(z.Member), at: int64(z.Score)}
	}
	return found, nil
}

// bound is the end of a span in Redis' words.
func bound(at int64) string {
	switch at {
	case math.MinInt64:
		return "-inf"
	case math.MaxInt64:
		return "+inf"
	default:
		return strconv.FormatInt(at, 10)
	}
}

func (r *redis) count(ctx context.Context, index string) (int, error) {
	n, err := asked(ctx, r.server, func(c goredis.UniversalClient) (int64, error) {
		return c.ZCard(ctx, r.indexKey(index)).Result()
	})
	return int(n), err
}

func (r *redis) alone() bool { return false }

func (r *redis) close() error {
	r.again.Stop()
	return r.server.close()
}

// redisError gives go-redis' errors the names that the store has for them.
func redisError(err error) error {
	if errors.Is(err, goredis.ErrClosed) {
		return ErrClosed
	}
	return redisFull(err)
}
