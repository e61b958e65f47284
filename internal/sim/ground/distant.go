package ground

import (
	"math"
	"math/rand/v2"

	"houfeng/internal/science/dsp"
	"houfeng/internal/science/response"
)

// ak135At returns travel time in s and slowness in s/deg of P (column 0) or S
// (column 2), by cubic interpolation in distance and linear in depth.
func ak135At(column int, depthKm, deg float64) (timeS, slowness float64) {
	i := 0
	for i+2 < len(ak135Depths) && depthKm > ak135Depths[i+1] {
		i++
	}
	u := (depthKm - ak135Depths[i]) / (ak135Depths[i+1] - ak135Depths[i])
	u = math.Max(0, math.Min(1, u))
	t0, p0 := hermite(ak135Distant[i], column, deg)
	t1, p1 := hermite(ak135Distant[i+1], column, deg)
	return t0 + u*(t1-t0), p0 + u*(p1-p0)
}

func hermite(rows [][4]float64, column int, deg float64) (t, p float64) {
	const first, step = 20.0, 5.0
	x := math.Max(0, math.Min(float64(len(rows)-1), (deg-first)/step))
	k := min(int(x), len(rows)-2)
	u := x - float64(k)
	a, b := rows[k], rows[k+1]
	ta, tb, pa, pb := a[column], b[column], step*a[column+1], step*b[column+1]
	u2, u3 := u*u, u*u*u
	t = ta*(2*u3-3*u2+1) + pa*(u3-2*u2+u) + tb*(3*u2-2*u3) + pb*(u3-u2)
	p = (ta*(6*u2-6*u) + pa*(3*u2-4*u+1) + tb*(6*u-6*u2) + pb*(3*u2-2*u)) / step
	return t, p
}

// DistantTimes returns the travel times of P and S in ak135 in seconds, and
// their slownesses in s/deg, for distances of 20 to 100 degrees.
func DistantTimes(depthKm, deg float64) (p, pSlow, s, sSlow float64) {
	p, pSlow = ak135At(0, depthKm, deg)
	s, sSlow = ak135At(2, depthKm, deg)
	return p, pSlow, s, sSlow
}

// Attenuation of teleseismic body waves, seconds.
const (
	tStarP = 0.5
	tStarS = 2.2
)

// qTable is Q(Δ) of Gutenberg & Richter (1956) for P of shallow earthquakes on
// the vertical component, with which mB = lg(V/2π) + Q, V in µm/s; read from
// their figure 5 every 5 degrees from 20, to ±0.1.
var qTable = []float64{6.1, 6.5, 6.6, 6.7, 6.6, 6.8, 6.7, 6.8, 6.8, 7.0, 6.9, 6.8, 6.7, 6.8, 7.0, 7.2, 7.4}

// phaseGroup is a part of a teleseism that crosses the network with one
// slowness: a train before source, path and instrument as transforms of its
// three directions.
type phaseGroup struct {
	timeS    float64 // at the reference point, after P
	shape    func(f float64) complex128
	spec     [3][]complex128 // up, away, across; shared by all sites
	peakUmS  float64         // peak velocity on the component that leads
	leading  int
	slowness func(deg float64) float64 // travel time at a distance, seconds
}

// DistantEvent is a teleseism, prepared for one network at one rate.
type DistantEvent struct {
	key         uint64
	rate        float64 // of the recorders
	step        int     // decimation at which the waves are held
	n           int     // samples held
	distanceDeg float64 // of the reference point
	refS        float64 // of P at the reference point, seconds after sample 0
	groups      []*phaseGroup
}

// Waves of a teleseism begin leadS before P at the reference point; they are
// followed for at most distantLen samples at the low rate.
const (
	leadS      = 100.0
	distantLen = 1 << 15
)

// decimation returns the step at which waves of a teleseism are held: at
// least ten samples a second, if the recorder has as many.
func decimation(rate float64) int {
	step := 1
	for rate/float64(step*2) >= 10 {
		step *= 2
	}
	return step
}

// DistantSpan returns how long before P at the reference point the waves of a
// teleseism may begin at any site of the network, and how long after it they
// may last, on a recorder of a rate; seconds.
func DistantSpan(rate float64) (before, after float64) {
	return leadS + 1, distantLen * float64(decimation(rate)) / rate
}

