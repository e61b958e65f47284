package dsp

import "math"

// Mean returns the mean of x, 0 for an empty slice.
func Mean(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	// Relative to the first sample, so that a large offset costs no digits.
	var s float64
	for _, v := range x {
		s += v - x[0]
	}
	return x[0] + s/float64(len(x))
}

// Demean removes the mean from x in place and returns it.
func Demean(x []float64) float64 {
	m := Mean(x)
	for i := range x {
		x[i] -= m
	}
	return m
}

// Detrend removes the straight line of least squares from x in place (SciPy's
// detrend, type 'linear'). One sample becomes 0.
func Detrend(x []float64) {
	n := len(x)
	if n == 0 {
		return
	}
	Demean(x)
	mid := float64(n-1) / 2
	var sxy, sxx float64
	for i, v := range x {
		t := float64(i) - mid
		sxy += t * v
		sxx += t * t
	}
	if sxx == 0 {
		return
	}
	slope := sxy / sxx
	for i := range x {
		x[i] -= slope * (float64(i) - mid)
	}
}

// Taper multiplies x in place with a cosine taper over the fraction p (0–1) of
// its length, half of it at each end (ObsPy's cosine_taper). The first and last
// samples become 0.
func Taper(x []float64, p float64) {
	n := len(x)
	p = math.Max(0, math.Min(1, p))
	if n == 0 || p == 0 {
		return
	}
	frac := int(float64(n)*p/2 + 0.5)
	if p == 1 {
		frac = int(float64(n) * p / 2)
	}
	frac = min(frac, n/2)
	if frac < 1 {
		return
	}
	// ObsPy widens a taper of a single sample to two.
	k := max(frac, 2)
	for i := 0; i < k && i < n; i++ {
		w := halfCosine(i, k)
		x[i] *= w
		x[n-1-i] *= w
	}
}

// halfCosine rises from 0 at i = 0 to 1 at i = n−1.
func halfCosine(i, n int) float64 {
	if n < 2 {
		return 0
	}
	return 0.5 * (1 - math.Cos(math.Pi*float64(i)/float64(n-1)))
}

// Integrate fills dst with the integral of x by the trapezoid rule, 0 at the
// first sample (SciPy's cumulative_trapezoid with initial=0). dst may be x.
func Integrate(dst, x []float64, rate float64) {
	NewIntegrator(rate).Run(dst[:len(x)], x)
}

// Differentiate fills dst with central differences, one-sided at the ends
// (numpy.gradient). dst must not be x.
func Differentiate(dst, x []float64, rate float64) {
	n := len(x)
	switch n {
	case 0:
		return
	case 1:
		dst[0] = 0
		return
	}
	dst[0] = (x[1] - x[0]) * rate
	dst[n-1] = (x[n-1] - x[n-2]) * rate
	for i := 1; i < n-1; i++ {
		dst[i] = (x[i+1] - x[i-1]) * (rate / 2)
	}
}

// Envelope fills dst with the envelope |x + i·H(x)|, H the Hilbert transform.
// The transform works on the next power of two, padded with zeros: where len(x)
// is a power of two the result is that of ObsPy's envelope, elsewhere it differs
// near the ends. dst may be x.
func Envelope(dst, x []float64) {
	n := len(x)
	if n == 0 {
		return
	}
	z := make([]complex128, NextPow2(n))
	for i, v := range x {
		z[i] = complex(v, 0)
	}
	FFT(z)
	h := len(z) / 2
	for i := 1; i < h; i++ {
		z[i] *= 2
	}
	for i := h + 1; i < len(z); i++ {
		z[i] = 0
	}
	IFFT(z)
	for i := range n {
		dst[i] = math.Hypot(real(z[i]), imag(z[i]))
	}
}

// MaxAbs returns the largest |x| and its index, (0, −1) for an empty slice.
func MaxAbs(x []float64) (peak float64, at int) {
	at = -1
	for i, v := range x {
		if a := math.Abs(v); a > peak || at < 0 {
			peak, at = a, i
		}
	}
	return peak, at
}

// RMS returns the root of the mean of x².
func RMS(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	var s float64
	for _, v := range x {
		s += v * v
	}
	return math.Sqrt(s / float64(len(x)))
}
