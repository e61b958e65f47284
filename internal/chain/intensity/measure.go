package intensity

import (
	"math"

	"houfeng/internal/science/dsp"
)

// The band of both scales' peaks.
const (
	bandLowHz, bandHighHz = 0.1, 10.0
	minRateHz             = 20.0
)

// Peaks is what was measured on the three components of one sensor.
type Peaks struct {
	PGA, PGV float64    // gal and cm/s, of the vector, 0.1–10 Hz
	Each     [3]float64 // gal, peak of each component, not filtered
	A0       float64    // gal, exceeded for 0.3 s by the JMA-filtered vector
	Noise    float64    // gal, rms of the vector before the signal, 0.1–10 Hz
}

// Measure measures accelerations in gal of up to three components of equal
// length (nil for a component that is missing), of which the first before
// samples come before any wave of the earthquake: their mean is removed and
// their rms is the noise; peaks are those after them. With fewer than three
// seconds before the signal the mean of the whole is removed and Noise is 0.
//
// The realisation: Butterworth band-pass of order 4 (per side), causal;
// velocity by the trapezoid rule, then a 2-pole high-pass at 0.1 Hz, which
// removes the drift that integration makes of noise. Where half the rate is
// not above 10 Hz, the band ends at 0.45 of the rate. JMA's filter is applied
// by Fourier transform, as its definition says.
func Measure(acc [3][]float64, before int, rate float64) (Peaks, error) {
	bp, hp, err := filters(rate)
	if err != nil {
		return Peaks{}, err
	}
	var p Peaks
	n := 0
	for _, x := range acc {
		n = max(n, len(x))
	}
	lead := before
	if float64(before) < 3*rate {
		lead = 0
	}
	before = min(max(0, before), n)
	lead = min(lead, n)
	va, vv, vj := make([]float64, n), make([]float64, n), make([]float64, n)
	y := make([]float64, n)
	j := newJMATransform(n, rate)
	for c, raw := range acc {
		if raw == nil {
			p.Each[c] = math.NaN()
			continue
		}
		x := append([]float64(nil), raw...)
		m := dsp.Mean(x[:lead])
		if lead == 0 {
			m = dsp.Mean(x)
		}
		for i := range x {
			x[i] -= m
		}
		p.Each[c], _ = dsp.MaxAbs(x[before:])
		bp.Reset(0)
		bp.Run(y, x)
		addSquares(va, y)
		dsp.Integrate(y, y, rate)
		hp.Reset(0)
		hp.Run(y, y)
		addSquares(vv, y)
		j.run(x)
		addSquares(vj, x)
	}
	if lead > 0 {
		settle := min(int(2*rate), lead/2)
		p.Noise = math.Sqrt(dsp.Mean(va[settle:lead]))
	}
	p.PGA = math.Sqrt(peak(va[before:]))
	p.PGV = math.Sqrt(peak(vv[before:]))
	p.A0 = math.Sqrt(kthLargest(vj[before:], exceeded(rate)))
	return p, nil
}

// filters returns the band-pass for acceleration and the high-pass for
// velocity.
func filters(rate float64) (bp, hp *dsp.Filter, err error) {
	b, err := dsp.BandPass(4, bandLowHz, math.Min(bandHighHz, 0.45*rate), rate)
	if err != nil {
		return nil, nil, err
	}
	h, err := dsp.HighPass(2, bandLowHz, rate)
	if err != nil {
		return nil, nil, err
	}
	return dsp.NewFilter(b), dsp.NewFilter(h), nil
}

// exceeded returns how many samples make 0.3 s.
func exceeded(rate float64) int { return max(1, int(math.Round(0.3*rate))) }

func addSquares(dst, x []float64) {
	for i, v := range x {
		dst[i] += float64(v * v)
	}
}

func peak(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = math.Max(m, v)
	}
	return m
}

// kthLargest returns the k-th largest value of x, the smallest of x when it has
// fewer than k, 0 when it is empty. It keeps the k largest in a heap whose root
// is the smallest of them.
func kthLargest(x []float64, k int) float64 {
	if len(x) == 0 || k < 1 {
		return 0
	}
	k = min(k, len(x))
	h := append(make([]float64, 0, k), x[:k]...)
	down := func(i int) {
		for {
			c := 2*i + 1
			if c >= k {
				return
			}
			if c+1 < k && h[c+1] < h[c] {
				c++
			}
			if h[i] <= h[c] {
				return
			}
			h[i], h[c] = h[c], h[i]
			i = c
		}
	}
	for i := k/2 - 1; i >= 0; i-- {
		down(i)
	}
	for _, v := range x[k:] {
		if v > h[0] {
			h[0] = v
			down(0)
		}
	}
	return h[0]
}

// jmaTransform applies JMA's filter to n samples.
type jmaTransform struct {
	x    []float64
	spec []complex128
	gain []float64
}

// newJMATransform pads n samples with at least 5 s of zeros, as the filter
// knows no direction of time and its ends would meet.
func newJMATransform(n int, rate float64) *jmaTransform {
	m := max(2, dsp.NextPow2(n+int(5*rate)))
	t := &jmaTransform{x: make([]float64, m), spec: make([]complex128, m/2+1), gain: make([]float64, m/2+1)}
	for i := range t.gain {
		t.gain[i] = JMAFilter(float64(i) * rate / float64(m))
	}
	return t
}

// run filters x in place.
func (t *jmaTransform) run(x []float64) {
	clear(t.x[copy(t.x, x):])
	dsp.RFFT(t.spec, t.x)
	for i, g := range t.gain {
		t.spec[i] *= complex(g, 0)
	}
	dsp.IRFFT(t.x, t.spec)
	copy(x, t.x)
}
