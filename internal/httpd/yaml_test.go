package httpd_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// parseYAML reads the part of YAML that docs/openapi.yaml is written in: block
// mappings and sequences, flow mappings and sequences on one line, plain and
// double-quoted scalars, comment lines. Anything else is an error.
func parseYAML(text string) (any, error) {
	p := &yamlParser{}
	for i, line := range strings.Split(text, "\n") {
		body := strings.TrimLeft(line, " ")
		if body == "" || strings.HasPrefix(body, "#") {
			continue
		}
		if strings.ContainsRune(body, '\t') {
			return nil, fmt.Errorf("line %d: a tab", i+1)
		}
		p.lines = append(p.lines, yamlLine{i + 1, len(line) - len(body), body})
	}
	v, err := p.block(0)
	if err == nil && p.at < len(p.lines) {
		err = fmt.Errorf("line %d: indentation of no block", p.lines[p.at].number)
	}
	return v, err
}

type yamlLine struct {
	number, indent int
	body           string
}

type yamlParser struct {
	lines []yamlLine
	at    int
}

// block reads the block whose lines are indented by indent.
func (p *yamlParser) block(indent int) (any, error) {
	var sequence []any
	mapping := map[string]any{}
	for p.at < len(p.lines) && p.lines[p.at].indent == indent {
		l := p.lines[p.at]
		if item, ok := strings.CutPrefix(l.body, "- "); ok {
			v, err := yamlFlow(item, l.number)
			if err != nil {
				return nil, err
			}
			sequence = append(sequence, v)
			p.at++
			continue
		}
		key, rest, ok := strings.Cut(l.body, ":")
		if !ok || rest != "" && rest[0] != ' ' {
			return nil, fmt.Errorf("line %d: no key in %q", l.number, l.body)
		}
		if unquoted, err := strconv.Unquote(key); err == nil {
			key = unquoted
		}
		if _, twice := mapping[key]; twice {
			return nil, fmt.Errorf("line %d: key %q again", l.number, key)
		}
		p.at++
		var err error
		if rest = strings.TrimSpace(rest); rest != "" {
			mapping[key], err = yamlFlow(rest, l.number)
		} else if p.at < len(p.lines) && p.lines[p.at].indent > indent {
			mapping[key], err = p.block(p.lines[p.at].indent)
		} else {
			err = fmt.Errorf("line %d: key %q without value", l.number, key)
		}
		if err != nil {
			return nil, err
		}
	}
	if sequence != nil && len(mapping) > 0 {
		return nil, fmt.Errorf("line %d: sequence and mapping mixed", p.lines[p.at-1].number)
	}
	if sequence != nil {
		return sequence, nil
	}
	return mapping, nil
}

// yamlFlow reads a value on one line.
func yamlFlow(s string, line int) (any, error) {
	v, rest, err := yamlValue(s, false)
	if err == nil && strings.TrimSpace(rest) != "" {
		err = fmt.Errorf("%q after the value", rest)
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	return v, nil
}

func yamlValue(s string, inFlow bool) (v any, rest string, err error) {
	s = strings.TrimLeft(s, " ")
	switch {
	case s == "":
		return nil, "", fmt.Errorf("value missing")
	case s[0] == '"':
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return nil, "", err
		}
		v, err := strconv.Unquote(quoted)
		return v, s[len(quoted):], err
	case s[0] == '[' || s[0] == '{':
		return yamlCollection(s[1:], s[0] == '{')
	case strings.ContainsRune("&*!|>'%@`", rune(s[0])):
		return nil, "", fmt.Errorf("%q is not read here", s)
	}
	end := len(s)
	if inFlow {
		if i := strings.IndexAny(s, ",]}"); i >= 0 {
			end = i
		}
	}
	plain := strings.TrimSpace(s[:end])
	if strings.Contains(plain, ": ") || strings.Contains(plain, " #") {
		return nil, "", fmt.Errorf("%q wants quotes", plain)
	}
	return yamlScalar(plain), s[end:], nil
}

func yamlCollection(s string, mapping bool) (any, string, error) {
	list, fields, closing := []any{}, map[string]any{}, "]"
	if mapping {
		closing = "}"
	}
	for {
		s = strings.TrimLeft(s, " ")
		if rest, ok := strings.CutPrefix(s, closing); ok {
			if mapping {
				return fields, rest, nil
			}
			return list, rest, nil
		}
		key := ""
		if mapping {
			var ok bool
			if key, s, ok = strings.Cut(s, ": "); !ok {
				return nil, "", fmt.Errorf("no key in %q", s)
			}
			if unquoted, err := strconv.Unquote(key); err == nil {
				key = unquoted
			}
		}
		v, rest, err := yamlValue(s, true)
		if err != nil {
			return nil, "", err
		}
		list, fields[key] = append(list, v), v
		s = strings.TrimLeft(rest, " ")
		if !strings.HasPrefix(s, closing) && !strings.HasPrefix(s, ",") {
			return nil, "", fmt.Errorf("collection does not end: %q", s)
		}
		s = strings.TrimPrefix(s, ",")
	}
}

func yamlScalar(s string) any {
	switch s {
	case "true", "false":
		return s == "true"
	case "null", "~":
		return nil
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return f
	}
	return s
}

func TestYAMLReader(t *testing.T) {
	got, err := parseYAML("a: 1\nb:\n  - {x: [p, \"q, r\"], \"200\": true}\n  - s t\n# no\nc:\n  d: null\n  e: \"f: g\"\n")
	want := `map[a:1 b:[map[200:true x:[p q, r]] s t] c:map[d:<nil> e:f: g]]`
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("read %v, %v; want %s", got, err, want)
	}
	for _, bad := range []string{"a", "a: b: c", "a: [b", "a: {b}", "a: &x 1", "a: >-", "a: 1\na: 2", "- a\nb: 1", "a:\n", "a: 1\n  b: 2", "a: \"b"} {
		if v, err := parseYAML(bad); err == nil {
			t.Errorf("%q was read as %v", bad, v)
		}
	}
}
