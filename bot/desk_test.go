package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"payferbot/kassa"
	"payferbot/money"
	"payferbot/payfer"
)

// fakeDesk keeps all in memory and says yes. Before every call it asks hook,
// whose error is the call's answer and whose panic is the call's panic.
type fakeDesk struct {
	mu       sync.Mutex
	hook     func(method string, peer kassa.PeerID) error
	peers    map[int64]kassa.Peer
	shops    map[kassa.ShopID]kassa.Shop
	invoices []kassa.Invoice
	info     payfer.ShopInfo

	commands []kassa.Command
	linked   []payfer.Credentials
	renewed  []string
	takenUp  int
	adopted  []int
	backs    int
	moves    [][2]int64
	forgot   []kassa.ShopID
	grants   map[string]kassa.Grant
	parked   []string // "peer42 kicked"
	visits   []string // "peer order"
}

func newFakeDesk() *fakeDesk {
	return &fakeDesk{peers: map[int64]kassa.Peer{}, shops: map[kassa.ShopID]kassa.Shop{}, grants: map[string]kassa.Grant{}}
}

var errStore = errors.New("the disk is full")

// does locks the desk for one call, or gives the error that the hook wants.
func (d *fakeDesk) does(method string, peer kassa.PeerID) (func(), error) {
	d.mu.Lock()
	hook := d.hook
	d.mu.Unlock()
	if hook != nil {
		if err := hook(method, peer); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	return d.mu.Unlock, nil
}

func (d *fakeDesk) setHook(hook func(string, kassa.PeerID) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hook = hook
}

// see reads the desk under its lock.
func (d *fakeDesk) see(look func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	look()
}

// linkNow makes the chat linked to a kassa, as if by an earlier /link.
func (d *fakeDesk) linkNow(chat int64, shop kassa.ShopID, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shops[shop] = kassa.Shop{ID: shop, Name: name, Key: canaryKey, Token: "token-of-" + string(shop)}
	p := d.peer(chat, "en")
	p.Shop = shop
	d.peers[chat] = p
}

func (d *fakeDesk) peer(chat int64, lang string) kassa.Peer {
	p, ok := d.peers[chat]
	if !ok {
		p = kassa.Peer{ID: kassa.PeerID(fmt.Sprint("peer", chat)), At: kassa.Address{Chat: chat}, Lang: lang}
		d.peers[chat] = p
	}
	return p
}

func (d *fakeDesk) byID(id kassa.PeerID) kassa.Peer {
	for _, p := range d.peers {
		if p.ID == id {
			return p
		}
	}
	return kassa.Peer{}
}

func (d *fakeDesk) PeerAt(_ context.Context, at kassa.Address, lang string) (kassa.Peer, error) {
	done, err := d.does("PeerAt", kassa.PeerID(fmt.Sprint("peer", at.Chat)))
	if err != nil {
		return kassa.Peer{}, err
	}
	defer done()
	return d.peer(at.Chat, lang), nil
}

func (d *fakeDesk) ChangePeer(_ context.Context, id kassa.PeerID, fn func(*kassa.Peer) error) (kassa.Peer, error) {
	done, err := d.does("ChangePeer", id)
	if err != nil {
		return kassa.Peer{}, err
	}
	defer done()
	p := d.byID(id)
	if err := fn(&p); err != nil {
		return p, err
	}
	d.peers[p.At.Chat] = p
	return p, nil
}

func (d *fakeDesk) ShopOf(_ context.Context, id kassa.PeerID) (kassa.Shop, error) {
	done, err := d.does("ShopOf", id)
	if err != nil {
		return kassa.Shop{}, err
	}
	defer done()
	p := d.byID(id)
	if p.Shop == "" {
		return kassa.Shop{}, kassa.ErrNotLinked
	}
	return d.shops[p.Shop], nil
}

func (d *fakeDesk) Link(_ context.Context, id kassa.PeerID, c payfer.Credentials) (kassa.Shop, error) {
	d.see(func() { d.linked = append(d.linked, c) })
	done, err := d.does("Link", id)
	if err != nil {
		return kassa.Shop{}, err
	}
	defer done()
	shop := kassa.Shop{ID: kassa.ShopID(c.ShopID), Name: "Shop " + c.ShopID, Key: c.ShopKey, Token: "token"}
	d.shops[shop.ID] = shop
	p := d.byID(id)
	p.Shop, p.Dialogue = shop.ID, kassa.Dialogue{}
	d.peers[p.At.Chat] = p
	return shop, nil
}

func (d *fakeDesk) Unlink(_ context.Context, id kassa.PeerID) (kassa.Shop, int, error) {
	done, err := d.does("Unlink", id)
	if err != nil {
		return kassa.Shop{}, 0, err
	}
	defer done()
	p := d.byID(id)
	if p.Shop == "" {
		return kassa.Shop{}, 0, kassa.ErrNotLinked
	}
	was, open := d.shops[p.Shop], 0
	for _, inv := range d.invoices {
		if inv.Peer == id && inv.Shop == p.Shop && inv.Open() {
			open++
		}
	}
	p.Shop = ""
	d.peers[p.At.Chat] = p
	return was, open, nil
}

func (d *fakeDesk) Forget(_ context.Context, id kassa.PeerID, shop kassa.ShopID) (int, error) {
	done, err := d.does("Forget", id)
	if err != nil {
		return 0, err
	}
	defer done()
	d.forgot = append(d.forgot, shop)
	return 1, nil
}

func (d *fakeDesk) Info(ctx context.Context, id kassa.PeerID) (kassa.Shop, payfer.ShopInfo, error) {
	shop, err := d.ShopOf(ctx, id)
	if err != nil {
		return shop, payfer.ShopInfo{}, err
	}
	done, err := d.does("Info", id)
	if err != nil {
		return shop, payfer.ShopInfo{}, err
	}
	defer done()
	return shop, d.info, nil
}

func (d *fakeDesk) Issue(_ context.Context, c kassa.Command) (kassa.Invoice, error) {
	done, err := d.does("Issue", c.Peer)
	if err != nil {
		return kassa.Invoice{}, err
	}
	defer done()
	d.commands = append(d.commands, c)
	if i := slices.IndexFunc(d.invoices, func(inv kassa.Invoice) bool { return inv.Origin == c.Origin }); i >= 0 {
		return d.invoices[i], nil
	}
	inv := kassa.Invoice{
		Order: fmt.Sprintf("order%d", len(d.invoices)+1), Peer: c.Peer, Number: len(d.invoices) + 1,
		Shop: d.byID(c.Peer).Shop, Asked: c.Amount, Unique: c.Amount + money.Som, Note: c.Note,
		Origin: c.Origin, State: kassa.Pending, Created: time.Now(),
	}
	d.invoices = append(d.invoices, inv)
	return inv, nil
}

func (d *fakeDesk) Renew(ctx context.Context, id kassa.PeerID, order string, by int64) (kassa.Invoice, error) {
	old, err := d.Find(ctx, id, order)
	if err != nil {
		return old, err
	}
	d.see(func() { d.renewed = append(d.renewed, order) })
	return d.Issue(ctx, kassa.Command{Peer: id, Origin: kassa.RenewOrigin(order), Amount: old.Asked, By: by})
}

func (d *fakeDesk) Issued(_ context.Context, origin kassa.Origin) (bool, error) {
	done, err := d.does("Issued", "")
	if err != nil {
		return false, err
	}
	defer done()
	return slices.ContainsFunc(d.invoices, func(inv kassa.Invoice) bool { return inv.Origin == origin }), nil
}

func (d *fakeDesk) Check(ctx context.Context, id kassa.PeerID, order string) (kassa.Invoice, error) {
	inv, err := d.Find(ctx, id, order)
	if err != nil {
		return inv, err
	}
	done, err := d.does("Check", id)
	if err != nil {
		return inv, err
	}
	defer done()
	return inv, nil
}

func (d *fakeDesk) Find(_ context.Context, id kassa.PeerID, ref string) (kassa.Invoice, error) {
	done, err := d.does("Find", id)
	if err != nil {
		return kassa.Invoice{}, err
	}
	defer done()
	for _, inv := range d.invoices {
		if inv.Peer == id && (inv.Order == ref || fmt.Sprint(inv.Number) == ref) {
			return inv, nil
		}
	}
	return kassa.Invoice{}, fmt.Errorf("invoice of the chat: %w", kassa.ErrNotFound)
}

func (d *fakeDesk) Recent(_ context.Context, id kassa.PeerID, before time.Time, limit int) ([]kassa.Invoice, error) {
	done, err := d.does("Recent", id)
	if err != nil {
		return nil, err
	}
	defer done()
	var out []kassa.Invoice
	for _, inv := range slices.Backward(d.invoices) {
		if inv.Peer == id && inv.Created.Before(before) && len(out) < limit {
			out = append(out, inv)
		}
	}
	return out, nil
}

func (d *fakeDesk) Adopt(_ context.Context, id kassa.PeerID, _ string, message int) error {
	done, err := d.does("Adopt", id)
	if err != nil {
		return err
	}
	defer done()
	d.adopted = append(d.adopted, message)
	return nil
}

func (d *fakeDesk) Back(_ context.Context, id kassa.PeerID) error {
	done, err := d.does("Back", id)
	if err != nil {
		return err
	}
	defer done()
	p := d.byID(id)
	p.Parked = ""
	d.peers[p.At.Chat] = p
	d.backs++
	return nil
}

func (d *fakeDesk) Move(_ context.Context, from, to int64) error {
	done, err := d.does("Move", "")
	if err != nil {
		return err
	}
	defer done()
	d.moves = append(d.moves, [2]int64{from, to})
	return nil
}

func (d *fakeDesk) Peer(_ context.Context, id kassa.PeerID) (kassa.Peer, error) {
	done, err := d.does("Peer", id)
	if err != nil {
		return kassa.Peer{}, err
	}
	defer done()
	return d.byID(id), nil
}

func (d *fakeDesk) Park(_ context.Context, id kassa.PeerID, why string) error {
	done, err := d.does("Park", id)
	if err != nil {
		return err
	}
	defer done()
	p := d.byID(id)
	p.Parked = why
	d.peers[p.At.Chat] = p
	d.parked = append(d.parked, string(id)+" "+why)
	return nil
}

func (d *fakeDesk) SetCard(_ context.Context, id kassa.PeerID, card, holder string) (kassa.Shop, error) {
	return d.payTo("SetCard", id, func(to *kassa.Details) { to.Card, to.Holder = card, holder })
}

func (d *fakeDesk) AddLink(_ context.Context, id kassa.PeerID, link kassa.PayLink) (kassa.Shop, error) {
	d.mu.Lock()
	has := d.shops[d.byID(id).Shop].PayTo.Links
	d.mu.Unlock()
	switch {
	case slices.Contains(has, link):
		return kassa.Shop{}, kassa.ErrSameLink
	case len(has) >= kassa.MostLinks:
		return kassa.Shop{}, kassa.ErrMostLinks
	}
	return d.payTo("AddLink", id, func(to *kassa.Details) { to.Links = append(slices.Clone(to.Links), link) })
}

func (d *fakeDesk) DropLinks(_ context.Context, id kassa.PeerID) (kassa.Shop, error) {
	return d.payTo("DropLinks", id, func(to *kassa.Details) { to.Links = nil })
}

func (d *fakeDesk) payTo(name string, id kassa.PeerID, change func(*kassa.Details)) (kassa.Shop, error) {
	done, err := d.does(name, id)
	if err != nil {
		return kassa.Shop{}, err
	}
	defer done()
	p := d.byID(id)
	if p.Shop == "" {
		return kassa.Shop{}, kassa.ErrNotLinked
	}
	shop := d.shops[p.Shop]
	change(&shop.PayTo)
	d.shops[p.Shop] = shop
	return shop, nil
}
