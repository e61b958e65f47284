package dsp

import (
	"fmt"
	"math"
	"math/cmplx"
	"sort"
)

// Section is a second-order section
//
//	H(z) = (B0 + B1 z⁻¹ + B2 z⁻²) / (1 + A1 z⁻¹ + A2 z⁻²).
type Section struct{ B0, B1, B2, A1, A2 float64 }

// MaxOrder is the highest order that the designs accept.
const MaxOrder = 12

// LowPass designs a Butterworth low-pass of the given order with its −3 dB
// point at hz: SciPy's butter(order, hz, 'lowpass', fs=rate, output='sos').
func LowPass(order int, hz, rate float64) ([]Section, error) {
	if err := checkDesign("low-pass", order, rate, hz); err != nil {
		return nil, err
	}
	w := warp(hz, rate)
	z := zpk{gain: 1}
	for _, p := range prototype(order) {
		z.poles = append(z.poles, p*complex(w, 0))
		z.gain *= w
	}
	return z.digital(), nil
}

// HighPass designs a Butterworth high-pass, likewise.
func HighPass(order int, hz, rate float64) ([]Section, error) {
	if err := checkDesign("high-pass", order, rate, hz); err != nil {
		return nil, err
	}
	w := complex(warp(hz, rate), 0)
	z := zpk{gain: 1}
	k := complex(1, 0)
	for _, p := range prototype(order) {
		z.poles = append(z.poles, w/p)
		z.zeros = append(z.zeros, 0)
		k *= -p
	}
	z.gain /= real(k)
	return z.digital(), nil
}

// BandPass designs a Butterworth band-pass between lo and hi. As in SciPy and
// ObsPy (corners), order is that of the low-pass prototype: the filter has
// 2·order poles, order per side.
func BandPass(order int, lo, hi, rate float64) ([]Section, error) {
	if err := checkDesign("band-pass", order, rate, lo, hi); err != nil {
		return nil, err
	}
	w1, w2 := warp(lo, rate), warp(hi, rate)
	bw, w0 := w2-w1, math.Sqrt(w1*w2)
	z := zpk{gain: math.Pow(bw, float64(order))}
	for _, p := range prototype(order) {
		h := p * complex(bw/2, 0)
		d := cmplx.Sqrt(h*h - complex(w0*w0, 0))
		z.poles = append(z.poles, h+d, h-d)
		z.zeros = append(z.zeros, 0)
	}
	return z.digital(), nil
}

func checkDesign(kind string, order int, rate float64, hz ...float64) error {
	if order < 1 || order > MaxOrder {
		return fmt.Errorf("design %s: order %d is not within 1–%d", kind, order, MaxOrder)
	}
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("design %s: rate %g Hz is not positive", kind, rate)
	}
	last := 0.0
	for _, f := range hz {
		if !(f > last && f < rate/2) {
			return fmt.Errorf("design %s: corner %g Hz is not between %g Hz and half the rate %g Hz", kind, f, last, rate/2)
		}
		last = f
	}
	return nil
}

// warp is the bilinear transform's frequency, for a sampling rate of 2.
func warp(hz, rate float64) float64 { return 4 * math.Tan(math.Pi*hz/rate) }

// prototype returns the poles of the analogue low-pass with corner 1 rad/s.
func prototype(n int) []complex128 {
	p := make([]complex128, 0, n)
	for m := -n + 1; m < n; m += 2 {
		s, c := math.Sincos(math.Pi * float64(m) / float64(2*n))
		if m == 0 {
			s = 0
		}
		p = append(p, complex(-c, -s))
	}
	return p
}

// zpk is a filter as zeros, poles and gain; analogue until digital is called.
type zpk struct {
	zeros, poles []complex128
	gain         float64
}

// digital applies the bilinear transform (rate 2) and groups the result into
// sections.
func (f zpk) digital() []Section {
	const fs2 = 4
	num, den := complex(1, 0), complex(1, 0)
	zeros := make([]complex128, 0, len(f.poles))
	for _, z := range f.zeros {
		num *= fs2 - z
		zeros = append(zeros, (fs2+z)/(fs2-z))
	}
	poles := make([]complex128, len(f.poles))
	for i, p := range f.poles {
		den *= fs2 - p
		poles[i] = (fs2 + p) / (fs2 - p)
	}
	for len(zeros) < len(poles) {
		zeros = append(zeros, -1) // from infinity
	}
	return sections(zeros, poles, f.gain*real(num/den))
}

// sections pairs poles with the zeros nearest to them, beginning with the pole
// nearest to the unit circle, which becomes the last section; the gain goes to
// the first one (SciPy's zpk2sos, pairing 'nearest'). Zeros are real here.
func sections(zeros, poles []complex128, gain float64) []Section {
	type pair struct {
		p    complex128 // a pole with Im > 0 and its conjugate, or
		q    float64    // two real poles: real(p) and q
		real bool
	}
	var pairs []pair
	var reals []float64
	for _, p := range poles {
		switch {
		case math.Abs(imag(p)) <= 1e-14*cmplx.Abs(p):
			reals = append(reals, real(p))
		case imag(p) > 0:
			pairs = append(pairs, pair{p: p})
		}
	}
	sort.Float64s(reals)
	odd := len(reals)%2 == 1
	for i := len(reals) - 1; i > 0; i -= 2 {
		pairs = append(pairs, pair{p: complex(reals[i], 0), q: reals[i-1], real: true})
	}
	sort.SliceStable(pairs, func(i, j int) bool { return cmplx.Abs(pairs[i].p) > cmplx.Abs(pairs[j].p) })
	left := make([]float64, len(zeros))
	for i, z := range zeros {
		left[i] = real(z)
	}
	take := func(p complex128) float64 {
		best := 0
		for i := range left {
			if cmplx.Abs(p-complex(left[i], 0)) < cmplx.Abs(p-complex(left[best], 0)) {
				best = i
			}
		}
		z := left[best]
		left = append(left[:best], left[best+1:]...)
		return z
	}
	var out []Section
	for _, pr := range pairs {
		z1 := take(pr.p)
		z2 := take(pr.p)
		s := Section{B0: 1, B1: -(z1 + z2), B2: z1 * z2}
		if pr.real {
			s.A1, s.A2 = -(real(pr.p) + pr.q), real(pr.p)*pr.q
		} else {
			s.A1, s.A2 = -2*real(pr.p), real(pr.p)*real(pr.p)+imag(pr.p)*imag(pr.p)
		}
		out = append(out, s)
	}
	if odd {
		p := reals[0]
		z := take(complex(p, 0))
		out = append(out, Section{B0: 1, B1: -z, A1: -p})
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	out[0].B0 *= gain
	out[0].B1 *= gain
	out[0].B2 *= gain
	return out
}

// Gain returns the complex response of a cascade at hz.
func Gain(sos []Section, hz, rate float64) complex128 {
	z := cmplx.Exp(complex(0, -2*math.Pi*hz/rate))
	h := complex(1, 0)
	for _, s := range sos {
		h *= (complex(s.B0, 0) + z*(complex(s.B1, 0)+z*complex(s.B2, 0))) /
			(1 + z*(complex(s.A1, 0)+z*complex(s.A2, 0)))
	}
	return h
}
