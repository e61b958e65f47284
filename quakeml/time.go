package quakeml

import (
	"fmt"
	"strings"
	"time"
)

// Time is an instant in UTC. Leap marks second 60: it is held as the second
// that follows and written as :60.
type Time struct {
	time.Time
	Leap bool
}

// At returns t as a Time.
func At(t time.Time) Time { return Time{Time: t} }

// MarshalText writes ISO 8601 in UTC with microseconds, or nanoseconds where
// there are any.
func (t Time) MarshalText() ([]byte, error) {
	u := t.UTC()
	if y := u.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("time of year %d can not be written", y)
	}
	layout := "2006-01-02T15:04:05.000000"
	if u.Nanosecond()%1000 != 0 {
		layout += "000"
	}
	if t.Leap {
		s := u.Add(-time.Second).Format(layout)
		return []byte(s[:17] + "60" + s[19:] + "Z"), nil
	}
	return []byte(u.Format(layout) + "Z"), nil
}

// UnmarshalText reads ISO 8601 with or without fraction, zone and time of day;
// without zone it is UTC. An empty text is the zero Time.
func (t *Time) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(string(b))
	*t = Time{}
	if s == "" {
		return nil
	}
	in := s
	if len(in) >= 19 && in[16:19] == ":60" {
		in, t.Leap = in[:16]+":59"+in[19:], true
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02", "2006-01-02Z07:00",
	} {
		v, err := time.Parse(layout, in)
		if err != nil {
			continue
		}
		if t.Leap {
			v = v.Add(time.Second)
		}
		t.Time = v.UTC()
		return nil
	}
	return fmt.Errorf("%q is not a time such as 2019-10-15T05:33:42.81Z", clip(s))
}