// NewDistantEvent prepares a teleseism. refS is the time of P at the reference
// point in seconds after sample 0.
func NewDistantEvent(key uint64, magnitude, depthKm, distanceDeg, refS, rate float64) *DistantEvent {
	e := &DistantEvent{key: key, rate: rate, step: decimation(rate), n: distantLen, distanceDeg: distanceDeg, refS: refS}
	low := rate / float64(e.step)
	fc := CornerFrequency(Moment(magnitude), 3e6)
	source := 1 / fc
	tp, pSlow, ts, _ := DistantTimes(depthKm, distanceDeg)

	// Peaks from the magnitude: mB(BB) for P, MS(BB) for the surface waves
	// (IASPEI 2013). S is taken three times as large as P.
	x := math.Max(0, math.Min(float64(len(qTable)-1), (distanceDeg-20)/5))
	k := min(int(x), len(qTable)-2)
	q := qTable[k] + (x-float64(k))*(qTable[k+1]-qTable[k])
	vP := 2 * math.Pi * math.Pow(10, magnitude-q)
	vR := 2 * math.Pi * math.Pow(10, magnitude-3.3-1.66*math.Log10(distanceDeg))
	if depthKm > 60 { // deep earthquakes hardly excite surface waves
		vR *= math.Exp(-(depthKm - 60) / 60)
	}

	body := func(column int) func(float64) float64 {
		return func(deg float64) float64 { t, _ := ak135At(column, depthKm, deg); return t }
	}
	twice := func(column int) func(float64) float64 { // PP, SS from the surface
		return func(deg float64) float64 {
			t, _ := ak135At(column, 0, deg/2)
			return 2*t - depthKm/8
		}
	}
	attenuated := func(tStar, corner float64) func(float64) complex128 {
		path := newPathFilter(low, func(f float64) float64 {
			return math.Exp(-math.Pi*f*tStar) * antiAlias(f, low)
		})
		return func(f float64) complex128 {
			d := complex(1, f/corner)
			return complex(0, 2*math.Pi*f) / (d * d) * path.at(f)
		}
	}
	// The depth phases pP and sP follow P by twice the way up.
	sinI := pSlow / kmPerDegree * alpha / 1e3
	pp := 2 * depthKm / (alpha / 1e3) * math.Sqrt(math.Max(0, 1-sinI*sinI))

	sp := ts - tp
	add := func(label uint64, at float64, shape func(float64) complex128, peak float64, leading int, slow func(float64) float64, fill func(*train, *rand.Rand)) {
		t := newTrain(e.n)
		fill(t, rand.New(rand.NewPCG(key, mix(label))))
		g := &phaseGroup{timeS: at, shape: shape, peakUmS: peak, leading: leading, slowness: slow}
		for c, dir := range [3][]float64{t.up, t.away, t.across} {
			g.spec[c] = make([]complex128, e.n/2+1)
			dsp.RFFT(g.spec[c], dir)
		}
		e.calibrate(g)
		e.groups = append(e.groups, g)
	}
	pShape, sShape := attenuated(tStarP, cornerRatio*fc), attenuated(tStarS, fc)
	siP, ciP := incidence(pSlow/kmPerDegree, siteVp)
	add(1, 0, pShape, vP, 0, body(0), func(t *train, r *rand.Rand) {
		for _, a := range []struct{ at, amp float64 }{{0, 1}, {pp, -0.6}, {pp * 1.4, 0.5}} {
			distantPulse(t, r, a.at, a.amp, source, low, ciP, siP, 0)
		}
		distantCoda(t, r, 0, 0.5, 25+source, low, [3]float64{.6, .25, .15})
		distantCoda(t, r, 0, 0.2, 180, low, [3]float64{.5, .3, .2})
	})
	if distanceDeg >= 42 {
		pps, _ := ak135At(0, 0, distanceDeg/2)
		add(2, 2*pps-depthKm/8-tp, attenuated(1.5*tStarP, cornerRatio*fc), 0.5*vP, 0, twice(0), func(t *train, r *rand.Rand) {
			distantPulse(t, r, 0, -1, source, low, ciP, siP, 0)
			distantCoda(t, r, 0, 1, 40+source, low, [3]float64{.6, .25, .15})
		})
	}
	add(3, sp, sShape, 3*vP, 2, body(2), func(t *train, r *rand.Rand) {
		distantPulse(t, r, 0, 0.8, source, low, 0, 0, 1)
		distantPulse(t, r, 0, 0.5, source, low, -0.25, 1, 0)
		distantCoda(t, r, 0, 0.5, 60+source, low, [3]float64{.15, .4, .45})
	})
	if distanceDeg >= 42 {
		sss, _ := ak135At(2, 0, distanceDeg/2)
		add(4, 2*sss-depthKm/8-tp, attenuated(1.5*tStarS, fc), 2*vP, 2, twice(2), func(t *train, r *rand.Rand) {
			distantPulse(t, r, 0, 1, source, low, 0, 0, 1)
			distantPulse(t, r, 0, 0.5, source, low, -0.3, 1, 0)
			distantCoda(t, r, 0, 0.6, 90+source, low, [3]float64{.15, .4, .45})
		})
	}
	e.surface(low, fc, tp, vR)
	return e
}

