package storetest

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"payferbot/kassa"
)

// model is a store as simple as can be: maps in memory, one tx at a time.
type model struct {
	shops    map[kassa.ShopID]kassa.Shop
	peers    map[kassa.PeerID]kassa.Peer
	homes    map[kassa.Address]kassa.PeerID
	invoices map[string]kassa.Invoice
	origins  map[kassa.Origin]string
	numbers  map[number]string
	due      map[string]time.Time
	watched  map[string]kassa.ShopID
	ready    map[string]time.Time
	owed     map[kassa.PeerID]map[string]time.Time
	grants   map[string]kassa.Grant
	kept     map[string]time.Time
	tally    time.Time
}

type number struct {
	peer kassa.PeerID
	n    int
}

func newModel() *model {
	return &model{
		shops: map[kassa.ShopID]kassa.Shop{}, peers: map[kassa.PeerID]kassa.Peer{}, homes: map[kassa.Address]kassa.PeerID{},
		invoices: map[string]kassa.Invoice{}, origins: map[kassa.Origin]string{}, numbers: map[number]string{},
		due: map[string]time.Time{}, watched: map[string]kassa.ShopID{}, ready: map[string]time.Time{},
		owed: map[kassa.PeerID]map[string]time.Time{}, grants: map[string]kassa.Grant{}, kept: map[string]time.Time{},
	}
}

func (m *model) clone() *model {
	c := &model{
		shops: maps.Clone(m.shops), peers: maps.Clone(m.peers), homes: maps.Clone(m.homes),
		invoices: maps.Clone(m.invoices), origins: maps.Clone(m.origins), numbers: maps.Clone(m.numbers),
		due: maps.Clone(m.due), watched: maps.Clone(m.watched), ready: maps.Clone(m.ready),
		owed: map[kassa.PeerID]map[string]time.Time{}, grants: maps.Clone(m.grants), kept: maps.Clone(m.kept), tally: m.tally,
	}
	for peer, debts := range m.owed {
		c.owed[peer] = maps.Clone(debts)
	}
	return c
}

// modelTx is a kassa.Tx of the model: records are read as it wrote them,
// queues and lists as they were before.
type modelTx struct {
	before, after *model
	rests         map[kassa.PeerID]time.Time
}

func (m *model) begin() *modelTx {
	return &modelTx{before: m, after: m.clone(), rests: map[kassa.PeerID]time.Time{}}
}

// commit gives the model after the tx.
func (t *modelTx) commit() *model {
	for peer, at := range t.rests {
		delete(t.after.ready, string(peer))
		if len(t.after.owed[peer]) > 0 {
			t.after.ready[string(peer)] = at
		}
	}
	return t.after
}

// find reads a map as a store reads records.
func find[K comparable, V any](m map[K]V, key K) (V, error) {
	v, ok := m[key]
	if !ok {
		return v, kassa.ErrNotFound
	}
	return v, nil
}

func (t *modelTx) Shop(id kassa.ShopID) (kassa.Shop, error) { return find(t.after.shops, id) }

func (t *modelTx) ShopByToken(token string) (kassa.Shop, error) {
	for _, s := range t.after.shops {
		if s.Token == token && token != "" {
			return s, nil
		}
	}
	return kassa.Shop{}, kassa.ErrNotFound
}

func (t *modelTx) PutShop(s kassa.Shop) { t.after.shops[s.ID] = s }

func (t *modelTx) Links(id kassa.ShopID) ([]kassa.PeerID, error) {
	links := []kassa.PeerID{}
	for _, p := range t.before.peers {
		if p.Shop == id {
			links = append(links, p.ID)
		}
	}
	slices.Sort(links)
	return links, nil
}

func (t *modelTx) Watched(id kassa.ShopID) (n int, err error) {
	return len(t.watched(id, false)), nil
}

