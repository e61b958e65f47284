package mseed

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRateFields(t *testing.T) {
	for _, c := range []struct {
		rate   float64
		factor int16
		mult   int16
	}{
		{100, 100, 1}, {1, 1, 1}, {20, 20, 1}, {32767, 32767, 1}, {40000, 20000, 2},
		{1.0 / 60, -60, 1}, {0.1, -10, 1}, {0.5, -2, 1}, {31.25, 125, -4}, {100.0 / 3, 100, -3},
		{1.0 / 86400, -28800, -3}, {0.3, 3, -10},
	} {
		r, err := rateFields(c.rate)
		got, want := nominalRate(r.factor, r.multiplier), nominalRate(c.factor, c.mult)
		if err != nil || got != want || r.actual != 0 || math.Abs(got/c.rate-1) > 1e-15 {
			t.Errorf("%v: %+v (%v), %v, want %d, %d", c.rate, r, got, err, c.factor, c.mult)
		}
	}
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1), math.Inf(-1), 1e12, 1e-12, 5e-324, math.MaxFloat64} {
		if r, err := rateFields(rate); err == nil {
			t.Errorf("%v: %+v and no error", rate, r)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rate := math.Exp(rapid.Float64Range(math.Log(1e-5), math.Log(1e6)).Draw(t, "log rate"))
		r, err := rateFields(rate)
		got := nominalRate(r.factor, r.multiplier)
		if r.actual > 0 {
			got = float64(r.actual)
		}
		if err != nil || math.Abs(got/rate-1) > 1e-6 {
			t.Fatalf("%v: %+v, %v", rate, r, err)
		}
	})
}
