package secret_test

import (
	"strings"
	"testing"

	"payferbot/secret"
)

// FuzzParseKeys holds that what is taken for a key seals and opens, and that a
// refusal shows nothing of what was not.
func FuzzParseKeys(f *testing.F) {
	key := secret.NewKey()
	for _, seed := range []string{key, key + "," + secret.NewKey(), " " + key + " ", key[:40], key + ",", ",", "", strings.TrimRight(key, "=")} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		ring, err := secret.ParseKeys(spec)
		if err != nil {
			if ring != nil {
				t.Fatal("a ring with an error")
			}
			for word := range strings.SplitSeq(spec, ",") {
				if word = strings.TrimSpace(word); len(word) > 12 && strings.Contains(err.Error(), word) {
					t.Fatalf("%q is shown: %v", word, err)
				}
			}
			return
		}
		if back, err := ring.Open("fuzz", "owner", ring.Seal("fuzz", "owner", []byte("plain"))); err != nil || string(back) != "plain" {
			t.Fatalf("%q, %v", back, err)
		}
	})
}
