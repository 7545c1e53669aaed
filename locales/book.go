package locales

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// Args are the values of a text's placeholders. A string, or anything that
// prints as one, is foreign and is escaped; [HTML] is not. Count (an int)
// also chooses the plural form.
type Args map[string]any

// HTML is an argument that is safe HTML already.
type HTML string

// Book is all the texts in all the languages. It is made by [Load] and safe
// for use by many goroutines.
type Book struct {
	speakers map[string]*i18n.Localizer
	first    string // the language asked after the reader's own
}

// Default gives a book that falls back on lang where the reader's own language
// is unknown or lacks a text. It is an error where lang is none of ours.
func (b *Book) Default(lang string) (*Book, error) {
	if !slices.Contains(langs, lang) {
		return nil, fmt.Errorf("no such language: %q (there are %s)", lang, strings.Join(langs, ", "))
	}
	return &Book{speakers: b.speakers, first: lang}, nil
}

// HTML gives a text for parse_mode HTML: plain arguments are escaped. It is
// never empty.
func (b *Book) HTML(lang, key string, args Args) string {
	return b.say(lang, key, args, Escape)
}

// Plain gives a text for buttons, toasts and menus, where no markup is read:
// nothing is escaped. It is never empty.
func (b *Book) Plain(lang, key string, args Args) string {
	return b.say(lang, key, args, func(s string) string { return s })
}

// Langs are the languages, in the order in which to offer them.
func (b *Book) Langs() []string { return slices.Clone(langs) }

// Name is what the language calls itself; the code itself where it is unknown.
func (b *Book) Name(lang string) string {
	if name, ok := names[lang]; ok {
		return name
	}
	return lang
}

// Match gives the language of ours that fits Telegram's language_code ("ru",
// "en-US", "uz-Cyrl"), "" where none does.
func (b *Book) Match(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return ""
	}
	base, _ := tag.Base()
	script, _ := tag.Script()
	switch {
	case base.String() == "uz" && script.String() == "Cyrl":
		return "uz-Cyrl"
	case slices.Contains(langs, base.String()):
		return base.String()
	}
	return ""
}

// strict refuses a text whose argument was forgotten; "<no value>" would be
// broken HTML as well as nonsense. Parsed texts are cached by go-i18n.
var strict = &template.TextParser{Option: "missingkey=error"}

// say asks the reader's language, then the default one, then the last resort.
// A text that fails everywhere shows at least its key: an empty message would
// be refused by Telegram and nobody would learn of it.
func (b *Book) say(lang, key string, args Args, escape func(string) string) string {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: values(args, escape), TemplateParser: strict}
	if count, ok := args["Count"]; ok {
		config.PluralCount = count
	}
	for _, lang := range []string{lang, b.first, langs[0]} {
		speaker, ok := b.speakers[lang]
		if !ok {
			continue
		}
		if text, err := speaker.Localize(config); err == nil && text != "" {
			return text
		}
	}
	return escape(key)
}

// values makes the arguments fit for the template: everything that is not
// HTML, a number or a truth value becomes an escaped string.
func values(args Args, escape func(string) string) map[string]any {
	out := make(map[string]any, len(args))
	for name, arg := range args {
		switch arg := arg.(type) {
		case HTML:
			out[name] = string(arg)
		case bool, int:
			out[name] = arg
		case string:
			out[name] = escape(arg)
		default:
			out[name] = escape(fmt.Sprint(arg))
		}
	}
	return out
}
