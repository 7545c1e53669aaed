package store

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// server is the Redis process that is talked to, and a client of it alone. While a
// master is being replaced, one client may have connections to the old one and to the new
// one at once, and each acknowledges writes of which the other never hears. So a client
// is given up, with all its connections, once one of them finds another process than
// the first one did.
type server struct {
	options goredis.UniversalOptions
	meet    meet

	mu      sync.Mutex
	client  goredis.UniversalClient
	turn    int       // how many clients there were before
	turned  time.Time // when it last became another
	id      string    // Redis' run_id; empty: not known
	before  string    // that of the one which was talked to before
	mark    string    // of the first write that only the present one was sent; empty: there is none
	closed  bool
	leaving sync.WaitGroup // clients given up, and not closed yet
}

// meet looks after the server at the other end of a connection, before that is used; of
// is the client whose connection it is.
type meet func(ctx context.Context, conn *goredis.Conn, of goredis.UniversalClient) error

const (
	// turnTime is how long after a change another one is not believed: what a sentinel
	// was asked before may still be on its way.
	turnTime = time.Second
	// returnTime is how long after a change the one before is believed to be back only if it knows
	// what the present one wrote: it may still take writes (see redoTime) of which that never hears.
	returnTime = 10 * time.Second
	// turnTries and turnPause bound the wait for the end of that time.
	turnTries = 40
	turnPause = 50 * time.Millisecond
)

// errReplaced says that another Redis has taken the place of the one that was asked.
var errReplaced = errors.New("redis is being replaced by another")

func newServer(o goredis.UniversalOptions, meet meet) *server {
	s := &server{options: o, meet: meet}
	s.mu.Lock() // no connection is used before the client is there
	defer s.mu.Unlock()
	s.client = s.newClient(0)
	return s
}

func (s *server) newClient(turn int) goredis.UniversalClient {
	o := s.options
	o.OnConnect = func(ctx context.Context, conn *goredis.Conn) error {
		id, ours, err := s.identify(ctx, conn)
		if err != nil || !ours {
			return err
		}
		if err := s.doubt(ctx, conn, id); err != nil {
			return err
		}
		of, err := s.turnTo(id, turn)
		if err != nil {
			return err
		}
		return s.meet(ctx, conn, of)
	}
	return goredis.NewUniversalClient(&o)
}

// identify tells which process is at the other end; empty: it does not say. A sentinel
// is none of ours. In a Cluster every connection may be to another node.
func (s *server) identify(ctx context.Context, conn *goredis.Conn) (id string, ours bool, err error) {
	if s.options.IsClusterMode {
		return "", true, nil
	}
	text, err := conn.Info(ctx, "server").Result()
	if _, refused := errors.AsType[goredis.Error](err); refused {
		return "", true, nil
	}
	info := parseInfo(text)
	return info["run_id"], info["redis_mode"] != "sentinel", err
}

// doubt asks a process that was talked to before whether it followed the present one. An
// error says that it did not.
func (s *server) doubt(ctx context.Context, conn *goredis.Conn, id string) error {
	s.mu.Lock()
	mark := s.mark
	doubtful := id != "" && id != s.id && id == s.before && time.Since(s.turned) < returnTime
	s.mu.Unlock()
	if !doubtful || mark == "" {
		return nil
	}
	n, err := conn.Exists(ctx, mark).Result()
	if err == nil && n == 0 {
		return errReplaced
	}
	return err
}

// turnTo makes the process that a connection has met the one that is talked to. It gives
// the client whose connection that is; an error says that it is not to be used.
func (s *server) turnTo(id string, turn int) (of goredis.UniversalClient, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now := time.Now(); {
	case turn != s.turn || s.closed:
		return nil, errReplaced
	case s.id == "":
		s.id = id
		return s.client, nil
	case id == "" || id == s.id:
		return s.client, nil
	case now.Sub(s.turned) >= turnTime:
		old := s.client
		s.before, s.id, s.mark, s.turn, s.turned = s.id, id, "", s.turn+1, now
		s.client = s.newClient(s.turn)
		s.leaving.Go(func() { _ = old.Close() })
	}
	return nil, errReplaced
}

// present is the client to ask.
func (s *server) present() goredis.UniversalClient {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client
}

// wrote notes the mark of a write that the client's server acknowledged, and that no other was
// sent: whoever knows it has followed this one.
func (s *server) wrote(c goredis.UniversalClient, mark string) {
	s.while(c, func() { s.mark = cmp.Or(s.mark, mark) })
}

// while runs note if the client is still the one to ask, and tells so. The server does not become
// another meanwhile.
func (s *server) while(c goredis.UniversalClient, note func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != c {
		return false
	}
	note()
	return true
}

// ask runs do with the client of the present server, and once more where it failed
// because that was replaced.
func (s *server) ask(ctx context.Context, do func(goredis.UniversalClient) error) error {
	for try := 1; ; try++ {
		c := s.present()
		err := do(c)
		switch {
		case err == nil || ctx.Err() != nil || try == turnTries:
			return redisError(err)
		case s.present() != c: // at once
		case !errors.Is(err, errReplaced) || sleep(ctx, turnPause) != nil:
			return redisError(err)
		}
	}
}

// asked is ask for a question that has an answer.
func asked[T any](ctx context.Context, s *server, do func(goredis.UniversalClient) (T, error)) (answer T, err error) {
	err = s.ask(ctx, func(c goredis.UniversalClient) (err error) {
		answer, err = do(c)
		return err
	})
	return answer, err
}

func (s *server) close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.client.Close() // nobody gives it up any more
	s.leaving.Wait()
	if errors.Is(err, goredis.ErrClosed) {
		return nil
	}
	return err
}
