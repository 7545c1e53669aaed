package kassa

import "time"

const (
	// fewest is from how many news on a chat gets them gathered in one message.
	fewest = 4
	// Of four deliveries to a chat one is an edit, if an edit has waited so long.
	fairShare    = 3
	editPatience = 30 * time.Second
)

// mostGathered is how many news one message holds, by how often in a row their
// sends were lost. One of them may be at fault, so they part, quickly; news lost
// more often than that are told by themselves.
var mostGathered = [...]int{50, 12, fewest}

// gather adds to news what else the chat can be told in the same message. A
// few are told one by one, each as a reply to its invoice. News that were lost
// before keep company with their like: one of them may be at fault, and what is
// new is not to share its fate.
func (j *job) gather(jobs []*job) {
	if j.Kind != Announce || !j.Invoice.gatherable(j.View) {
		return
	}
	var also []*job
	for _, other := range jobs {
		fits := other != j && other.Kind == Announce && other.Invoice.gatherable(other.View) && other.View.Lost == j.View.Lost
		if fits && len(also) < mostGathered[j.View.Lost]-1 {
			also = append(also, other)
		}
	}
	if 1+len(also) >= fewest {
		j.also = also
	}
}

// agedEdit is the edit that has waited longest, where it is an edit's turn; nil
// where it is not. However many news there are, the messages of paid invoices are
// to lose their buttons some time.
func (d *Desk) agedEdit(tx Tx, peer Peer, best *job, now time.Time) (*job, error) {
	if best.Kind != Announce || peer.News < fairShare {
		return nil, nil
	}
	const some = 10
	edits, err := tx.OwedSince(peer.ID, now.Add(-ahead/2), some)
	if err != nil {
		return nil, err
	}
	for _, q := range edits {
		if now.Sub(q.At) < editPatience {
			break
		}
		j, err := d.job(tx, peer, q.ID)
		switch {
		case err != nil:
			return nil, err
		case j == nil:
			tx.Shown(peer.ID, q.ID) // the invoice went back to what is shown
		case !j.View.Later.After(now):
			return j, nil
		}
	}
	return nil, nil
}
