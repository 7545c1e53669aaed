package bot

import (
	"html"
	"regexp"
)

var anyTag = regexp.MustCompile(`<[^<>]*>`)

// plainText gives our HTML as Telegram would show it without any markup; it is
// what is sent where Telegram refused the markup. What is foreign in our HTML is
// escaped, so a bare < can only begin a tag of our own.
func plainText(markup string) string {
	return html.UnescapeString(anyTag.ReplaceAllString(markup, ""))
}
