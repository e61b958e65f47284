package seedlink

import (
	"fmt"
	"strings"

	"houfeng/fdsn"
)

// Selector is one pattern of a SELECT command of version 3:
//
//	[!][LL]CCC[.T]   or   [!]T
//
// LL is the location, CCC the channel, T the type of packet: D data, E event
// detection, C calibration, O opaque, T timing, L log. '?' stands for any
// character; a location without letters is written "--" or, within LL, '-'.
// A leading '!' turns the selector into an exclusion.
type Selector struct {
	Exclude     bool
	AnyLocation bool    // no LL was given
	Location    [2]byte // ' ' where the code has no letter
	AnyChannel  bool    // only T was given
	Channel     [3]byte
	Type        byte // 0 for any
}

const packetTypes = "DECOTL"

// ParseSelector reads one pattern.
func ParseSelector(s string) (Selector, error) {
	sel := Selector{}
	rest, exclude := strings.CutPrefix(strings.ToUpper(s), "!")
	sel.Exclude = exclude
	code, kind, dotted := strings.Cut(rest, ".")
	if dotted {
		if len(kind) != 1 || !strings.Contains(packetTypes, kind) {
			return Selector{}, fmt.Errorf("selector %q: type %q is not one of D, E, C, O, T, L", clip(s), clip(kind))
		}
		sel.Type = kind[0]
	}
	for i, c := range []byte(code) {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '?' || c == '-' && len(code) == 5 && i < 2 {
			continue
		}
		return Selector{}, fmt.Errorf("selector %q: byte %#02x is not a letter, digit or '?'", clip(s), c)
	}
	switch len(code) {
	case 1:
		if dotted || !strings.Contains(packetTypes, code) {
			return Selector{}, fmt.Errorf("selector %q: want a type, D, E, C, O, T or L, or [LL]CCC[.T]", clip(s))
		}
		sel.AnyLocation, sel.AnyChannel, sel.Type = true, true, code[0]
		return sel, nil
	case 3:
		sel.AnyLocation = true
	case 5:
		copy(sel.Location[:], strings.ReplaceAll(code[:2], "-", " "))
	default:
		return Selector{}, fmt.Errorf("selector %q: %d letters, want CCC or LLCCC", clip(s), len(code))
	}
	copy(sel.Channel[:], code[len(code)-3:])
	return sel, nil
}

// String returns the pattern in the form that every server reads.
func (s Selector) String() string {
	var b strings.Builder
	if s.Exclude {
		b.WriteByte('!')
	}
	if s.AnyChannel {
		b.WriteByte(s.Type)
		return b.String()
	}
	if !s.AnyLocation {
		b.WriteString(strings.ReplaceAll(string(s.Location[:]), " ", "-"))
	}
	b.Write(s.Channel[:])
	if s.Type != 0 {
		b.WriteByte('.')
		b.WriteByte(s.Type)
	}
	return b.String()
}

// Match reports whether a packet of stream id and type kind fits the pattern;
// it leaves Exclude to the caller.
func (s Selector) Match(id fdsn.ID, kind byte) bool {
	if s.Type != 0 && s.Type != kind {
		return false
	}
	return (s.AnyLocation || matchCode(s.Location[:], id.Location)) &&
		(s.AnyChannel || matchCode(s.Channel[:], id.Channel))
}

// matchCode compares a code, padded with blanks, to a pattern of fixed length.
func matchCode(pattern []byte, code string) bool {
	if len(code) > len(pattern) {
		return false
	}
	for i, p := range pattern {
		c := byte(' ')
		if i < len(code) {
			c = code[i]
		}
		if p != '?' && p != c {
			return false
		}
	}
	return true
}

// selected reports whether a packet passes a list of selectors: it fits none
// that excludes and, if there are others, one of them.
func selected(list []Selector, id fdsn.ID, kind byte) bool {
	wanted, positive := false, false
	for _, s := range list {
		switch {
		case s.Exclude:
			if s.Match(id, kind) {
				return false
			}
		default:
			positive = true
			wanted = wanted || s.Match(id, kind)
		}
	}
	return wanted || !positive
}
