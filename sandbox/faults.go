package sandbox

import (
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Kind names a way in which a service misbehaves.
type Kind string

// Faults that both services know. "Done" means that the call took effect.
const (
	DropBefore Kind = "drop before" // connection cut, nothing done
	DropAfter  Kind = "drop after"  // done, then the connection is cut: the reply is lost
	Slow       Kind = "slow"        // held before it is done, see Until and For
	SlowReply  Kind = "slow reply"  // done, the reply held, see Until and For
	Garbage    Kind = "garbage"     // done, the reply is no JSON
	Empty      Kind = "empty"       // done, the reply has no body
	Truncated  Kind = "truncated"   // done, half the body, well framed
	Cut        Kind = "cut"         // done, half the body, then the connection dies
	BadGateway Kind = "bad gateway" // 502 with HTML, nothing done
	Broken500  Kind = "500"         // 500, nothing done
	TooMany    Kind = "too many"    // 429, nothing done, see RetryAfter
	Refuse     Kind = "refuse"      // an error reply, nothing done, see Code and Text
)

// Faults of Payfer alone.
const (
	Maintenance     Kind = "maintenance"      // the documented 503
	MaintenanceHTML Kind = "maintenance html" // 503 from whatever stands in front of it
	ErrorAs200      Kind = "error as 200"     // an error's body under HTTP 200; with Text that error, nothing done
	Strings         Kind = "strings"          // numbers as JSON strings
	FloatNoise      Kind = "float noise"      // 50001.50 as 50001.499999999998
	UnknownStatus   Kind = "unknown status"   // payment_status is Text, "processing" unless told
	Redirect        Kind = "redirect"         // 302 to Text, nothing done
	Huge            Kind = "huge"             // done, the reply is over 200 KiB
)

func commonKinds() []Kind {
	return []Kind{
		DropBefore, DropAfter, Slow, SlowReply, Garbage, Empty, Truncated, Cut, BadGateway,
		Broken500, TooMany, Refuse,
	}
}

func payferKinds() []Kind {
	return append(commonKinds(), Maintenance, MaintenanceHTML, ErrorAs200, Strings, FloatNoise,
		UnknownStatus, Redirect, Huge)
}

// FaultOption narrows a fault or gives its details.
type FaultOption func(*rule)

// Until holds a Slow or SlowReply call until release is closed (or the caller hangs up).
func Until(release <-chan struct{}) FaultOption { return func(r *rule) { r.until = release } }

// For holds a Slow or SlowReply call for d.
func For(d time.Duration) FaultOption { return func(r *rule) { r.delay = d } }

// Code sets the HTTP status of a Refuse.
func Code(status int) FaultOption { return func(r *rule) { r.code = status } }

// Text sets the message of a Refuse or ErrorAs200, the status of an UnknownStatus, the
// address of a Redirect.
func Text(s string) FaultOption { return func(r *rule) { r.text = s } }

// RetryAfter sets the seconds that a TooMany tells the caller to wait.
func RetryAfter(seconds int) FaultOption { return func(r *rule) { r.retry = seconds } }

// ForOrder limits a fault of Payfer to one order.
func ForOrder(order string) FaultOption {
	return When(func(v url.Values) bool { return v.Get("order") == order })
}

// InChat limits a fault of Telegram to one chat.
func InChat(chat int64) FaultOption {
	return When(func(v url.Values) bool { return v.Get("chat_id") == fmt.Sprint(chat) })
}

// When limits a fault to calls whose parameters match. Payfer's come without the shop_key.
func When(match func(url.Values) bool) FaultOption {
	return func(r *rule) { r.match = append(r.match, match) }
}

// rule is one programmed fault.
type rule struct {
	method string
	kind   Kind
	left   int // how often it still strikes; negative = always
	code   int
	text   string
	retry  int
	delay  time.Duration
	until  <-chan struct{}
	match  []func(url.Values) bool
}

func (r *rule) strikes(method string, params url.Values) bool {
	if r.left == 0 || r.method != "" && r.method != method {
		return false
	}
	return !slices.ContainsFunc(r.match, func(m func(url.Values) bool) bool { return !m(params) })
}

// faults is the list of a service's programmed faults; the first that matches strikes.
type faults struct {
	mu    sync.Mutex
	known []Kind
	rules []*rule
}

// add panics on a kind that the service does not know: a test with such a fault would pass
// without having tested anything.
func (f *faults) add(method string, kind Kind, times int, opts []FaultOption) {
	if !slices.Contains(f.known, kind) {
		panic(fmt.Sprintf("sandbox: this service has no fault %q", kind))
	}
	r := &rule{method: method, kind: kind, left: times, retry: 1}
	for _, o := range opts {
		o(r)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = append(f.rules, r)
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// take uses up one strike of the first rule that matches. Without one it gives a rule of no
// kind, so that callers need not ask.
func (f *faults) take(method string, params url.Values) rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range f.rules {
		if !r.strikes(method, params) {
			continue
		}
		if r.left > 0 {
			r.left--
		}
		if r.left == 0 {
			f.rules = slices.Delete(f.rules, i, i+1)
		}
		return *r
	}
	return rule{}
}
