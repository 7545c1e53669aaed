package kassa

import "time"

// Telegram takes one message a second in a private chat and twenty a minute in a
// group, edits counted. In a group we keep below that, so that there is always
// room for an answer to somebody who asks.
const (
	privateGap = 1250 * time.Millisecond // between claims; what is sent takes now more, now less time to arrive
	groupGap   = 4500 * time.Millisecond
	mostBehind = time.Minute // after which Telegram has forgotten what was sent
)

func (p *Peer) gap() time.Duration {
	if p.At.Private() || p.At.Inline != "" {
		return privateGap
	}
	return groupGap
}

// atOnce is how many messages of a kind a chat takes one after the other, before
// they have to keep the gap: news do not wait for what was shown or edited just before.
func (p *Peer) atOnce(k Kind) int {
	switch {
	case k != Announce:
		return 1
	case p.gap() == groupGap:
		return 3
	}
	return 2
}

// freeAt is when the chat may take another message of the kind.
func (p *Peer) freeAt(k Kind) time.Time {
	return p.Pace.Add(-time.Duration(p.atOnce(k)-1) * p.gap())
}

// spent counts one message against the chat's allowance.
func (p *Peer) spent(now time.Time) {
	p.Pace = later(p.Pace, now).Add(p.gap())
	if most := now.Add(mostBehind); p.Pace.After(most) {
		p.Pace = most
	}
}
