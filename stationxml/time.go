package stationxml

import (
	"fmt"
	"strings"
	"time"
)

// parseTime reads an xs:dateTime in the forms that occur: with or without
// fraction, zone ("Z", "+00:00") and time of day. Without zone it is UTC.
// Second 60 becomes the second that follows.
func parseTime(s string) (time.Time, error) {
	in, leap := s, false
	if len(in) >= 19 && in[16:19] == ":60" {
		in, leap = in[:16]+":59"+in[19:], true
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
		"2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02", "2006-01-02Z07:00",
	} {
		t, err := time.Parse(layout, in)
		if err != nil {
			continue
		}
		if leap {
			t = t.Add(time.Second)
		}
		return t.UTC(), nil
	}
	if day, ok := strings.CutSuffix(strings.TrimSuffix(in, "Z"), "T24:00:00"); ok {
		if t, err := time.Parse("2006-01-02", day); err == nil {
			return t.AddDate(0, 0, 1), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date and time such as 2019-10-15T05:33:42Z", clip(s))
}

// formatTime writes an xs:dateTime in UTC.
func formatTime(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}
