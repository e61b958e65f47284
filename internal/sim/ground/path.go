package ground

import (
	"math"

	"houfeng/internal/science/dsp"
)

// Attenuation along the path, for an active continental crust.
const (
	q0       = 200.0 // Q of S at 1 Hz
	qEta     = 0.70  // Q = q0·f^qEta
	qPoverQS = 1.5
	kappaS   = 0.040 // s, below a site of generic rock
	kappaP   = 0.020 // s
	bendKm   = 100.0 // from here on the trapped waves spread on a line
)

// spreading returns the geometrical spreading as the equivalent distance in
// metres: 1/R to 100 km, 1/√R beyond.
func spreading(rKm float64) float64 {
	if rKm <= bendKm {
		return 1e3 * rKm
	}
	return 1e3 * math.Sqrt(rKm*bendKm)
}

// saturated returns the effective distance of a source of finite size, which
// keeps the near field of a point from growing without bound (Yenier & Atkinson
// 2015, Bull. Seismol. Soc. Am. 105, 1989–2009, equation 12:
// h = 10^(−0.405+0.235M)).
func saturated(rKm, mw float64) float64 {
	h := math.Pow(10, -0.405+0.235*mw)
	return math.Hypot(rKm, h)
}

// genericRock is the amplification by the decrease of impedance towards the
// surface at a site of generic rock, 620 m/s over the uppermost 30 m (Boore &
// Joyner 1997, Bull. Seismol. Soc. Am. 87, 327–341, table 3).
var genericRock = [][2]float64{ // Hz, factor
	{0.01, 1.00}, {0.09, 1.10}, {0.16, 1.18}, {0.51, 1.42}, {0.84, 1.58}, {1.25, 1.74},
	{2.26, 2.06}, {3.17, 2.25}, {6.05, 2.58}, {16.6, 3.13}, {61.2, 4.00},
}

func amplification(f float64) float64 {
	t := genericRock
	if f <= t[0][0] {
		return t[0][1]
	}
	for i := 1; i < len(t); i++ {
		if f <= t[i][0] {
			u := math.Log(f/t[i-1][0]) / math.Log(t[i][0]/t[i-1][0])
			return math.Exp(math.Log(t[i-1][1]) + u*math.Log(t[i][1]/t[i-1][1]))
		}
	}
	return t[len(t)-1][1]
}

// filterLen is the length of the causal path filter in samples.
const filterLen = 2048

// pathFilter is the effect of path and site as a causal filter of minimum
// phase: what is left of a unit pulse. Minimum phase is what attenuation does
// (Futterman 1962), and it lets nothing arrive before its time.
type pathFilter struct {
	rate float64
	spec []complex128 // filterLen/2+1 bins
}

// newPathFilter returns the filter of magnitude gain(f) at rate samples per
// second, by the folded cepstrum (Oppenheim & Schafer 1989, section 12.7).
func newPathFilter(rate float64, gain func(f float64) float64) *pathFilter {
	const n, h = filterLen, filterLen / 2
	p := &pathFilter{rate: rate, spec: make([]complex128, h+1)}
	for k := range p.spec {
		g := math.Max(1e-7, gain(float64(k)*rate/n))
		p.spec[k] = complex(math.Log(g), 0)
	}
	ceps := make([]float64, n)
	dsp.IRFFT(ceps, p.spec)
	for i := 1; i < h; i++ {
		ceps[i] *= 2
		ceps[n-i] = 0
	}
	dsp.RFFT(p.spec, ceps)
	for k, v := range p.spec {
		s, c := math.Sincos(imag(v))
		e := math.Exp(real(v))
		p.spec[k] = complex(e*c, e*s)
	}
	return p
}

// at returns the filter at f, interpolated between its bins.
func (p *pathFilter) at(f float64) complex128 {
	x := f * filterLen / p.rate
	k := int(x)
	if k >= len(p.spec)-1 {
		return p.spec[len(p.spec)-1]
	}
	u := x - float64(k)
	return p.spec[k]*complex(1-u, 0) + p.spec[k+1]*complex(u, 0)
}

// antiAlias is the digitiser's decimation filter: flat to 0.8 of the Nyquist
// frequency, nothing at it.
func antiAlias(f, rate float64) float64 {
	return 1 - smooth(f, 0.4*rate, 0.5*rate)
}
