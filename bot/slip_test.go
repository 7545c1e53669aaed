package bot

import (
	"bytes"
	"strings"
	"testing"

	"payferbot/kassa"
	"payferbot/qr"
	"payferbot/sandbox"
)

// drawnSlip is the picture that a slip's face is to be.
func drawnSlip(t *testing.T, face func(qr.Slip) ([]byte, error), s qr.Slip) []byte {
	t.Helper()
	s.Shop, s.Number = "Choyxona «Bahor»", 12
	raw, err := face(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheSlipIsTheInvoiceAsItStands(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	toPay := func(s qr.Slip) ([]byte, error) {
		return s.ToPay("https://t.me/payfer_kassa_bot?start=pay_k3v7q2m5x4t6w8ab")
	}
	for name, want := range map[string]struct {
		face      func(qr.Slip) ([]byte, error)
		sum, says string
	}{
		"pending":                       {toPay, "50 001,50", ""},
		"pending, with a card":          {toPay, "50 001,50", ""},
		"pending, sum unreadable":       {qr.Slip.Void, "50 000", "The exact amount is not known yet"},
		"overdue":                       {qr.Slip.Void, "50 001,50", "Time is up, please do not pay"},
		"expired":                       {qr.Slip.Void, "50 001,50", "Expired, please do not pay"},
		"cancelled":                     {qr.Slip.Void, "50 001,50", "Cancelled, please do not pay"},
		"withdrawn":                     {qr.Slip.Void, "50 000", "The seller cancelled the invoice, please do not pay"},
		"the other attempt is paid":     {qr.Slip.Paid, "", "The money has already come"},
		"absent":                        {qr.Slip.Void, "50 000", "The invoice was not confirmed, please do not pay"},
		"paid":                          {qr.Slip.Paid, "50 001,50", "Paid"},
		"paid as the abandoned attempt": {qr.Slip.Paid, "50 001,50", "Paid"},
		"paid late":                     {qr.Slip.Doubtful, "50 001,50", "Paid, but late"},
		"paid though withdrawn":         {qr.Slip.Doubtful, "50 001,50", "Paid, though it had been cancelled"},
		"paid too little, and round":    {qr.Slip.Doubtful, "50 000,00", "A different amount arrived"},
		"paid twice":                    {qr.Slip.Doubtful, "50 001,50", "Paid again"},
		"paid, sum unreadable":          {qr.Slip.Doubtful, "", "Paid, amount unknown"},
	} {
		found := false
		for _, c := range shown {
			if c.name != name {
				continue
			}
			found = true
			got, err := r.slip(sample("en", c.change))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, drawnSlip(t, want.face, qr.Slip{Sum: want.sum, Currency: "so'm", Says: want.says})) {
				t.Errorf("%s: another picture than of %q, %q", name, want.sum, want.says)
			}
		}
		if !found {
			t.Errorf("no sample is %q", name)
		}
	}
}

func TestASlipLetsNoForeignMarksThrough(t *testing.T) {
	t.Parallel()
	d := sample("ru", func(d *kassa.Delivery) { d.Shop.Name = "Choyxona \u202e«Bahor»\u200f\n" })
	got, err := testRenderer(t).slip(d)
	plain, err2 := testRenderer(t).slip(sample("ru", nil))
	if err != nil || err2 != nil || !bytes.Equal(got, plain) {
		t.Errorf("the name is printed otherwise (%v, %v)", err, err2)
	}
}

func TestAPictureIsSentWhereTheQRComesOrGoes(t *testing.T) {
	t.Parallel()
	r := testRenderer(t)
	for name, c := range map[string]struct {
		kind   kassa.Kind
		photo  bool
		change func(*kassa.Delivery)
		want   bool
	}{
		"shown":                   {kassa.Show, true, nil, true},
		"shown when paid already": {kassa.Show, true, paid(nil), true},
		"shown as a text":         {kassa.Show, false, nil, false},
		"edited, still to pay":    {kassa.Edit, true, nil, false},
		"edited, expired":         {kassa.Edit, true, inState(kassa.Expired), true},
		"edited, paid":            {kassa.Edit, true, paid(nil), true},
		"edited, a text":          {kassa.Edit, false, paid(nil), false},
	} {
		d := sample("uz", c.change)
		d.Kind, d.View.Photo = c.kind, c.photo
		if got := r.picture(d) != nil; got != c.want {
			t.Errorf("%s: a picture: %v", name, got)
		}
	}
}

// picture is the photo that a message shows by now.
func (s *stage) picture(message int) []byte {
	s.t.Helper()
	m, ok := s.tg.Message(42, message)
	if !ok || m.Photo == nil {
		s.t.Fatalf("message %d is no photo: %+v", message, m)
	}
	return m.Photo
}

func TestThePhotoIsReplacedOnceNobodyIsToPay(t *testing.T) {
	t.Parallel()
	s := played(t)
	expired := func(d *kassa.Delivery) { d.Invoice.State = kassa.Expired }
	id := s.deliver(delivery(kassa.Show))
	toPay := s.picture(id)
	s.deliver(delivery(kassa.Edit, at(id), func(d *kassa.Delivery) { d.Invoice.PayTo = bahorsCard }))
	if !bytes.Equal(s.picture(id), toPay) || len(s.tg.Calls("editMessageMedia")) != 0 {
		t.Error("the QR was sent anew for a change of the words")
	}
	seen := [][]byte{toPay}
	for name, change := range map[string]func(*kassa.Delivery){
		"expired": expired,
		"late":    func(d *kassa.Delivery) { isPaid(d); d.Invoice.Late = true },
	} {
		s.deliver(delivery(kassa.Edit, at(id), change))
		m, _ := s.tg.Message(42, id)
		if _, pays := m.Button("check:" + delivery(kassa.Show).Invoice.Order); m.Text == "" || pays {
			t.Errorf("%s: words and buttons did not change with it: %q", name, m.Text)
		}
		for _, before := range seen {
			if bytes.Equal(m.Photo, before) {
				t.Errorf("%s: the picture is one from before", name)
			}
		}
		seen = append(seen, m.Photo)
	}
}

// What keeps a picture from its place must not keep the words from theirs.
func TestWhereThePictureCannotBeReplacedTheCaptionIs(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"refused":   "Bad Request: IMAGE_PROCESS_FAILED",
		"forbidden": "Bad Request: not enough rights to send photos to the chat",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := played(t)
			photo, words := s.deliver(delivery(kassa.Show)), sandbox.Text(words)
			s.tg.Fault("sendPhoto", sandbox.Refuse, -1, sandbox.Code(400), words)
			s.tg.Fault("editMessageMedia", sandbox.Refuse, -1, sandbox.Code(400), words)
			withdrawn := func(d *kassa.Delivery) { d.Invoice.Withdrawn = true }
			s.deliver(delivery(kassa.Edit, at(photo), withdrawn))
			if m, _ := s.tg.Message(42, photo); m.Edited != 1 || !strings.Contains(m.Text, "withdrew") {
				t.Errorf("edited %d times: %q", m.Edited, m.Text)
			}
			if name == "refused" {
				return
			}
			text := s.deliver(delivery(kassa.Show)) // where photos are forbidden it went out as a text
			s.deliver(delivery(kassa.Edit, at(text), withdrawn))
			if m, _ := s.tg.Message(42, text); m.Photo != nil || m.Edited != 1 || !strings.Contains(m.Text, "withdrew") {
				t.Errorf("a text, edited %d times: %q", m.Edited, m.Text)
			}
		})
	}
}

// The picture that stays is not one of the invoice as it stands now: an inline
// message that took it over would show a QR that nobody is to pay from.
func TestAPictureThatStaysIsNotToldAsTheNewOne(t *testing.T) {
	t.Parallel()
	s := played(t)
	photo := s.deliver(delivery(kassa.Show))
	s.tg.Fault("editMessageMedia", sandbox.Refuse, -1, sandbox.Code(400), sandbox.Text("Bad Request: IMAGE_PROCESS_FAILED"))
	sent, err := s.bot.Deliver(s.ctx(), delivery(kassa.Edit, at(photo), func(d *kassa.Delivery) { d.Invoice.State = kassa.Expired }))
	if err != nil || sent.Picture != "" {
		t.Errorf("the old QR is told as %q (%v)", sent.Picture, err)
	}
}
