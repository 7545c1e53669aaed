package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzRedisURL holds that an address is taken or refused, that a refusal shows
// nothing of it, and that whoever is asked is a host that stands in it.
func FuzzRedisURL(f *testing.F) {
	for _, seed := range []string{
		"redis://localhost", "rediss://u:p%40s@h:1/2", "unix:///run/redis.sock?db=3", "redis://:p@a:1,b:2,c/0?master=m",
		"redis://a:1,redis://b:2?master=m", "redis://a?cluster=true", "redis://[::1]:7,[::2]?cluster=1", "http://h", "redis://h/x", "redis://h?cluster=maybe",
		"redis://a,,?cluster=true", "://", "", "redis://a?db=-1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const canary = "canary-password"
		for _, with := range []string{raw, strings.Replace(raw, "://", "://u:"+canary+"@", 1), strings.Replace(raw, "://", "://u:"+canary+"%zz@", 1)} {
			o, err := parseRedisURL(with)
			var wrong *URLError
			switch {
			case err != nil && (o != nil || !errors.As(err, &wrong) || strings.Contains(err.Error(), canary) || len(err.Error()) > 500):
				t.Fatalf("%q: %v, %v", with, o, err)
			case err != nil:
			case len(o.Addrs) == 0 || slices.Contains(o.Addrs, ""):
				t.Fatalf("%q: nobody to ask in %q", with, o.Addrs)
			case len(o.Addrs) > 1 && o.MasterName == "" && !o.IsClusterMode, o.MasterName != "" && o.IsClusterMode:
				t.Fatalf("%q: %q, master %q, cluster %t", with, o.Addrs, o.MasterName, o.IsClusterMode)
			case !o.ContextTimeoutEnabled:
				t.Fatalf("%q: a deadline of ours would not end a read", with)
			}
		}
	})
}
