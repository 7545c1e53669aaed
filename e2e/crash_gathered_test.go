package e2e

import (
	"fmt"
	"slices"
	"strings"

	"payferbot/sandbox"
)

// spread takes gathered news apart: in the place of such a message it gives one
// for each of its lines, worded like news told alone, and marked where the
// message says that it may tell of this one again.
func spread(list []sandbox.Message, mark string) (out []sandbox.Message) {
	for _, m := range list {
		if lines := gatheredLines(m); len(lines) > 0 {
			for _, line := range lines {
				out = append(out, asAlone(m, line, mark))
			}
		} else {
			out = append(out, m)
		}
	}
	return out
}

// gatheredLines are the lines of gathered news: "№12 · 50 001,50 · order-0012 · 15:25".
func gatheredLines(m sandbox.Message) (lines []string) {
	if isPhoto(m) {
		return nil
	}
	for line := range strings.Lines(first(m)) {
		if strings.HasPrefix(line, "№") && noteForm.MatchString(line) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func asAlone(m sandbox.Message, line, mark string) sandbox.Message {
	n := numbersIn(line)[0]
	_, rest, _ := strings.Cut(line, " · ")
	alone := m
	alone.ReplyTo, alone.History, alone.Buttons = m.ID, nil, nil
	alone.Text = fmt.Sprintf("✅ №%d paid: %s", n, rest)
	last := m.Text[strings.LastIndex(m.Text, "\n")+1:]
	if again := numbersIn(last); !strings.HasPrefix(last, "№") && slices.Contains(again, n) {
		alone.Text += "\n" + mark
	}
	return alone
}
