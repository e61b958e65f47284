package ground

import (
	"math"
	"math/rand/v2"
)

// How the energy of a train is shared out. The direct pulse keeps the
// mechanism's sign; forward scattering lengthens it on the way; coda is what
// comes back from all around. The shares were chosen so that amplitudes in the
// first second of P and S, right before S, and ten seconds into S stand to one
// another as they do in 154 records of small earthquakes in northern California
// that analysts picked (Zhu & Beroza 2019).
const (
	directP, forwardP, codaP = 0.15, 0.40, 0.45
	directS, forwardS, codaS = 0.20, 0.70, 0.10
	headShare                = 0.12 // of the energy, when a head wave comes first
	// P loses some energy to S on the way (Aki 1992, Bull. Seismol. Soc. Am. 82,
	// 1969–1972), which also brings P displacement to what Wu & Zhao (2006) and
	// Kuyuk & Allen (2013) observed.
	energyP = 0.8
	// Energy of S converted to P under the site, in units of P's own. S carries
	// some thirty times the energy of P.
	convertedEnergy = 0.10
)

// Velocities right below a site, which bend rays upwards, km/s.
const siteVp, siteVs = 3.2, 1.6

// onset says how clearly a phase begins at a site: the crust near some
// stations leaves the direct pulse nearly whole, near others it is smeared
// into what follows, and the more so the longer the path.
type onset struct {
	pulse float64 // share of the direct pulse's energy that is left in it
	riseS float64 // in which the scattered waves swell
}

func (e *LocalEvent) onset(r *rand.Rand, riseS, perKm float64) onset {
	x := math.Min(1, 0.55*math.Exp(0.6*r.NormFloat64()))
	return onset{x * x, (riseS + perKm*e.HypocentralKm) * math.Exp(0.5*r.NormFloat64())}
}

// Shares of up, away and across in what is scattered.
var (
	scatteredP = [3]float64{.48, .28, .24}
	scatteredS = [3]float64{.22, .50, .50}
	convertedS = [3]float64{.40, .35, .25}
)

// compressional fills t with the P train. sp is S minus P and source the
// duration of the source as P shows it, seconds.
func (e *LocalEvent) compressional(t *train, r *rand.Rand, rate, sp, source float64) {
	o := e.onset(r, 0.04, 0.0008)
	si, ci := incidence(e.P.Direct.Slowness, siteVp)
	direct := func(ray Ray, at, energy float64) {
		f := Radiate(e.StrikeDeg, e.DipDeg, e.RakeDeg, ray.TakeoffDeg, e.sourceAzimuth()).P
		e.pulse(t, r, at, nodal(f/meanP, 0.15)*math.Sqrt(energy), source, rate, ci, si, 0)
	}
	first, share := e.P.First(), energyP
	if first.Head {
		share -= headShare
		direct(first, 0, headShare*0.3*o.pulse)
		e.scatter(t, r, rate, 0, headShare*(1-0.3*o.pulse), 0.5+0.01*e.HypocentralKm, 2*o.riseS, scatteredP)
	}
	at := e.P.Direct.TimeS - first.TimeS
	direct(e.P.Direct, at, share*directP*o.pulse)
	smeared := forwardP + directP*(1-o.pulse)
	e.scatter(t, r, rate, at, share*smeared, 0.3+0.012*e.HypocentralKm+source, o.riseS, scatteredP)
	e.scatter(t, r, rate, at, share*codaP, 3+sp, 0.2, scatteredP)
	e.convert(t, r, rate, sp)
}

// convert adds what S turns into when it meets the layers under the site: P,
// which comes up to a second or two before S and hides its onset.
func (e *LocalEvent) convert(t *train, r *rand.Rand, rate, sp float64) {
	before := math.Min(0.8*sp, 1.5)
	m := int(before * rate)
	end := int(math.Round(sp * rate))
	const swell = 0.3 // s
	energy := convertedEnergy * math.Exp(0.8*r.NormFloat64())
	norm := energy / (swell * rate)
	for k := 1; k <= m; k++ {
		if i := end - k; i >= 0 && i < len(t.up) {
			t.add(i, math.Sqrt(norm*math.Exp(-float64(k)/rate/swell)), r, convertedS)
		}
	}
}

// shear fills t with the S train; lapse is the S travel time.
func (e *LocalEvent) shear(t *train, r *rand.Rand, rate, lapse, source float64) {
	o := e.onset(r, 0.06, 0.0015)
	si, ci := incidence(e.S.Direct.Slowness, siteVs)
	direct := func(ray Ray, at, energy float64) {
		rad := Radiate(e.StrikeDeg, e.DipDeg, e.RakeDeg, ray.TakeoffDeg, e.sourceAzimuth())
		a := math.Sqrt(energy)
		sv, sh := nodal(rad.SV/meanS, 0.1)*a, nodal(rad.SH/meanS, 0.1)*a
		e.pulse(t, r, at, sv, source, rate, -si, ci, 0)
		e.pulse(t, r, at, sh, source, rate, 0, 0, 1)
	}
	first, share := e.S.First(), 1.0
	if first.Head {
		share -= headShare
		direct(first, 0, headShare*0.3*o.pulse)
		e.scatter(t, r, rate, 0, headShare*(1-0.3*o.pulse), 0.5+0.015*e.HypocentralKm, 2*o.riseS, scatteredS)
	}
	at := e.S.Direct.TimeS - first.TimeS
	direct(e.S.Direct, at, share*directS*o.pulse)
	smeared := forwardS + directS*(1-o.pulse)
	e.scatter(t, r, rate, at, share*smeared, 0.3+0.02*e.HypocentralKm+source, o.riseS, scatteredS)
	e.reverberate(t, r, rate, at, share*codaS, lapse, scatteredS)
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
// rises within rise seconds and decays as exp(−τ/d).
func (e *LocalEvent) scatter(t *train, r *rand.Rand, rate, at, e0, d, rise float64, share [3]float64) {
	i := int(math.Round(at*rate)) + 1
	m := min(len(t.up)-i, int(8*d*rate))
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
	codaQ   = 110.0 // at 1 Hz
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
