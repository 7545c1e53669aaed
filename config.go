package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"

	"payferbot/secret"
)

// Config is the environment, read and proved. A variable that is set but empty
// counts as not set, except ADMIN_ADDR, for which that means off.
type Config struct {
	BotToken       secret.Text `env:"BOT_TOKEN"`
	BotAPIURL      string      `env:"BOT_API_URL" envDefault:"https://api.telegram.org"`
	BotMode        string      `env:"BOT_MODE" envDefault:"polling"`
	BotRate        float64     `env:"BOT_RATE" envDefault:"30"`
	PayferURL      string      `env:"PAYFER_URL" envDefault:"https://api.payfer.uz"`
	PayferTimezone string      `env:"PAYFER_TIMEZONE" envDefault:"auto"`
	RedisURL       secret.Text `env:"REDIS_URL"` // it may hold a password
	DataDir        string      `env:"DATA_DIR" envDefault:"./data"`
	SecretKey      secret.Text `env:"SECRET_KEY"`
	ListenAddr     string      `env:"LISTEN_ADDR" envDefault:"127.0.0.1:8080"`
	AdminAddr      string      `env:"ADMIN_ADDR" envDefault:"127.0.0.1:9090"`
	PublicURL      string      `env:"PUBLIC_URL"`
	DefaultLang    string      `env:"DEFAULT_LANG" envDefault:"uz"`
	LogLevel       string      `env:"LOG_LEVEL" envDefault:"info"`
	LogFormat      string      `env:"LOG_FORMAT" envDefault:"text"`
}

// ConfigError is a wrong value of one variable. It ends the start with exit code 2.
type ConfigError struct {
	Name  string // the variable
	Held  string // what it held, fit to be shown; empty: nothing that may be shown
	Takes string // what is wrong with that, or what the variable takes
	Err   error  // the cause, where there is one
}

// Unwrap gives the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

// Error gives one line.
func (e *ConfigError) Error() string {
	if e.Held == "" {
		return e.Name + ": " + e.Takes
	}
	return fmt.Sprintf("%s is %q: %s", e.Name, e.Held, e.Takes)
}

// environment gives the variables of the process on top of those in the file
// dotenv, which need not be there. The error does not quote the file: it may
// hold the token.
func environment(environ []string, dotenv string) (map[string]string, error) {
	vars, err := godotenv.Read(dotenv)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		vars = map[string]string{}
	case isPathError(err):
		return nil, &ConfigError{Name: dotenv, Takes: "it is there but cannot be read"}
	case err != nil:
		return nil, &ConfigError{Name: dotenv, Takes: "it takes one NAME=value a line"}
	}
	maps.Copy(vars, env.ToMap(environ))
	for name, value := range vars {
		vars[name] = strings.TrimSpace(value)
	}
	return vars, nil
}

func isPathError(err error) bool {
	var pathErr *fs.PathError
	return errors.As(err, &pathErr)
}

// readConfig reads and proves the variables. The error is a *ConfigError about
// the first wrong one, in the order of the table in README.
func readConfig(vars map[string]string) (Config, error) {
	var c Config
	err := env.ParseWithOptions(&c, env.Options{Environment: vars})
	if err != nil {
		return c, parseError(err, vars)
	}
	if addr, set := vars["ADMIN_ADDR"]; set && addr == "" {
		c.AdminAddr = ""
	}
	for _, url := range []*string{&c.BotAPIURL, &c.PayferURL, &c.PublicURL} {
		*url = strings.TrimRight(*url, "/")
	}
	return c, c.check()
}

// parseError names the variable whose value is not of its field's type. Only
// numbers can be of a wrong type, and none of them is a secret.
func parseError(err error, vars map[string]string) error {
	var wrong env.ParseError
	if !errors.As(err, &wrong) {
		return err
	}
	field, _ := reflect.TypeFor[Config]().FieldByName(wrong.Name)
	name := field.Tag.Get("env")
	return &ConfigError{Name: name, Held: brief(vars[name]), Takes: "it takes a number, 0 or more"}
}
