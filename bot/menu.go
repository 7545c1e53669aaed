package bot

import (
	"context"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// menu is the order in which Telegram offers the commands: what is used at the
// counter first.
var menu = []string{
	"invoice", "check", "invoices", "shop", "link", "settings", "webhook", "lang", "help", "cancel", "unlink", "start",
}

// groupMenu is the same for groups, where other bots want to be seen too.
var groupMenu = []string{"invoice", "check", "invoices", "settings", "link", "help"}

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
	b.offer(ctx, menu, lang, &tg.SetMyCommandsParams{LanguageCode: code})
	b.offer(ctx, menu, lang, &tg.SetMyCommandsParams{LanguageCode: code, Scope: &models.BotCommandScopeAllPrivateChats{}})
	b.offer(ctx, groupMenu, lang, &tg.SetMyCommandsParams{LanguageCode: code, Scope: &models.BotCommandScopeAllGroupChats{}})
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
	names := menu
	if chat < 0 {
		names = groupMenu
	}
	b.offer(ctx, names, lang, &tg.SetMyCommandsParams{Scope: &models.BotCommandScopeChat{ChatID: chat}})
}

// offer gives Telegram a menu for where p says.
func (b *Bot) offer(ctx context.Context, names []string, lang string, p *tg.SetMyCommandsParams) {
	p.Commands = make([]models.BotCommand, len(names))
	for i, name := range names {
		p.Commands[i] = models.BotCommand{Command: name, Description: b.book.Plain(lang, "menu."+name, nil)}
	}
	b.tell(ctx, "setMyCommands", func(ctx context.Context, api *tg.Bot) error {
		_, err := api.SetMyCommands(ctx, p)
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
