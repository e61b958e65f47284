package scene

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"houfeng/internal/seis"
)

// split cuts a line into words at blanks. A word in double quotes may hold
// blanks; a '#' outside quotes starts a comment.
func split(line string) ([]string, error) {
	if !utf8.ValidString(line) {
		return nil, fmt.Errorf("not UTF-8")
	}
	var words []string
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			return words, nil
		case c == '"':
			end := strings.IndexByte(line[i+1:], '"')
			if end < 0 {
				return nil, fmt.Errorf("quote is not closed: %s", clip(line[i:]))
			}
			words = append(words, line[i:i+1+end+1])
			i += end + 2
		default:
			end := strings.IndexAny(line[i:], " \t\r#\"")
			if end < 0 {
				end = len(line) - i
			}
			words = append(words, line[i:i+end])
			i += end
		}
	}
	return words, nil
}

// args reads the words of one statement after its verb.
type args struct {
	verb  string
	words []string
	seen  map[string]bool
}

func (a *args) more() bool { return len(a.words) > 0 }

// peek returns the next word, "" at the end.
func (a *args) peek() string {
	if len(a.words) == 0 {
		return ""
	}
	return a.words[0]
}

// accept takes the next word if it is w.
func (a *args) accept(w string) bool {
	if a.peek() == w {
		a.words = a.words[1:]
		return true
	}
	return false
}

func (a *args) take(what string) (string, error) {
	if len(a.words) == 0 {
		return "", fmt.Errorf("%s is missing", what)
	}
	w := a.words[0]
	a.words = a.words[1:]
	return w, nil
}

// key takes the name of the next setting, once each.
func (a *args) key() (string, error) {
	w, err := a.take("setting")
	if err != nil {
		return "", err
	}
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	if a.seen[w] {
		return "", fmt.Errorf("%s is given twice", clip(w))
	}
	a.seen[w] = true
	return w, nil
}

// end reports words that are left over.
func (a *args) end() error {
	if len(a.words) > 0 {
		return fmt.Errorf("do not understand %s", clip(a.words[0]))
	}
	return nil
}

// text takes a quoted text or a plain word, at most 200 bytes.
func (a *args) text(what string) (string, error) {
	w, err := a.take(what)
	if err != nil {
		return "", err
	}
	w = strings.Trim(w, `"`)
	if len(w) > 200 {
		return "", fmt.Errorf("%s: %d bytes, at most 200", what, len(w))
	}
	for _, r := range w {
		if r < ' ' || r == 0x7f {
			return "", fmt.Errorf("%s %s: control characters are not allowed", what, clip(w))
		}
	}
	return w, nil
}

// unit is a suffix and what it is worth in the base unit.
type unit struct {
	suffix string
	factor float64
}

var (
	km      = []unit{{"km", 1}, {"m", 1e-3}}
	metres  = []unit{{"km", 1e3}, {"m", 1}}
	degrees = []unit{{"deg", 1}, {"°", 1}}
	percent = []unit{{"%", 0.01}}
	decibel = []unit{{"dB", 1}}
	hertz   = []unit{{"Hz", 1}}
	mpa     = []unit{{"MPa", 1}, {"bar", 0.1}}
	perHour = []unit{{"/h", 1}}
	seconds = []unit{{"s", 1}, {"ms", 1e-3}}
	plain   = []unit{}
)

// number takes a number in [lo, hi]; the unit may be left out.
func (a *args) number(what string, units []unit, lo, hi float64) (float64, error) {
	w, err := a.take(what)
	if err != nil {
		return 0, err
	}
	v, err := parseNumber(w, units)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	if v < lo || v > hi {
		u := ""
		if len(units) > 0 {
			u = units[0].suffix
			if units[0].factor != 1 { // percent
				lo, hi = lo/units[0].factor, hi/units[0].factor
			}
		}
		return 0, fmt.Errorf("%s %s: want %g%s to %g%s", what, clip(w), lo, u, hi, u)
	}
	return v, nil
}