// watched are the shop's orders in one of the two queues.
func (t *modelTx) watched(id kassa.ShopID, strangers bool) []string {
	orders := []string{}
	for order, shop := range t.before.watched {
		if shop == id && kassa.IsStranger(order) == strangers {
			orders = append(orders, order)
		}
	}
	slices.Sort(orders)
	return orders
}

func (t *modelTx) Strangers(id kassa.ShopID) ([]string, error) { return t.watched(id, true), nil }

func (t *modelTx) WatchedOrders(id kassa.ShopID, limit int) ([]string, error) {
	return first(t.watched(id, false), limit), nil
}

func (t *modelTx) Peer(id kassa.PeerID) (kassa.Peer, error) { return find(t.after.peers, id) }

func (t *modelTx) PeerAt(a kassa.Address) (kassa.Peer, error) {
	id, err := find(t.after.homes, a)
	if err != nil {
		return kassa.Peer{}, err
	}
	return t.Peer(id)
}

func (t *modelTx) PutPeer(p kassa.Peer) {
	was, known := t.after.peers[p.ID]
	t.after.peers[p.ID] = p
	if known && was.At == p.At {
		return
	}
	if known && t.after.homes[was.At] == p.ID {
		delete(t.after.homes, was.At)
	}
	t.after.homes[p.At] = p.ID
}

func (t *modelTx) Parked(limit int) ([]kassa.PeerID, error) {
	parked := []kassa.PeerID{}
	for _, p := range t.before.peers {
		if p.Parked != "" {
			parked = append(parked, p.ID)
		}
	}
	return first(parked, limit), nil
}

func (t *modelTx) Grant(code string) (kassa.Grant, error) { return find(t.after.grants, code) }

func (t *modelTx) PutGrant(g kassa.Grant) { t.after.grants[g.Code] = g }

func (t *modelTx) DropGrant(code string) { delete(t.after.grants, code) }

func (t *modelTx) GrantsOver(now time.Time, limit int) ([]string, error) {
	ends := map[string]time.Time{}
	for code, g := range t.before.grants {
		ends[code] = g.Until
	}
	return ids(queued(ends, now, limit)), nil
}

func (t *modelTx) Invoice(order string) (kassa.Invoice, error) { return find(t.after.invoices, order) }

func (t *modelTx) InvoiceFrom(o kassa.Origin) (kassa.Invoice, error) {
	return find(t.after.invoices, t.after.origins[o])
}

func (t *modelTx) InvoiceNumbered(id kassa.PeerID, n int) (kassa.Invoice, error) {
	return find(t.after.invoices, t.after.numbers[number{id, n}])
}

func (t *modelTx) PutInvoice(inv kassa.Invoice) {
	t.after.invoices[inv.Order] = inv
	if !inv.Kept.IsZero() {
		t.after.kept[inv.Order] = inv.Kept
	}
	if inv.Next == "" {
		t.after.origins[inv.Origin] = inv.Order
		t.after.numbers[number{inv.Peer, inv.Number}] = inv.Order
	}
}

func (t *modelTx) History(peer kassa.PeerID, from, to time.Time, limit int) ([]kassa.Invoice, error) {
	list := []kassa.Invoice{}
	for _, before := range t.before.invoices {
		inv := t.after.invoices[before.Order] // the place in the list is as before, what is found there is not
		if before.Peer == peer && before.Listed() && !before.Created.Before(from) && before.Created.Before(to) {
			list = append(list, inv)
		}
	}
	slices.SortFunc(list, func(a, b kassa.Invoice) int {
		return -cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Order, b.Order))
	})
	return list[:min(limit, len(list))], nil
}

func (t *modelTx) Due(order string) (time.Time, error) { return t.before.due[order], nil }

func (t *modelTx) DueBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return queued(t.due(false), now, limit), nil
}

func (t *modelTx) NextDue() (time.Time, error) { return next(t.due(false)), nil }

func (t *modelTx) StrangersBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return queued(t.due(true), now, limit), nil
}

func (t *modelTx) NextStranger() (time.Time, error) { return next(t.due(true)), nil }

