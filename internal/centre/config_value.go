package centre

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"houfeng/internal/seis"
)

// take puts the value written at node n into c. The error says what is wanted.
func (s *setting) take(c *Config, n *unstable.Node) error {
	wrong := func(want string) error { return fmt.Errorf("want %s", want) }
	var err error
	switch p := s.at(c).(type) {
	case *string:
		if n.Kind != unstable.String {
			return wrong("a text in quotes: " + s.wants())
		}
		*p = string(n.Data)
		err = s.approve(*p)
	case *bool:
		if n.Kind != unstable.Bool {
			return wrong("true or false")
		}
		*p = string(n.Data) == "true"
	case *int:
		v, ok := whole(n)
		if !ok || v != int64(int(v)) {
			return wrong("a whole number, " + s.wants())
		}
		*p = int(v)
		err = s.approve(*p)
	case *int64:
		v, ok := size(n)
		if !ok {
			return wrong(`a size such as "20 GiB" or a number of bytes, ` + s.wants())
		}
		*p = v
		err = s.approve(v)
	case *float64:
		v, ok := real(n)
		if !ok {
			return wrong("a number, " + s.wants())
		}
		*p = v
		err = s.approve(v)
	case *time.Duration:
		v, ok := span(n)
		if !ok {
			return wrong(`a time such as "90s", "12h" or "7d", ` + s.wants())
		}
		*p = v
		err = s.approve(v)
	case *seis.Time:
		t, ok := instant(n)
		if !ok {
			return wrong(`a time in UTC such as "2024-01-31T12:00:00Z", or ""`)
		}
		*p = t
	case *[]string:
		list := []string{}
		if n.Kind != unstable.Array {
			return wrong("a list in brackets: " + s.wants())
		}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			if it.Node().Kind != unstable.String {
				return wrong("a list of texts in quotes: " + s.wants())
			}
			list = append(list, string(it.Node().Data))
		}
		*p = list
		err = s.approve(list)
	case *[]time.Duration: // a list of seconds
		var list []time.Duration
		if n.Kind != unstable.Array {
			return wrong("a list of numbers in brackets, each " + s.wants())
		}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			v, ok := real(it.Node())
			if !ok || math.Abs(v) > 1e9 {
				return wrong("a list of numbers, each " + s.wants())
			}
			list = append(list, seis.Seconds(v))
			if err := s.approve(list[len(list)-1]); err != nil {
				return err
			}
		}
		if len(list) == 0 || len(list) > 100 {
			return wrong("1 to 100 numbers, each " + s.wants())
		}
		*p = list
	}
	return err
}

func (s *setting) approve(v any) error {
	if s.allow != nil && !s.allow.check(v) {
		return fmt.Errorf("want %s", s.wants())
	}
	return nil
}

// wants says what is allowed, with its unit.
func (s *setting) wants() string {
	if s.allow == nil {
		return s.kind()
	}
	if s.unit != "" {
		return s.allow.String() + " " + s.unit
	}
	return s.allow.String()
}

func (s *setting) kind() string {
	switch s.def.(type) {
	case bool:
		return "true or false"
	case seis.Time:
		return "a time in UTC"
	}
	return "any value"
}

// print returns the value in c as it is written in TOML.
func (s *setting) print(c *Config) string {
	switch p := s.at(c).(type) {
	case *string:
		return quote(*p)
	case *bool:
		return strconv.FormatBool(*p)
	case *int:
		return strconv.Itoa(*p)
	case *int64:
		return quote(printSize(*p))
	case *float64:
		return printReal(*p)
	case *time.Duration:
		return quote(printSpan(*p))
	case *seis.Time:
		if p.IsZero() {
			return `""`
		}
		return quote(p.String())
	case *[]string:
		words := make([]string, len(*p))
		for i, w := range *p {
			words[i] = quote(w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	case *[]time.Duration:
		words := make([]string, len(*p))
		for i, d := range *p {
			words[i] = printReal(d.Seconds())
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	return ""
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func printReal(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// spanUnits are the units of times, largest first.
var spanUnits = []struct {
	name string
	d    time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", 1}}

// printSpan writes d in the largest unit that needs no fraction.
func printSpan(d time.Duration) string {
	for _, u := range spanUnits {
		if d%u.d == 0 && d != 0 {
			return strconv.FormatInt(int64(d/u.d), 10) + u.name
		}
	}
	return "0s"
}

// span reads "90s", "1h30m", "7d".
func span(n *unstable.Node) (time.Duration, bool) {
	if n.Kind != unstable.String {
		return 0, false
	}
	s := strings.TrimSpace(string(n.Data))
	if days, ok := strings.CutSuffix(s, "d"); ok {
		v, err := strconv.ParseFloat(days, 64)
		if err != nil || !(math.Abs(v) < 100000) {
			return 0, false
		}
		return time.Duration(math.Round(v * 24 * float64(time.Hour))), true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

var sizeUnits = []struct {
	name string
	n    int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

func printSize(n int64) string {
	for _, u := range sizeUnits {
		if n%u.n == 0 && n != 0 {
			return strconv.FormatInt(n/u.n, 10) + " " + u.name
		}
	}
	return "0 B"
}

// size reads a number of bytes, or "20 GiB", "500MB".
func size(n *unstable.Node) (int64, bool) {
	if n.Kind == unstable.Integer {
		return whole(n)
	}
	if n.Kind != unstable.String {
		return 0, false
	}
	s := strings.TrimSpace(string(n.Data))
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		v *= float64(u.n)
		if err != nil || !(v >= 0 && v < math.MaxInt64) {
			return 0, false
		}
		return int64(v), true
	}
	return 0, false
}

func whole(n *unstable.Node) (int64, bool) {
	if n.Kind != unstable.Integer {
		return 0, false
	}
	v, err := strconv.ParseInt(strings.ReplaceAll(string(n.Data), "_", ""), 0, 64)
	return v, err == nil
}

func real(n *unstable.Node) (float64, bool) {
	if n.Kind == unstable.Integer {
		v, ok := whole(n)
		return float64(v), ok
	}
	if n.Kind != unstable.Float {
		return 0, false
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(string(n.Data), "_", ""), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// instant reads a time in quotes or as TOML's own; an offset is not allowed.
func instant(n *unstable.Node) (seis.Time, bool) {
	switch n.Kind {
	case unstable.String, unstable.DateTime, unstable.LocalDateTime, unstable.LocalDate:
		if len(n.Data) == 0 {
			return seis.Time{}, true
		}
		t, err := seis.ParseTime(strings.Replace(string(n.Data), " ", "T", 1))
		return t, err == nil
	}
	return seis.Time{}, false
}
