package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"payferbot/sandbox"
)

// script prints a conversation: people at the left, the bot further in, what
// happens around them between.
type script struct {
	w     io.Writer
	paint bool // colours, on a terminal only
}

func newScript(w io.Writer) *script { return &script{w: w, paint: isTerminal(w)} }

// isTerminal tells whether a person looks at w, with a screen that knows colours.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const (
	bold  = "1"
	dim   = "2"
	green = "32"
	cyan  = "36"
)

func (s *script) in(style, text string) string {
	if !s.paint {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (s *script) title(text string) { fmt.Fprintf(s.w, "%s\n\n", s.in(bold, text)) }

// bubble prints a speaker and, under him, what he says.
func (s *script) bubble(indent, style, who string, lines ...string) {
	fmt.Fprintf(s.w, "%s%s\n", indent, s.in(style, who))
	for _, line := range lines {
		for _, part := range wrap(line, lineWidth-len(indent)) {
			fmt.Fprintf(s.w, "%s%s %s\n", indent, s.in(style, "│"), part)
		}
	}
	fmt.Fprintln(s.w)
}

const (
	botIndent = "        "
	lineWidth = 72 // of a bubble with its indent
)

// wrap breaks a line between words, where it is longer than width characters.
func wrap(line string, width int) (parts []string) {
	part := ""
	for word := range strings.SplitSeq(line, " ") {
		if part != "" && utf8.RuneCountInString(part)+1+utf8.RuneCountInString(word) > width {
			parts, part = append(parts, part), word
			continue
		}
		part = strings.TrimPrefix(part+" "+word, " ")
	}
	return append(parts, part)
}

func (s *script) person(who, text string) { s.bubble("", cyan, who, strings.Split(text, "\n")...) }

// bot prints a message of the bot; how tells what is special about it, "" nothing.
func (s *script) bot(how string, m sandbox.Message) {
	var lines []string
	switch {
	case len(m.Photo) == 0:
	case len(m.History) > 0 && !bytes.Equal(m.Photo, m.History[0].Photo):
		lines = append(lines, s.in(dim, "▣ another picture: nobody can pay from it"))
	default:
		lines = append(lines, s.in(dim, "▣ QR"))
	}
	lines = append(lines, strings.Split(m.Text, "\n")...)
	for _, row := range m.Buttons {
		lines = append(lines, buttons(row))
	}
	who := "Payferbot"
	if how != "" {
		who += ", " + how
	}
	s.bubble(botIndent, green, who, lines...)
}

func buttons(row []sandbox.Button) string {
	var names []string
	for _, b := range row {
		name := b.Text
		if b.CopyText != "" {
			name += " ⧉ " + b.CopyText
		}
		names = append(names, "[ "+name+" ]")
	}
	return strings.Join(names, " ")
}

// press prints that a person presses a button, toast what the bot answers to it.
func (s *script) press(who, button string) { s.bubble("", cyan, who, "presses [ "+button+" ]") }

func (s *script) toast(text string) {
	s.bubble(botIndent, green, "Payferbot, for a moment on the screen", text)
}

// note adds to what was said last; aside tells what happens outside the chat.
func (s *script) note(text string) { fmt.Fprintf(s.w, "%s\n\n", s.in(dim, "  · "+text)) }

func (s *script) aside(text string) { fmt.Fprintf(s.w, "%s\n\n", s.in(dim, "  — "+text)) }

// done is the last line.
func (s *script) done(text string) { fmt.Fprintln(s.w, s.in(green, text)) }
