package ground

import (
	"math"
	"math/rand/v2"

	"houfeng/internal/science/dsp"
	"houfeng/internal/science/response"
)

// LocalEvent is a local earthquake as one site sees it.
type LocalEvent struct {
	Key           uint64 // seeds the scattering, per earthquake and site
	OriginS       float64
	Magnitude     float64 // moment magnitude
	StressDropPa  float64
	StrikeDeg     float64
	DipDeg        float64
	RakeDeg       float64
	HypocentralKm float64
	AzimuthDeg    float64 // in which the waves travel when they reach the site
	P, S          Rays
	SiteFactor    float64 // amplification of this site over generic rock
}

// preroll is how many samples a wave begins before its first arrival.
const preroll = 16

// train is a wave train before source, path and instrument: pulses and
// scattering in the directions up, away from the source, and across (to the
// right of away), sampled from its onset on.
type train struct{ up, away, across []float64 }

func newTrain(n int) *train {
	return &train{make([]float64, n), make([]float64, n), make([]float64, n)}
}

// Waves returns the counts of the components up, north and east on every
// recorder. Recorders of one rate share the computation; scattering is drawn
// per rate.
func (e *LocalEvent) Waves(recs []Recorder) [][3]Wave {
	out := make([][3]Wave, len(recs))
	for i := range recs {
		done := false
		for j := range i {
			done = done || recs[j].RateHz == recs[i].RateHz
		}
		if done {
			continue
		}
		var same []int
		for j := i; j < len(recs); j++ {
			if recs[j].RateHz == recs[i].RateHz {
				same = append(same, j)
			}
		}
		e.waves(recs, same, out)
	}
	return out
}

// Coda returns how long after S the wave train is followed, seconds. It grows
// with magnitude as the duration of local earthquakes does (Lee et al. 1972,
// lg τ = (M + 0.87)/2, of which six tenths are followed), and is bounded.
func (e *LocalEvent) coda() float64 {
	return math.Max(55, math.Min(560, 0.6*math.Pow(10, (e.Magnitude+0.87)/2)))
}

// Span returns when the waves begin and end at the site, in the time of
// OriginS, on the safe side at any rate from one sample a second.
func (e *LocalEvent) Span() (fromS, toS float64) {
	return e.OriginS + e.P.First().TimeS - preroll - 1, e.OriginS + e.S.First().TimeS + e.coda() + 2
}

func (e *LocalEvent) waves(recs []Recorder, same []int, out [][3]Wave) {
	rate := recs[same[0]].RateHz
	tp, ts := e.P.First().TimeS, e.S.First().TimeS
	if ts <= tp {
		ts = tp + 0.01
	}
	fcS := CornerFrequency(Moment(e.Magnitude), e.StressDropPa)
	coda := e.coda()
	length := int((ts - tp + coda) * rate)
	n := dsp.NextPow2(preroll + length + int(8*rate))
	if length > n-preroll-int(8*rate) {
		length = n - preroll - int(8*rate)
	}
	r := rand.New(rand.NewPCG(e.Key, mix(uint64(rate))))

	p := newTrain(min(length, int((ts-tp)*3*rate)+int(20*rate)))
	e.compressional(p, r, rate, ts-tp, 1/(cornerRatio*fcS))
	s := newTrain(length - int((ts-tp)*rate))
	e.shear(s, r, rate, ts, 1/fcS)
	p.fade()
	s.fade()

	pw, sw := e.spectra(rate, fcS)
	first := math.Floor((e.OriginS+tp)*rate) - preroll
	pShift := (e.OriginS+tp)*rate - first
	sShift := (e.OriginS+ts)*rate - first

	h := n / 2
	buf := make([]float64, n)
	ps, ss := make([]complex128, h+1), make([]complex128, h+1)
	az := e.AzimuthDeg * math.Pi / 180
	sinAz, cosAz := math.Sincos(az)
	combos := [3]func(t *train, i int) float64{
		func(t *train, i int) float64 { return t.up[i] },
		func(t *train, i int) float64 { return t.away[i]*cosAz - t.across[i]*sinAz },
		func(t *train, i int) float64 { return t.away[i]*sinAz + t.across[i]*cosAz },
	}
	// A transform of samples is rate times one of the continuous signal.
	fill := func(dst []complex128, t *train, f func(*train, int) float64) {
		for i := range t.up {
			buf[i] = f(t, i)
		}
		clear(buf[len(t.up):])
		dsp.RFFT(dst, buf)
	}
	pf := delayed(pw, pShift, n)
	sf := delayed(sw, sShift, n)
	hs := make([][]complex128, len(same))
	for j, i := range same {
		hs[j] = make([]complex128, h)
		for k := 1; k < h; k++ {
			hs[j][k] = recs[i].Response.AtUnit(float64(k)*rate/float64(n), response.Displacement)
		}
	}
	for c, f := range combos {
		fill(ps, p, f)
		fill(ss, s, f)
		for k := range ps {
			ps[k] = (ps[k]*pf[k] + ss[k]*sf[k]) * complex(rate, 0)
		}
		for j, i := range same {
			for k := 1; k < h; k++ {
				ss[k] = ps[k] * hs[j][k]
			}
			ss[0], ss[h] = 0, 0
			dsp.IRFFT(buf, ss)
			out[i][c] = cut(buf, int64(first), preroll, preroll+length)
		}
	}
}

