package sandbox

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"payferbot/money"
)

// PayferOptions says how a Payfer is to be; the zero value is a good one for tests.
type PayferOptions struct {
	Now         func() time.Time // default time.Now
	Expiry      time.Duration    // how long a payment stays open; default 15 minutes
	Zone        *time.Location   // whose clock the zoneless stamps show; default UTC
	RetryDelay  time.Duration    // between a webhook's tries; default 10 ms
	HookTimeout time.Duration    // for one try; default 5 s
	Log         *slog.Logger     // default none; never gets a shop_key
}

// Payfer is a payment gateway with a memory: GET /api as the vendor documents it. All
// methods may be used at any time, also from hooks, also while calls are served.
type Payfer struct {
	board
	faults faults
	log    *slog.Logger

	now           func() time.Time
	ahead         time.Duration // by Advance
	expiry        time.Duration
	zone          *time.Location
	pendingUnique bool

	shops    map[string]*kassa
	payments []*Payment // oldest first

	calls    []PayferCall
	onCall   []func(PayferCall)
	onCreate []func(Payment)
	before   map[string][]func(*http.Request)

	hooks hookDesk
}

// kassa is a merchant account with what the vendor keeps to himself.
type kassa struct {
	Shop
	key     string
	orders  map[string]*Payment
	open    []*Payment // those that were open when the last one was created
	offsets int        // how many unique sums were given, so that the next differs
}

// Shop is what a kassa looks like from outside.
type Shop struct {
	ID, Name       string
	Webhook        string // where a payment is told to; empty = nowhere
	Active         bool
	Balance, Total money.Amount
	Transactions   int64
	CreatedAt      time.Time
}

// Payment is one order as Payfer knows it.
type Payment struct {
	ID                  int64
	Shop, Order         string
	State               string       // pending, paid, expired, cancelled
	Asked, Unique, Paid money.Amount // what create was given, what the customer must send, what he sent
	CreatedAt, ExpireAt time.Time
	PaidAt              time.Time // zero while unpaid
}

// The states of a Payment, as check tells them.
const (
	Pending   = "pending"
	Paid      = "paid"
	Expired   = "expired"
	Cancelled = "cancelled"
)

// firstPayment is the payment_id of the documentation's example.
const firstPayment = 12345

// NewPayfer makes a Payfer without kassas. Close it when done.
func NewPayfer(o PayferOptions) *Payfer {
	p := &Payfer{
		board:  newBoard(),
		faults: faults{known: payferKinds()},
		log:    or(o.Log, slog.New(slog.DiscardHandler)),
		now:    time.Now,
		expiry: or(o.Expiry, 15*time.Minute),
		zone:   or(o.Zone, time.UTC),
		shops:  map[string]*kassa{},
		before: map[string][]func(*http.Request){},
	}
	if o.Now != nil {
		p.now = o.Now
	}
	p.hooks = newHookDesk(or(o.RetryDelay, 10*time.Millisecond), or(o.HookTimeout, 5*time.Second))
	return p
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// Tashkent is the zone that Payfer's stamps may be in. Uzbekistan has had UTC+5 without
// summer time since 1992, so no zone database is needed.
func Tashkent() *time.Location { return time.FixedZone("Asia/Tashkent", 5*60*60) }

// Close ends the webhooks under way and waits for them. It may be called again.
func (p *Payfer) Close() {
	p.change(p.hooks.cancel) // under the lock, so that no delivery starts after it
	p.hooks.wg.Wait()
	p.hooks.client.CloseIdleConnections()
}

// Fault programs the next `times` calls of method ("" = any; times < 0 = until ClearFaults)
// to go wrong. Rules are tried in the order they were added.
func (p *Payfer) Fault(method string, kind Kind, times int, opts ...FaultOption) {
	p.faults.add(method, kind, times, opts)
}

// ClearFaults ends all programmed faults; a call that is being held stays so.
func (p *Payfer) ClearFaults() { p.faults.clear() }

// AddShop opens a kassa, active and without a webhook. An id used again replaces the kassa.
func (p *Payfer) AddShop(id, key, name string) {
	p.change(func() {
		p.shops[id] = &kassa{
			Shop: Shop{ID: id, Name: name, Active: true, CreatedAt: p.clock()},
			key:  key, orders: map[string]*Payment{},
		}
	})
}

// Deactivate makes every call of the kassa answer "Shop is not active"; Activate ends it.
func (p *Payfer) Deactivate(id string) { p.changeShop(id, func(k *kassa) { k.Active = false }) }

// Activate ends what Deactivate began.
func (p *Payfer) Activate(id string) { p.changeShop(id, func(k *kassa) { k.Active = true }) }

// Revoke makes the kassa's key invalid, until SetKey gives it another.
func (p *Payfer) Revoke(id string) { p.SetKey(id, "") }

// SetKey gives the kassa another key.
func (p *Payfer) SetKey(id, key string) { p.changeShop(id, func(k *kassa) { k.key = key }) }

// Rename gives the kassa another name.
func (p *Payfer) Rename(id, name string) { p.changeShop(id, func(k *kassa) { k.Name = name }) }

// SetWebhook says where the kassa's payments are told to; empty = nowhere.
func (p *Payfer) SetWebhook(id, url string) { p.changeShop(id, func(k *kassa) { k.Webhook = url }) }

// Shop gives a kassa as it stands.
func (p *Payfer) Shop(id string) (Shop, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k, ok := p.shops[id]; ok {
		return k.Shop, true
	}
	return Shop{}, false
}

// SetZone changes whose clock the stamps show.
func (p *Payfer) SetZone(zone *time.Location) { p.change(func() { p.zone = zone }) }

// SetExpiry changes how long payments created from now on stay open.
func (p *Payfer) SetExpiry(d time.Duration) { p.change(func() { p.expiry = d }) }

// SetNow changes the clock under Advance's offset.
func (p *Payfer) SetNow(now func() time.Time) { p.change(func() { p.now = now }) }

// UniqueInPending says whether check tells unique_amount of a pending payment, which the
// vendor does not document. Off at first.
func (p *Payfer) UniqueInPending(on bool) { p.change(func() { p.pendingUnique = on }) }

// Advance moves this Payfer's clock forward, on top of Now.
func (p *Payfer) Advance(d time.Duration) { p.change(func() { p.ahead += d }) }

// Now tells this Payfer's time, in UTC.
func (p *Payfer) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clock()
}

func (p *Payfer) clock() time.Time { return p.now().Add(p.ahead).UTC() }

func (p *Payfer) change(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
	p.ring()
}

// changeShop panics when there is no such kassa: a test that drives it has a typing error.
func (p *Payfer) changeShop(id string, fn func(*kassa)) {
	p.change(func() {
		k, ok := p.shops[id]
		if !ok {
			panic("sandbox: no kassa " + id)
		}
		fn(k)
	})
}

// withoutKey is the query as logs, hooks and fault predicates may see it.
func withoutKey(q url.Values) url.Values {
	seen := url.Values{}
	for k, v := range q {
		if k != "shop_key" {
			seen[k] = v
		}
	}
	return seen
}
