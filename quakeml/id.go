package quakeml

import (
	"fmt"
	"strings"
)

// ID is a public identifier, "smi:authority/path" (QuakeML-BED-1.2.xsd, type
// ResourceIdentifier). Write refuses one that the schema does not allow; [NewID]
// makes one that it does.
type ID string

// NewID joins parts to an identifier under an authority (a domain or agency
// name of three letters or more), replacing what the schema does not allow by
// '_'. NewID("houfeng.example", "event", "2019abc") is
// "smi:houfeng.example/event/2019abc".
func NewID(authority string, parts ...string) ID {
	clean := func(s, also string) string {
		return strings.Map(func(r rune) rune {
			if word(r) || strings.ContainsRune(also, r) {
				return r
			}
			return '_'
		}, s)
	}
	a := clean(authority, punctuation)
	if a == "" || !word(rune(a[0])) {
		a = "x" + a
	}
	for len(a) < 3 {
		a += "_"
	}
	cleaned := make([]string, len(parts))
	for i, p := range parts {
		// No slash within a part, so that parts can be told apart again.
		cleaned[i] = clean(p, punctuation+"+?=,;")
	}
	path := strings.Join(cleaned, "/")
	if path == "" || path[0] == '/' || !word(rune(path[0])) && !strings.ContainsRune(punctuation, rune(path[0])) {
		path = "_" + path
	}
	return ID("smi:" + a + "/" + path)
}

const punctuation = "-.*()_~'"

func word(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// Check reports how id differs from the schema's pattern for identifiers.
func (id ID) Check() error {
	rest, ok := strings.CutPrefix(string(id), "smi:")
	if !ok {
		rest, ok = strings.CutPrefix(string(id), "quakeml:")
	}
	if !ok {
		return fmt.Errorf("public identifier %q: want smi:authority/path", clip(string(id)))
	}
	authority, path, ok := strings.Cut(rest, "/")
	if !ok || path == "" {
		return fmt.Errorf("public identifier %q: no path after the authority", clip(string(id)))
	}
	if len(authority) < 3 || !word(rune(authority[0])) {
		return fmt.Errorf("public identifier %q: authority %q is shorter than three letters", clip(string(id)), clip(authority))
	}
	for i, r := range authority {
		if !word(r) && !strings.ContainsRune(punctuation, r) {
			return fmt.Errorf("public identifier %q: character %q at %d of the authority", clip(string(id)), r, i)
		}
	}
	for i, r := range path {
		if word(r) || strings.ContainsRune(punctuation, r) || i > 0 && strings.ContainsRune("+?=,;#/&", r) {
			continue
		}
		return fmt.Errorf("public identifier %q: character %q at %d of the path", clip(string(id)), r, i)
	}
	return nil
}

// MarshalText refuses identifiers that the schema does not allow.
func (id ID) MarshalText() ([]byte, error) {
	if err := id.Check(); err != nil {
		return nil, err
	}
	return []byte(id), nil
}

// UnmarshalText takes any text.
func (id *ID) UnmarshalText(b []byte) error {
	*id = ID(strings.TrimSpace(string(b)))
	return nil
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
