package sandbox

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode/utf16"

	"payferbot/money"
)

// bubble is one message as the page shows it.
type bubble struct {
	Message
	Body  template.HTML
	Quote string // first line of the message it replies to
	Rows  [][]key
}

// key is a button with its place in reading order.
type key struct {
	Button
	Index int
}

// slip is one payment as the page shows it.
type slip struct {
	Payment
	Kassa  string
	Open   bool
	Ending bool // may still be paid late
}

// Sum is what the customer must pay, or paid.
func (s slip) Sum() money.Amount { return or(s.Paid, s.Unique) }

type screen struct {
	User, Bot string
	Toast     string
	Bubbles   []bubble
	Slips     []slip
}

// mostShown bounds what the page shows of a long chat.
const mostShown = 200

func (c *Chat) show(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", typeHTML)
		if err := c.page.ExecuteTemplate(w, name, c.screen()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func (c *Chat) screen() screen {
	u, shop := c.who()
	s := screen{User: u.FirstName, Bot: c.telegram.Username(), Toast: c.toast()}
	list := c.telegram.Messages(u.Chat())
	lines := map[int]string{}
	for _, m := range list {
		lines[m.ID], _, _ = strings.Cut(m.Text, "\n")
	}
	for _, m := range list[max(0, len(list)-mostShown):] {
		if !m.Deleted {
			s.Bubbles = append(s.Bubbles, bubble{
				Message: m, Body: render(m.Text, m.Entities), Quote: lines[m.ReplyTo], Rows: keys(m.Buttons),
			})
		}
	}
	for _, p := range c.payfer.Payments(shop) {
		k, _ := c.payfer.Shop(p.Shop)
		s.Slips = append(s.Slips, slip{
			Payment: p, Kassa: k.Name, Open: p.State == Pending, Ending: p.State == Expired || p.State == Cancelled,
		})
	}
	slices.Reverse(s.Slips)
	s.Slips = s.Slips[:min(len(s.Slips), mostShown)]
	return s
}

// toast is the bot's latest answer to a press.
func (c *Chat) toast() string {
	t := c.telegram
	t.mu.Lock()
	defer t.mu.Unlock()
	var last *Answer
	for _, q := range t.queries {
		if q.answer != nil && (last == nil || q.answer.At.After(last.At)) {
			last = q.answer
		}
	}
	if last == nil || t.now().Sub(last.At).Seconds() > 4 {
		return ""
	}
	return last.Text
}

func keys(rows [][]Button) [][]key {
	var list [][]key
	n := 0
	for _, row := range rows {
		var line []key
		for _, b := range row {
			line = append(line, key{b, n})
			n++
		}
		list = append(list, line)
	}
	return list
}

// render writes a text with its entities as HTML. Entities come outermost first and are nested
// properly; those that the user's own texts carry are plain.
func render(text string, entities []Entity) template.HTML {
	units := utf16.Encode([]rune(text))
	var b strings.Builder
	var open []Entity
	rest := sortEntities(slices.Clone(entities))
	for at := 0; at <= len(units); at++ {
		for len(open) > 0 && open[len(open)-1].Offset+open[len(open)-1].Length <= at {
			b.WriteString(marks(open[len(open)-1])[1])
			open = open[:len(open)-1]
		}
		for len(rest) > 0 && rest[0].Offset == at {
			b.WriteString(marks(rest[0])[0])
			open, rest = append(open, rest[0]), rest[1:]
		}
		if at == len(units) {
			break
		}
		n := 1
		if utf16.IsSurrogate(rune(units[at])) && at+1 < len(units) {
			n = 2
		}
		b.WriteString(template.HTMLEscapeString(string(utf16.Decode(units[at : at+n]))))
		at += n - 1
	}
	return template.HTML(b.String()) //nolint:gosec // every text above is escaped
}

// marks gives an entity's opening and closing tag.
func marks(e Entity) [2]string {
	switch e.Type {
	case "bold", "italic", "underline", "strikethrough", "code", "pre", "blockquote":
		tag := map[string]string{
			"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre",
			"blockquote": "blockquote",
		}[e.Type]
		return [2]string{"<" + tag + ">", "</" + tag + ">"}
	case "expandable_blockquote":
		return [2]string{"<blockquote>", "</blockquote>"}
	case "spoiler":
		return [2]string{`<span class="spoiler">`, "</span>"}
	case "date_time":
		return [2]string{fmt.Sprintf(`<time data-unix="%d" data-format="%s">`, e.UnixTime, template.HTMLEscapeString(e.Format)), "</time>"}
	case "text_link":
		if validLink(e.URL) {
			return [2]string{`<a rel="noopener noreferrer" target="_blank" href="` + template.HTMLEscapeString(e.URL) + `">`, "</a>"}
		}
	}
	return [2]string{}
}
