package main

import (
	"fmt"
	"strings"

	"houfeng/internal/centre"
	"houfeng/internal/method"
)

type methodsCmd struct {
	Kind string `arg:"" optional:"" help:"Only methods of this kind: pick, associate, locate, magnitude, intensity."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (methodsCmd) Help() string {
	return `Lists every algorithm the chain can use: what it does, the paper or standard it follows, and its
parameters with unit and default. A parameter is set in the configuration under the method's kind.

Examples:

  houfeng methods
  houfeng methods magnitude --json`
}

func (m *methodsCmd) Run(a *app) error {
	list := []method.Method{}
	var kinds []string
	for _, d := range centre.Methods() {
		if len(kinds) == 0 || kinds[len(kinds)-1] != d.Kind {
			kinds = append(kinds, d.Kind)
		}
		if m.Kind == "" || m.Kind == d.Kind {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return usageError{fmt.Errorf("no methods of kind %q; there are %s", m.Kind, strings.Join(kinds, ", "))}
	}
	if m.JSON {
		return a.json(methodsJSON(list))
	}
	for i, d := range list {
		if i > 0 {
			fmt.Fprintln(a.out)
		}
		fmt.Fprintf(a.out, "%s %s\n", d.Kind, d.Name)
		wrap(a.out, "  ", d.Summary)
		wrap(a.out, "  ", "Source: "+d.Citation)
		for _, p := range d.Params {
			value := p.Default
			if p.Unit != "" {
				value += " " + p.Unit
			}
			wrap(a.out, "    ", fmt.Sprintf("%s.%s = %s — %s", d.Kind, p.Name, value, p.Doc))
		}
	}
	return nil
}

type methodJSON struct {
	Kind     string      `json:"kind"`
	Name     string      `json:"name"`
	Summary  string      `json:"summary"`
	Citation string      `json:"citation"`
	Params   []paramJSON `json:"params"`
}

type paramJSON struct {
	Name    string `json:"name"` // as in the configuration
	Unit    string `json:"unit,omitempty"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

func methodsJSON(list []method.Method) []methodJSON {
	var out []methodJSON
	for _, d := range list {
		m := methodJSON{d.Kind, d.Name, d.Summary, d.Citation, []paramJSON{}}
		for _, p := range d.Params {
			m.Params = append(m.Params, paramJSON{d.Kind + "." + p.Name, p.Unit, p.Default, p.Doc})
		}
		out = append(out, m)
	}
	return out
}
