package seedlink

import (
	"testing"

	"houfeng/fdsn"
)

func TestSelectorMatch(t *testing.T) {
	id := func(loc, cha string) fdsn.ID {
		return fdsn.ID{Network: "XX", Station: "ABC", Location: loc, Channel: cha}
	}
	for _, tt := range []struct {
		pattern string
		id      fdsn.ID
		kind    byte
		want    bool
	}{
		{"HHZ", id("", "HHZ"), 'D', true}, {"HHZ", id("00", "HHZ"), 'L', true}, {"HHZ", id("", "HHN"), 'D', false},
		{"00HHZ", id("00", "HHZ"), 'D', true}, {"00HHZ", id("", "HHZ"), 'D', false}, {"00HHZ", id("0", "HHZ"), 'D', false},
		{"--HHZ", id("", "HHZ"), 'D', true}, {"--HHZ", id("00", "HHZ"), 'D', false},
		{"0-HHZ", id("0", "HHZ"), 'D', true}, {"0-HHZ", id("00", "HHZ"), 'D', false},
		{"??HHZ", id("", "HHZ"), 'D', true}, {"?0HHZ", id("10", "HHZ"), 'D', true}, {"?0HHZ", id("11", "HHZ"), 'D', false},
		{"H?Z", id("", "HHZ"), 'D', true}, {"???", id("", "LOG"), 'L', true},
		{"???", id("", "B_H_ZZ"), 'D', false}, {"??HHZ", id("000", "HHZ"), 'D', false},
		{"HHZ.D", id("", "HHZ"), 'D', true}, {"HHZ.D", id("", "HHZ"), 'E', false},
		{"D", id("x", "B_H_ZZ"), 'D', true}, {"L", id("", "LOG"), 'D', false},
	} {
		s, err := ParseSelector(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Match(tt.id, tt.kind); got != tt.want {
			t.Errorf("%s on %s.%c: %v, want %v", tt.pattern, tt.id, tt.kind, got, tt.want)
		}
	}
}

// TestPacketType tells the six types of packets apart by their blockettes.
func TestPacketType(t *testing.T) {
	with := func(kind uint16, samples uint16, rate uint16) []byte {
		b := testRecord(abcZ, epoch, 0)
		b[30], b[31] = byte(samples>>8), byte(samples)
		b[32], b[33] = byte(rate>>8), byte(rate)
		if kind != 0 {
			b[51] = 56 // blockette 1000 is followed by another
			b[56], b[57] = byte(kind>>8), byte(kind)
		}
		return b
	}
	log := with(0, 10, 0)
	log[52] = 0
	for _, tt := range []struct {
		name string
		raw  []byte
		want byte
	}{
		{"data", with(0, 10, 10), 'D'}, {"data with 1001", with(1001, 10, 10), 'D'}, {"log", log, 'L'},
		{"Murdock detection", with(201, 0, 0), 'E'}, {"generic detection", with(200, 10, 10), 'E'},
		{"calibration", with(300, 10, 10), 'C'}, {"timing", with(500, 0, 0), 'T'}, {"data with timing", with(500, 10, 10), 'D'},
		{"opaque", with(2000, 0, 0), 'O'},
	} {
		h, err := peek(tt.raw)
		if err != nil || h.kind != tt.want {
			t.Errorf("%s: %c, %v, want %c", tt.name, h.kind, err, tt.want)
		}
	}
}
