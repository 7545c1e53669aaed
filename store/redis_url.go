package store

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// URLError says that REDIS_URL cannot be read. It never shows it: there may be
// a password in it.
type URLError struct{ Problem string }

func (e *URLError) Error() string {
	return "REDIS_URL: " + e.Problem + "; it takes redis://user:password@host:6379/0, rediss://… (TLS), unix:///path/to.sock, " +
		"or hosts with commas between them and ?master=NAME (Sentinel) or ?cluster=true; " +
		"in the password, characters such as / # @ : are written as %2F %23 %40 %3A"
}

// parseRedisURL reads REDIS_URL. Beyond what go-redis itself reads, it takes
// several hosts ("redis://a:1,b:2/0" or "redis://a:1,redis://b:2/0") and the
// parameters master, cluster, sentinel_username and sentinel_password.
func parseRedisURL(raw string) (*goredis.UniversalOptions, error) {
	first, others := splitHosts(strings.TrimSpace(raw))
	u, err := url.Parse(first)
	if err != nil {
		return nil, &URLError{"it is no URL"} // the cause would quote it
	}
	q := u.Query()
	master, sentinelUser, sentinelPassword := take(q, "master"), take(q, "sentinel_username"), take(q, "sentinel_password")
	cluster, err := strconv.ParseBool(take(q, "cluster"))
	if err != nil && u.Query().Get("cluster") != "" {
		return nil, &URLError{"cluster is neither true nor false"}
	}
	u.RawQuery = q.Encode()
	base, err := goredis.ParseURL(u.String())
	if err != nil {
		return nil, &URLError{"its scheme, path or a parameter is wrong"}
	}
	switch {
	case master != "" && cluster:
		return nil, &URLError{"master and cluster exclude each other"}
	case len(others) > 0 && master == "" && !cluster:
		return nil, &URLError{"several hosts, but neither master nor cluster"}
	}
	o := universal(base)
	o.Addrs = append(o.Addrs, others...)
	o.MasterName, o.SentinelUsername, o.SentinelPassword = master, sentinelUser, sentinelPassword
	o.IsClusterMode = cluster
	return o, nil
}

// splitHosts takes all hosts but the first out of a URL, and adds the usual
// port where one is missing.
func splitHosts(raw string) (first string, others []string) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok || scheme == "unix" {
		return raw, nil
	}
	rest = strings.ReplaceAll(rest, ","+scheme+"://", ",")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	at := strings.LastIndex(authority, "@") + 1
	hosts := strings.Split(authority[at:], ",")
	for _, h := range hosts[1:] {
		others = append(others, withPort(h))
	}
	return scheme + "://" + authority[:at] + hosts[0] + tail, others
}

// withPort adds the usual port to a host that has none.
func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "6379")
}

// take removes a parameter and gives it.
func take(q url.Values, name string) string {
	v := q.Get(name)
	q.Del(name)
	return v
}

// universal carries over what a URL can say about a connection.
func universal(o *goredis.Options) *goredis.UniversalOptions {
	return &goredis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
		ClientName: o.ClientName, Protocol: o.Protocol,
		MaxRetries: o.MaxRetries, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
		PoolFIFO: o.PoolFIFO, PoolSize: o.PoolSize, PoolTimeout: o.PoolTimeout, MinIdleConns: o.MinIdleConns,
		MaxIdleConns: o.MaxIdleConns, MaxActiveConns: o.MaxActiveConns,
		ConnMaxIdleTime: o.ConnMaxIdleTime, ConnMaxLifetime: o.ConnMaxLifetime,
		ContextTimeoutEnabled: true, // a deadline of ours also ends a read that hangs
		// A hosted service's announcements; asking an ordinary Redis for them only fails.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}
