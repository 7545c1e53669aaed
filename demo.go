package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"payferbot/sandbox"
)

// demoTime is far more than the demo takes; it ends one that hangs.
const demoTime = 60 * time.Second

// sale is the demo under way: each step does something and waits until what
// must follow from it has happened.
type sale struct {
	*stage
	out     *script
	payment sandbox.Payment
	invoice sandbox.Message // the bot's photo
	heard   int             // the id of the bot's message that was printed last
	hookURL string
	qrFile  string
	began   time.Time
}

// demo is `payferbot sandbox -demo`. It is a check as well: its error says which
// step did not go as it must.
func demo(ctx context.Context, p program, f sandboxFlags) error {
	ctx, cancel := context.WithTimeout(ctx, demoTime)
	defer cancel()
	st, err := newStage(ctx, p.stderr, f.lang, f.data)
	if err != nil {
		return err
	}
	s := &sale{stage: st, out: newScript(p.stdout), qrFile: f.out, began: time.Now()}
	err = s.perform(ctx)
	return errors.Join(err, st.close())
}

// perform plays the sale while the app runs, and counts once it has stopped:
// then nothing can be said any more.
func (s *sale) perform(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- s.app.run(ctx)
		stop() // a step that waits for a dead bot ends at once
	}()
	err := s.play(ctx)
	stop()
	if err = errors.Join(err, <-ended); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := s.count(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	s.out.done(fmt.Sprintf("Done in %.1f s: one invoice, paid once and told once, whatever webhooks came.", time.Since(s.began).Seconds()))
	return nil
}

func (s *sale) play(ctx context.Context) error {
	s.out.title("One sale with Payferbot, played in a sandbox")
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"start", s.start},
		{"link the kassa", s.link},
		{"take the webhook's address to Payfer", s.cabinet},
		{"say where to pay", s.tellCard},
		{"make an invoice", s.ask},
		{"forged webhook", s.forge},
		{"pay", s.pay},
		{"webhook after the payment", s.repeat},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

func (s *sale) start(ctx context.Context) error {
	s.says(s.user.Start(""))
	_, err := s.hears(ctx, func(sandbox.Message) bool { return true })
	return err
}

func (s *sale) link(ctx context.Context) error {
	own := s.user.Send("/link " + stageShopID + " " + stageShopKey)
	s.says(own)
	if err := s.world.Telegram.Wait(ctx, func(v *sandbox.View) bool {
		for _, m := range v.Messages(s.user.Chat()) {
			if m.ID == own.ID {
				return m.Deleted
			}
		}
		return false
	}); err != nil {
		return fmt.Errorf("the message with the key is deleted: %w", err)
	}
	s.out.note("Payferbot deletes that message: a key does not stay in a chat.")
	_, err := s.hears(ctx, has(stageShopName(s.user.Lang)))
	return err
}

var hookAddress = regexp.MustCompile(`http://\S+/payfer/[a-z0-9]+`)

func (s *sale) cabinet(ctx context.Context) error {
	s.says(s.user.Send("/webhook"))
	m, err := s.hears(ctx, has("/payfer/"))
	if err != nil {
		return err
	}
	s.hookURL = hookAddress.FindString(m.Text)
	s.world.Payfer.SetWebhook(stageShopID, s.hookURL)
	s.out.note(ownerName + " puts that address into the kassa's settings at Payfer.")
	return nil
}

// The card of the demo: the last digit checks the others, as on a real one.
const (
	demoCard   = "8600 1234 5678 9012"
	demoHolder = "KARIMOVA O."
)

// tellCard is the dialogue that puts the card on the kassa's invoices.
func (s *sale) tellCard(ctx context.Context) error {
	s.says(s.user.Send("/settings"))
	settings, err := s.hears(ctx, func(m sandbox.Message) bool { return len(m.Flat()) > 0 })
	if err != nil {
		return err
	}
	button := settings.Flat()[0]
	if _, err := s.user.Press(settings, button.Data); err != nil {
		return err
	}
	s.out.press(ownerName, button.Text)
	if _, err := s.hears(ctx, func(m sandbox.Message) bool { return m.ID > settings.ID }); err != nil {
		return err
	}
	s.says(s.user.Send(demoCard + " " + demoHolder))
	_, err = s.hears(ctx, has(demoCard))
	return err
}

