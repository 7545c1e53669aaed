package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"payferbot/secret"
)

const canary = "canary-5f3a"

func TestTextIsNeverPrinted(t *testing.T) {
	t.Parallel()
	text := secret.Text(canary)
	holder := struct {
		Key  secret.Text
		Ptr  *secret.Text
		List []secret.Text
		Map  map[string]secret.Text
	}{text, &text, []secret.Text{text}, map[string]secret.Text{"k": text}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%10s", "%.3s", "%T %v"} {
		for _, value := range []any{text, &text, holder, &holder, []any{text}} {
			args := []any{value}
			if verb == "%T %v" {
				args = []any{value, value}
			}
			refuseCanary(t, verb, fmt.Sprintf(verb, args...))
		}
	}
	if got := fmt.Sprintf("%s|%v|%x", text, text, text); got != "[redacted]|[redacted]|[redacted]" {
		t.Errorf("printed %q", got)
	}
	refuseCanary(t, "error", fmt.Errorf("link %v: %w", text, errors.New("no")).Error())
	refuseCanary(t, "Sprint", fmt.Sprint(text, holder)+fmt.Sprintln(text)+text.GoString()+text.String())
}

type keyHolder struct{ Key secret.Text }

func TestTextIsNeverLoggedNorEncoded(t *testing.T) {
	t.Parallel()
	text := secret.Text(canary)
	holder := keyHolder{text}
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).With("with", text).Info("m", "text", text, "ptr", &text, "struct", holder, slog.Group("g", "in", text))
	}
	if strings.Count(out.String(), secret.Redacted) < 8 {
		t.Errorf("logged %s", out.String())
	}
	for name, encode := range map[string]func(any) ([]byte, error){"json": json.Marshal, "xml": xml.Marshal} {
		b, err := encode(holder)
		if err != nil || !bytes.Contains(b, []byte(secret.Redacted)) {
			t.Errorf("%s: %s, %v", name, b, err)
		}
		out.Write(b)
	}
	refuseCanary(t, "logs and encodings", out.String())
}

func TestTextIsReadAsItIs(t *testing.T) {
	t.Parallel()
	var holder keyHolder
	if err := json.Unmarshal([]byte(`{"Key":"`+canary+`"}`), &holder); err != nil || holder.Key.Reveal() != canary {
		t.Errorf("read %q, %v", holder.Key.Reveal(), err)
	}
}

func refuseCanary(t *testing.T, where, s string) {
	t.Helper()
	if strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) || strings.Contains(s, fmt.Sprintf("%X", canary)) {
		t.Errorf("%s shows the secret: %s", where, s)
	}
}
