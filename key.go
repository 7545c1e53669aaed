package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"payferbot/secret"
)

// keyFile is where the generated key lives, in the data folder.
const keyFile = "secret.key"

// keyring gives the keys that seal the store: SECRET_KEY's, or with the
// embedded store the generated one, which is made at the first start. The error
// is a *ConfigError.
func (c *Config) keyring() (keys *secret.Keyring, made bool, err error) {
	spec := c.SecretKey.Reveal()
	if spec == "" {
		if spec, made, err = generatedKey(c.DataDir); err != nil {
			return nil, false, c.dataDirError(err)
		}
	}
	keys, err = secret.ParseKeys(spec)
	if err != nil { // SECRET_KEY itself was proved with the rest of the configuration
		where := filepath.Join(c.DataDir, keyFile)
		return nil, false, &ConfigError{Name: "SECRET_KEY", Takes: "it is empty, and " + where + " holds no key: put back the file from a backup"}
	}
	return keys, made, nil
}

// generatedKey reads the key in the folder, and makes it where there is none.
func generatedKey(dir string) (spec string, made bool, err error) {
	path := filepath.Join(dir, keyFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if made, err = makeKey(dir, path); err == nil {
			raw, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", false, err
	}
	return string(raw), made, nil
}

// makeKey writes a fresh key, whole and durable before it has its name. Where
// another process was faster its key stays: what that one seals must open again.
func makeKey(dir, path string) (made bool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	tmp, err := os.CreateTemp(dir, keyFile+".*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(secret.NewKey() + "\n")
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return false, err
	}
	err = os.Link(tmp.Name(), path) // unlike Rename it replaces nothing
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, syncDir(dir)
}

// syncDir makes the names in the folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// dataDirError says that the data folder cannot be used.
func (c *Config) dataDirError(err error) error {
	return &ConfigError{Name: "DATA_DIR", Held: c.DataDir, Takes: fmt.Sprintf("it takes a folder of its own that can be written: %v", err)}
}