const kmPerDegree = earthRadiusKm * math.Pi / 180

// distantPulse puts a pulse and, over the duration of the source, a burst of
// subevents of the same energy.
func distantPulse(t *train, r *rand.Rand, at, a, source, rate, up, away, across float64) {
	put := func(i int, a float64) {
		if i >= 0 && i < len(t.up) {
			t.up[i] += a * up
			t.away[i] += a * away
			t.across[i] += a * across
		}
	}
	i := int(math.Round(at * rate))
	put(i, a*0.6)
	for range 3 + int(source/3) { // of one sign: a rupture slips forwards
		put(i+int(source*r.Float64()*rate), a*0.35*r.ExpFloat64())
	}
}

// distantCoda adds scattering of total energy e0 with an exponential decay.
func distantCoda(t *train, r *rand.Rand, at, e0, d, rate float64, share [3]float64) {
	i := int(math.Round(at*rate)) + 1
	m := min(len(t.up)-i, int(8*d*rate))
	norm := e0 / (rate * d)
	for k := range m {
		tau := float64(k) / rate
		t.add(i+k, math.Sqrt(norm*(1-math.Exp(-tau/3))*math.Exp(-tau/d)), r, share)
	}
}

// Group velocities of the fundamental modes on a continental path, km/s
// (after Oliver 1962, Bull. Seismol. Soc. Am. 52, 81–86, figure 2).
var (
	rayleighGroup = [][2]float64{{10, 2.9}, {15, 2.95}, {20, 3.05}, {30, 3.35}, {40, 3.6}, {60, 3.8}, {100, 3.9}, {150, 3.85}, {250, 3.6}}
	loveGroup     = [][2]float64{{10, 3.2}, {15, 3.35}, {20, 3.5}, {30, 3.75}, {40, 3.95}, {60, 4.15}, {100, 4.3}, {150, 4.35}, {250, 4.4}}
)

func groupVelocity(table [][2]float64, f float64) float64 {
	t := 1 / f
	for i := 1; i < len(table); i++ {
		if t <= table[i][0] {
			u := math.Max(0, math.Log(t/table[i-1][0])/math.Log(table[i][0]/table[i-1][0]))
			return table[i-1][1] + u*(table[i][1]-table[i-1][1])
		}
	}
	return table[len(table)-1][1]
}

// surface adds the dispersed Rayleigh and Love waves. Their phase is the
// integral of the group delay over frequency, so that every site sees the
// waves of its own distance.
func (e *DistantEvent) surface(low, fc, tp, peak float64) {
	for c, table := range [2][][2]float64{rayleighGroup, loveGroup} {
		g := &phaseGroup{timeS: 0, leading: 2 * c, peakUmS: peak * (1 + 0.2*float64(c))}
		for d := range g.spec {
			g.spec[d] = make([]complex128, e.n/2+1)
		}
		detours := newDetours(rand.New(rand.NewPCG(e.key, mix(uint64(10+c)))))
		var phase, was float64
		for k := 1; k < e.n/2; k++ {
			f := float64(k) * low / float64(e.n)
			if f > 0.12 {
				break
			}
			df := low / float64(e.n)
			delay := e.distanceDeg*kmPerDegree/groupVelocity(table, f) - tp
			phase -= math.Pi * (delay + was) * df
			was = delay
			if delay > float64(e.n)/low-leadS-400 {
				continue // would come after the end of what is held
			}
			// Excited between 12 and 100 s; long periods stand out above fc's
			// plateau only for great earthquakes.
			a := smooth(math.Log10(f), math.Log10(0.006), math.Log10(0.02)) * (1 - smooth(math.Log10(f), math.Log10(0.05), math.Log10(0.1))) / (1 + (f/fc)*(f/fc))
			s, co := math.Sincos(phase)
			v := complex(a*co, a*s) * detours.at(f)
			if c == 0 { // retrograde ellipse
				g.spec[0][k] = v
				g.spec[1][k] = v * complex(0, 0.7)
			} else {
				g.spec[2][k] = v
			}
		}
		g.shape = func(float64) complex128 { return 1 }
		table := table
		g.slowness = func(deg float64) float64 { return deg * kmPerDegree / groupVelocity(table, 0.04) }
		e.calibrate(g)
		e.groups = append(e.groups, g)
	}
}

