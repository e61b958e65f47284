package pick

import (
	"math"

	"houfeng/internal/science/dsp"
)

// split returns the sample at which the sum of the AIC functions of the traces
// is smallest, and half the width (samples) of the minimum: where AIC stays
// within one unit (lg) of it. Splits nearer than margin to either end are not
// tried. ok is false when the traces are too short, of different length, or
// dead.
func split(margin int, traces ...[]float64) (k int, width float64, ok bool) {
	const within = 1.0
	n := len(traces[0])
	margin = max(3, margin)
	if n < 2*margin+3 {
		return 0, 0, false
	}
	sum, one := make([]float64, n), make([]float64, n)
	for _, x := range traces {
		if len(x) != n {
			return 0, 0, false
		}
		dsp.AIC(one, x)
		for i, v := range one {
			sum[i] += v
		}
	}
	at := func(k int) float64 { return sum[k-1] } // dsp.AIC has AIC(k) at k−1
	lo, hi := margin, n-margin
	k = lo
	for i := lo; i <= hi; i++ {
		if at(i) < at(k) {
			k = i
		}
	}
	left, right := k, k
	for left > lo && at(left-1) < at(k)+within {
		left--
	}
	for right < hi && at(right+1) < at(k)+within {
		right++
	}
	return k, float64(right-left) / 2, at(k) < 0 || at(k) != at(lo) || at(k) != at(hi)
}

// rms of x[from:to], cut to x.
func rms(x []float64, from, to int) float64 {
	from, to = max(from, 0), min(to, len(x))
	if from >= to {
		return 0
	}
	return dsp.RMS(x[from:to])
}

// peak of |x[from:to]|, cut to x.
func peak(x []float64, from, to int) float64 {
	from, to = max(from, 0), min(to, len(x))
	var m float64
	for i := from; i < to; i++ {
		m = math.Max(m, math.Abs(x[i]))
	}
	return m
}
