package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// PayferCall is one call as Payfer saw it. It never holds a shop_key.
type PayferCall struct {
	Seq         int // from 0, in the order of arrival
	Method      string
	Shop, Order string
	At          time.Time // of arrival
	Stage       Stage
	Status      int    // HTTP status of the true answer, 0 before it is known
	Message     string // of an error; the state that a check told
	Fault       Kind   // what went wrong, if programmed
}

// Calls gives the calls of a method ("" = all), in the order of arrival.
func (p *Payfer) Calls(method string) []PayferCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.callsOf(method)
}

// CallsFor gives the calls that named an order.
func (p *Payfer) CallsFor(order string) []PayferCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.callsFor(order)
}

func (p *Payfer) callsOf(method string) []PayferCall {
	return p.pick(func(c PayferCall) bool { return method == "" || c.Method == method })
}

func (p *Payfer) callsFor(order string) []PayferCall {
	return p.pick(func(c PayferCall) bool { return c.Order == order })
}

func (p *Payfer) pick(keep func(PayferCall) bool) []PayferCall {
	var list []PayferCall
	for _, c := range p.calls {
		if keep(c) {
			list = append(list, c)
		}
	}
	return list
}

// OnCall has fn called twice a call, in the call's own goroutine: when it was received and
// when it was applied, before the reply is written. fn may drive the sandbox.
func (p *Payfer) OnCall(fn func(PayferCall)) { p.change(func() { p.onCall = append(p.onCall, fn) }) }

// Before has fn called when a call of method is received, before anything else is done. fn sees
// the whole request, shop_key included.
func (p *Payfer) Before(method string, fn func(*http.Request)) {
	p.change(func() { p.before[method] = append(p.before[method], fn) })
}

// OnCreate has fn called when create has recorded a payment and its reply is not yet written.
func (p *Payfer) OnCreate(fn func(Payment)) {
	p.change(func() { p.onCreate = append(p.onCreate, fn) })
}

// receive logs a call's arrival and runs the hooks that want to know.
func (p *Payfer) receive(r *http.Request, q url.Values) PayferCall {
	p.mu.Lock()
	call := PayferCall{
		Seq: len(p.calls), Method: q.Get("method"), Shop: q.Get("shop_id"),
		Order: q.Get("order"), At: p.clock(), Stage: Received,
	}
	p.calls = append(p.calls, call)
	before, onCall := slices.Clone(p.before[call.Method]), slices.Clone(p.onCall)
	p.ring()
	p.mu.Unlock()
	for _, fn := range before {
		fn(r)
	}
	for _, fn := range onCall {
		fn(call)
	}
	return call
}

// applied logs a call's outcome and runs the hooks that want to know.
func (p *Payfer) applied(call PayferCall) {
	call.Stage = Applied
	p.mu.Lock()
	p.calls[call.Seq] = call
	onCall := slices.Clone(p.onCall)
	p.ring()
	p.mu.Unlock()
	p.log.Info("payfer", "method", call.Method, "shop", call.Shop, "order", call.Order,
		"status", call.Status, "message", call.Message, "fault", call.Fault)
	for _, fn := range onCall {
		fn(call)
	}
}

func (p *Payfer) tellCreated(pay Payment) {
	p.mu.Lock()
	fns := slices.Clone(p.onCreate)
	p.mu.Unlock()
	for _, fn := range fns {
		fn(pay)
	}
}
