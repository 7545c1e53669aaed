package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedisURLReadsOneServerSentinelAndCluster(t *testing.T) {
	t.Parallel()
	type seen struct {
		Addrs          []string
		User, Password string
		DB             int
		TLS, Cluster   bool
		Master         string
	}
	for raw, want := range map[string]seen{
		"redis://localhost":                                      {Addrs: []string{"localhost:6379"}},
		" redis://h:1/2\n":                                       {Addrs: []string{"h:1"}, DB: 2},
		"rediss://u:p%40s@h:1/2":                                 {Addrs: []string{"h:1"}, User: "u", Password: "p@s", DB: 2, TLS: true},
		"unix:///run/redis.sock?db=3":                            {Addrs: []string{"/run/redis.sock"}, DB: 3},
		"redis://:p@a:1,b:2,c/0?master=m":                        {Addrs: []string{"a:1", "b:2", "c:6379"}, Password: "p", Master: "m"},
		"redis://a:1,redis://b:2?master=m":                       {Addrs: []string{"a:1", "b:2"}, Master: "m"},
		"rediss://u:p@a:1,b:2?cluster=true":                      {Addrs: []string{"a:1", "b:2"}, User: "u", Password: "p", TLS: true, Cluster: true},
		"redis://a?cluster=true":                                 {Addrs: []string{"a:6379"}, Cluster: true},
		"redis://a?master=m&sentinel_password=s&read_timeout=2s": {Addrs: []string{"a:6379"}, Master: "m"},
		"redis://[::1]:7,[::2]:8?cluster=1":                      {Addrs: []string{"[::1]:7", "[::2]:8"}, Cluster: true},
		"redis://[::1]:7,[::2]?cluster=1":                        {Addrs: []string{"[::1]:7", "[::2]:6379"}, Cluster: true},
	} {
		o, err := parseRedisURL(raw)
		if err != nil {
			t.Errorf("%q: %v", raw, err)
			continue
		}
		got := seen{o.Addrs, o.Username, o.Password, o.DB, o.TLSConfig != nil, o.IsClusterMode, o.MasterName}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got)\n%s", raw, d)
		}
		if !o.ContextTimeoutEnabled {
			t.Errorf("%q: a deadline would not end a read that hangs", raw)
		}
	}
}

func TestRedisURLRefusesTheRestAndNeverShowsThePassword(t *testing.T) {
	t.Parallel()
	const canary = "CANARY"
	for _, raw := range []string{
		canary, "http://:" + canary + "@h", "redis://:" + canary + "@h:port", "redis://:" + canary + "/x@h:1", "redis://u:12/" + canary + "@h:1",
		"redis://:" + canary + "@h:1/zero", "redis://:" + canary + "@a,b", "redis://:" + canary + "@a,b?cluster=false",
		"redis://:" + canary + "@a,b?cluster=perhaps", "redis://:" + canary + "@a,b?cluster=true&master=m", "redis://:" + canary + "@h?password=" + canary,
		"redis://:%zz" + canary + "@h", "", "redis://:" + canary + "#x@h:1/a",
	} {
		_, err := parseRedisURL(raw)
		var problem *URLError
		if !errors.As(err, &problem) {
			t.Errorf("%q: got %v, want a URLError", raw, err)
			continue
		}
		if strings.Contains(err.Error(), canary) || !strings.HasPrefix(err.Error(), "REDIS_URL: ") {
			t.Errorf("%q: %q", raw, err)
		}
	}
}
