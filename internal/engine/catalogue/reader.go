package catalogue

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// reader is the form that reads a document: fields in the order in which they
// are written, without blanks. The first error stays; after it nothing is
// read. Strings that are read are parts of s.
type reader struct {
	s     string
	i     int  // next byte
	inner bool // a value precedes in the object or list: a comma is due
	err   error
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: %s", r.i, why)
	}
}

// want takes the literal text.
func (r *reader) want(text string) bool {
	if r.err == nil && strings.HasPrefix(r.s[r.i:], text) {
		r.i += len(text)
		return true
	}
	r.missing(text)
	return false
}

func (r *reader) missing(want string) {
	if r.err == nil {
		found := r.s[r.i:]
		r.fail(fmt.Sprintf("found %q, want %q", found[:min(len(found), 24)], want))
	}
}

func (r *reader) next(c byte) bool { return r.i < len(r.s) && r.s[r.i] == c }

func (r *reader) comma() {
	if r.inner {
		r.want(",")
	}
	r.inner = true
}

func (r *reader) name(name string) {
	r.comma()
	if r.err != nil {
		return
	}
	rest := r.s[r.i:]
	if n := len(name); len(rest) < n+3 || rest[0] != '"' || rest[1:n+1] != name || rest[n+1:n+3] != `":` {
		r.missing(`"` + name + `":`)
		return
	}
	r.i += len(name) + 3
}

func (r *reader) open(bracket string) {
	r.want(bracket)
	r.inner = false
}

func (r *reader) close(bracket string) {
	r.want(bracket)
	r.inner = true
}

// more reports whether another item of a list follows.
func (r *reader) more() bool {
	if r.err == nil && r.i == len(r.s) {
		r.fail("the document ends within a list")
	}
	return r.err == nil && !r.next(']')
}

func (r *reader) present(name string, _ bool) bool {
	r.name(name)
	if r.err == nil && r.next('n') {
		r.want("null")
		return false
	}
	return r.err == nil
}

func (r *reader) text(name string, s *string) {
	r.name(name)
	*s = r.string()
}

func (r *reader) item(s *string) {
	r.comma()
	*s = r.string()
}

func (r *reader) flag(name string, v *bool) {
	r.name(name)
	if r.err == nil && r.next('t') {
		*v = r.want("true")
		return
	}
	r.want("false")
	*v = false
}

func (r *reader) integer(name string, v *int) {
	r.name(name)
	n, err := strconv.ParseInt(r.digits(), 10, strconv.IntSize)
	if err != nil {
		r.fail(fmt.Sprintf("%s: %v", name, err))
	}
	*v = int(n)
}

func (r *reader) number(name string, v *float64) {
	r.name(name)
	if r.err != nil {
		return
	}
	if r.next('"') {
		*v = r.nonFinite(name)
		return
	}
	f, err := strconv.ParseFloat(r.digits(), 64)
	if err != nil {
		r.fail(fmt.Sprintf("%s: %v", name, err))
	}
	*v = f
}

// nonFinite reads what appendNumber writes as a string.
func (r *reader) nonFinite(name string) float64 {
	switch s := r.string(); {
	case s == "NaN":
		return math.NaN()
	case s == "+Inf":
		return math.Inf(1)
	case s == "-Inf":
		return math.Inf(-1)
	default:
		bits, err := strconv.ParseUint(strings.TrimPrefix(s, "NaN:"), 16, 64)
		if f := math.Float64frombits(bits); err == nil && len(s) == len("NaN:")+16 && math.IsNaN(f) {
			return f
		}
		r.fail(fmt.Sprintf("%s: %q is no number", name, s[:min(len(s), 24)]))
		return 0
	}
}

// digits takes the characters of a JSON number.
func (r *reader) digits() string {
	if r.err != nil {
		return ""
	}
	start := r.i
	for r.i < len(r.s) {
		if c := r.s[r.i]; (c < '0' || c > '9') && c != '-' && c != '.' && c != 'e' && c != '+' {
			break
		}
		r.i++
	}
	return r.s[start:r.i]
}

func (r *reader) time(name string, t *seis.Time) {
	r.name(name)
	s := r.string()
	if r.err != nil {
		return
	}
	digits, leap := strings.CutSuffix(s, leapMark)
	ns, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		r.fail(fmt.Sprintf("%s: %v", name, err))
	}
	*t = seis.TimeOf(ns, leap)
}

func (r *reader) stream(name string, id *fdsn.ID) {
	r.name(name)
	r.open("[")
	for _, code := range [...]*string{&id.Network, &id.Station, &id.Location, &id.Channel} {
		r.item(code)
	}
	r.close("]")
}

// string reads what appendText writes.
func (r *reader) string() string {
	if r.err == nil && r.next('{') {
		return r.bytes()
	}
	if !r.want(`"`) {
		return ""
	}
	start, plain := r.i, true
	for ; ; r.i++ {
		if r.i >= len(r.s) {
			r.fail("the document ends within a string")
			return ""
		}
		c := r.s[r.i]
		if c == '"' {
			break
		}
		if c == '\\' {
			plain = false
			r.i++
		}
		plain = plain && c >= ' ' && c < 0x7f
	}
	s := r.s[start:r.i]
	r.i++
	if plain {
		return s
	}
	if !utf8.ValidString(s) {
		r.fail("a string is no UTF-8")
		return ""
	}
	var out string
	if err := json.Unmarshal([]byte(r.s[start-1:r.i]), &out); err != nil {
		r.fail(err.Error())
	}
	return out
}

func (r *reader) bytes() string {
	r.want(`{"hex":"`)
	if r.err != nil {
		return ""
	}
	n := strings.IndexByte(r.s[r.i:], '"')
	if n < 0 {
		r.fail("the document ends within a string")
		return ""
	}
	b, err := hex.DecodeString(r.s[r.i : r.i+n])
	if err != nil {
		r.fail(err.Error())
		return ""
	}
	r.i += n
	r.want(`"}`)
	return string(b)
}
