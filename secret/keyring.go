package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	keySize = 32 // AES-256
	idSize  = 4
)

// What [Keyring.Open] answers to what it cannot open.
var (
	// ErrNoKey: sealed under a key that is not in the ring; an old key was taken out of SECRET_KEY too early.
	ErrNoKey = errors.New("sealed under a key that is not in SECRET_KEY")
	// ErrNotOpened: damaged, or sealed for another purpose or owner.
	ErrNotOpened = errors.New("sealed value is damaged or belongs elsewhere")
)

// Keyring seals with its first key and opens with all of them, so a key is changed by putting the new one in front and
// taking the old one out when nothing sealed under it is left. It is safe for concurrent use.
type Keyring struct {
	keys []masterKey
}

type masterKey struct {
	id  [idSize]byte // stands in front of what the key seals; derived, so it is the same on every machine
	raw [keySize]byte
}

// NewKey gives a fresh key in base64, ready for SECRET_KEY.
func NewKey() string {
	var raw [keySize]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	return base64.StdEncoding.EncodeToString(raw[:])
}

// ParseKeys reads SECRET_KEY: keys of 32 bytes in base64 (standard or URL alphabet, padded or not), separated by commas.
// Its errors name a key by its place and never show it.
func ParseKeys(spec string) (*Keyring, error) {
	k := &Keyring{}
	for i, word := range strings.Split(spec, ",") {
		raw, err := parseKey(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		k.keys = append(k.keys, masterKey{id: [idSize]byte(derive(raw[:], "key id")), raw: raw})
	}
	return k, nil
}

func parseKey(word string) (raw [keySize]byte, err error) {
	word = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(word, "="))
	b, err := base64.RawStdEncoding.DecodeString(word)
	switch {
	case err != nil:
		return raw, errors.New("not base64") // the cause would quote a position in the key
	case len(b) != keySize:
		return raw, fmt.Errorf("%d bytes, want %d", len(b), keySize)
	}
	return [keySize]byte(b), nil
}

// Seal encrypts plain for one purpose ("shop key", "inbox") and one owner (the record it belongs to), so that a sealed
// value copied into another record does not open there. The form is key id (4 bytes), nonce (12), AES-256-GCM.
func (k *Keyring) Seal(purpose, owner string, plain []byte) []byte {
	key := k.keys[0]
	head := append(make([]byte, 0, idSize+len(plain)+gcmOverhead), key.id[:]...)
	return key.aead(purpose).Seal(head, nil, plain, []byte(owner)) //nolint:gosec // the AEAD takes no nonce: it makes a random one itself
}

// gcmOverhead is the nonce and the tag.
const gcmOverhead = 12 + 16

// Open gives back what [Keyring.Seal] sealed for the same purpose and owner, under any key of the ring. Its errors are
// [ErrNoKey] and [ErrNotOpened].
func (k *Keyring) Open(purpose, owner string, sealed []byte) ([]byte, error) {
	if len(sealed) < idSize+gcmOverhead {
		return nil, ErrNotOpened
	}
	err := ErrNoKey
	for _, key := range k.keys {
		if key.id != [idSize]byte(sealed) {
			continue
		}
		plain, openErr := key.aead(purpose).Open(nil, nil, sealed[idSize:], []byte(owner))
		if openErr == nil {
			return plain, nil
		}
		err = ErrNotOpened
	}
	return nil, err
}

// Format keeps the keys out of every print of the ring.
func (k Keyring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

func (m masterKey) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(derive(m.raw[:], "seal: "+purpose))
	if err != nil {
		panic(err) // a key of 32 bytes is always taken
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES is always taken
	}
	return aead
}

// derive gives the subkey for one use. A key is random over all its bytes, so HKDF needs no salt.
func derive(raw []byte, use string) []byte {
	sub, err := hkdf.Key(sha256.New, raw, nil, "payferbot "+use, keySize)
	if err != nil {
		panic(err) // 32 bytes are within HKDF's reach
	}
	return sub
}
