package centre

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"houfeng/internal/chain/acquire"
	"houfeng/internal/seis"
)

// section is a table of the configuration file.
type section struct {
	name     string
	repeated bool // written [[name]], any number of times
	doc      string
}

// setting is one line of the table of settings.
type setting struct {
	section, key string
	unit         string
	def          any     // of the type of the field
	allow        allowed // nil: any value of the type
	doc          string
	at           func(*Config) any // pointer to the field
	path         bool              // relative paths start at the folder of the file
}

// allowed says what a setting may be. Its check gets the value as the field
// has it, one element at a time for lists of numbers.
type allowed interface {
	check(v any) bool
	String() string // "0.05 to 10"
}

var never seis.Time

func (s *setting) name() string { return s.section + "." + s.key }

func (s *setting) repeated() bool { return sectionNamed(s.section).repeated }

func sectionNamed(name string) *section {
	for i := range sections {
		if sections[i].name == name {
			return &sections[i]
		}
	}
	return nil
}

// settingsOf returns the settings of a section in the order of the table.
func settingsOf(name string) []*setting {
	var out []*setting
	for i := range settings {
		if settings[i].section == name {
			out = append(out, &settings[i])
		}
	}
	return out
}

// reset puts the default into c.
func (s *setting) reset(c *Config) {
	switch p := s.at(c).(type) {
	case *string:
		*p = s.def.(string)
	case *bool:
		*p = s.def.(bool)
	case *int:
		*p = s.def.(int)
	case *int64:
		*p = s.def.(int64)
	case *float64:
		*p = s.def.(float64)
	case *time.Duration:
		*p = s.def.(time.Duration)
	case *seis.Time:
		*p = s.def.(seis.Time)
	case *[]string:
		*p = slices.Clone(s.def.([]string))
	case *[]time.Duration:
		*p = slices.Clone(s.def.([]time.Duration))
	default:
		panic(fmt.Sprintf("setting %s: no such kind of value: %T", s.name(), p))
	}
}

// last returns the element of a repeated section that is being read.
func last[T any](list *[]T) *T { return &(*list)[len(*list)-1] }

// grow adds an element with defaults to the repeated section name.
func (c *Config) grow(name string) {
	switch name {
	case "upstream":
		c.Upstreams = append(c.Upstreams, acquire.UpstreamConfig{})
	case "trust":
		c.Trusts = append(c.Trusts, TrustRule{})
	}
	for _, s := range settingsOf(name) {
		s.reset(c)
	}
}

func seconds(s ...float64) []time.Duration {
	var out []time.Duration
	for _, v := range s {
		out = append(out, seis.Seconds(v))
	}
	return out
}

// rule is an allowed made of a test and the words for it.
type rule struct {
	ok   func(v any) bool
	text string
}

func (r rule) check(v any) bool { return r.ok(v) }
func (r rule) String() string   { return r.text }

func between(low, high float64) allowed {
	text := strconv.FormatFloat(low, 'f', -1, 64) + " to " + strconv.FormatFloat(high, 'f', -1, 64)
	return rule{func(v any) bool {
		x := 0.0
		switch v := v.(type) {
		case float64:
			x = v
		case int:
			x = float64(v)
		case time.Duration:
			x = v.Seconds()
		}
		return x >= low && x <= high
	}, text}
}

func spans(low, high time.Duration) allowed {
	return rule{func(v any) bool { d := v.(time.Duration); return d >= low && d <= high }, printSpan(low) + " to " + printSpan(high)}
}

func sizes(low, high int64) allowed {
	return rule{func(v any) bool { n := v.(int64); return n >= low && n <= high }, printSize(low) + " to " + printSize(high)}
}

func oneOf(words ...string) allowed {
	return rule{func(v any) bool { return slices.Contains(words, v.(string)) }, `"` + strings.Join(words, `", "`) + `"`}
}

// text allows strings of a number of bytes without control characters.
func text(low, high int) allowed {
	words := fmt.Sprintf("%d to %d bytes of text", low, high)
	return rule{func(v any) bool { return plain(v.(string), low, high) }, words}
}

func plain(s string, low, high int) bool {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	return len(s) >= low && len(s) <= high && !strings.ContainsFunc(s, control)
}

// codes allows letters, digits, dashes and underscores.
func codes(low, high int) allowed {
	return rule{func(v any) bool {
		s := v.(string)
		odd := func(r rune) bool {
			return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_')
		}
		return len(s) >= low && len(s) <= high && !strings.ContainsFunc(s, odd)
	}, fmt.Sprintf("%d to %d letters, digits, dashes or underscores", low, high)}
}

var (
	texts = rule{func(v any) bool { return all(v.([]string), func(s string) bool { return plain(s, 1, 500) }) }, "a list of texts"}
	paths = rule{func(v any) bool { return all(v.([]string), func(s string) bool { return plain(s, 1, 4096) }) }, "a list of paths"}
	hosts = rule{func(v any) bool {
		return all(v.([]string), func(s string) bool { return plain(s, 1, 253) && !strings.ContainsAny(s, " /:") })
	}, "a list of host names"}

	pattern  = rule{func(v any) bool { return isPattern(v.(string)) }, "NET.STA.LOC.CHA with wildcards * and ?"}
	patterns = rule{func(v any) bool { l := v.([]string); return len(l) > 0 && all(l, isPattern) }, "at least one NET.STA.LOC.CHA with wildcards * and ?"}

	address = rule{func(v any) bool {
		s := v.(string)
		if s == "" {
			return true
		}
		return isAddress(s)
	}, `an address and port such as "127.0.0.1:8470" or ":8470", or ""`}

	upstreamURL = rule{func(v any) bool {
		u, err := url.Parse(v.(string))
		return err == nil && (u.Scheme == "seedlink" || u.Scheme == "seedlinks") && u.Hostname() != "" && isAddress(u.Host)
	}, "seedlink://host:port, or seedlinks://host:port for TLS"}
)

func all(list []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !ok(s) })
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n <= 65535
}

// isPattern reports whether s is one to four codes with wildcards.
func isPattern(s string) bool {
	if s == "" || len(s) > 64 || strings.Count(s, ".") > 3 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(".*?-_", r))
	})
}
