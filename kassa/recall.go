package kassa

import (
	"fmt"
	"sync"
)

// recall is what this process did a while ago and knows by itself. The store is
// the truth, but not every store keeps all that it has acknowledged: a Redis that
// fails over, or whose machine loses its power, may have forgotten the last
// seconds. Nothing rests on recall alone: a process that has just started has none.
type recall[K comparable, V any] struct {
	mu          sync.Mutex
	now, before map[K]V
}

// recallSize bounds each of the two halves. What was noted twice as many notes
// ago may be forgotten, which is hours even for a busy bot.
const recallSize = 5000

func newRecall[K comparable, V any]() *recall[K, V] { return &recall[K, V]{now: map[K]V{}} }

func (r *recall[K, V]) note(key K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.now[key]; !known && len(r.now) >= recallSize {
		r.before, r.now = r.now, map[K]V{}
	}
	r.now[key] = v
}

func (r *recall[K, V]) of(key K) (v V, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, known = r.now[key]; !known {
		v, known = r.before[key]
	}
	return v, known
}

func (r *recall[K, V]) forget(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.now, key)
	delete(r.before, key)
}

// telling is a message to a chat: the invoice that a command asked for, or news of an order.
type telling struct {
	kind Kind
	peer PeerID
	what string // the origin, or Payfer's name for the order
}

func (j *job) telling() telling {
	if j.Kind == Show {
		return showing(j.Peer, j.Invoice)
	}
	return news(j.Peer.ID, j.Invoice)
}

// news of an order of ours stay the same where the store has forgotten the order,
// and its webhook makes it one that the bot did not issue.
func news(id PeerID, inv Invoice) telling {
	return telling{Announce, id, fmt.Sprint(inv.Shop, " ", inv.code())}
}

// showing is the invoice in the chat. In the supergroup that the chat becomes it is shown anew.
func showing(p Peer, inv Invoice) telling {
	return telling{Show, p.ID, fmt.Sprint(p.At.Chat, " ", inv.Origin)}
}

// noteSaying remembers that a message is about to be sent: should the store forget
// the claim while it is on its way, the next one is known to be possibly a repeat.
func (d *Desk) noteSaying(j *job) {
	if !j.lasting() {
		return
	}
	for _, one := range j.all() {
		if _, known := d.said.of(one.telling()); !known {
			d.said.note(one.telling(), false)
		}
	}
}

// lasting tells a message that would stand there twice, were it sent again.
func (j *job) lasting() bool { return j.Kind == Announce || (j.Kind == Show && j.View.Photo) }

// noteSaid remembers what Telegram has confirmed, and forgets what surely was not sent.
func (d *Desk) noteSaid(j *job, out outcome) {
	if !j.lasting() {
		return
	}
	for _, one := range j.all() {
		if out.err == nil {
			d.said.note(one.telling(), true)
		} else if confirmed, known := d.said.of(one.telling()); known && !confirmed && one.certain(out.err) {
			d.said.forget(one.telling())
		}
	}
}

// recallSaying tells that a message which the store takes for the first of its
// kind may not be: the one before was forgotten, maybe with its invoice, and people
// see both.
func (d *Desk) recallSaying(j *job) bool {
	if !j.lasting() {
		return false
	}
	_, known := d.said.of(j.telling())
	return known
}

// recallTold writes into the view that it was announced, where this process did
// so and the store does not know it: the record was not saved, or was forgotten.
func (d *Desk) recallTold(tx Tx, inv *Invoice, v *View) {
	if inv.State != Paid || v.Announced || v.Copy {
		return
	}
	if told, _ := d.said.of(news(v.Peer, *inv)); !told {
		return
	}
	v.Announced, v.Announcing, v.Lost = true, false, 0
	tx.PutInvoice(*inv)
}

// nextNumber is the number of the peer's next invoice. One that this process
// gave is not given again, though the store may have forgotten it: people saw it.
func (d *Desk) nextNumber(p *Peer) int {
	last, _ := d.numbers.of(p.ID)
	return max(p.Last, last) + 1
}

// noteNumber remembers the number of an invoice that was saved.
func (d *Desk) noteNumber(inv Invoice) {
	if last, _ := d.numbers.of(inv.Peer); last < inv.Number {
		d.numbers.note(inv.Peer, inv.Number)
	}
}
