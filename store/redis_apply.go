package store

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

//go:embed apply.lua
var applySource string

// applyScript is sent by its hash, and whole where Redis does not know it.
var applyScript = goredis.NewScript(applySource)

// markLife is how long Redis remembers that a batch was applied: well beyond
// the last moment at which the client would repeat it, and beyond redoTime.
const markLife = 10 * time.Minute

// apply makes what this server refused when it was reminded of it before anything new.
// What was read meanwhile does not fit then, and is read anew. What was acknowledged by a server
// that is not the present one any more counts for nothing.
func (r *redis) apply(ctx context.Context, b *batch) error {
	sent, first := r.redo.begin(b, time.Now()), r.server.present()
	err := r.server.ask(ctx, func(client goredis.UniversalClient) error {
		if err := r.settleUp(ctx, client); err != nil {
			return err
		}
		others := r.redo.doubted(sent)
		c := newCall(r, b, others...)
		nth, marks, err := answered(applyScript.Run(ctx, client, c.keys, c.args...))
		switch {
		case err != nil:
			return err
		case nth == 0 && r.server.while(client, func() { r.redo.settle(sent, 0) }):
			return errConflict
		case nth > 0 && r.server.while(client, func() { r.redo.heard(sent, nth, others, marks, time.Now()) }):
			if client == first { // no other server was sent it
				r.server.wrote(client, r.doneKey(b.nonce))
			}
			return nil
		}
		return errReplaced
	})
	r.redo.end(sent, refuses(err), time.Now())
	return err
}

// answered reads the script's answer: the how manieth batch it was that the server
// applied, and what stands in the marks of the others; 0: something is not as it expects.
func answered(cmd *goredis.Cmd) (nth int64, marks []any, err error) {
	answer, err := cmd.Slice()
	if err != nil {
		return 0, nil, err
	}
	if len(answer) == 1 && answer[0] == "conflict" {
		return 0, nil, nil
	}
	if len(answer) >= 2 && answer[0] == "done" {
		nth, _ = answer[1].(int64)
	}
	if nth < 1 {
		return 0, nil, fmt.Errorf("unexpected answer of the script: %q", answer)
	}
	return nth, answer[2:], nil
}

// call is a batch as the script's KEYS and ARGV.
type call struct {
	redis   *redis
	keys    []string
	numbers map[string]string // key → its number in KEYS, counted from 1
	args    []any
}

// newCall asks after the others as well.
func newCall(r *redis, b *batch, others ...*written) *call {
	c := &call{redis: r, numbers: map[string]string{}, args: []any{markLife.Milliseconds(), len(others)}}
	c.number(r.doneKey(b.nonce))
	c.number(r.appliedKey())
	for _, w := range others {
		c.number(r.doneKey(w.batch.nonce))
	}
	c.expect(b)
	c.write(b)
	return c
}

func (c *call) expect(b *batch) {
	for _, w := range b.revisions {
		c.step("revision", c.record(w.key), w.revision)
	}
	for _, w := range b.scores {
		at := ""
		if w.ok {
			at = strconv.FormatInt(w.at, 10)
		}
		c.step("score", c.index(w.index), w.member, at)
	}
	for _, w := range b.counts {
		c.step("count", c.index(w.index), w.n)
	}
}

func (c *call) write(b *batch) {
	for _, p := range b.puts {
		c.step("put", c.record(p.key), b.nonce+string(p.data))
	}
	for _, key := range b.deletes {
		c.step("delete", c.record(key))
	}
	for _, m := range b.moves {
		switch m.how {
		case set:
			c.step("set", c.index(m.index), m.member, m.at)
		case add:
			c.step("add", c.index(m.index), m.member, m.at)
		case remove:
			c.step("remove", c.index(m.index), m.member)
		}
	}
	for _, r := range b.rests {
		c.step("rest", c.index(r.index), r.member, r.at, c.index(r.while))
	}
}

func (c *call) step(word string, args ...any) {
	c.args = append(append(c.args, word), args...)
}

func (c *call) record(key string) string { return c.number(c.redis.recordKey(key)) }

func (c *call) index(name string) string { return c.number(c.redis.indexKey(name)) }

// number gives the key's number in KEYS and adds it there when it is new.
func (c *call) number(key string) string {
	n, ok := c.numbers[key]
	if !ok {
		c.keys = append(c.keys, key)
		n = strconv.Itoa(len(c.keys))
		c.numbers[key] = n
	}
	return n
}