// delayed samples a spectrum at the n/2+1 bins of a transform and delays it by
// a number of samples.
func delayed(w func(f float64) complex128, shift float64, n int) []complex128 {
	out := make([]complex128, n/2+1)
	for k := range out {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / float64(n) * shift)
		out[k] = w(float64(k)/float64(n)) * complex(c, s)
	}
	return out
}

// cut keeps the first length samples, of which those before the onset are
// silent and the last third fades. What the transform carried round from its
// end to its beginning, where there must be nothing, is cut off with it.
func cut(x []float64, first int64, onset, length int) Wave {
	w := Wave{First: first, Counts: make([]float32, length)}
	fall := length / 3
	for i := range w.Counts {
		g := smooth(float64(i), float64(onset-preOnset), float64(onset))
		if d := length - i; d < fall {
			g *= smooth(float64(d), 0, float64(fall))
		}
		w.Counts[i] = float32(x[i] * g)
	}
	return w
}

// preOnset is how many samples before an onset a wave may begin: a delay by a
// fraction of a sample spreads over some.
const preOnset = 3

// fade lets the last third of a train end softly.
func (t *train) fade() {
	n := len(t.up)
	for i := n - n/3; i < n; i++ {
		g := smooth(float64(n-i), 0, float64(n/3))
		t.up[i] *= g
		t.away[i] *= g
		t.across[i] *= g
	}
}

// spectra returns the displacement spectra of P and S at the site for a unit
// train, in m·s, as functions of the frequency in cycles per sample.
func (e *LocalEvent) spectra(rate, fcS float64) (p, s func(float64) complex128) {
	m0 := Moment(e.Magnitude)
	reff := saturated(e.HypocentralKm, e.Magnitude)
	// Boore (2003), equation 2, with the free surface 2. All of S: the
	// partition onto the horizontals is the train's.
	const free = 2
	omegaP := meanP * free * m0 / (4 * math.Pi * density * alpha * alpha * alpha * spreading(reff)) * e.SiteFactor
	omegaS := spectralS * free * m0 / (4 * math.Pi * density * beta * beta * beta * spreading(reff)) * e.SiteFactor
	path := func(v, qFactor, kappa, ampPower float64) *pathFilter {
		return newPathFilter(rate, func(f float64) float64 {
			q := q0 * qFactor * math.Pow(math.Max(f, 0.2), qEta)
			t := e.HypocentralKm * 1e3 / v / q
			return math.Exp(-math.Pi*f*(t+kappa)) * math.Pow(amplification(f), ampPower) * antiAlias(f, rate)
		})
	}
	pPath := path(alpha, qPoverQS, kappaP, 0.7)
	sPath := path(beta, 1, kappaS, 1)
	fcP := cornerRatio * fcS
	brune := func(omega, fc float64, filter *pathFilter) func(float64) complex128 {
		return func(x float64) complex128 {
			f := x * rate
			d := complex(1, f/fc) // causal form of 1 + (f/fc)²
			return complex(omega, 0) / (d * d) * filter.at(f)
		}
	}
	return brune(omegaP, fcP, pPath), brune(omegaS, fcS, sPath)
}
