package centre

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// Mistake is one thing wrong with a configuration file.
type Mistake struct {
	File         string
	Line, Column int    // from 1
	Key          string // "associate.min_stations"; "" where the file is no TOML
	Found        string // as written; "" for a key that should not be there
	Text         string // what is allowed, or what is wrong
}

// Error returns "FILE:LINE:COLUMN: KEY = FOUND: TEXT".
func (m Mistake) Error() string {
	at := fmt.Sprintf("%s:%d:%d: ", m.File, m.Line, m.Column)
	switch {
	case m.Key == "":
		return at + m.Text
	case m.Found == "":
		return at + m.Key + ": " + m.Text
	}
	return at + m.Key + " = " + m.Found + ": " + m.Text
}

// Mistakes are all mistakes found in a configuration file, in its order.
type Mistakes []Mistake

// Error returns one line per mistake.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i := range ms {
		lines[i] = ms[i].Error()
	}
	return strings.Join(lines, "\n")
}

// ParseConfig reads a configuration in TOML. Settings that are not written keep
// their defaults. A key that is not in the table of settings, a value of the
// wrong kind and one out of range are mistakes; all are returned, as
// [Mistakes] that name file.
func ParseConfig(b []byte, file string) (*Config, error) {
	var whole map[string]any // finds what is no TOML, and keys written twice
	if err := toml.Unmarshal(b, &whole); err != nil {
		m := Mistake{File: file, Line: 1, Column: 1, Text: err.Error()}
		var de *toml.DecodeError
		if errors.As(err, &de) {
			m.Line, m.Column = de.Position()
			m.Text = strings.TrimPrefix(de.Error(), "toml: ")
		}
		return nil, Mistakes{m}
	}
	r := &configReader{file: file, config: DefaultConfig(), places: map[string]place{}}
	r.parser.Reset(b)
	for r.parser.NextExpression() {
		r.expression(r.parser.Expression())
	}
	if err := r.parser.Error(); err != nil {
		return nil, Mistakes{{File: file, Line: 1, Column: 1, Text: err.Error()}}
	}
	if len(r.mistakes) == 0 {
		r.checkTogether()
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	r.config.derive()
	return r.config, nil
}

// configReader walks the file with its places, for errors a person can act on.
type configReader struct {
	file     string
	config   *Config
	parser   unstable.Parser
	table    []string         // keys of the table we are in
	skip     bool             // the table is unknown, and that has been said
	places   map[string]place // of what was written, by name; for checks across settings
	mistakes Mistakes
}

// place is where something stands in the file.
type place struct{ line, column int }

func (r *configReader) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		var at unstable.Range
		r.table, at = keys(n)
		r.header(strings.Join(r.table, "."), r.placeOf(at), n.Kind == unstable.ArrayTable)
	case unstable.KeyValue:
		if !r.skip {
			r.keyValue(r.table, n)
		}
	}
}

func (r *configReader) header(name string, at place, repeated bool) {
	s := sectionNamed(name)
	r.skip = true
	switch {
	case s == nil && !repeated && isPrefix(name):
		r.skip = false
	case s == nil:
		r.mistake(at, name, "", "no such table"+suggest(name, sectionNames()))
	case s.repeated && !repeated:
		r.mistake(at, name, "", "write [["+name+"]], once for each")
	case !s.repeated && repeated:
		r.mistake(at, name, "", "write ["+name+"], there is only one")
	default:
		r.skip = false
		if s.repeated {
			r.config.grow(name)
			r.places[r.numbered(name)] = at
		}
	}
}

func (r *configReader) keyValue(table []string, n *unstable.Node) {
	path, at := keys(n)
	path = slices.Concat(table, path)
	name := strings.Join(path, ".")
	value := n.Value()
	if value.Kind == unstable.InlineTable {
		if s := sectionNamed(name); s == nil && !isPrefix(name) || s != nil && s.repeated {
			r.mistake(r.placeOf(at), name, "", "no such setting"+suggest(name, settingNames()))
			return
		}
		for it := value.Children(); it.Next(); {
			if it.Node().Kind == unstable.KeyValue {
				r.keyValue(path, it.Node())
			}
		}
		return
	}
	s := settingNamed(name)
	if s == nil || s.repeated() && strings.Join(r.table, ".") != s.section {
		r.mistake(r.placeOf(at), name, "", "no such setting"+suggest(name, settingNames()))
		return
	}
	where := r.valueOf(n)
	if err := s.take(r.config, value); err != nil {
		r.mistake(r.placeOf(where), name, clip(string(r.parser.Raw(where))), err.Error())
		return
	}
	r.places[r.numbered(s.section)+"."+s.key] = r.placeOf(where)
}

// numbered returns the name of a section, with the number of its newest
// element if it is repeated.
func (r *configReader) numbered(section string) string {
	switch section {
	case "upstream":
		return fmt.Sprint(section, len(r.config.Upstreams))
	case "trust":
		return fmt.Sprint(section, len(r.config.Trusts))
	}
	return section
}

func (r *configReader) mistake(at place, key, found, text string) {
	r.mistakes = append(r.mistakes, Mistake{r.file, at.line, at.column, key, found, text})
}

func (r *configReader) placeOf(at unstable.Range) place {
	p := r.parser.Shape(at).Start
	return place{p.Line, p.Column}
}

// valueOf returns where the value of a key stands: from behind its "=" to its
// end. (The parser itself does not say where a list stands.)
func (r *configReader) valueOf(kv *unstable.Node) unstable.Range {
	raw := r.parser.Raw(kv.Raw)
	_, lastKey := lastKeyOf(kv)
	i := int(lastKey.Offset + lastKey.Length - kv.Raw.Offset)
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '=') {
		i++
	}
	return unstable.Range{Offset: kv.Raw.Offset + uint32(i), Length: kv.Raw.Length - uint32(i)}
}

// keys returns the dotted keys of a table or a key with value, and where the
// first one stands.
func keys(n *unstable.Node) (path []string, at unstable.Range) {
	for it := n.Key(); it.Next(); {
		if len(path) == 0 {
			at = it.Node().Raw
		}
		path = append(path, string(it.Node().Data))
	}
	return path, at
}

func lastKeyOf(n *unstable.Node) (key string, at unstable.Range) {
	for it := n.Key(); it.Next(); {
		key, at = string(it.Node().Data), it.Node().Raw
	}
	return key, at
}

func clip(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i] + "…"
	}
	if rs := []rune(s); len(rs) > 60 {
		s = string(rs[:60]) + "…"
	}
	return s
}
