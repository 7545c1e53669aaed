package main

import (
	"context"
	"log/slog"
)

// serve is `payferbot`: the bot itself.
func serve(ctx context.Context, p program, args []string) error {
	if err := noArguments(p, args); err != nil {
		return err
	}
	c, log, err := p.configure()
	if err != nil {
		return err
	}
	a, err := newApp(ctx, c, log)
	if err != nil {
		return err
	}
	return a.run(ctx)
}

// configure reads the environment and makes the log that it asks for.
func (p program) configure() (Config, *slog.Logger, error) {
	vars, err := environment(p.environ, p.dotenv)
	if err != nil {
		return Config{}, nil, err
	}
	c, err := readConfig(vars)
	if err != nil {
		return c, nil, err
	}
	return c, newLog(p.stderr, &c), nil
}
