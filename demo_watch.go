package main

import (
	"context"
	"fmt"
	"strings"

	"payferbot/sandbox"
)

// count is the last word, when the bot has stopped.
func (s *sale) count() error {
	const replies = 8 // to start, link, webhook, settings, the press, the card; the invoice; the paid notice
	told := 0
	for _, m := range s.world.Telegram.Sent(s.user.Chat()) {
		if m.ReplyTo == s.invoice.ID {
			told++
		}
	}
	if told != 1 {
		return fmt.Errorf("the payment was told %d times, not once", told)
	}
	if said := s.said(); said != replies {
		return fmt.Errorf("the bot sent %d messages, not %d", said, replies)
	}
	if all := s.world.Payfer.Payments(""); len(all) != 1 {
		return fmt.Errorf("Payfer has %d payments, not one", len(all)) //nolint:staticcheck // a name
	}
	return nil
}

// says prints what the owner says.
func (s *sale) says(m sandbox.Message) { s.out.person(s.user.FirstName, m.Text) }

// hears waits for the bot's first message that matches and was not printed yet, and prints it.
func (s *sale) hears(ctx context.Context, match func(sandbox.Message) bool) (sandbox.Message, error) {
	m, err := s.world.Telegram.WaitSent(ctx, s.user.Chat(), func(m sandbox.Message) bool {
		return m.ID > s.heard && match(m)
	})
	if err != nil {
		return m, fmt.Errorf("the bot's answer: %w", err)
	}
	s.heard = m.ID
	how := ""
	if m.ReplyTo != 0 && m.ReplyTo == s.invoice.ID {
		how = "replying to the invoice"
	}
	s.out.bot(how, m)
	return m, nil
}

func has(text string) func(sandbox.Message) bool {
	return func(m sandbox.Message) bool { return strings.Contains(m.Text, text) }
}

// said is how many messages the bot has sent.
func (s *sale) said() int { return len(s.world.Telegram.Sent(s.user.Chat())) }

// refusals is how often Payfer, asked about the order, said that it is not paid.
func refusals(calls []sandbox.PayferCall) (n int) {
	for _, c := range calls {
		if c.Method == "check" && c.Stage == sandbox.Applied && c.Message == sandbox.Pending {
			n++
		}
	}
	return n
}
