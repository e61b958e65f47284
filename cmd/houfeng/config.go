package main

import (
	"fmt"

	"houfeng/internal/centre"
)

type configCmd struct {
	Check     string `placeholder:"FILE" xor:"what" help:"Check FILE and say what is wrong with it, with line and column."`
	Effective string `placeholder:"FILE" xor:"what" help:"Print every setting as it is in force with FILE."`
}

// Help is the long help.
func (configCmd) Help() string {
	return `Without flags, prints the reference: every setting as TOML with what it is, its unit, what is
allowed and its default. The output is itself a configuration; change what you need and drop the rest.

Examples:

  houfeng config > houfeng.toml
  houfeng config --check houfeng.toml && houfeng serve --config houfeng.toml`
}

func (c *configCmd) Run(a *app) error {
	switch {
	case c.Check != "":
		if _, err := centre.ReadConfig(c.Check); err != nil {
			return err
		}
		_, err := fmt.Fprintf(a.out, "%s: no mistakes\n", c.Check)
		return err
	case c.Effective != "":
		cfg, err := centre.ReadConfig(c.Effective)
		if err != nil {
			return err
		}
		_, err = a.out.Write(cfg.TOML())
		return err
	}
	_, err := a.out.Write(centre.DefaultConfig().TOML())
	return err
}

// configOf reads the configuration file name, or gives the default.
func configOf(name string) (*centre.Config, error) {
	if name == "" {
		return centre.DefaultConfig(), nil
	}
	return centre.ReadConfig(name)
}
