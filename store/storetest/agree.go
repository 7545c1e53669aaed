package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"payferbot/kassa"
	"payferbot/secret"
)

// step is one call of a kassa.Tx with its arguments drawn; it gives what the call gave.
type step func(kassa.Tx) []any

// agree runs random transactions on a store and on the model, and compares all that they read.
func agree(t *testing.T, place func(testing.TB) Place) {
	ring := keys(t, secret.NewKey())
	rapid.Check(t, func(r *rapid.T) {
		p := place(t)
		s, m := reopened(r, nil, p, ring), newModel()
		defer func() { s.Close() }()
		r.Repeat(map[string]func(*rapid.T){
			"update":  func(r *rapid.T) { m = playUpdate(r, s, m) },
			"view":    func(r *rapid.T) { playView(r, s, m) },
			"reopen":  func(r *rapid.T) { s = reopened(r, s, p, ring) },
			"update ": func(r *rapid.T) { m = playUpdate(r, s, m) }, // more often than the others
		})
	})
}

func reopened(r *rapid.T, s Store, p Place, ring *secret.Keyring) Store {
	if s != nil {
		if err := s.Close(); err != nil {
			r.Fatal(err)
		}
	}
	s, err := p.Open(ring)
	if err != nil {
		r.Fatal(err)
	}
	return s
}

// errRegret is why a drawn tx may write nothing after all.
var errRegret = errors.New("regret")

func playUpdate(r *rapid.T, s Store, m *model) *model {
	steps := rapid.SliceOfN(rapid.OneOf(reads(), writes(), writes()), 1, 12).Draw(r, "steps")
	var result error
	if rapid.IntRange(0, 9).Draw(r, "regret") == 0 {
		result = errRegret
	}
	want := m.begin()
	err := s.Update(context.Background(), func(tx kassa.Tx) error {
		want = m.begin()
		compare(r, tx, want, steps)
		return result
	})
	if !errors.Is(err, result) || (err != nil) != (result != nil) {
		r.Fatalf("Update gave %v, want %v", err, result)
	}
	if result != nil {
		return m
	}
	return want.commit()
}

func playView(r *rapid.T, s Store, m *model) {
	steps := rapid.SliceOfN(reads(), 1, 12).Draw(r, "steps")
	err := s.View(context.Background(), func(tx kassa.Tx) error {
		compare(r, tx, m.begin(), steps)
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}

// compare plays the same steps on both and wants the same of both.
func compare(r *rapid.T, got, want kassa.Tx, steps []step) {
	for i, s := range steps {
		if d := cmp.Diff(s(want), s(got), cmpopts.EquateEmpty(), cmpopts.EquateErrors()); d != "" {
			r.Fatalf("step %d (-model +store)\n%s", i, d)
		}
	}
}

// A handful of everything, so that steps meet.
var (
	someOrder  = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "stranger:a", "stranger:d"})
	someStray  = rapid.SampledFrom([]string{"stranger:a", "stranger:d"})
	somePeer   = rapid.SampledFrom([]kassa.PeerID{"p1", "p2", "p3"})
	someShop   = rapid.SampledFrom([]kassa.ShopID{"s1", "s2"})
	someChat   = rapid.SampledFrom([]kassa.Address{{Chat: 1}, {Chat: -2}, {Inline: "1"}})
	someOrigin = rapid.SampledFrom([]kassa.Origin{"o1", "o2", "o3"})
	someState  = rapid.SampledFrom([]kassa.State{kassa.Pending, kassa.Paid, kassa.Absent})
	someGrant  = rapid.SampledFrom([]string{"g1", "g2", "g3"})
	someKey    = rapid.SampledFrom([]secret.Text{"", "k1"})
	someLimit  = rapid.IntRange(0, 4)
	someTime   = rapid.Map(rapid.IntRange(-3, 8), func(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) })
	someMoment = rapid.OneOf(someTime, someTime, rapid.Just(time.Time{}))
)

// orderShop is the shop of an order: the same one always.
func orderShop(order string) kassa.ShopID {
	if order[len(order)-1:] < "c" {
		return "s1"
	}
	return "s2"
}

