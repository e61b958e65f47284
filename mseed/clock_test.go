package mseed

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCalendar(t *testing.T) {
	first, last := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC)
	check := func(at time.Time) {
		t.Helper()
		c := calendarOf(at.UnixNano())
		want := calendar{at.Year(), at.YearDay(), at.Hour(), at.Minute(), at.Second(), int64(at.Nanosecond())}
		if c != want {
			t.Fatalf("%v: %+v, want %+v", at, c, want)
		}
		if ns, leap := c.nanos(); ns != at.UnixNano() || leap {
			t.Fatalf("%v: %d, %v, want %d", at, ns, leap, at.UnixNano())
		}
	}
	for d := first; d.Before(last); d = d.AddDate(0, 0, 1) {
		check(d)
		check(d.Add(-1))
	}
	rapid.Check(t, func(t *rapid.T) {
		check(time.Unix(rapid.Int64Range(first.Unix(), last.Unix()).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC())
	})
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		count int
		rate  float64
		want  int64
	}{
		{0, 100, 0}, {-1, 100, 0}, {5, 0, 0}, {5, -1, 0}, {5, math.NaN(), 0},
		{1, 100, 10_000_000}, {3, 7, 428571429}, {2, 3, 666666667}, {1, 3, 333333333},
		{1, 1.0 / 60, 60e9}, {412, 200, 2_060_000_000}, {7, 31.25, 224_000_000},
		{math.MaxInt, 1e-300, math.MaxInt64 / 2}, {math.MaxInt, 1, math.MaxInt64 / 2}, {1, 1e12, 0},
	} {
		if got := spanNS(c.count, c.rate); got != c.want {
			t.Errorf("%d samples at %v Hz: %d ns, want %d", c.count, c.rate, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, r := rapid.Int64Range(1, 1<<40).Draw(t, "count"), rapid.Int64Range(1, 100000).Draw(t, "rate")
		want := new(big.Int).Mul(big.NewInt(n), big.NewInt(1e9))
		want.Add(want, big.NewInt(r/2)).Div(want, big.NewInt(r))
		got := big.NewInt(spanNS(int(n), float64(r)))
		if want.Cmp(big.NewInt(math.MaxInt64/2)) <= 0 && got.Cmp(want) != 0 {
			t.Fatalf("%d samples at %d Hz: %v ns, want %v", n, r, got, want)
		}
	})
}
