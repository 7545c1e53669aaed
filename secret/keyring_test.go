package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"payferbot/secret"
)

func ring(t testing.TB, keys ...string) *secret.Keyring {
	t.Helper()
	k, err := secret.ParseKeys(strings.Join(keys, ","))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedOpensForItsPurposeAndOwnerOnly(t *testing.T) {
	t.Parallel()
	k := ring(t, secret.NewKey())
	sealed := k.Seal("shop key", "kassa 1", []byte(canary))
	if bytes.Contains(sealed, []byte(canary)) {
		t.Fatal("sealed in the clear")
	}
	if plain, err := k.Open("shop key", "kassa 1", sealed); err != nil || string(plain) != canary {
		t.Fatalf("opened %q, %v", plain, err)
	}
	for _, wrong := range [][2]string{{"inbox", "kassa 1"}, {"shop key", "kassa 2"}, {"shop key", ""}, {"", "kassa 1"}, {"shop keyk", "assa 1"}} {
		if plain, err := k.Open(wrong[0], wrong[1], sealed); !errors.Is(err, secret.ErrNotOpened) || plain != nil {
			t.Errorf("%q opened %q, %v", wrong, plain, err)
		}
	}
}

func TestTamperedOrCutIsNotOpened(t *testing.T) {
	t.Parallel()
	k := ring(t, secret.NewKey())
	sealed := k.Seal("p", "o", []byte("plain"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if plain, err := k.Open("p", "o", bad); err == nil {
			t.Errorf("byte %d changed and opened %q", i, plain)
		}
		if plain, err := k.Open("p", "o", sealed[:i]); err == nil {
			t.Errorf("cut to %d and opened %q", i, plain)
		}
	}
	if _, err := k.Open("p", "o", append(bytes.Clone(sealed), 0)); err == nil {
		t.Error("opened with a byte more")
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	oldKey, newKey := secret.NewKey(), secret.NewKey()
	before := ring(t, oldKey).Seal("p", "o", []byte("old"))
	both := ring(t, newKey, oldKey)
	if plain, err := both.Open("p", "o", before); err != nil || string(plain) != "old" {
		t.Errorf("old key's value: %q, %v", plain, err)
	}
	after := both.Seal("p", "o", []byte("new"))
	if plain, err := ring(t, newKey).Open("p", "o", after); err != nil || string(plain) != "new" {
		t.Errorf("first key does not seal: %q, %v", plain, err)
	}
	if _, err := ring(t, newKey).Open("p", "o", before); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("missing key is told as %v", err)
	}
	if _, err := ring(t, oldKey).Open("p", "o", after); !errors.Is(err, secret.ErrNoKey) {
		t.Errorf("missing key is told as %v", err)
	}
}

func TestSealedFormIsStable(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	k := ring(t, key)
	a, b := k.Seal("p", "o", nil), k.Seal("p", "o", nil)
	if len(a) != 4+12+16 || !bytes.Equal(a[:4], b[:4]) || bytes.Equal(a[4:16], b[4:16]) {
		t.Errorf("want a constant key id and a fresh nonce: %x, %x", a, b)
	}
	// Sealed once by this code; stores hold such values, so they must open for ever.
	kept, err := base64.StdEncoding.DecodeString(sealedOnce)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := k.Open("shop key", "kassa 1", kept); err != nil || string(plain) != "xyz789" {
		t.Errorf("a stored value opens as %q, %v", plain, err)
	}
}

func TestKeysAreReadInEveryBase64(t *testing.T) {
	t.Parallel()
	raw := bytes.Repeat([]byte{0xfb, 0xff}, 16) // + and / in base64
	sealed := ring(t, base64.StdEncoding.EncodeToString(raw)).Seal("p", "o", nil)
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if _, err := ring(t, " "+enc.EncodeToString(raw)+"\n", secret.NewKey()).Open("p", "o", sealed); err != nil {
			t.Errorf("%s: %v", enc.EncodeToString(raw), err)
		}
	}
}

func TestBadKeysAreNamedByPlaceAndNeverShown(t *testing.T) {
	t.Parallel()
	good := secret.NewKey()
	for spec, want := range map[string]string{
		"":                                  "key 1: 0 bytes, want 32",
		good + ",":                          "key 2: 0 bytes, want 32",
		"c2hvcnQ=":                          "key 1: 5 bytes, want 32",
		good + "," + good[:40]:              "key 2: 30 bytes, want 32",
		"canary-5f3a not base64 canary-5f3": "key 1: not base64",
		strings.Repeat("ab", 32):            "key 1: 48 bytes, want 32",
	} {
		_, err := secret.ParseKeys(spec)
		if err == nil || err.Error() != want {
			t.Errorf("%d characters: %v, want %s", len(spec), err, want)
		}
	}
}

func TestKeyringIsNotPrinted(t *testing.T) {
	t.Parallel()
	raw := bytes.Repeat([]byte{0xA7}, 32)
	k := ring(t, base64.StdEncoding.EncodeToString(raw))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, value := range []any{k, *k, []any{k}} {
			if got := fmt.Sprintf(verb, value); !strings.Contains(got, secret.Redacted) || strings.Contains(got, "167") {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := ring(f, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	f.Add(k.Seal("p", "o", []byte("plain")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Open("q", "o", sealed); err == nil {
			t.Fatalf("forged: %x opened %x", sealed, plain)
		}
	})
}

func BenchmarkSealOpen(b *testing.B) {
	k := ring(b, secret.NewKey())
	update := bytes.Repeat([]byte("u"), 1024)
	for b.Loop() {
		if _, err := k.Open("inbox", "42", k.Seal("inbox", "42", update)); err != nil {
			b.Fatal(err)
		}
	}
}

const sealedOnce = "Wvs9dJSd/ZPNm2EBCtk7Qzkhkow2QEWi9DzR3VqUhc7Oqh0X8ZQ="
