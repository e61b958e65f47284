package main

import (
	"fmt"
	"io"
	"log/slog"

	"houfeng/internal/centre"
)

type serveCmd struct {
	Config string `placeholder:"FILE" help:"Configuration (houfeng config)."`
}

// Help is the long help.
func (serveCmd) Help() string {
	return `Takes records from the upstream servers of the configuration, finds earthquakes, and serves console,
event services and SeedLink until it is told to stop (SIGINT, SIGTERM). It stops cleanly: what was
received is durable, and the next start goes on where this one ended. Logs go to standard error.

Exit codes: 0 stopped as told; 1 failed; 2 wrong configuration; 3 no usable metadata.

Examples:

  houfeng config > houfeng.toml        # then name your upstreams and inventory in it
  houfeng serve --config houfeng.toml`
}

func (s *serveCmd) Run(a *app) error {
	cfg, err := configOf(s.Config)
	if err != nil {
		return err
	}
	log, err := logger(a.err, cfg.Log)
	if err != nil {
		return err
	}
	c, notes, err := centre.New(cfg, centre.Options{Version: version, Logger: log})
	for _, n := range notes {
		log.Warn("setup", "note", n)
	}
	if err != nil {
		return err
	}
	log.Info("started", "version", version, "centre", cfg.Name, "data", cfg.Data, "upstreams", len(cfg.Upstreams))
	if err := c.Run(a.ctx); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// logger makes the log as configured.
func logger(w io.Writer, cfg centre.LogConfig) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		return nil, usageError{fmt.Errorf("log.level %q: %w", cfg.Level, err)}
	}
	o := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return slog.New(slog.NewTextHandler(w, o)), nil
}
