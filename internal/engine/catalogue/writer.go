package catalogue

import (
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// writer is the form that appends a document to b.
type writer struct {
	b     []byte
	inner bool // a value precedes in the object or list: a comma is due
}

func (w *writer) fail(string) {} // what a writer is given fits

// comma separates from the value before, if there is one.
func (w *writer) comma() {
	if w.inner {
		w.b = append(w.b, ',')
	}
	w.inner = true
}

func (w *writer) name(name string) {
	w.comma()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) open(bracket string)  { w.b, w.inner = append(w.b, bracket...), false }
func (w *writer) close(bracket string) { w.b, w.inner = append(w.b, bracket...), true }

func (w *writer) present(name string, is bool) bool {
	w.name(name)
	if !is {
		w.b = append(w.b, "null"...)
	}
	return is
}

func (w *writer) text(name string, s *string) {
	w.name(name)
	w.b = appendText(w.b, *s)
}

func (w *writer) flag(name string, v *bool) {
	w.name(name)
	w.b = strconv.AppendBool(w.b, *v)
}

func (w *writer) integer(name string, v *int) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, int64(*v), 10)
}

func (w *writer) number(name string, v *float64) {
	w.name(name)
	w.b = appendNumber(w.b, *v)
}

func (w *writer) time(name string, t *seis.Time) {
	w.name(name)
	w.b = append(w.b, '"')
	w.b = strconv.AppendInt(w.b, t.Nanos(), 10)
	if t.Leap() {
		w.b = append(w.b, leapMark...)
	}
	w.b = append(w.b, '"')
}

func (w *writer) stream(name string, id *fdsn.ID) {
	w.name(name)
	w.open("[")
	for _, code := range [...]string{id.Network, id.Station, id.Location, id.Channel} {
		w.item(&code)
	}
	w.close("]")
}

func (w *writer) item(s *string) {
	w.comma()
	w.b = appendText(w.b, *s)
}

// appendNumber appends the shortest decimal that reads back to the same bits;
// what JSON has no number for becomes a string.
func appendNumber(b []byte, v float64) []byte {
	switch bits := math.Float64bits(v); {
	case math.IsInf(v, 1):
		return append(b, `"+Inf"`...)
	case math.IsInf(v, -1):
		return append(b, `"-Inf"`...)
	case bits == math.Float64bits(math.NaN()):
		return append(b, `"NaN"`...)
	case v != v: // a NaN with another payload
		b = append(b, `"NaN:`...)
		b = strconv.AppendUint(b, bits, 16) // 16 digits: the sign or the exponent leads
		return append(b, '"')
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// appendText appends a JSON string, or {"hex":"…"} for what is no UTF-8.
func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) {
		b = append(b, `{"hex":"`...)
		b = hex.AppendEncode(b, []byte(s))
		return append(b, '"', '}')
	}
	b = append(b, '"')
	done := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		b = append(b, s[done:i]...)
		done = i + 1
		if c == '"' || c == '\\' {
			b = append(b, '\\', c)
		} else {
			const digits = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}
