package seis

import (
	"fmt"
	"strings"
	"time"
)

// Time is an instant in UTC with nanosecond resolution. It is a count, not a
// calendar: int64 nanoseconds since 1970-01-01 without leap seconds, which
// reaches from 1677 to 2262.
//
// A leap second (23:59:60) has no count of its own. It is stored as the count
// of the second that follows (00:00:00) with Leap set, and printed as :60; the
// catalogue stores both values. Comparisons put a leap second before the
// second that follows.
type Time struct {
	ns   int64
	leap bool
}

// TimeOf returns the time of a nanosecond count; leap marks second 60.
func TimeOf(ns int64, leap bool) Time { return Time{ns, leap} }

// FromTime converts a time.Time.
func FromTime(t time.Time) Time { return Time{ns: t.UnixNano()} }

// Nanos returns the nanosecond count since 1970 (see [Time]).
func (t Time) Nanos() int64 { return t.ns }

// Leap reports whether t lies in a leap second.
func (t Time) Leap() bool { return t.leap }

// IsZero reports whether t is the zero Time (1970-01-01), which stands for
// "not known" throughout.
func (t Time) IsZero() bool { return t == Time{} }

// Add returns t+d. Leaving a leap second clears the flag.
func (t Time) Add(d time.Duration) Time {
	if d == 0 {
		return t
	}
	return Time{ns: t.ns + int64(d)}
}

// AddSeconds returns t+s seconds, rounded to a nanosecond.
func (t Time) AddSeconds(s float64) Time { return t.Add(Seconds(s)) }

// Sub returns t−u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t.ns - u.ns) }

// SecondsSince returns t−u in seconds.
func (t Time) SecondsSince(u Time) float64 { return float64(t.ns-u.ns) / 1e9 }

// Before reports whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.Compare(u) < 0 }

// After reports whether t is later than u.
func (t Time) After(u Time) bool { return t.Compare(u) > 0 }

// Equal reports whether t and u are the same instant.
func (t Time) Equal(u Time) bool { return t == u }

// Compare returns −1, 0 or +1.
func (t Time) Compare(u Time) int {
	switch {
	case t.ns < u.ns, t.ns == u.ns && t.leap && !u.leap:
		return -1
	case t.ns > u.ns, t.ns == u.ns && !t.leap && u.leap:
		return 1
	}
	return 0
}

// Std converts to time.Time; a leap second becomes the second that follows.
func (t Time) Std() time.Time { return time.Unix(0, t.ns).UTC() }

const timeLayout = "2006-01-02T15:04:05.000000"

// String returns ISO 8601 with microseconds and "Z" (QuakeML's form), or with
// nanoseconds where there are any.
func (t Time) String() string {
	layout := timeLayout
	if t.ns%1000 != 0 {
		layout += "000"
	}
	if t.leap {
		s := t.Std().Add(-time.Second).Format(layout)
		return s[:17] + "60" + s[19:] + "Z"
	}
	return t.Std().Format(layout) + "Z"
}

// ParseTime reads ISO 8601 in UTC: date, or date and time with 0–9 fractional
// digits, with or without "Z"; ":60" sets the leap flag.
func ParseTime(s string) (Time, error) {
	orig := s
	s = strings.TrimSuffix(s, "Z")
	leap := false
	if len(s) >= 19 && s[17:19] == "60" {
		leap = true
		s = s[:17] + "59" + s[19:]
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		tt, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if y := tt.Year(); y < 1678 || y > 2261 {
			return Time{}, fmt.Errorf("time %q: year %d is outside 1678–2261", orig, y)
		}
		if leap {
			return Time{ns: tt.UnixNano() + 1e9, leap: true}, nil
		}
		return Time{ns: tt.UnixNano()}, nil
	}
	if len(orig) > 40 {
		orig = orig[:40] + "…"
	}
	return Time{}, fmt.Errorf("time %q: want ISO 8601 in UTC, such as 2019-10-15T05:33:42.81Z", orig)
}

// MarshalText makes Time a string in JSON, XML and TOML.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return []byte(t.String()), nil
}

// UnmarshalText is the inverse of MarshalText; an empty text is the zero Time.
func (t *Time) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = Time{}
		return nil
	}
	v, err := ParseTime(string(b))
	if err == nil {
		*t = v
	}
	return err
}

// Seconds converts seconds to a Duration, rounded to a nanosecond.
func Seconds(s float64) time.Duration {
	if s < 0 {
		return time.Duration(s*1e9 - 0.5)
	}
	return time.Duration(s*1e9 + 0.5)
}