// due is one of the two queues.
func (t *modelTx) due(strangers bool) map[string]time.Time {
	queue := maps.Clone(t.before.due)
	maps.DeleteFunc(queue, func(order string, _ time.Time) bool { return kassa.IsStranger(order) != strangers })
	return queue
}

func (t *modelTx) DropStranger(shop kassa.ShopID, order string) {
	t.SetDue(shop, order, never)
	delete(t.after.invoices, order)
	delete(t.after.kept, order)
}

func (t *modelTx) StrangersOver(now time.Time, limit int) ([]string, error) {
	return ids(queued(t.before.kept, now, limit)), nil
}

func (t *modelTx) SetDue(shop kassa.ShopID, order string, at time.Time) {
	delete(t.after.due, order)
	delete(t.after.watched, order)
	if !at.IsZero() {
		t.after.due[order] = at
		t.after.watched[order] = shop
	}
}

func (t *modelTx) Owed(peer kassa.PeerID, limit int) ([]string, error) {
	return ids(queued(t.before.owed[peer], start.AddDate(99, 0, 0), limit)), nil
}

func (t *modelTx) OwedSince(peer kassa.PeerID, since time.Time, limit int) ([]kassa.Queued, error) {
	young := maps.Clone(t.before.owed[peer])
	maps.DeleteFunc(young, func(_ string, at time.Time) bool { return at.Before(since) })
	return queued(young, start.AddDate(99, 0, 0), limit), nil
}

func (t *modelTx) Owe(peer kassa.PeerID, order string, now time.Time) {
	if t.after.owed[peer] == nil {
		t.after.owed[peer] = map[string]time.Time{}
	}
	if _, ok := t.after.owed[peer][order]; !ok {
		t.after.owed[peer][order] = now
	}
	if _, ok := t.after.ready[string(peer)]; !ok {
		t.after.ready[string(peer)] = now
	}
}

func (t *modelTx) Shown(peer kassa.PeerID, order string) { delete(t.after.owed[peer], order) }

func (t *modelTx) Ready(peer kassa.PeerID) (time.Time, error) {
	return t.before.ready[string(peer)], nil
}

func (t *modelTx) ReadyBy(now time.Time, limit int) ([]kassa.Queued, error) {
	return queued(t.before.ready, now, limit), nil
}

func (t *modelTx) NextReady() (time.Time, error) { return next(t.before.ready), nil }

func (t *modelTx) SetReady(peer kassa.PeerID, at time.Time) {
	delete(t.after.ready, string(peer))
	if !at.IsZero() {
		t.after.ready[string(peer)] = at
	}
}

func (t *modelTx) Rest(peer kassa.PeerID, at time.Time) { t.rests[peer] = at }

func (t *modelTx) Tally() (time.Time, error) { return t.before.tally, nil }

func (t *modelTx) SetTally(at time.Time) { t.after.tally = at }

// queued is who is in the queue at now or before, in order.
func queued(queue map[string]time.Time, now time.Time, limit int) []kassa.Queued {
	all := []kassa.Queued{}
	for id, at := range queue {
		if !at.After(now) {
			all = append(all, kassa.Queued{ID: id, At: at})
		}
	}
	slices.SortFunc(all, func(a, b kassa.Queued) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all[:min(limit, len(all))]
}

// ids are who is in the queue, in its order.
func ids(queue []kassa.Queued) []string {
	all := make([]string, len(queue))
	for i, q := range queue {
		all[i] = q.ID
	}
	return all
}

// first gives up to limit of the names, in their order.
func first[S ~string](names []S, limit int) []S {
	slices.Sort(names)
	return names[:min(limit, len(names))]
}

// next is the earliest time in the queue.
func next(queue map[string]time.Time) time.Time {
	if first := queued(queue, start.AddDate(99, 0, 0), 1); len(first) > 0 {
		return first[0].At
	}
	return time.Time{}
}
