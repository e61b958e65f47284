package seedlink

import (
	"testing"
	"time"

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

// TestWalkRefuses has headers that no record has, and chains of blockettes that
// lead nowhere.
func TestWalkRefuses(t *testing.T) {
	change := func(at int, bytes ...byte) []byte {
		b := testRecord(abcZ, epoch, time.Second)
		copy(b[at:], bytes)
		return b
	}
	for _, tt := range []struct {
		raw  []byte
		want string
	}{
		{nil, "0 bytes, want 48 of fixed header: no blockette 1000"},
		{change(3, 'x'), "byte 0x78 at 3, want a sequence number"},
		{change(6, 'X'), "quality 0x58 at 6, want D, R, Q or M"},
		{change(20, 0, 0), "year and day 00 00 00 02 at 20 are none in either byte order"},
		{change(46, 0, 20), "blockette at 20, want it within the first 512 bytes"},
		{change(46, 0xFF, 0), "blockette at 65280, want it within the first 512 bytes"},
		{change(46, 0, 0), "no blockette 1000"},
		{change(50, 0, 48), "blockette at 48 points back to 48"},
		{change(48, 0, 100, 0, 48), "blockette at 48 points back to 48"},
		{change(54, 6), "record length 2^6 in blockette 1000, want 2^7 to 2^16"},
		{change(54, 17), "record length 2^17 in blockette 1000, want 2^7 to 2^16"},
	} {
		if _, err := peek(tt.raw); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}
