package kassa

// duty is what has to be done so that the view shows the invoice as it is;
// false: nothing. This is the whole rule of what a chat gets to see.
func (inv *Invoice) duty(v View) (Kind, bool) {
	shown := v.Message != 0
	untold := inv.State == Paid && !v.Announced && !v.Copy
	switch {
	case untold && v.Lost > 1:
		return Announce, true // whatever it is that keeps its message from arriving, news do not wait for it
	case v.Broken == "" && inv.presentable() && (!shown || inv.lacksQR(v)):
		return Show, true
	case untold:
		return Announce, true
	case v.Broken == "" && shown && v.Shown != inv.face(v):
		return Edit, true
	case v.Stale != 0:
		return Tidy, true
	}
	return "", false
}

// photo tells whether the view is to be sent as a photo with the QR code, rather
// than as a text: whether there is a sum to pay. The first answer to the command
// is one wherever there was a sum, also should it be paid by then, unless the shop took it back.
func (inv *Invoice) photo(v View) bool {
	first := !v.Guest && !v.Announced && v.Stale == 0
	return inv.Unique != 0 && !inv.Withdrawn && (first || inv.Payable())
}

// lacksQR tells a notice that a customer is waiting to see turn into the photo.
// One of an invoice that is paid or given up is only edited, and so is a copy.
func (inv *Invoice) lacksQR(v View) bool {
	return inv.Payable() && !v.Photo && !v.Copy && !v.Inline
}

// presentable tells whether there is anything to say about the invoice yet. An
// attempt that another one replaced has no message of its own, nor has a
// stranger: nobody asked for one.
func (inv *Invoice) presentable() bool {
	if inv.Stranger() {
		return false
	}
	switch inv.State {
	case Creating:
		return false
	case Unknown:
		return inv.Asks > 0 // mostly the first question clears it up
	}
	return inv.Next == ""
}

// gatherable tells news that may be told among others: what there is to say of
// it fits one line. Anything out of the ordinary is told by itself, and so is a
// customer, and what got lost so often that it may be at fault itself.
func (inv *Invoice) gatherable(v View) bool {
	return inv.Standing() == StandsPaid && !v.Guest && !v.Alone && v.Lost < len(mostGathered)
}

// rank orders duties within a chat: people's answers, then news, then the rest.
func rank(k Kind) int {
	switch k {
	case Show:
		return 0
	case Announce:
		return 1
	case Edit:
		return 2
	}
	return 3
}
