package response

import (
	"errors"
	"fmt"
	"math"

	"houfeng/internal/science/dsp"
)

// MaxWindow is the most samples a window may have: eleven hours at 100 Hz.
const MaxWindow = 1 << 22

// Conditioning says how a window is prepared for division by a transfer
// function. The zero value does nothing but remove the mean, which leaves the
// noise where the instrument hears nothing to grow without bound: set a band or
// a water level.
type Conditioning struct {
	KeepMean bool    // do not remove the mean of the window
	Taper    float64 // fraction of the window that is tapered by a half cosine at each end, 0–0.5
	// Band limits the result by cosine flanks: zero below Band[0], rising to
	// one at Band[1], falling from Band[2], zero above Band[3], Hz. All zero:
	// no limit. Band[2] = Band[3] = 0: no upper limit.
	Band [4]float64
	// WaterLevelDB keeps the transfer function from falling more than so many
	// dB below its maximum, phase kept (Clayton & Wiggins 1976). 0: none.
	WaterLevelDB float64
}

// gain returns the factor of the band at f.
func (c *Conditioning) gain(f float64) float64 {
	b := c.Band
	g := 1.0
	if b[1] > 0 {
		g = ramp(f, b[0], b[1])
	}
	if b[3] > 0 {
		g *= 1 - ramp(f, b[2], b[3])
	}
	return g
}

// ramp rises from 0 at lo to 1 at hi as half a cosine.
func ramp(f, lo, hi float64) float64 {
	switch {
	case f <= lo:
		return 0
	case f >= hi:
		return 1
	}
	return 0.5 * (1 - math.Cos(math.Pi*(f-lo)/(hi-lo)))
}

func (c *Conditioning) check() error {
	b := c.Band
	switch {
	case c.Taper < 0 || c.Taper > 0.5 || math.IsNaN(c.Taper):
		return fmt.Errorf("taper %v is outside 0–0.5", c.Taper)
	case b[0] < 0 || b[0] > b[1] || b[2] > b[3] || b[3] > 0 && b[1] > b[2]:
		return fmt.Errorf("band %v Hz does not rise", b)
	case c.WaterLevelDB < 0 || math.IsNaN(c.WaterLevelDB):
		return fmt.Errorf("water level %v dB is negative", c.WaterLevelDB)
	}
	return nil
}

// Scale turns counts to Input units by the sensitivity alone and returns them
// in a new slice. The mean stays. It is exact where the response is flat.
func (r *Response) Scale(counts []float64) ([]float64, error) {
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("scale %d samples: %w", len(counts), err)
	}
	out := make([]float64, len(counts))
	for i, v := range counts {
		out[i] = v / r.Sensitivity
	}
	return out, nil
}

// Ground turns a window of counts at rateHz to ground motion in SI units of u,
// by division through the transfer function in the frequency domain. The window
// is padded with zeros to at least twice its length.
func (r *Response) Ground(counts []float64, rateHz float64, u Unit, c Conditioning) ([]float64, error) {
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("compute ground motion: %w", err)
	}
	if u.order() < 0 {
		return nil, fmt.Errorf("compute ground motion: output unit %q is no ground motion", u)
	}
	out, err := shape(counts, rateHz, c, func(f float64) complex128 { return r.AtUnit(f, u) }, nil)
	if err != nil {
		return nil, fmt.Errorf("compute ground motion: %w", err)
	}
	return out, nil
}

// shape returns x·numerator/denominator, with c's conditioning. nil numerator
// is one.
func shape(x []float64, rateHz float64, c Conditioning, denominator, numerator func(f float64) complex128) ([]float64, error) {
	switch {
	case len(x) == 0:
		return nil, errors.New("window is empty")
	case len(x) > MaxWindow:
		return nil, fmt.Errorf("window of %d samples is longer than %d", len(x), MaxWindow)
	case !(rateHz > 0) || math.IsInf(rateHz, 0):
		return nil, fmt.Errorf("sample rate is %v Hz", rateHz)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	n := max(4, dsp.NextPow2(2*len(x)))
	buf := make([]float64, n)
	mean := 0.0
	if !c.KeepMean {
		for _, v := range x {
			mean += v
		}
		mean /= float64(len(x))
	}
	for i, v := range x {
		buf[i] = (v - mean) * taper(i, len(x), c.Taper)
	}
	half := n / 2
	spec := make([]complex128, half+1)
	dsp.RFFT(spec, buf)

	den := make([]complex128, half+1)
	top := 0.0
	for k := range den {
		den[k] = denominator(float64(k) * rateHz / float64(n))
		if a := abs(den[k]); a > top && !math.IsInf(a, 0) {
			top = a
		}
	}
	floor := 0.0
	if c.WaterLevelDB > 0 {
		floor = top * math.Pow(10, -c.WaterLevelDB/20)
	}
	for k := range den {
		f := float64(k) * rateHz / float64(n)
		g := complex(c.gain(f), 0)
		a := abs(den[k])
		switch {
		case g == 0, a == 0 || math.IsInf(a, 0) || math.IsNaN(a):
			g = 0
		case a < floor:
			g /= den[k] * complex(floor/a, 0)
		default:
			g /= den[k]
		}
		if numerator != nil {
			g *= numerator(f)
		}
		spec[k] *= g
	}
	// The first and last coefficients of a real series are real.
	spec[0], spec[half] = complex(real(spec[0]), 0), complex(real(spec[half]), 0)
	dsp.IRFFT(buf, spec)
	return buf[:len(x):len(x)], nil
}

// taper returns the factor of sample i of n under half-cosine flanks of
// fraction p at each end.
func taper(i, n int, p float64) float64 {
	w := p * float64(n-1)
	if w <= 0 {
		return 1
	}
	d := math.Min(float64(i), float64(n-1-i))
	if d >= w {
		return 1
	}
	return 0.5 * (1 - math.Cos(math.Pi*d/w))
}

func abs(c complex128) float64 { return math.Hypot(real(c), imag(c)) }
