package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"payferbot/kassa"
	"payferbot/sandbox"
)

// sandboxFlags are what `payferbot sandbox` takes.
type sandboxFlags struct {
	demo bool
	lang string
	out  string
	data string
}

// sandboxCommand is `payferbot sandbox`: the bot against a local Payfer, with a
// chat in the browser, until ctx ends; with -demo one sale that plays itself.
func sandboxCommand(ctx context.Context, p program, args []string) error {
	f, err := parseSandbox(p, args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return usageError{err}
	}
	if f.demo {
		return demo(ctx, p, f)
	}
	return playground(ctx, p, f)
}

func parseSandbox(p program, args []string) (f sandboxFlags, err error) {
	set := flag.NewFlagSet("payferbot sandbox", flag.ContinueOnError)
	set.SetOutput(p.stderr)
	set.BoolVar(&f.demo, "demo", false, "play one whole sale, print the conversation, and end")
	set.StringVar(&f.lang, "lang", "uz", "the language of the person in the chat: `uz, ru or en`")
	set.StringVar(&f.out, "out", "", "with -demo: the `file` for the QR (default: "+demoQR+" in the folder for temporary files)")
	set.StringVar(&f.data, "data", "", "an empty `folder` to keep the store in, to look at it later (default: a temporary one)")
	if err := set.Parse(args); err != nil {
		return f, err
	}
	switch {
	case set.NArg() > 0:
		err = fmt.Errorf("it takes no %q", set.Arg(0))
	case !oneOf(f.lang, "uz", "ru", "en"):
		err = fmt.Errorf("-lang is %q: it takes uz, ru or en", f.lang)
	case f.out != "" && !f.demo:
		err = errors.New("-out goes with -demo")
	case f.data != "" && !isEmptyDir(f.data):
		// The chat of an earlier sandbox is gone, and its store would take the new one's messages for those.
		err = fmt.Errorf("-data is %q: it takes a folder that is empty or not there yet", f.data)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "payferbot sandbox: %v\n", err)
	}
	if f.out == "" {
		f.out = filepath.Join(os.TempDir(), demoQR)
	}
	return f, err
}

// demoQR is the name of the demo's QR file.
const demoQR = "payferbot-demo-qr.png"

// isEmptyDir also takes a folder that is not there yet.
func isEmptyDir(dir string) bool {
	list, err := os.ReadDir(dir)
	return errors.Is(err, os.ErrNotExist) || err == nil && len(list) == 0
}

// playground runs the sandbox for a person.
func playground(ctx context.Context, p program, f sandboxFlags) error {
	s, err := newStage(ctx, p.stderr, f.lang, f.data)
	if err != nil {
		return err
	}
	s.world.Payfer.OnCreate(s.hook)
	fmt.Fprintf(p.stdout, `Payferbot's sandbox is open. Nothing here is real: no account, no money.

  The chat            %s
  The local Payfer    %s
  The bot's webhooks  %s

In the chat, press Start, then link the kassa that is waiting there:

  /link %s %s

Then send a sum, such as 50000, and press Pay in the panel beside the chat.
Ctrl-C closes everything.
`, s.world.ChatURL, s.world.PayferURL, s.app.config.PublicURL, stageShopID, stageShopKey)
	err = s.app.run(ctx)
	return errors.Join(err, s.close())
}

// hook puts the kassa's webhook into Payfer's cabinet, as its owner is asked to
// by /webhook, at the first payment: by then the kassa is linked.
func (s *stage) hook(made sandbox.Payment) {
	if shop, ok := s.world.Payfer.Shop(made.Shop); !ok || shop.Webhook != "" {
		return
	}
	var linked kassa.Shop
	err := s.app.store.View(context.Background(), func(tx kassa.Tx) (err error) {
		linked, err = tx.Shop(kassa.ShopID(made.Shop))
		return err
	})
	if err == nil {
		s.world.Payfer.SetWebhook(made.Shop, s.app.config.PublicURL+"/payfer/"+linked.Token)
	}
}
