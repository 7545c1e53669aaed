package bot

import (
	"context"
	"time"

	"payferbot/kassa"
	"payferbot/locales"
)

// How many of a kassa's chats one change is told to, and how long that may take.
const (
	mostNeighbours = 20
	neighbourTime  = 5 * time.Second
)

// tellNeighbours tells the kassa's other chats what was done to it in this one:
// a new chat can ask for invoices in its name, and a new card takes its money.
// Whoever did not mean that is to hear of it. It is tried once; nothing waits for it.
func (t *turn) tellNeighbours(ctx context.Context, here kassa.Peer, shop kassa.Shop, key string, args locales.Args) {
	peers, err := t.desk.Linked(ctx, shop.ID)
	if err != nil {
		t.bot.log.Warn("a kassa's other chats are not told", "shop", shop.ID, "error", err)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, neighbourTime)
	defer cancel()
	args["Shop"], args["Place"] = shopName(shop), t.placeOf(here)
	told := 0
	for _, p := range peers {
		if p.ID == here.ID || p.ID == t.peer.ID || p.Parked != "" || told == mostNeighbours {
			continue
		}
		told++
		if _, err := t.bot.sendOnce(ctx, place{chat: p.At.Chat}, answer{html: t.bot.book.HTML(p.Lang, key, args)}); err != nil {
			t.bot.log.Warn("one of a kassa's other chats is not told", "peer", p.ID, "error", err)
		}
	}
}

// placeOf names a chat to the people of another one.
func (t *turn) placeOf(p kassa.Peer) string {
	switch {
	case !p.At.Private():
		return titleOf(p)
	case t.name != "":
		return locales.Foreign(t.name, maxHolder)
	}
	return p.At.String()
}
