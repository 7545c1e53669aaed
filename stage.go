package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"payferbot/sandbox"
)

// The kassa that the sandbox has. Its key opens nothing elsewhere.
const (
	stageShopID  = "shop_sandbox"
	stageShopKey = "sandbox-key-1"
)

// stageShopName is what the kassa is called, for those who read that language.
func stageShopName(lang string) string {
	return map[string]string{"uz": "Choyxona «Bahor»", "ru": "Чайхана «Бахор»", "en": "Bahor Teahouse"}[lang]
}

// stage is the bot, wired as always, in front of a Payfer and a Telegram of its own.
type stage struct {
	app     *app
	world   *sandbox.World
	user    *sandbox.User // the shop's owner; the chat page shows this chat
	scratch string        // a folder to remove at the end; empty: none
}

// newStage sets it up; nothing of the environment has a part in it. An empty
// dir is a temporary one, removed by close.
func newStage(ctx context.Context, stderr io.Writer, lang, dir string) (s *stage, err error) {
	s = &stage{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if dir == "" {
		if s.scratch, err = os.MkdirTemp("", "payferbot-sandbox-"); err != nil {
			return s, fmt.Errorf("a folder for the sandbox: %w", err)
		}
		dir = s.scratch
	}
	if s.world, err = sandbox.Start(sandbox.Options{}); err != nil {
		return s, err
	}
	s.world.Payfer.AddShop(stageShopID, stageShopKey, stageShopName(lang))
	s.user = s.world.Telegram.User(ownerID, ownerName, lang)
	s.world.Chat.SetUser(s.user)
	s.world.Chat.SetShop(stageShopID)

	c, err := s.config(lang, dir)
	if err != nil {
		return s, err
	}
	s.app, err = newApp(ctx, c, newLog(stderr, &c))
	if err != nil {
		return s, err
	}
	s.app.config.PublicURL = "http://" + s.app.public.Addr().String()
	return s, nil
}

// ownerName is the shop's owner. The id is not that of the user whom the
// sandbox's chat has by itself, for that one reads Uzbek.
const (
	ownerID   = 2001
	ownerName = "Oydin"
)

func (s *stage) config(lang, dir string) (Config, error) {
	c, err := readConfig(map[string]string{
		"BOT_TOKEN":    s.world.Token,
		"BOT_API_URL":  s.world.TelegramURL,
		"PAYFER_URL":   s.world.PayferURL,
		"DATA_DIR":     dir,
		"LISTEN_ADDR":  "127.0.0.1:0",
		"ADMIN_ADDR":   "",
		"DEFAULT_LANG": lang,
		"LOG_LEVEL":    "warn",
	})
	if err != nil {
		return c, fmt.Errorf("sandbox: %w", err)
	}
	return c, nil
}

// close ends what app.run does not: the services and the temporary folder.
func (s *stage) close() error {
	var errs []error
	if s.world != nil {
		errs = append(errs, s.world.Close())
	}
	if s.scratch != "" {
		errs = append(errs, os.RemoveAll(s.scratch))
	}
	return errors.Join(errs...)
}
