package kassa

// outOf tells a message that stands in another chat than the peer's present
// one: the group became a supergroup.
func (v View) outOf(p Peer) bool { return v.Message != 0 && v.In != 0 && v.In != p.At.Chat }

// strand lets go of a message that the group left behind when it became a
// supergroup. Numbers of messages begin anew there, so that an edit or a deletion
// would hit another message, perhaps another invoice's. What is still to be told
// is told in the new chat; a QR that people wait for is shown there.
func (inv *Invoice) strand(i int, p Peer) {
	v := &inv.Views[i]
	if v.In == 0 || v.In == p.At.Chat {
		return
	}
	if v.outOf(p) && !inv.lacksQR(*v) {
		v.Broken = "left behind in a group that became a supergroup"
	}
	v.Message, v.Stale, v.Answers, v.Thread, v.In = 0, 0, 0, 0, 0
}
