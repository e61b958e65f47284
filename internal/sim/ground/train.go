package ground

import (
	"math"
	"math/rand/v2"
)

// How the energy of a train is shared out. The direct pulse keeps the
// mechanism's sign; forward scattering lengthens it on the way; coda is what
// comes back from all around.
const (
	directP, forwardP, codaP = 0.25, 0.55, 0.20
	directS, forwardS, codaS = 0.20, 0.55, 0.25
	headShare                = 0.12 // of the energy, when a head wave comes first
	// Half of P's energy turns into S on the way (Aki 1992, Bull. Seismol. Soc.
	// Am. 82, 1969–1972), which also brings P displacement to what Wu & Zhao
	// (2006) and Kuyuk & Allen (2013) observed.
	energyP = 0.5
)

// Velocities right below a site, which bend rays upwards, km/s.
const siteVp, siteVs = 3.2, 1.6

// compressional fills t with the P train. sp is S minus P and source the
// duration of the source as P shows it, seconds.
func (e *LocalEvent) compressional(t *train, r *rand.Rand, rate, sp, source float64) {
	rad := func(ray Ray) float64 {
		f := Radiate(e.StrikeDeg, e.DipDeg, e.RakeDeg, ray.TakeoffDeg, e.sourceAzimuth()).P
		return nodal(f/meanP, 0.15)
	}
	si, ci := incidence(e.P.Direct.Slowness, siteVp)
	first, share := e.P.First(), energyP
	if first.Head {
		share -= headShare
		e.pulse(t, r, 0, rad(first)*math.Sqrt(headShare), source, rate, ci, si, 0)
		e.scatter(t, r, rate, 0, headShare*0.6, 0.5+0.01*e.HypocentralKm, [3]float64{.62, .22, .16})
	}
	at := e.P.Direct.TimeS - first.TimeS
	e.pulse(t, r, at, rad(e.P.Direct)*math.Sqrt(share*directP), source, rate, ci, si, 0)
	w := [3]float64{.62, .22, .16}
	e.scatter(t, r, rate, at, share*forwardP, 0.25+0.01*e.HypocentralKm+source, w)
	e.scatter(t, r, rate, at, share*codaP, 2+0.35*sp, w)
}

// shear fills t with the S train; lapse is the S travel time.
func (e *LocalEvent) shear(t *train, r *rand.Rand, rate, lapse, source float64) {
	si, ci := incidence(e.S.Direct.Slowness, siteVs)
	first, share := e.S.First(), 1.0
	direct := func(ray Ray, at, energy float64) {
		rad := Radiate(e.StrikeDeg, e.DipDeg, e.RakeDeg, ray.TakeoffDeg, e.sourceAzimuth())
		a := math.Sqrt(energy)
		sv, sh := nodal(rad.SV/meanS, 0.1)*a, nodal(rad.SH/meanS, 0.1)*a
		e.pulse(t, r, at, sv, source, rate, -si, ci, 0)
		e.pulse(t, r, at, sh, source, rate, 0, 0, 1)
	}
	w := [3]float64{.25, .5, .5}
	if first.Head {
		share = 1 - headShare
		direct(first, 0, headShare)
		e.scatter(t, r, rate, 0, headShare*0.6, 0.5+0.015*e.HypocentralKm, w)
	}
	at := e.S.Direct.TimeS - first.TimeS
	direct(e.S.Direct, at, share*directS)
	e.scatter(t, r, rate, at, share*forwardS, 0.3+0.02*e.HypocentralKm+source, w)
	e.reverberate(t, r, rate, at, share*codaS, lapse, w)
}

// sourceAzimuth is the azimuth at the source; over local distances that at the
// site serves.
func (e *LocalEvent) sourceAzimuth() float64 { return e.AzimuthDeg }

// nodal keeps a coefficient away from zero: no station sees a perfect node.
func nodal(f, least float64) float64 {
	if math.Abs(f) < least {
		return math.Copysign(least, f)
	}
	return f
}

// incidence returns sine and cosine of the angle from the vertical at the site.
func incidence(slowness, v float64) (sin, cos float64) {
	sin = math.Min(0.9, slowness*v)
	return sin, math.Sqrt(1 - sin*sin)
}

