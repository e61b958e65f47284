// Package entrydiff compares journal entries; it stands apart from package
// journaltest so that package journal's own tests can use it.
package entrydiff

import (
	"math"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/seis"
)

// Diff says how got differs from want as a journal sees it: floats by their
// bits, an empty slice as nil. It is empty when they are equal.
func Diff(want, got seis.Entry) string {
	return cmp.Diff(want, got,
		cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
		cmp.Comparer(func(a, b seis.Time) bool { return a == b }),
		cmp.FilterValues(func(a, b any) bool { return isEmpty(a) && isEmpty(b) }, cmp.Ignore()))
}

func isEmpty(v any) bool {
	switch s := v.(type) {
	case []byte:
		return len(s) == 0
	case []string:
		return len(s) == 0
	case []seis.File:
		return len(s) == 0
	}
	return false
}
