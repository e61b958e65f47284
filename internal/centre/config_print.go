package centre

import (
	"bytes"
	"fmt"
	"strings"

	"houfeng/internal/chain/acquire"
)

// TOML returns the configuration in force as TOML, every setting with
// what it is, what is allowed and its default. [ParseConfig] of it gives c
// again. A repeated table that c has none of is shown as a comment.
func (c *Config) TOML() []byte {
	var b bytes.Buffer
	b.WriteString("# Configuration of Houfeng. Every setting is optional; what is not written has\n" +
		"# its default. Check a changed file with: houfeng config --check FILE\n")
	for i := range sections {
		s := &sections[i]
		if !s.repeated {
			c.printSection(&b, s, "")
			continue
		}
		n := c.count(s.name)
		if n == 0 {
			example := *c
			example.grow(s.name)
			example.printSection(&b, s, "# ")
			continue
		}
		for j := range n {
			one := c.only(s.name, j)
			one.printSection(&b, s, "")
		}
	}
	return b.Bytes()
}

func (c *Config) printSection(b *bytes.Buffer, s *section, prefix string) {
	fmt.Fprintf(b, "\n")
	wrap(b, "# ", s.doc)
	if s.repeated {
		fmt.Fprintf(b, "%s[[%s]]\n", prefix, s.name)
	} else {
		fmt.Fprintf(b, "%s[%s]\n", prefix, s.name)
	}
	fresh := &Config{Upstreams: make([]acquire.UpstreamConfig, 1), Trusts: make([]TrustRule, 1)}
	for _, set := range settingsOf(s.name) {
		set.reset(fresh)
		wrap(b, "  # ", set.describe(fresh))
		value := set.print(c)
		if example, must := required[set.name()]; must && prefix != "" {
			value = quote(example)
		}
		fmt.Fprintf(b, "%s%s = %s\n", prefix, set.key, value)
	}
}

// describe says what the setting is, what is allowed and the default.
func (s *setting) describe(fresh *Config) string {
	d := s.doc
	if s.allow != nil || s.unit != "" {
		d += " (" + s.wants() + ")"
	}
	if _, must := required[s.name()]; must {
		return d + "; required"
	}
	return d + "; default " + s.print(fresh)
}

// count returns how many tables of a repeated section c has.
func (c *Config) count(name string) int {
	switch name {
	case "upstream":
		return len(c.Upstreams)
	case "trust":
		return len(c.Trusts)
	}
	return 0
}

// only returns c with only element i of a repeated section.
func (c *Config) only(name string, i int) *Config {
	one := *c
	switch name {
	case "upstream":
		one.Upstreams = c.Upstreams[i : i+1]
	case "trust":
		one.Trusts = c.Trusts[i : i+1]
	}
	return &one
}

// wrap writes text as comment lines of at most 96 bytes or so.
func wrap(b *bytes.Buffer, prefix, text string) {
	line := ""
	for _, w := range strings.Fields(text) {
		if line != "" && len(line)+1+len(w) > 92 {
			fmt.Fprintf(b, "%s%s\n", prefix, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	fmt.Fprintf(b, "%s%s\n", prefix, line)
}
