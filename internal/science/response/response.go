// Package response computes what an instrument does to ground motion: from
// displacement, velocity or acceleration of the ground to counts, and back.
//
// Start with [Response]. [Response.At] evaluates the transfer function;
// [Response.Scale] goes back to ground motion by the sensitivity alone, which is
// right inside the flat band; [Response.Ground] divides a window by the whole
// transfer function; [Response.WoodAnderson] gives the seismogram that a
// Wood–Anderson torsion seismometer would have drawn, from which ML is read.
//
// The transfer function is sensitivity × poles and zeros of the analogue
// stages. Digital stages (FIR and IIR decimation filters) are not evaluated:
// below about a third of the sampling rate their gain is one to a fraction of a
// percent, above that it is not; [Response.Ignored] names them. Everything is a
// pure function; nothing here knows of channels, files or clocks.
package response

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
)

// ErrNoResponse is returned, wrapped, when a response can not be used: no
// sensitivity, or an input that is no ground motion.
var ErrNoResponse = errors.New("no usable response")

// Response is a channel's instrument response: overall sensitivity at a
// frequency, and the analogue poles and zeros where they are known. It is
// read-only once built.
type Response struct {
	Input       Unit
	Sensitivity float64 // counts per Input unit at FrequencyHz; negative when polarity is reversed
	FrequencyHz float64
	PolesZeros  *PolesZeros // nil: flat response is assumed
	Ignored     string      // stages that are not evaluated, such as "3–9 FIR"; "" if none
}

// PolesZeros is an analogue transfer function in the Laplace domain,
// H(s) = A0·Π(s−z)/Π(s−p), s = iω (rad/s). StationXML 1.2, PolesZerosType.
type PolesZeros struct {
	Zeros, Poles []complex128 // rad/s
	A0           float64      // so that |H| = 1 at the response's FrequencyHz
}

// At returns H at f Hz: A0·Π(s−z)/Π(s−p). On a pole it returns Inf.
func (p *PolesZeros) At(f float64) complex128 {
	s := complex(0, 2*math.Pi*f)
	num, den := complex(p.A0, 0), complex(1, 0)
	for _, z := range p.Zeros {
		num *= s - z
	}
	for _, q := range p.Poles {
		den *= s - q
	}
	// One division is much faster than many, but forty poles of 10⁴ rad/s
	// overflow.
	if a := math.Abs(real(den)) + math.Abs(imag(den)); a > 1e-300 && a < 1e300 {
		if h := num / den; !cmplx.IsInf(h) && !cmplx.IsNaN(h) {
			return h
		}
	}
	return p.inPairs(s)
}

// inPairs is At for products that would overflow: it takes the factors in
// pairs of zero and pole.
func (p *PolesZeros) inPairs(s complex128) complex128 {
	h := complex(p.A0, 0)
	for i := 0; i < len(p.Zeros) || i < len(p.Poles); i++ {
		if i < len(p.Zeros) {
			h *= s - p.Zeros[i]
		}
		if i < len(p.Poles) {
			d := s - p.Poles[i]
			if d == 0 {
				return cmplx.Inf()
			}
			h /= d
		}
	}
	return h
}

// Check returns nil when amplitudes can be turned to ground motion.
func (r *Response) Check() error {
	switch {
	case r == nil:
		return ErrNoResponse
	case r.Sensitivity == 0 || math.IsNaN(r.Sensitivity) || math.IsInf(r.Sensitivity, 0):
		return fmt.Errorf("%w: sensitivity is %v", ErrNoResponse, r.Sensitivity)
	case r.Input.order() < 0:
		return fmt.Errorf("%w: input unit %q is no ground motion", ErrNoResponse, r.Input)
	}
	return nil
}

// At returns the transfer function at f Hz in counts per Input unit.
func (r *Response) At(f float64) complex128 {
	h := complex(r.Sensitivity, 0)
	if r.PolesZeros != nil {
		h *= r.PolesZeros.At(f)
	}
	return h
}

// AtUnit returns the transfer function at f Hz in counts per unit u of ground
// motion. With velocity v = iω·d of displacement d, the response to
// displacement is iω times that to velocity, and so on. At f = 0 the response
// to a lower derivative may be Inf.
func (r *Response) AtUnit(f float64, u Unit) complex128 {
	h := r.At(f)
	iw := complex(0, 2*math.Pi*f)
	n := r.Input.order() - u.order()
	for ; n > 0; n-- {
		h *= iw
	}
	for ; n < 0; n++ {
		if f == 0 {
			return complex(math.Inf(1), 0)
		}
		h /= iw
	}
	return h
}

// normTolerance is the relative error of a stated normalisation factor from
// which on it is worth a word. Published metadata round A0 to three to six
// digits; 1 % is beyond rounding.
const normTolerance = 0.01

// Normalised returns the response with A0 such that |H| = 1 at FrequencyHz, as
// Sensitivity demands, whatever A0 was given. note is not empty when there was
// something wrong with the A0 given, which by its document held at a0Hz.
//
// The factor can not be computed where H is zero or infinite, such as at 0 Hz
// with a zero at the origin; then a0Hz is tried, and after that A0 is kept.
func (r *Response) Normalised(a0Hz float64) (_ *Response, note string) {
	if r.PolesZeros == nil {
		return r, ""
	}
	pz := *r.PolesZeros
	unit := PolesZeros{Zeros: pz.Zeros, Poles: pz.Poles, A0: 1}
	usable := func(f float64) (float64, bool) {
		g := abs(unit.At(f))
		return g, g > 0 && !math.IsInf(g, 0) && !math.IsNaN(g)
	}
	if g, ok := usable(a0Hz); ok {
		if got := math.Abs(pz.A0) * g; math.Abs(got-1) > normTolerance {
			note = fmt.Sprintf("normalisation factor %.6g gives a gain of %.4g at %g Hz, want 1: computed anew as %.6g", pz.A0, got, a0Hz, 1/g)
		}
	}
	at := r.FrequencyHz
	g, ok := usable(at)
	if !ok {
		at = a0Hz
		if g, ok = usable(at); ok && note == "" {
			note = fmt.Sprintf("poles and zeros have no gain at the sensitivity's %g Hz: normalised at %g Hz", r.FrequencyHz, a0Hz)
		}
	}
	if !ok {
		return r, fmt.Sprintf("poles and zeros have no gain at %g Hz or %g Hz: normalisation factor %.6g kept as given", r.FrequencyHz, a0Hz, pz.A0)
	}
	pz.A0 = math.Copysign(1/g, pz.A0)
	out := *r
	out.PolesZeros = &pz
	return &out, note
}
