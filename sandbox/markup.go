package sandbox

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Bounds of an inline keyboard.
const (
	mostRow      = 8
	mostButtons  = 100
	mostData     = 64 // bytes
	mostCopyText = 256
	mostHint     = 64
)

// markup is what reply_markup may hold here. Reply keyboards are accepted and not kept.
type markup struct {
	Inline [][]json.RawMessage `json:"inline_keyboard"`
	Force  *bool               `json:"force_reply"`
	Hint   string              `json:"input_field_placeholder"`

	buttons [][]Button
}

// markup reads reply_markup; the zero value stands for none.
func (q *request) markup() (markup, *apiError) {
	var m markup
	if err := q.object("reply_markup", &m); err != nil {
		return m, err
	}
	switch {
	case m.Force != nil && (!*m.Force || m.Inline != nil):
		return m, badRequest("can't parse reply keyboard markup JSON object (sandbox: force_reply stands alone and is true)")
	case size(m.Hint) > mostHint:
		return m, badRequest("input field placeholder is too long (sandbox: at most %d)", mostHint)
	}
	count := 0
	for _, row := range m.Inline {
		var line []Button
		for _, raw := range row {
			b, err := parseButton(raw)
			if err != nil {
				return m, err
			}
			line = append(line, b)
		}
		count += len(line)
		if len(line) > mostRow || count > mostButtons {
			return m, badRequest("reply markup is too long")
		}
		if len(line) > 0 {
			m.buttons = append(m.buttons, line)
		}
	}
	return m, nil
}

// wireButton is an InlineKeyboardButton with the kinds that the bot uses.
type wireButton struct {
	Text  string `json:"text"`
	Style string `json:"style,omitempty"`
	Emoji string `json:"icon_custom_emoji_id,omitempty"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Copy  *struct {
		Text string `json:"text"`
	} `json:"copy_text,omitempty"`
}

func parseButton(raw json.RawMessage) (Button, *apiError) {
	var w wireButton
	if err := json.Unmarshal(raw, &w); err != nil {
		return Button{}, badRequest("can't parse inline keyboard button: %v", err)
	}
	b := Button{Text: w.Text, Data: w.Data, URL: w.URL}
	kinds := 0
	for _, set := range []bool{w.Data != "", w.URL != "", w.Copy != nil} {
		if set {
			kinds++
		}
	}
	switch {
	case clean(w.Text) == "":
		return b, badRequest("can't parse inline keyboard button: text must be non-empty")
	case kinds != 1:
		return b, badRequest("text buttons are unallowed in the inline keyboard (sandbox: want one of callback_data, url, copy_text)")
	case len(w.Data) > mostData:
		return b, badRequest("BUTTON_DATA_INVALID")
	case w.URL != "" && !validLink(w.URL):
		return b, badRequest("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", clip(w.URL))
	case w.Style != "" && !slices.Contains([]string{"danger", "success", "primary"}, w.Style):
		return b, badRequest("can't parse inline keyboard button: invalid style %q", clip(w.Style))
	}
	if w.Copy != nil {
		b.CopyText = w.Copy.Text
		if n := size(b.CopyText); n < 1 || n > mostCopyText {
			return b, badRequest("BUTTON_COPY_TEXT_INVALID")
		}
	}
	return b, nil
}

// validLink is Telegram's view of a button's address: a page on a host with a dot
// in its name, or a place within Telegram.
func validLink(s string) bool {
	u, err := url.Parse(s)
	switch {
	case err != nil, strings.ContainsFunc(s, unicode.IsSpace):
		return false
	case u.Scheme == "tg":
		return u.Host != ""
	}
	return (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(u.Hostname(), ".")
}

func keyboardJSON(rows [][]Button) map[string]any {
	var list [][]wireButton
	for _, row := range rows {
		var line []wireButton
		for _, b := range row {
			w := wireButton{Text: b.Text, Data: b.Data, URL: b.URL}
			if b.CopyText != "" {
				w.Copy = &struct {
					Text string `json:"text"`
				}{b.CopyText}
			}
			line = append(line, w)
		}
		list = append(list, line)
	}
	return map[string]any{"inline_keyboard": list}
}
