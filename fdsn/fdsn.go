// Package fdsn holds the identifiers that every FDSN standard shares: network,
// station, location and channel codes, their source identifier form, and the
// wildcards that select them.
//
// Start with [ID]. The package imports only the standard library and does no
// I/O, so that it can be lifted out and used alone.
package fdsn

import (
	"fmt"
	"strings"
)

// ID names one stream of data: the four codes of the SEED manual.
//
// Channel is either a three letter SEED code ("HHZ") or, where band, source or
// subsource is longer or shorter than one letter, the underscored form of the
// FDSN source identifier ("B_H_Z", "_GNSS_X"). An empty location is "".
// ID is comparable and usable as a map key.
type ID struct {
	Network  string // 1–8 letters or digits
	Station  string // 1–8 letters, digits or dashes
	Location string // 0–8 letters, digits or dashes
	Channel  string // "HHZ", or "band_source_subsource"
}

// String returns "NET.STA.LOC.CHA", the form of ObsPy and SeisComP.
func (id ID) String() string {
	return id.Network + "." + id.Station + "." + id.Location + "." + id.Channel
}

// StationID returns "NET.STA".
func (id ID) StationID() string { return id.Network + "." + id.Station }

// SourceID returns "FDSN:NET_STA_LOC_B_S_SS" (FDSN Source Identifiers,
// section "Definition").
func (id ID) SourceID() string {
	b, s, ss := id.Codes()
	return "FDSN:" + id.Network + "_" + id.Station + "_" + id.Location + "_" + b + "_" + s + "_" + ss
}

// Codes returns band, source and subsource of the channel.
func (id ID) Codes() (band, source, subsource string) {
	if p := strings.Split(id.Channel, "_"); len(p) == 3 {
		return p[0], p[1], p[2]
	}
	switch len(id.Channel) {
	case 0:
		return "", "", ""
	case 1:
		return id.Channel, "", ""
	case 2:
		return id.Channel[:1], id.Channel[1:], ""
	}
	return id.Channel[:1], id.Channel[1:2], id.Channel[2:]
}

// Band returns the band and source codes joined ("HH", "HN"): the instrument
// that the components of one sensor share.
func (id ID) Band() string { b, s, _ := id.Codes(); return b + s }

// Component returns the subsource code ("Z", "N", "1").
func (id ID) Component() string { _, _, s := id.Codes(); return s }

// WithComponent returns the id of another component of the same sensor.
func (id ID) WithComponent(c string) ID {
	b, s, _ := id.Codes()
	id.Channel = join(b, s, c)
	return id
}

func join(b, s, ss string) string {
	if len(b) == 1 && len(s) == 1 && len(ss) == 1 {
		return b + s + ss
	}
	return b + "_" + s + "_" + ss
}

// Parse reads "FDSN:NET_STA_LOC_B_S_SS" or "NET.STA.LOC.CHA".
func Parse(s string) (ID, error) {
	var id ID
	if rest, ok := strings.CutPrefix(s, "FDSN:"); ok {
		p := strings.Split(rest, "_")
		if len(p) != 6 {
			return ID{}, fmt.Errorf("parse source identifier %q: %d codes, want 6", clip(s), len(p))
		}
		id = ID{Network: p[0], Station: p[1], Location: p[2], Channel: join(p[3], p[4], p[5])}
	} else {
		p := strings.Split(s, ".")
		if len(p) != 4 {
			return ID{}, fmt.Errorf("parse stream %q: %d codes, want NET.STA.LOC.CHA", clip(s), len(p))
		}
		id = ID{Network: p[0], Station: p[1], Location: p[2], Channel: p[3]}
		if id.Location == "--" {
			id.Location = ""
		}
	}
	if err := id.Check(); err != nil {
		return ID{}, err
	}
	return id, nil
}

// Check reports the first code that no FDSN standard allows.
func (id ID) Check() error {
	for _, c := range []struct {
		name, code string
		min, max   int
		dash       bool
	}{
		{"network", id.Network, 0, 8, false},
		{"station", id.Station, 0, 8, true},
		{"location", id.Location, 0, 8, true},
		{"channel", strings.ReplaceAll(id.Channel, "_", ""), 0, 24, false},
	} {
		if len(c.code) < c.min || len(c.code) > c.max {
			return fmt.Errorf("%s code %q: %d letters, want %d to %d", c.name, clip(c.code), len(c.code), c.min, c.max)
		}
		for i := 0; i < len(c.code); i++ {
			b := c.code[i]
			if b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-' && c.dash {
				continue
			}
			return fmt.Errorf("%s code %q: byte %#02x at %d is not a letter or digit", c.name, clip(c.code), b, i)
		}
	}
	return nil
}

// Compare orders ids by network, station, location and channel.
func Compare(a, b ID) int {
	if c := strings.Compare(a.Network, b.Network); c != 0 {
		return c
	}
	if c := strings.Compare(a.Station, b.Station); c != 0 {
		return c
	}
	if c := strings.Compare(a.Location, b.Location); c != 0 {
		return c
	}
	return strings.Compare(a.Channel, b.Channel)
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
