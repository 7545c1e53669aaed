package main

import (
	"strings"
	"testing"
)

func TestDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	a := newTestApp(t, w, dir)
	end := running(t, a)
	defer end()
	code, out, errs := runWith(t, append(worldEnv(w, dir), "PUBLIC_URL=http://"+a.public.Addr().String()), "doctor")
	if code != exitOK || errs != "" || strings.Contains(out, "MEND") {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
	for _, line := range []string{
		"ok    Telegram  the token is good, the bot is @payfer_sandbox_bot\n",
		"ok    Store     the embedded store in " + a.config.DataDir + " is in use, by a payferbot that runs\n",
		"ok    Payfer    " + w.PayferURL + " answers\n",
		"ok    Webhook   http://" + a.public.Addr().String() + " reaches payferbot\n",
		"ok    Updates   they come by polling\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
}

func TestDoctorSaysWhatToMend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	for _, c := range []struct{ env, want string }{
		{"BOT_TOKEN=" + goodToken, "MEND  Telegram  it does not know the token in BOT_TOKEN"},
		{"BOT_API_URL=http://127.0.0.1:1", "MEND  Telegram  http://127.0.0.1:1 is not reached: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"DATA_DIR=/dev/null/x", `MEND  Store     DATA_DIR is "/dev/null/x": it takes a folder`},
		{"PAYFER_URL=http://127.0.0.1:1", "MEND  Payfer    http://127.0.0.1:1 does not answer as Payfer does"},
		{"PAYFER_URL=" + w.ChatURL, "MEND  Payfer    " + w.ChatURL + " does not answer as Payfer does"},
		{"PUBLIC_URL=http://127.0.0.1:1", "MEND  Webhook   http://127.0.0.1:1 is not reached from here: dial tcp 127.0.0.1:1"},
		{"PUBLIC_URL=" + w.ChatURL, "MEND  Webhook   " + w.ChatURL + " answers HTTP "},
		{"BOT_MODE=webhook PUBLIC_URL=http://127.0.0.1:1", `MEND  Updates   Telegram sends them to "", not to http://127.0.0.1:1/telegram`},
		{"PUBLIC_URL=", "ok    Webhook   PUBLIC_URL is empty"},
	} {
		code, out, errs := runWith(t, append(worldEnv(w, dir), splitEnv(c.env)...), "doctor")
		if sick := strings.HasPrefix(c.want, "MEND"); (code == exitFailed) != sick || errs != "" {
			t.Errorf("%s: exit %d, stderr %q", c.env, code, errs)
		}
		if !strings.Contains(out, c.want) {
			t.Errorf("%s: %q is not in\n%s", c.env, c.want, out)
		}
		if strings.Contains(out, goodToken) || strings.Contains(out, w.Token) {
			t.Errorf("%s: the token is shown", c.env)
		}
	}
}