func parseNumber(w string, units []unit) (float64, error) {
	digits, factor := w, 1.0
	best := 0
	for _, u := range units {
		if len(u.suffix) > best && strings.HasSuffix(w, u.suffix) {
			digits, factor, best = strings.TrimSuffix(w, u.suffix), u.factor, len(u.suffix)
		}
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(digits, "xX_pP") {
		return 0, fmt.Errorf("%s is not a number%s", clip(w), unitNames(units))
	}
	return v * factor, nil
}

func unitNames(units []unit) string {
	if len(units) == 0 {
		return ""
	}
	var n []string
	for _, u := range units {
		n = append(n, u.suffix)
	}
	return " of " + strings.Join(n, " or ")
}

// integer takes a whole number in [lo, hi].
func (a *args) integer(what string, lo, hi int) (int, error) {
	w, err := a.take(what)
	if err != nil {
		return 0, err
	}
	v, err := strconv.Atoi(w)
	if err != nil {
		return 0, fmt.Errorf("%s %s is not a whole number", what, clip(w))
	}
	if v < lo || v > hi {
		return 0, fmt.Errorf("%s %d: want %d to %d", what, v, lo, hi)
	}
	return v, nil
}

// span takes "x" or "x to y" with x ≤ y.
func (a *args) span(what string, units []unit, lo, hi float64) (from, to float64, err error) {
	if from, err = a.number(what, units, lo, hi); err != nil {
		return 0, 0, err
	}
	to = from
	if a.accept("to") {
		if to, err = a.number(what, units, lo, hi); err != nil {
			return 0, 0, err
		}
		if to < from {
			return 0, 0, fmt.Errorf("%s: %g to %g runs backwards", what, from, to)
		}
	}
	return from, to, nil
}

// duration takes a time span such as 90s, 1m30s, 2h, 3d or 250ms.
func (a *args) duration(what string, lo, hi time.Duration) (time.Duration, error) {
	w, err := a.take(what)
	if err != nil {
		return 0, err
	}
	return parseDuration(what, w, lo, hi)
}

func parseDuration(what, w string, lo, hi time.Duration) (time.Duration, error) {
	s, days := w, time.Duration(0)
	if n, rest, ok := strings.Cut(w, "d"); ok {
		v, err := strconv.ParseUint(n, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%s %s is not a duration such as 90s, 1m30s, 2h or 3d", what, clip(w))
		}
		days, s = time.Duration(v)*24*time.Hour, rest
		if s == "" {
			s = "0s"
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil || strings.ContainsAny(s, "+-") {
		return 0, fmt.Errorf("%s %s is not a duration such as 90s, 1m30s, 2h or 3d", what, clip(w))
	}
	d = min(d, 1<<61) + days // both far from overflow
	if d < lo || d > hi {
		return 0, fmt.Errorf("%s %s: want %s to %s", what, clip(w), lo, hi)
	}
	return d, nil
}

// instant takes "+90s" or an absolute time, and returns it relative to start.
func (a *args) instant(what string, start seis.Time) (time.Duration, error) {
	w, err := a.take(what)
	if err != nil {
		return 0, err
	}
	if rest, ok := strings.CutPrefix(w, "+"); ok {
		return parseDuration(what, rest, 0, maxLength)
	}
	t, err := seis.ParseTime(w)
	if err != nil || t.Leap() {
		return 0, fmt.Errorf("%s %s: want a time after the start, such as +90s, or such as 2026-03-01T00:01:30Z", what, clip(w))
	}
	// Compare before subtracting: the difference of distant times overflows.
	if t.Before(start) || t.After(start.Add(maxLength)) {
		return 0, fmt.Errorf("%s %s: want a time from %s to %s", what, clip(w), start, start.Add(maxLength))
	}
	return t.Sub(start), nil
}

func clip(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return strconv.Quote(strings.ToValidUTF8(s, "?"))
}
