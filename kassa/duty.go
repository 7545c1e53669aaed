package kassa

// duty is what has to be done so that the view shows the invoice as it is;
// false: nothing. This is the whole rule of what a chat gets to see.
func (inv *Invoice) duty(v View) (Kind, bool) {
	shown := v.Message != 0
	switch {
	case v.Broken == "" && inv.presentable() && (!shown || inv.lacksQR(v)):
		return Show, true
	case inv.State == Paid && !v.Announced && !v.Copy:
		return Announce, true
	case v.Broken == "" && shown && v.Shown != inv.Face():
		return Edit, true
	case v.Stale != 0:
		return Tidy, true
	}
	return "", false
}

// Photo tells whether the invoice's message is a photo with the QR code, rather
// than a text: whether there is a sum to pay.
func (inv *Invoice) Photo() bool { return inv.Unique != 0 }

// lacksQR tells a notice that a customer is waiting to see turn into the photo.
// One of an invoice that is paid or given up is only edited, and so is a copy.
func (inv *Invoice) lacksQR(v View) bool {
	return inv.State == Pending && inv.Photo() && !v.Photo && !v.Copy
}

// presentable tells whether there is anything to say about the invoice yet. An
// attempt that another one replaced has no message of its own.
func (inv *Invoice) presentable() bool {
	switch inv.State {
	case Creating:
		return false
	case Unknown:
		return inv.Asks > 0 // mostly the first question clears it up
	}
	return inv.Next == ""
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
