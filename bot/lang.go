package bot

import (
	"context"
	"strings"

	"github.com/go-telegram/bot/models"

	"payferbot/kassa"
)

// language is /lang [language].
func (t *turn) language(ctx context.Context, rest string) error {
	if lang := t.bot.languageNamed(rest); lang != "" {
		if err := t.speak(ctx, lang); err != nil {
			return err
		}
		t.say(ctx, "lang.done", nil)
		t.bot.chatMenu(ctx, t.to.chat, lang)
		return nil
	}
	k := &models.InlineKeyboardMarkup{}
	for _, lang := range t.bot.book.Langs() {
		k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{
			{Text: t.bot.book.Name(lang), CallbackData: "lang:" + lang},
		})
	}
	t.send(ctx, answer{html: t.html("lang.ask", nil), keyboard: k})
	return nil
}

// languageNamed is the language that a person means by its code or its own name.
func (b *Bot) languageNamed(word string) string {
	if word == "" {
		return ""
	}
	for _, lang := range b.book.Langs() {
		if strings.EqualFold(word, lang) || strings.EqualFold(word, b.book.Name(lang)) {
			return lang
		}
	}
	return b.book.Match(word)
}

// speak makes the chat's language another.
func (t *turn) speak(ctx context.Context, lang string) error {
	_, err := t.desk.ChangePeer(ctx, t.peer.ID, func(p *kassa.Peer) error {
		p.Lang = lang
		return nil
	})
	if err == nil {
		t.lang = lang
	}
	return err
}

// pressLang is a press on a language's button.
func (t *turn) pressLang(ctx context.Context, lang string) error {
	if lang = t.bot.languageNamed(lang); lang == "" {
		t.toast(ctx, "")
		return nil
	}
	if err := t.speak(ctx, lang); err != nil {
		return err
	}
	t.toast(ctx, "")
	t.change(ctx, t.html("lang.done", nil), nil)
	t.bot.chatMenu(ctx, t.to.chat, lang)
	return nil
}