// pulse puts the direct wave of amplitude a at a delay in seconds, polarised
// along (up, away, across). A source that lasts longer than 0.4 s
// radiates its high frequencies all along the rupture: its pulse becomes a
// first pulse and a burst over the source's duration, of the same energy.
func (e *LocalEvent) pulse(t *train, r *rand.Rand, at, a, source, rate, up, away, across float64) {
	i := int(math.Round(at * rate))
	if i < 0 || i >= len(t.up) {
		return
	}
	put := func(i int, a float64) {
		t.up[i] += a * up
		t.away[i] += a * away
		t.across[i] += a * across
	}
	x := 1 / (1 + 2*math.Max(0, source-0.4))
	put(i, a*math.Sqrt(x))
	if x > 0.999 {
		return
	}
	m := min(int(source*rate), len(t.up)-i-1)
	sigma := math.Abs(a) * math.Sqrt((1-x)/(source*rate))
	for k := range m {
		// Rupture grows: the burst swells over its first third.
		grow := math.Min(1, 3*float64(k+1)/(source*rate))
		put(i+1+k, sigma*1.13*grow*r.NormFloat64())
	}
}

// scatter adds random pulses of total energy e0 after a delay, whose density
// rises within a tenth of d and decays as exp(−τ/d).
func (e *LocalEvent) scatter(t *train, r *rand.Rand, rate, at, e0, d float64, share [3]float64) {
	i := int(math.Round(at*rate)) + 1
	m := min(len(t.up)-i, int(8*d*rate))
	rise := d / 10
	norm := e0 / (rate * (d - d*rise/(d+rise))) // ∫(1−e^(−τ/rise))·e^(−τ/d) dτ
	for k := range m {
		tau := float64(k) / rate
		s := math.Sqrt(norm * (1 - math.Exp(-tau/rise)) * math.Exp(-tau/d))
		t.add(i+k, s, r, share)
	}
}

func (t *train) add(i int, s float64, r *rand.Rand, share [3]float64) {
	t.up[i] += s * math.Sqrt(share[0]) * r.NormFloat64()
	t.away[i] += s * math.Sqrt(share[1]) * r.NormFloat64()
	t.across[i] += s * math.Sqrt(share[2]) * r.NormFloat64()
}

// Coda Q (Aki & Chouet 1975): the energy of backscattered waves falls with the
// lapse time t from the origin as t^−2·exp(−2πft/Qc).
const (
	codaQ   = 150.0 // at 1 Hz
	codaEta = 0.85
)

// reverberate adds S coda of total energy e0. lapse is the travel time of S.
// Frequencies below about 2 Hz decay more slowly than those above, so two
// bands that together are white at the onset have each a decay of its own.
func (e *LocalEvent) reverberate(t *train, r *rand.Rand, rate, at, e0, lapse float64, share [3]float64) {
	i := int(math.Round(at*rate)) + 1
	m := len(t.up) - i
	decay := func(f float64) float64 { // s, of the energy
		return codaQ * math.Pow(f, codaEta) / (2 * math.Pi * f)
	}
	dLow, dHigh := decay(1), decay(5)
	ref := lapse + 2
	density := func(tau, d float64) float64 {
		u := ref / (ref + tau)
		return u * u * math.Exp(-tau/d)
	}
	var sum float64
	for k := 0; k < m; k += 16 {
		sum += 16 * density(float64(k)/rate, (dLow+dHigh)/2)
	}
	if sum == 0 {
		return
	}
	norm := math.Sqrt(e0 / sum)
	a := 1 - math.Exp(-2*math.Pi*2/rate) // one-pole low-pass at 2 Hz
	var low [3]float64
	gain := [3]float64{norm * math.Sqrt(share[0]), norm * math.Sqrt(share[1]), norm * math.Sqrt(share[2])}
	dst := [3][]float64{t.up, t.away, t.across}
	var el, eh float64
	for k := range m {
		if k&15 == 0 {
			tau := float64(k) / rate
			el, eh = math.Sqrt(density(tau, dLow)), math.Sqrt(density(tau, dHigh))
		}
		for c := range dst {
			x := r.NormFloat64()
			low[c] += a * (x - low[c])
			dst[c][i+k] += gain[c] * (el*low[c] + eh*(x-low[c]))
		}
	}
}
