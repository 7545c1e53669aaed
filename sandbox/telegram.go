package sandbox

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// DefaultToken is the bot token of a sandbox that was given none. It opens nothing elsewhere.
const DefaultToken = "7000000001:AAsandboxSandboxSandboxSandbox00000"

// TelegramOptions says how a Telegram is to be; the zero value is a good one for tests.
type TelegramOptions struct {
	Token     string           // default DefaultToken; the digits before the colon are the bot's id
	Username  string           // default payfer_sandbox_bot
	Name      string           // default "Payfer"
	Now       func() time.Time // default time.Now
	Limits    Limits           // default none
	HookRetry time.Duration    // between the tries of an update in webhook mode; default 20 ms
	Log       *slog.Logger     // default none; never gets the token or a text
}

// Telegram is the part of the Bot API that the bot uses, with the chats behind it. All methods
// may be used at any time, also from hooks, also while calls are served.
type Telegram struct {
	board
	faults faults
	log    *slog.Logger

	methods               map[string]method
	token, username, name string
	botID                 int64
	now                   func() time.Time
	throttle              throttle
	privacy               bool

	people  map[int64]*User
	chats   map[int64]*chat
	lastID  int // message ids of private chats and basic groups come from one sequence
	files   map[string]*photo
	queries map[string]*Callback
	typed   map[string]*Query
	inline  map[string]*inlineMessage

	commands map[string][]Command
	profile  map[string]string

	feed   feed
	calls  []Call
	onCall []func(Call)
}

// NewTelegram makes a Telegram with one bot and nobody else. Close it when done.
func NewTelegram(o TelegramOptions) *Telegram {
	t := &Telegram{
		board:    newBoard(),
		faults:   faults{known: commonKinds()},
		log:      or(o.Log, slog.New(slog.DiscardHandler)),
		methods:  methods(),
		token:    or(o.Token, DefaultToken),
		username: or(o.Username, "payfer_sandbox_bot"),
		name:     or(o.Name, "Payfer"),
		now:      time.Now,
		throttle: throttle{limits: o.Limits},
		privacy:  true,
		people:   map[int64]*User{},
		chats:    map[int64]*chat{},
		files:    map[string]*photo{},
		queries:  map[string]*Callback{},
		typed:    map[string]*Query{},
		inline:   map[string]*inlineMessage{},
		commands: map[string][]Command{},
		profile:  map[string]string{},
		feed:     newFeed(or(o.HookRetry, 20*time.Millisecond)),
	}
	if o.Now != nil {
		t.now = o.Now
	}
	id, _, _ := strings.Cut(t.token, ":")
	t.botID, _ = strconv.ParseInt(id, 10, 64)
	return t
}

// Close ends long polls and the posting of updates and waits for the latter.
func (t *Telegram) Close() {
	t.change(t.feed.cancel) // under the lock, so that no posting starts after it
	t.feed.wg.Wait()
	t.feed.client.CloseIdleConnections()
}

// BotID is the bot's user id.
func (t *Telegram) BotID() int64 { return t.botID }

// Username is the bot's name without the @.
func (t *Telegram) Username() string { return t.username }

// SetNow changes the clock that dates messages and measures limits.
func (t *Telegram) SetNow(now func() time.Time) { t.change(func() { t.now = now }) }

// SetLimits changes the flood limits; what was sent before counts.
func (t *Telegram) SetLimits(l Limits) { t.change(func() { t.throttle.limits = l }) }

// SetPrivacy says whether the bot sees of a group only what concerns it (the default).
func (t *Telegram) SetPrivacy(on bool) { t.change(func() { t.privacy = on }) }

// Fault programs the next `times` calls of method ("" = any; times < 0 = until ClearFaults)
// to go wrong. Rules are tried in the order they were added.
func (t *Telegram) Fault(method string, kind Kind, times int, opts ...FaultOption) {
	t.faults.add(method, kind, times, opts)
}

// ClearFaults ends all programmed faults; a call that is being held stays so.
func (t *Telegram) ClearFaults() { t.faults.clear() }

func (t *Telegram) change(fn func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fn()
	t.ring()
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"+t.token+"/"); ok {
		t.serveFile(w, path)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+t.token+"/")
	if !ok {
		rule{}.write(w, unauthorized().reply())
		return
	}
	q, err := readRequest(w, r, method)
	if err != nil {
		rule{}.write(w, err.reply())
		return
	}
	t.serve(w, q)
}

// serve takes a call through its stages: received, held, refused or done, applied, answered.
func (t *Telegram) serve(w http.ResponseWriter, q *request) {
	t.receive(q)
	f := t.faults.take(q.call.Method, q.params)
	q.call.Fault = f.kind
	f.hold(q.ctx, Slow)
	rep := t.perform(q, f)
	t.applied(q)
	f.hold(q.ctx, SlowReply)
	f.write(w, rep)
}

func (t *Telegram) perform(q *request, f rule) reply {
	if rep, refused := telegramRefusal(f); refused {
		q.call.Code, q.call.Error = rep.status, "fault: "+string(f.kind)
		return rep
	}
	if f.kind == Slow && q.ctx.Err() != nil {
		q.call.Error = "caller gone"
		return (&apiError{code: http.StatusInternalServerError, text: q.call.Error}).reply()
	}
	result, err := t.do(q)
	if err != nil {
		q.call.Code, q.call.Error = err.code, err.text
		return err.reply()
	}
	q.call.Code = http.StatusOK
	return success(result)
}

// do finds the method, checks its parameters and runs it, all but a long poll under the lock.
func (t *Telegram) do(q *request) (any, *apiError) {
	m, ok := t.methods[strings.ToLower(q.call.Method)]
	if !ok {
		return nil, &apiError{code: http.StatusNotFound, text: "Not Found"}
	}
	if err := q.check(m.takes); err != nil {
		return nil, err
	}
	if m.polls {
		return t.getUpdates(q)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.ring()
	return m.run(t, q)
}
