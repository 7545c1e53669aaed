package kassa

import "time"

const (
	// fewest is from how many news on a chat gets them gathered in one message, and
	// mostGathered how many one message holds.
	fewest       = 4
	mostGathered = 50
	// Of four deliveries to a chat one is an edit, if an edit has waited so long.
	fairShare    = 3
	editPatience = 30 * time.Second
)

// gather adds to news what else the chat can be told in the same message. A
// few are told one by one, each as a reply to its invoice.
func (j *job) gather(jobs []*job) {
	if j.Kind != Announce || !j.Invoice.gatherable(j.View) {
		return
	}
	var also []*job
	for _, other := range jobs {
		if other != j && other.Kind == Announce && other.Invoice.gatherable(other.View) && len(also) < mostGathered-1 {
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
	edits, err := tx.OwedSince(peer.ID, now.Add(-ahead/2), 1)
	if err != nil || len(edits) == 0 || now.Sub(edits[0].At) < editPatience {
		return nil, err
	}
	j, err := d.job(tx, peer, edits[0].ID)
	if err != nil || j == nil || j.View.Later.After(now) {
		return nil, err
	}
	return j, nil
}
