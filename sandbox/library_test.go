package sandbox

import (
	"bytes"
	"errors"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// realBot is the library's client, as the bot under test has it.
func realBot(t *testing.T, w *World) *bot.Bot {
	t.Helper()
	b, err := bot.New(w.Token, bot.WithServerURL(w.TelegramURL), bot.WithHTTPClient(0, client(t)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLibrarySendsAndEditsAPhoto(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	b, ctx := realBot(t, w), within(t)
	qr := picture(t, 512, 512)
	sent, err := b.SendPhoto(ctx, &bot.SendPhotoParams{
		ChatID: u.Chat(), Photo: &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(qr)},
		Caption: "№1 <code>50 001,50</code>", ParseMode: models.ParseModeHTML,
		ReplyParameters: &models.ReplyParameters{MessageID: 1, AllowSendingWithoutReply: true},
		ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{{
			{Text: "Copy", CopyText: &models.CopyTextButton{Text: "50001.50"}}, {Text: "Check", CallbackData: "c:A"},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Photo) != 2 || sent.Caption != "№1 50 001,50" || sent.ReplyToMessage.ID != 1 || sent.CaptionEntities[0].Type != models.MessageEntityTypeCode {
		t.Errorf("told: %+v", sent)
	}
	m, _ := w.Telegram.Message(5, sent.ID)
	if !bytes.Equal(m.Photo, qr) || m.Flat()[0].CopyText != "50001.50" || m.ReplyTo != 1 || m.HTML != "№1 <code>50 001,50</code>" {
		t.Errorf("kept: %+v", m)
	}
	edited, err := b.EditMessageMedia(ctx, &bot.EditMessageMediaParams{
		ChatID: u.Chat(), MessageID: sent.ID,
		Media: &models.InputMediaPhoto{Media: "attach://new.png", Caption: "paid", MediaAttachment: bytes.NewReader(picture(t, 64, 64))},
	})
	if err != nil || edited.Caption != "paid" || edited.EditDate == 0 || edited.ReplyMarkup != nil {
		t.Errorf("edited: %+v %v", edited, err)
	}
	_, err = b.EditMessageCaption(ctx, &bot.EditMessageCaptionParams{ChatID: u.Chat(), MessageID: sent.ID, Caption: "paid"})
	if !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("same again: %v", err)
	}
}

func TestLibraryKnowsTheSandboxesErrors(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	b, ctx := realBot(t, w), within(t)
	send := func(chat int64) error {
		_, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	w.Telegram.Fault("sendMessage", TooMany, 1, RetryAfter(9))
	var flood *bot.TooManyRequestsError
	if err := send(5); !errors.As(err, &flood) || flood.RetryAfter != 9 {
		t.Errorf("flood: %v", err)
	}
	w.Telegram.Group(-77, "Shop", u).Migrate(-10077)
	var moved *bot.MigrateError
	if err := send(-77); !errors.As(err, &moved) || moved.MigrateToChatID != -10077 {
		t.Errorf("moved: %v", err)
	}
	u.Block()
	if err := send(5); !errors.Is(err, bot.ErrorForbidden) {
		t.Errorf("blocked: %v", err)
	}
	if err := send(404); !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("unknown: %v", err)
	}
}

func TestLibraryReadsMembersCommandsAndUpdates(t *testing.T) {
	t.Parallel()
	w, u := talk(t, Options{})
	b, ctx := realBot(t, w), within(t)
	g := w.Telegram.Group(-1001, "Shop", u)
	g.Admin(u, true)
	m, err := b.GetChatMember(ctx, &bot.GetChatMemberParams{ChatID: g.ID, UserID: u.ID})
	if err != nil || m.Type != models.ChatMemberTypeAdministrator || m.Administrator.User.ID != 5 {
		t.Errorf("member: %+v %v", m, err)
	}
	admins, err := b.GetChatAdministrators(ctx, &bot.GetChatAdministratorsParams{ChatID: g.ID})
	if err != nil || len(admins) != 1 {
		t.Errorf("admins: %+v %v", admins, err)
	}
	full, err := b.GetChat(ctx, &bot.GetChatParams{ChatID: g.ID})
	if err != nil || full.Title != "Shop" || full.Type != models.ChatTypeSupergroup {
		t.Errorf("chat: %+v %v", full, err)
	}
	if _, err := b.SetMyCommands(ctx, &bot.SetMyCommandsParams{
		Commands: []models.BotCommand{{Command: "help", Description: "Yordam"}},
		Scope:    &models.BotCommandScopeChat{ChatID: u.Chat()}, LanguageCode: "uz",
	}); err != nil || len(w.Telegram.Commands("chat:5", "uz")) != 1 {
		t.Errorf("commands: %v", err)
	}
	me, err := b.GetMe(ctx)
	if err != nil || me.ID != w.Telegram.BotID() || !me.IsBot {
		t.Errorf("me: %+v %v", me, err)
	}
}
