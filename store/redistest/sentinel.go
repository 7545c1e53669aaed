package redistest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// sentinel is one process that watches the master.
type sentinel struct {
	port   string
	client *redis.SentinelClient
}

func (s *sentinel) addr() string { return host + ":" + s.port }

// startSentinel starts one that takes a master for dead after a second of silence
// and has a replica take its place when another sentinel thinks so too. It
// ends with the test.
func startSentinel(t testing.TB, master string) *sentinel {
	t.Helper()
	s := &sentinel{port: freePort(t)}
	dir := t.TempDir()
	conf := filepath.Join(dir, "sentinel.conf") // it writes there what it comes to know
	text := strings.Join([]string{
		"port " + s.port, "bind " + host, "dir " + dir,
		fmt.Sprintf("sentinel monitor %s %s %s 2", fleetName, host, master),
		"sentinel down-after-milliseconds " + fleetName + " 1000",
		"sentinel failover-timeout " + fleetName + " 3000",
		"sentinel parallel-syncs " + fleetName + " 2",
	}, "\n")
	if err := os.WriteFile(conf, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	cmd := exec.Command("redis-server", conf, "--sentinel")
	cmd.Stdout = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.client = redis.NewSentinelClient(&redis.Options{Addr: s.addr(), MaxRetries: -1})
	t.Cleanup(func() {
		s.client.Close()
		cmd.Process.Kill()
		cmd.Wait() // says that it was killed
		if t.Failed() {
			t.Logf("sentinel %s, the end of its log:\n%s", s.port, log.Bytes()[max(0, log.Len()-4096):])
		}
	})
	// It asks the servers how they are every ten seconds, which a test need not wait
	// for. In the midst of a failover it asks every second, and that stays as it is.
	asks := redis.NewStatusCmd(context.Background(), "SENTINEL", "DEBUG", "INFO-PERIOD", "1000")
	await(t, "a sentinel answers", 10*time.Second, func(ctx context.Context) error { return s.client.Process(ctx, asks) })
	return s
}

// seesAll is nil when it sees so many replicas in good order, and so many other sentinels.
func (s *sentinel) seesAll(ctx context.Context, replicas, others int) error {
	list, err := s.client.Replicas(ctx, fleetName).Result()
	if err != nil {
		return err
	}
	well := 0
	for _, r := range list {
		if r["flags"] == "slave" && r["master-link-status"] == "ok" {
			well++
		}
	}
	peers, err := s.client.Sentinels(ctx, fleetName).Result()
	if err != nil {
		return err
	}
	known := 0
	for _, p := range peers {
		if p["flags"] == "sentinel" {
			known++
		}
	}
	if well != replicas || known != others {
		return fmt.Errorf("%s sees %d replicas in good order and %d other sentinels", s.addr(), well, known)
	}
	return nil
}
