// Package locales holds every word that the bot says, one file per language,
// embedded, and gives them out through go-i18n.
//
// A file maps keys to texts. A text is a string, a list of strings (its
// lines), or an object of plural forms, chosen by Args["Count"]. Placeholders
// are those of text/template: {{.Sum}}. Texts for chats may hold Telegram's
// HTML; buttons, toasts and menus are plain.
package locales