func (s *sale) ask(ctx context.Context) (err error) {
	s.says(s.user.Send("/invoice 50000 choy, 2 ta osh"))
	if s.payment, err = s.world.Payfer.WaitPayment(ctx, nil); err != nil {
		return fmt.Errorf("Payfer is asked for a payment: %w", err) //nolint:staticcheck // a name
	}
	s.invoice, err = s.hears(ctx, func(m sandbox.Message) bool { return len(m.Photo) > 0 })
	if err != nil {
		return err
	}
	if !strings.Contains(s.invoice.Text, demoCard) {
		return fmt.Errorf("the invoice does not show the card: %q", s.invoice.Text)
	}
	if !strings.Contains(s.invoice.Text, s.payment.Unique.String()) || !copies(s.invoice, s.payment.Unique.Plain()) {
		return fmt.Errorf("the invoice does not show the exact sum %s: %q", s.payment.Unique, s.invoice.Text)
	}
	if err := os.WriteFile(s.qrFile, s.invoice.Photo, 0o600); err != nil {
		return fmt.Errorf("write the QR: %w", err)
	}
	qr, err := png.DecodeConfig(bytes.NewReader(s.invoice.Photo))
	if err != nil {
		return fmt.Errorf("the QR is no PNG: %w", err)
	}
	s.out.note(fmt.Sprintf("The QR, %d × %d, is in %s", qr.Width, qr.Height, s.qrFile))
	return nil
}

// copies tells that the message has a button that copies the text.
func copies(m sandbox.Message, text string) bool {
	for _, b := range m.Flat() {
		if b.CopyText == text {
			return true
		}
	}
	return false
}

// forge sends what anybody could send who knows the address. Payfer has to be
// asked, and what it says has to count.
func (s *sale) forge(ctx context.Context) error {
	asked, said := refusals(s.world.Payfer.CallsFor(s.payment.Order)), s.said()
	if err := s.post(ctx); err != nil {
		return err
	}
	s.out.aside("A stranger posts a forged webhook: “this order is paid”. The bot takes it as a hint and asks Payfer.")
	if err := s.world.Payfer.Wait(ctx, func(v *sandbox.PayferView) bool {
		return refusals(v.CallsFor(s.payment.Order)) > asked
	}); err != nil {
		return fmt.Errorf("Payfer is asked, and says no: %w", err) //nolint:staticcheck // a name
	}
	button, err := s.checkButton()
	if err != nil {
		return err
	}
	press, err := s.user.Press(s.invoice, button.Data)
	if err != nil {
		return err
	}
	answer, err := press.Wait(ctx)
	if err != nil {
		return fmt.Errorf("the press of %q is answered: %w", button.Text, err)
	}
	if s.said() != said {
		return errors.New("the forged webhook made the bot speak")
	}
	s.out.aside(fmt.Sprintf("Payfer says: not paid. Nothing is said in the chat, it has %d messages as before.", said))
	s.out.press(ownerName, button.Text)
	s.out.toast(answer.Text)
	return nil
}

// checkButton is the invoice's one button that asks the bot something.
func (s *sale) checkButton() (sandbox.Button, error) {
	for _, b := range s.invoice.Flat() {
		if b.Data != "" {
			return b, nil
		}
	}
	return sandbox.Button{}, errors.New("the invoice has no button to check it")
}

// pay lets the customer pay, and Payfer tell so twice at once.
func (s *sale) pay(ctx context.Context) error {
	s.world.Payfer.RepeatHooks(2)
	if err := s.world.Payfer.Pay(s.payment.Order); err != nil {
		return err
	}
	s.out.aside(fmt.Sprintf("The customer transfers %s so'm. Payfer sends its webhook, twice.", s.payment.Unique))
	if _, err := s.hears(ctx, s.announces); err != nil {
		return err
	}
	err := s.world.Telegram.Wait(ctx, func(v *sandbox.View) bool {
		for _, m := range v.Sent(s.user.Chat()) {
			if m.ID == s.invoice.ID && m.Edited > 0 && !copies(m, s.payment.Unique.Plain()) {
				s.invoice = m
				return true
			}
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("the invoice's own message says so too: %w", err)
	}
	s.out.bot("changes the invoice's message", s.invoice)
	return nil
}

// announces tells the paid notice: a reply to the invoice with the sum.
func (s *sale) announces(m sandbox.Message) bool {
	return m.ReplyTo == s.invoice.ID && strings.Contains(m.Text, s.payment.Unique.String())
}

// repeat sends the webhook once more when all is done.
func (s *sale) repeat(ctx context.Context) error {
	if err := s.world.Payfer.Flush(ctx); err != nil {
		return err
	}
	for _, try := range s.world.Payfer.Hooks() {
		if try.Status != http.StatusOK {
			return fmt.Errorf("a webhook was answered %d %s", try.Status, try.Err)
		}
	}
	if err := s.post(ctx); err != nil {
		return err
	}
	s.out.aside("The webhook comes a third time. What is paid stays paid, and is told once.")
	return nil
}

// post sends the webhook that says the order is paid, whether that is true or not.
func (s *sale) post(ctx context.Context) error {
	status, err := s.world.Payfer.SendWebhook(ctx, s.hookURL, s.world.Payfer.PaidBody(s.payment.Order))
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("it was answered %d", status)
	}
	return nil
}
