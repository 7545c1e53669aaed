package redistest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Fleet is a master with two replicas, and three sentinels that put a replica in
// the master's place when it is gone: the least that Redis' own handbook calls
// safe. All are processes of this machine, each with a port and a folder of its own.
type Fleet struct {
	t         testing.TB
	ships     []*ship
	sentinels []*sentinel
	reigns    reigns
}

// ship is one of the servers.
type ship struct {
	*Server
	port string
	own  []string // its settings, whatever its place in the fleet
}

const (
	fleetName = "payferbot"
	// fleetPatience is how long the fleet may take to agree on anything. A sentinel that was
	// held up for two seconds does nothing for thirty (TILT), and then begins anew.
	fleetPatience = 3 * time.Minute
)

// StartFleet starts all of it and waits until every sentinel knows every server.
// More settings of the servers go in args.
func StartFleet(t testing.TB, args ...string) *Fleet {
	t.Helper()
	f := &Fleet{t: t}
	const servers, sentinels = 3, 3
	for range servers {
		port := freePort(t)
		own := append([]string{"--port", port, "--bind", host, "--repl-diskless-sync-delay", "0"}, args...)
		if len(f.ships) > 0 {
			own = append(own, "--replicaof", host, f.ships[0].port)
		}
		f.ships = append(f.ships, &ship{Server: Start(t, own...), port: port, own: own})
	}
	for range sentinels {
		f.sentinels = append(f.sentinels, startSentinel(t, f.ships[0].port))
	}
	f.AwaitWhole()
	f.watchReigns()
	return f
}

// URL is what REDIS_URL is set to: the sentinels', who know the master.
func (f *Fleet) URL() string {
	hosts := make([]string, len(f.sentinels))
	for i, s := range f.sentinels {
		hosts[i] = s.addr()
	}
	return "redis://" + strings.Join(hosts, ",") + "/0?master=" + fleetName
}

// Kill ends the master as kill -9 does, and gives what is needed to bring it back.
func (f *Fleet) Kill() (dead string) {
	f.t.Helper()
	s := f.master()
	s.Server.Kill()
	return s.port
}

// Order has the sentinels put a replica in the place of a master that lives.
func (f *Fleet) Order() (was string) {
	f.t.Helper()
	was = f.master().port
	f.await("a failover begins", func(ctx context.Context) error {
		return f.sentinels[0].client.Failover(ctx, fleetName).Err() // refused while another is not over yet
	})
	return was
}

// AwaitOther waits until all sentinels name a master other than that with the port.
func (f *Fleet) AwaitOther(port string) {
	f.t.Helper()
	f.await("another master", func(ctx context.Context) error {
		_, err := f.agreed(ctx, port)
		return err
	})
}

// Return starts a dead server again, as a replica of the present master.
func (f *Fleet) Return(port string) {
	f.t.Helper()
	for _, s := range f.ships {
		if s.port == port {
			s.args = append(append([]string{}, s.own...), "--replicaof", host, f.master().port)
			s.Restart()
		}
	}
}

// AwaitWhole waits until the master has all its replicas at hand, and every
// sentinel sees it so. Before that, another loss may find nobody to take its place.
func (f *Fleet) AwaitWhole() {
	f.t.Helper()
	f.await("a whole fleet", func(ctx context.Context) error {
		port, err := f.agreed(ctx, "")
		if err != nil {
			return err
		}
		for _, s := range f.sentinels {
			if err := s.seesAll(ctx, len(f.ships)-1, len(f.sentinels)-1); err != nil {
				return err
			}
		}
		return f.follow(ctx, port)
	})
}

// follow is nil when all other servers follow the master with the port.
func (f *Fleet) follow(ctx context.Context, port string) error {
	info, err := f.byPort(port).client().Info(ctx, "replication").Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "role:master") || strings.Count(info, "state=online") != len(f.ships)-1 {
		return fmt.Errorf("the master tells %q", info)
	}
	return nil
}

// Master is a client of the present master.
func (f *Fleet) Master() *redis.Client {
	f.t.Helper()
	return f.master().client()
}

func (f *Fleet) master() (m *ship) {
	f.t.Helper()
	f.await("one master", func(ctx context.Context) error {
		port, err := f.agreed(ctx, "")
		if err == nil {
			m = f.byPort(port)
		}
		return err
	})
	return m
}

// agreed is the port of the master that all sentinels name, other than not.
func (f *Fleet) agreed(ctx context.Context, not string) (port string, err error) {
	for _, s := range f.sentinels {
		at, err := s.client.GetMasterAddrByName(ctx, fleetName).Result()
		switch {
		case err != nil:
			return "", err
		case len(at) != 2 || at[1] == not || (port != "" && at[1] != port):
			return "", fmt.Errorf("the sentinels name %q and %q", port, at)
		}
		port = at[1]
	}
	return port, nil
}

func (f *Fleet) byPort(port string) *ship {
	f.t.Helper()
	for _, s := range f.ships {
		if s.port == port {
			return s
		}
	}
	f.t.Fatalf("no server has the port %s", port)
	return nil
}

// client is a client of this one server, whatever its place.
func (s *ship) client() *redis.Client { return s.Server.Client() }

// await asks again and again until there is no error.
func (f *Fleet) await(what string, ask func(context.Context) error) {
	f.t.Helper()
	await(f.t, what, fleetPatience, ask)
}

func await(t testing.TB, what string, within time.Duration, ask func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("in vain: %s: %v", what, err)
		}
	}
}
