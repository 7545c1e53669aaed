package sandbox

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Entity is a part of a text with a meaning; offset and length count UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
	EmojiID  string `json:"custom_emoji_id,omitempty"`
	UnixTime int64  `json:"unix_time,omitempty"`
	Format   string `json:"date_time_format,omitempty"`
}

// Lengths that Telegram allows, in UTF-16 units after entities are parsed.
const (
	mostText    = 4096
	mostCaption = 1024
)

// size counts the UTF-16 units of s.
func size(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// formatted is a text with its entities, and the source they were parsed from.
type formatted struct {
	text, source, mode string
	entities           []Entity
}

// formattedText parses a text as parse_mode wants it, and bounds it.
func formattedText(source, mode string, given []Entity, most int) (formatted, *apiError) {
	f := formatted{source: source, mode: mode, text: clean(source), entities: given}
	switch strings.ToLower(mode) {
	case "":
		if err := checkEntities(f.text, given); err != nil {
			return f, err
		}
	case "html":
		text, entities, err := parseHTML(f.text)
		if err != nil {
			return f, err
		}
		f.text, f.entities = text, entities
	default:
		return f, badRequest("unsupported parse_mode (the sandbox knows HTML)")
	}
	f.trim()
	if size(f.text) > most {
		if most == mostCaption {
			return f, badRequest("message caption is too long")
		}
		return f, badRequest("message is too long")
	}
	return f, nil
}

// clean does what Telegram does to any text: carriage returns, line separators and the marks
// that turn the direction of writing go, other control characters become spaces.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r >= 0x2028 && r <= 0x202e:
			return -1
		case r < ' ' && r != '\n':
			return ' '
		}
		return r
	}, s)
}

func checkEntities(text string, entities []Entity) *apiError {
	n := size(text)
	for _, e := range entities {
		if e.Type == "" || e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > n {
			return badRequest("can't parse entities: entity %q at %d+%d is outside the text", e.Type, e.Offset, e.Length)
		}
	}
	return nil
}

// trim takes white space off both ends and moves the entities along.
func (f *formatted) trim() {
	left := strings.TrimLeftFunc(f.text, unicode.IsSpace)
	lead := size(f.text) - size(left)
	f.text = strings.TrimRightFunc(left, unicode.IsSpace)
	n := size(f.text)
	kept := []Entity{}
	for _, e := range f.entities {
		from, to := max(e.Offset-lead, 0), min(e.Offset+e.Length-lead, n)
		if from < to {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	f.entities = sortEntities(kept)
}

// sortEntities puts outer entities before inner ones.
func sortEntities(list []Entity) []Entity {
	slices.SortStableFunc(list, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	return list
}
