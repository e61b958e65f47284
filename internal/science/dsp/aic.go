package dsp

import "math"

// AIC fills dst with the Akaike information criterion of splitting x in two at
// k (Maeda 1985, Zisin 38, 365–379),
//
//	AIC(k) = k·ln var x[0:k) + (n−k−1)·ln var x[k:n),   k = 1 … n−1,
//
// as ObsPy's aic_simple: dst[k−1] = AIC(k) and the last value is repeated. The
// onset of a signal is where it is smallest. Variances come from cumulative
// sums about the mean, O(n). A part of one sample counts nothing; where a
// longer part has no variance, as over dead samples, 10⁻³⁰ of that of the whole
// is taken. dst must be as long as x and not be x.
func AIC(dst, x []float64) {
	n := len(x)
	dst = dst[:n]
	if n <= 2 {
		clear(dst)
		return
	}
	m := Mean(x)
	var s, q float64
	for _, v := range x {
		d := v - m
		s += d
		q += d * d
	}
	floor := 1e-30 * q / float64(n)
	if floor == 0 {
		clear(dst)
		return
	}
	logVar := func(sum, sq float64, n int) float64 {
		if n < 2 {
			return 0
		}
		mean := sum / float64(n)
		return math.Log(math.Max(sq/float64(n)-mean*mean, floor))
	}
	// Forwards for the left part, backwards for the right one, so that neither
	// is a small difference of large sums.
	var ls, lq float64
	for k := 1; k < n; k++ {
		d := x[k-1] - m
		ls += d
		lq += d * d
		dst[k-1] = float64(k) * logVar(ls, lq, k)
	}
	var rs, rq float64
	for k := n - 1; k >= 1; k-- {
		d := x[k] - m
		rs += d
		rq += d * d
		dst[k-1] += float64(n-k-1) * logVar(rs, rq, n-k)
	}
	dst[n-1] = dst[n-2]
}

// Onset is where an AIC function says that a signal begins.
type Onset struct {
	Index int     // first sample of the signal
	Left  int     // the minimum's width: AIC stays below the level from Left …
	Right int     // … to Right, both included
	Depth float64 // how far the minimum lies below the lower one of the two shoulders
}

// Width returns the number of samples among which the onset may lie.
func (o Onset) Width() int { return o.Right - o.Left + 1 }

// Sigma returns a 1σ uncertainty in samples: that of a uniform distribution as
// wide as the minimum, and not less than half a sample.
func (o Onset) Sigma() float64 { return math.Max(0.5, float64(o.Width())/math.Sqrt(12)) }

// FindOnset finds the minimum of an AIC function at least margin samples away
// from both ends of x, where variances of a few samples make it meaningless
// (10 is usual). ok is false when there are too few samples, or no minimum
// stands out (depth 0).
//
// The width is taken where AIC has risen by level. AIC being −2 ln likelihood,
// onsets inside it explain white noise before and after the onset no worse than
// e^(−level/2) times as well: 1 is 1σ and 9 is 3σ. Filtered noise is not white;
// its samples count rate/(2·bandwidth) times too often, and level is to be
// multiplied by that factor.
//
// aic is scratch as long as x, allocated when nil or shorter.
func FindOnset(x, aic []float64, margin int, level float64) (o Onset, ok bool) {
	n := len(x)
	margin = max(2, margin)
	if n < 2*margin+3 {
		return Onset{}, false
	}
	if len(aic) < n {
		aic = make([]float64, n)
	}
	aic = aic[:n]
	AIC(aic, x)
	// AIC(k) is at k−1: the signal begins at k.
	at := func(k int) float64 { return aic[k-1] }
	lo, hi := margin, n-margin
	k := lo
	for i := lo; i <= hi; i++ {
		if at(i) < at(k) {
			k = i
		}
	}
	left, right := at(k), at(k)
	for i := lo; i < k; i++ {
		left = math.Max(left, at(i))
	}
	for i := k; i <= hi; i++ {
		right = math.Max(right, at(i))
	}
	o = Onset{Index: k, Left: k, Right: k, Depth: math.Min(left, right) - at(k)}
	if !(o.Depth > 0) {
		return o, false
	}
	top := at(k) + level
	for o.Left > lo && at(o.Left-1) <= top {
		o.Left--
	}
	for o.Right < hi && at(o.Right+1) <= top {
		o.Right++
	}
	return o, true
}
