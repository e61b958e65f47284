package seedlink

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseV3Time reads "year,month,day,hour,minute,second", numbers with or
// without leading zeros, the second with or without a fraction, and returns
// nanoseconds since 1970 UTC.
func parseV3Time(s string) (int64, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 6 {
		return 0, fmt.Errorf("time %q: %d numbers, want year,month,day,hour,minute,second", clip(s), len(parts))
	}
	sec, frac, _ := strings.Cut(parts[5], ".")
	parts[5] = sec
	var n [6]int
	limits := [6][2]int{{1900, 2200}, {1, 12}, {1, 31}, {0, 23}, {0, 59}, {0, 60}}
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 16)
		if err != nil || int(v) < limits[i][0] || int(v) > limits[i][1] {
			return 0, fmt.Errorf("time %q: %q is not within %d to %d", clip(s), clip(p), limits[i][0], limits[i][1])
		}
		n[i] = int(v)
	}
	ns := 0
	if frac != "" {
		if len(frac) > 9 {
			frac = frac[:9]
		}
		v, err := strconv.ParseUint(frac, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("time %q: fraction %q is not a number", clip(s), clip(frac))
		}
		ns = int(v)
		for range 9 - len(frac) {
			ns *= 10
		}
	}
	day := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	if day.Day() != n[2] {
		return 0, fmt.Errorf("time %q: no day %d in that month", clip(s), n[2])
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], ns, time.UTC).UnixNano(), nil
}

// formatV3Time is the form of a time in commands, cut to the second.
func formatV3Time(ns int64) string {
	return time.Unix(0, ns).UTC().Format("2006,01,02,15,04,05")
}

// formatInfoTime is the form of a time in INFO documents.
func formatInfoTime(ns int64) string {
	return time.Unix(0, ns).UTC().Format("2006/01/02 15:04:05.0000")
}