// detours are the ways by which surface waves arrive late, scattered by what
// is not layered: their coda.
type detours struct{ amp, delay [24]float64 }

func newDetours(r *rand.Rand) *detours {
	d := &detours{}
	for i := range d.amp {
		d.delay[i] = 120 * r.ExpFloat64()
		d.amp[i] = 0.22 * r.NormFloat64() * math.Exp(-d.delay[i]/250)
		if d.delay[i] > 350 {
			d.amp[i] = 0
		}
	}
	return d
}

func (d *detours) at(f float64) complex128 {
	sum := complex(1, 0)
	for i, a := range d.amp {
		s, c := math.Sincos(-2 * math.Pi * f * d.delay[i])
		sum += complex(a*c, a*s)
	}
	return sum
}

// calibrate scales a group to its peak velocity on the leading component.
func (e *DistantEvent) calibrate(g *phaseGroup) {
	low := e.rate / float64(e.step)
	for c := range g.spec {
		for k := range g.spec[c] {
			g.spec[c][k] *= g.shape(float64(k) * low / float64(e.n))
		}
		g.spec[c][0], g.spec[c][e.n/2] = 0, 0
	}
	x := make([]float64, e.n)
	dsp.IRFFT(x, append([]complex128(nil), g.spec[g.leading]...))
	top := 0.0
	for _, v := range x {
		top = math.Max(top, math.Abs(v))
	}
	if top == 0 {
		return
	}
	s := complex(g.peakUmS*1e-6/top, 0)
	for c := range g.spec {
		for k := range g.spec[c] {
			g.spec[c][k] *= s
		}
	}
}

// Waves returns the counts of the components up, north and east of one
// recorder at a site deg away, with the waves travelling in azimuthDeg. siteKey
// seeds what is particular to the site.
func (e *DistantEvent) Waves(rec Recorder, siteKey uint64, deg, azimuthDeg, siteFactor float64) [3]Wave {
	low := e.rate / float64(e.step)
	h := e.n / 2
	first := math.Floor((e.refS - leadS) * e.rate)
	var sum [3][]complex128
	for c := range sum {
		sum[c] = make([]complex128, h+1)
	}
	own := make([]complex128, h+1)
	buf := make([]float64, e.n)
	r := rand.New(rand.NewPCG(siteKey, e.key))
	onset := e.refS - first/e.rate + e.groups[0].slowness(deg) - e.groups[0].slowness(e.distanceDeg)
	for _, g := range e.groups {
		delay := g.timeS + g.slowness(deg) - g.slowness(e.distanceDeg)
		shift := e.refS - first/e.rate + delay
		// The crust below the site answers each wave with its own short echo.
		clear(buf)
		buf[0] = 1
		for i := 1; i < int(6*low); i++ {
			buf[i] = 0.12 * r.NormFloat64() * math.Exp(-float64(i)/low/1.5)
		}
		dsp.RFFT(own, buf)
		for k := 1; k < h; k++ {
			s, c := math.Sincos(-2 * math.Pi * float64(k) * low / float64(e.n) * shift)
			ph := complex(c, s) * own[k]
			for d := range sum {
				sum[d][k] += g.spec[d][k] * ph
			}
		}
	}
	sinAz, cosAz := math.Sincos(azimuthDeg * math.Pi / 180)
	for k := range sum[1] {
		away, across := sum[1][k], sum[2][k]
		sum[1][k] = away*complex(cosAz, 0) - across*complex(sinAz, 0)
		sum[2][k] = away*complex(sinAz, 0) + across*complex(cosAz, 0)
	}
	var out [3]Wave
	for c := range out {
		for k := 1; k < h; k++ {
			sum[c][k] *= rec.Response.AtUnit(float64(k)*low/float64(e.n), response.Velocity) * complex(siteFactor, 0)
		}
		sum[c][0], sum[c][h] = 0, 0
		dsp.IRFFT(buf, sum[c])
		out[c] = cut(buf, int64(first), int(onset*low), e.n-int(60*low))
		out[c].Step = e.step
	}
	return out
}
