package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// langs is the order in which people are offered the languages. The first
// one is the last resort for a text that is nowhere else.
var langs = []string{"uz", "uz-Cyrl", "ru", "en"}

// names is what each language calls itself.
var names = map[string]string{
	"uz":      "Oʻzbekcha",
	"uz-Cyrl": "Ўзбекча",
	"ru":      "Русский",
	"en":      "English",
}

// Load reads the embedded texts. A text that cannot be read is an error here,
// at the start, rather than in front of a customer.
func Load() (*Book, error) {
	bundle := i18n.NewBundle(language.Make(langs[0]))
	b := &Book{speakers: make(map[string]*i18n.Localizer), first: langs[0]}
	for _, lang := range langs {
		messages, err := read(lang)
		if err != nil {
			return nil, err
		}
		if err := bundle.AddMessages(language.Make(lang), messages...); err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
	}
	for _, lang := range langs {
		b.speakers[lang] = i18n.NewLocalizer(bundle, lang)
	}
	return b, nil
}

// read gives the messages of one language, with every plural form that the
// file leaves out filled from "other": Uzbek counts without plurals, and a
// form that go-i18n misses would be an error.
func read(lang string) ([]*i18n.Message, error) {
	name := lang + ".json"
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("locale %s: %w", lang, err)
	}
	file, err := i18n.ParseMessageFileBytes(raw, name, map[string]i18n.UnmarshalFunc{"json": unmarshal})
	if err != nil {
		return nil, fmt.Errorf("locale %s: %w", lang, err)
	}
	for _, m := range file.Messages {
		for _, form := range []*string{&m.One, &m.Few, &m.Many} {
			if *form == "" {
				*form = m.Other
			}
		}
	}
	return file.Messages, nil
}

// unmarshal reads JSON in which a text may be a list of its lines, so that a
// message looks in the file as it looks in the chat.
func unmarshal(data []byte, v any) error {
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if err := joinLines(raw); err != nil {
		return err
	}
	*v.(*any) = raw
	return nil
}

func joinLines(texts map[string]any) error {
	for key, text := range texts {
		switch text := text.(type) {
		case map[string]any:
			if err := joinLines(text); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		case []any:
			lines := make([]string, len(text))
			for i, line := range text {
				s, ok := line.(string)
				if !ok {
					return fmt.Errorf("%s: line %d is no string", key, i+1)
				}
				lines[i] = s
			}
			texts[key] = strings.Join(lines, "\n")
		}
	}
	return nil
}
