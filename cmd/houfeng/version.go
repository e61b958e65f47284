package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3".
var version = "0.1.0-dev"

type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (versionCmd) Help() string {
	return "Prints the version of the program, of Go, and the revision it was built from if that is known.\n\nExample:\n\n  houfeng version"
}

func (v *versionCmd) Run(a *app) error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	if v.JSON {
		return a.json(struct {
			Version  string `json:"version"`
			Revision string `json:"revision,omitempty"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{version, revision, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
	}
	line := fmt.Sprintf("houfeng %s (%s %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if revision != "" {
		line += " " + revision
	}
	_, err := fmt.Fprintln(a.out, line)
	return err
}
