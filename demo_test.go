package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"payferbot/sandbox"
)

func TestDemoPlaysOneSaleInEveryLanguage(t *testing.T) {
	t.Parallel()
	for lang, lines := range map[string][]string{
		"uz": {"Choyxona «Bahor»", "│ /invoice 50000 choy, 2 ta osh", "50 001,50 soʻm", "[ Summani nusxalash ⧉ 50001.50 ]", "[ Tekshirish ]", "✅ №1 toʻlandi: 50 001,50 soʻm"},
		"ru": {"Чайхана «Бахор»", "✅ №1"},
		"en": {"Bahor Teahouse", "✅ №1"},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			qr := filepath.Join(t.TempDir(), "qr.png")
			code, out, errs := runWith(t, nil, "sandbox", "-demo", "-lang", lang, "-out", qr)
			if code != exitOK || errs != "" {
				t.Fatalf("exit %d, stderr %q, stdout %s", code, errs, out)
			}
			for _, line := range append(lines,
				"│ /start\n", "│ /link "+stageShopID+" "+stageShopKey+"\n", "deletes that message",
				"forged webhook", "Payfer says: not paid", "replying to the invoice", "changes the invoice's message", qr, "\nDone in ",
			) {
				if !strings.Contains(out, line) {
					t.Errorf("%q is not in\n%s", line, out)
				}
			}
			if strings.Contains(out, "\x1b") {
				t.Error("colours where there is no terminal")
			}
			raw, err := os.ReadFile(qr)
			if err != nil {
				t.Fatal(err)
			}
			if img, err := png.DecodeConfig(bytes.NewReader(raw)); err != nil || img.Width < 512 {
				t.Errorf("QR: %d × %d, %v", img.Width, img.Height, err)
			}
		})
	}
}

func TestDemoFailsWhenTheQRCannotBeWritten(t *testing.T) {
	t.Parallel()
	code, _, errs := runWith(t, nil, "sandbox", "-demo", "-out", filepath.Join(t.TempDir(), "none", "qr.png"))
	if code != exitFailed || !strings.HasPrefix(errs, "payferbot: demo: make an invoice: write the QR: ") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
}

func TestLongLinesBreakBetweenWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"":             "",
		"aa bb cc":     "aa bb|cc",
		"aaaaaaaaa b":  "aaaaaaaaa|b",
		"тўлов учун б": "тўлов|учун|б",
	} {
		if got := strings.Join(wrap(line, 5), "|"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestSandboxServesUntilItsEndAndKnowsItsOwnKassa(t *testing.T) {
	t.Parallel()
	s, err := newStage(t.Context(), newWatched(), "en", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.scratch); !os.IsNotExist(err) {
			t.Errorf("the temporary folder is still there (%v)", err)
		}
	}()
	s.world.Payfer.OnCreate(s.hook)
	end := running(t, s.app)
	ctx := soon(t)
	s.user.Start("")
	s.user.Send("/link " + stageShopID + " " + stageShopKey)
	if _, err := s.world.Telegram.WaitSent(ctx, s.user.Chat(), has("Bahor Teahouse")); err != nil {
		t.Fatal(err)
	}
	s.user.Send("50000")
	photo, err := s.world.Telegram.WaitSent(ctx, s.user.Chat(), func(m sandbox.Message) bool { return m.Photo != nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.world.Payfer.Pay(s.world.Payfer.Payments("")[0].Order); err != nil {
		t.Fatal(err)
	}
	if _, err := s.world.Telegram.WaitSent(ctx, s.user.Chat(), func(m sandbox.Message) bool { return m.ReplyTo == photo.ID }); err != nil {
		t.Fatal(err)
	}
	if hooks := s.world.Payfer.Hooks(); len(hooks) != 1 || hooks[0].Status != 200 {
		t.Errorf("webhooks: %+v, want one, taken", hooks)
	}
	end()
}
