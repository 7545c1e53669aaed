// Package secret keeps secrets out of logs ([Text]) and out of files ([Keyring]).
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what a [Text] prints.
const Redacted = "[redacted]"

// Text is a secret: the bot's token, a kassa's key. Whatever prints or encodes it gets [Redacted]; only [Text.Reveal]
// gives it. A record that must keep a secret seals it with a [Keyring]; encoding it loses it.
//
// fmt calls no methods on unexported struct fields, so a Text (or a struct holding one) belongs in an exported field,
// or behind a pointer, wherever the struct around it may be printed. encoding/json writes a map's string keys as they
// are, so a Text is never a map key.
type Text string

// Reveal gives the secret itself, for the one call that needs it.
func (t Text) Reveal() string { return string(t) }

// String gives [Redacted].
func (t Text) String() string { return Redacted }

// GoString gives [Redacted].
func (t Text) GoString() string { return Redacted }

// Format writes [Redacted] under every verb and flag.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue gives [Redacted] to slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalJSON gives [Redacted] as a JSON string.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText gives [Redacted].
func (t Text) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// UnmarshalText takes the secret as it is, from an environment variable or a JSON string.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Text(b)
	return nil
}
