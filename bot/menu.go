package bot

import (
	"context"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// menu is the order in which Telegram offers the commands: what is used at the
// counter first.
var menu = []string{
	"invoice", "check", "invoices", "shop", "link", "webhook", "lang", "help", "cancel", "unlink", "start",
}

// introduce gives Telegram the command menu and the descriptions in every
// language. Nothing depends on it, so errors are only logged.
func (b *Bot) introduce(ctx context.Context) {
	b.introduceIn(ctx, b.lang, "")
	for _, lang := range b.book.Langs() {
		if len(lang) == 2 { // Telegram takes two letters only; uz-Cyrl has the chat's own menu
			b.introduceIn(ctx, lang, lang)
		}
	}
}

// introduceIn speaks one language to people of one language code; an empty code is everybody else.
func (b *Bot) introduceIn(ctx context.Context, lang, code string) {
	b.tell(ctx, "setMyCommands", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: b.menuIn(lang), LanguageCode: code})
		return err
	})
	b.tell(ctx, "setMyCommands", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyCommands(ctx, &tg.SetMyCommandsParams{
			Commands: b.menuIn(lang), Scope: &models.BotCommandScopeAllPrivateChats{}, LanguageCode: code,
		})
		return err
	})
	b.tell(ctx, "setMyDescription", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyDescription(ctx, &tg.SetMyDescriptionParams{
			Description: b.book.Plain(lang, "about.description", nil), LanguageCode: code,
		})
		return err
	})
	b.tell(ctx, "setMyShortDescription", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyShortDescription(ctx, &tg.SetMyShortDescriptionParams{
			ShortDescription: b.book.Plain(lang, "about.short", nil), LanguageCode: code,
		})
		return err
	})
}

// chatMenu gives one chat the menu in the language that was chosen there.
func (b *Bot) chatMenu(ctx context.Context, chat int64, lang string) {
	b.tell(ctx, "setMyCommands", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyCommands(ctx, &tg.SetMyCommandsParams{
			Commands: b.menuIn(lang), Scope: &models.BotCommandScopeChat{ChatID: chat},
		})
		return err
	})
}

func (b *Bot) tell(ctx context.Context, method string, do func(context.Context, *tg.Bot) error) {
	if ctx.Err() != nil {
		return
	}
	if err := b.client.call(ctx, do); err != nil && ctx.Err() == nil {
		b.log.Warn("the bot could not introduce itself", "method", method, "error", err)
	}
}

func (b *Bot) menuIn(lang string) []models.BotCommand {
	list := make([]models.BotCommand, len(menu))
	for i, name := range menu {
		list[i] = models.BotCommand{Command: name, Description: b.book.Plain(lang, "menu."+name, nil)}
	}
	return list
}