// reads draws a reading step.
func reads() *rapid.Generator[step] {
	return rapid.Custom(func(r *rapid.T) step {
		order, peer, shop, limit, now := someOrder.Draw(r, "order"), somePeer.Draw(r, "peer"), someShop.Draw(r, "shop"),
			someLimit.Draw(r, "limit"), someTime.Draw(r, "now")
		home, origin, to, grant := someChat.Draw(r, "home"), someOrigin.Draw(r, "origin"), someTime.Draw(r, "to"), someGrant.Draw(r, "grant")
		return rapid.SampledFrom([]step{
			func(tx kassa.Tx) []any { return told(tx.Shop(shop)) },
			func(tx kassa.Tx) []any { return told(tx.ShopByToken(string(shop) + "x")) },
			func(tx kassa.Tx) []any { return told(tx.Links(shop)) },
			func(tx kassa.Tx) []any { return told(tx.Watched(shop)) },
			func(tx kassa.Tx) []any { return told(tx.WatchedOrders(shop, limit)) },
			func(tx kassa.Tx) []any { return told(tx.Peer(peer)) },
			func(tx kassa.Tx) []any { return told(tx.PeerAt(home)) },
			func(tx kassa.Tx) []any { return told(tx.Parked(limit)) },
			func(tx kassa.Tx) []any { return told(tx.Grant(grant)) },
			func(tx kassa.Tx) []any { return told(tx.GrantsOver(now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.Invoice(order)) },
			func(tx kassa.Tx) []any { return told(tx.InvoiceFrom(origin)) },
			func(tx kassa.Tx) []any { return told(tx.InvoiceNumbered(peer, limit)) },
			func(tx kassa.Tx) []any { return told(tx.History(peer, now, to, limit)) },
			func(tx kassa.Tx) []any { return told(tx.Due(order)) },
			func(tx kassa.Tx) []any { return told(tx.DueBy(now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.NextDue()) },
			func(tx kassa.Tx) []any { return told(tx.StrangersBy(now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.NextStranger()) },
			func(tx kassa.Tx) []any { return told(tx.Strangers(shop)) },
			func(tx kassa.Tx) []any { return told(tx.StrangersOver(now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.Owed(peer, limit)) },
			func(tx kassa.Tx) []any { return told(tx.OwedSince(peer, now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.Ready(peer)) },
			func(tx kassa.Tx) []any { return told(tx.ReadyBy(now, limit)) },
			func(tx kassa.Tx) []any { return told(tx.NextReady()) },
			func(tx kassa.Tx) []any { return told(tx.Tally()) },
		}).Draw(r, "read")
	})
}

// writes draws a writing step.
func writes() *rapid.Generator[step] {
	return rapid.Custom(func(r *rapid.T) step {
		order, peer, shop := someOrder.Draw(r, "order"), somePeer.Draw(r, "peer"), someShop.Draw(r, "shop")
		moment, now := someMoment.Draw(r, "moment"), someTime.Draw(r, "now")
		p := kassa.Peer{ID: peer, At: someChat.Draw(r, "home"), Shop: rapid.SampledFrom([]kassa.ShopID{"", "s1", "s2"}).Draw(r, "link")}
		p.Parked = rapid.SampledFrom([]string{"", "", "kicked", "blocked"}).Draw(r, "parked")
		g := kassa.Grant{Code: someGrant.Draw(r, "grant"), Group: peer, Until: now, Key: someKey.Draw(r, "voucher")}
		sh := kassa.Shop{ID: shop, Key: someKey.Draw(r, "key"), Token: string(shop) + rapid.SampledFrom([]string{"x", "y"}).Draw(r, "token")}
		stranger := someStray.Draw(r, "stranger")
		inv := invoice(strings.TrimPrefix(order, "stranger:"), someState.Draw(r, "state"), rapid.Bool().Draw(r, "replaced"))
		return rapid.SampledFrom([]step{
			func(tx kassa.Tx) []any { tx.PutShop(sh); return nil },
			func(tx kassa.Tx) []any { tx.PutPeer(p); return nil },
			func(tx kassa.Tx) []any { tx.PutInvoice(inv); return nil },
			func(tx kassa.Tx) []any { tx.SetDue(orderShop(order), order, moment); return nil },
			func(tx kassa.Tx) []any { tx.Owe(peer, order, now); return nil },
			func(tx kassa.Tx) []any { tx.Shown(peer, order); return nil },
			func(tx kassa.Tx) []any { tx.SetReady(peer, moment); return nil },
			func(tx kassa.Tx) []any { tx.Rest(peer, now); return nil },
			func(tx kassa.Tx) []any { tx.PutGrant(g); return nil },
			func(tx kassa.Tx) []any { tx.DropGrant(g.Code); return nil },
			func(tx kassa.Tx) []any { tx.SetTally(moment); return nil },
			func(tx kassa.Tx) []any {
				tx.PutInvoice(kassa.Invoice{Order: stranger, Shop: orderShop(stranger), Kept: moment})
				return nil
			},
			func(tx kassa.Tx) []any { tx.DropStranger(orderShop(stranger), stranger); return nil },
		}).Draw(r, "write")
	})
}

// invoice is an order in a state; what never changes follows from the order,
// so that some orders are attempts at the same.
func invoice(order string, state kassa.State, replaced bool) kassa.Invoice {
	n := int(order[0] - 'a') // 0…4
	inv := kassa.Invoice{
		Order: order, Peer: []kassa.PeerID{"p1", "p2"}[n%2], Number: 1 + n/2%2, State: state,
		Origin: []kassa.Origin{"o1", "o2", "o3"}[n%3], Created: start.Add(time.Duration(n/2) * time.Millisecond),
	}
	if replaced {
		inv.Next = "z"
	}
	return inv
}

func told[V any](v V, err error) []any { return []any{v, err} }
