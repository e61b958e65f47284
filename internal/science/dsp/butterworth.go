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
// the first one (SciPy's zpk2sos, pairing 'nearest'). Complex roots come with
// their conjugates. There are as many zeros as poles.
func sections(zeros, poles []complex128, gain float64) []Section {
	pairs := conjugates(poles)
	sort.SliceStable(pairs, func(i, j int) bool { return cmplx.Abs(pairs[i][0]) > cmplx.Abs(pairs[j][0]) })
	left := append([]complex128(nil), zeros...)
	drop := func(z complex128) {
		for i := range left {
			if left[i] == z {
				left = append(left[:i], left[i+1:]...)
				return
			}
		}
	}
	// nearest takes the zero nearest to p, of those that keep says.
	nearest := func(p complex128, keep func(z complex128) bool) (best complex128, ok bool) {
		for _, z := range left {
			if keep(z) && (!ok || cmplx.Abs(p-z) < cmplx.Abs(p-best)) {
				best, ok = z, true
			}
		}
		if ok {
			drop(best)
		}
		return best, ok
	}
	isReal := func(z complex128) bool { return imag(z) == 0 }
	reals := 0
	for _, z := range zeros {
		if isReal(z) {
			reals++
		}
	}
	var out []Section
	for _, pr := range pairs {
		s := Section{B0: 1}
		if len(pr) == 1 {
			z, _ := nearest(pr[0], isReal)
			s.B1, s.A1 = -real(z), -real(pr[0])
			reals--
			out = append(out, s)
			continue
		}
		// A lone real zero must be left for a lone real pole.
		z1, _ := nearest(pr[0], func(z complex128) bool { return !isReal(z) || reals >= 2 })
		z2 := cmplx.Conj(z1)
		if isReal(z1) {
			z2, _ = nearest(pr[0], isReal)
			reals -= 2
		} else {
			drop(z2)
		}
		s.B1, s.B2 = -real(z1+z2), real(z1*z2)
		s.A1, s.A2 = -real(pr[0]+pr[1]), real(pr[0]*pr[1])
		out = append(out, s)
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	out[0].B0 *= gain
	out[0].B1 *= gain
	out[0].B2 *= gain
	return out
}

// conjugates groups roots into pairs: complex ones with their conjugate (Im > 0
// first), real ones two by two, the outer first; one real root may be alone.
func conjugates(roots []complex128) [][]complex128 {
	var pairs [][]complex128
	var reals []float64
	for _, r := range roots {
		switch {
		case math.Abs(imag(r)) <= 1e-14*cmplx.Abs(r):
			reals = append(reals, real(r))
		case imag(r) > 0:
			pairs = append(pairs, []complex128{r, cmplx.Conj(r)})
		}
	}
	sort.Float64s(reals)
	for len(reals) >= 2 {
		n := len(reals)
		pairs = append(pairs, []complex128{complex(reals[n-1], 0), complex(reals[n-2], 0)})
		reals = reals[:n-2]
	}
	if len(reals) == 1 {
		pairs = append(pairs, []complex128{complex(reals[0], 0)})
	}
	return pairs
}

// Analogue turns an analogue filter into sections by the bilinear transform:
// zeros and poles in rad/s, complex ones with their conjugates, not more zeros
// than poles. Every root is moved beforehand so that it acts at its own
// frequency after the transform. The gain is set so that |H(hz)| = gain.
func Analogue(zeros, poles []complex128, hz, gain, rate float64) ([]Section, error) {
	if len(poles) == 0 || len(poles) > 4*MaxOrder || len(zeros) > len(poles) {
		return nil, fmt.Errorf("design analogue filter: %d zeros and %d poles", len(zeros), len(poles))
	}
	if !(rate > 0) || !(hz > 0 && hz < rate/2) {
		return nil, fmt.Errorf("design analogue filter: gain at %g Hz with a rate of %g Hz", hz, rate)
	}
	digital := func(roots []complex128) ([]complex128, error) {
		var out []complex128
		for _, r := range roots {
			if w := cmplx.Abs(r); w > 0 {
				x := w / (2 * rate)
				if !(x < 1.5) {
					return nil, fmt.Errorf("design analogue filter: a root at %g Hz is too high for a rate of %g Hz", w/(2*math.Pi), rate)
				}
				r *= complex(math.Tan(x)/x, 0)
			}
			fs2 := complex(2*rate, 0)
			out = append(out, (fs2+r)/(fs2-r))
		}
		return out, nil
	}
	z, err := digital(zeros)
	if err != nil {
		return nil, err
	}
	p, err := digital(poles)
	if err != nil {
		return nil, err
	}
	for len(z) < len(p) {
		z = append(z, -1)
	}
	sos := sections(z, p, 1)
	k := gain / cmplx.Abs(Gain(sos, hz, rate))
	sos[0].B0 *= k
	sos[0].B1 *= k
	sos[0].B2 *= k
	return sos, nil
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
