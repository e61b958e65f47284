package ground

import (
	"math"
	"slices"
	"testing"

	"houfeng/internal/science/response"
	"houfeng/internal/sim/scene"
)

var (
	crustP = NewStack([]Layer{{0, 5.8}, {20, 6.5}, {35, 8.04}})
	crustS = NewStack([]Layer{{0, 3.46}, {20, 3.85}, {35, 4.48}})
)

func recorder(t testing.TB, name string) Recorder {
	t.Helper()
	sc, err := scene.Parse("test", []byte("network XX\nstation XX.A 0 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	in := sc.Instrument(name)
	return Recorder{&in.Response, in.RateHz, in.SelfNoiseDB, in.DigitizerNoise}
}

// quake returns a shallow earthquake seen at a distance, one of many by key.
func quake(key uint64, m, distKm float64) *LocalEvent {
	const depth = 10
	return &LocalEvent{
		Key: mix(key), OriginS: 10, Magnitude: m, StressDropPa: 3e6,
		StrikeDeg: float64(key * 77 % 360), DipDeg: 30 + float64(key*13%60), RakeDeg: float64(key*41%360) - 180,
		HypocentralKm: math.Hypot(distKm, depth), AzimuthDeg: float64(key*29%36) * 10,
		P: crustP.Trace(depth, 0, distKm), S: crustS.Trace(depth, 0, distKm), SiteFactor: 1,
	}
}

func floats(w Wave) []float64 {
	// The first 80 s hold every peak.
	x := make([]float64, min(8000, len(w.Counts)))
	w.Add(x, w.First)
	return x
}

func peak(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// measures are amplitudes of a record as a network would read them.
type measures struct {
	ml, pgv, pga, pd float64 // ML; lg cm/s, lg gal, lg cm
}

func measure(t testing.TB, rec Recorder, e *LocalEvent) measures {
	t.Helper()
	w := e.Waves([]Recorder{rec})[0]
	band := response.Conditioning{Band: [4]float64{.05, .075, 40, 45}}
	motion := func(x []float64, u response.Unit) []float64 {
		out, err := rec.Response.Ground(x, rec.RateHz, u, band)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	var m measures
	var wa, pgv, pga float64
	for c := 1; c < 3; c++ {
		x := floats(w[c])
		trace, err := rec.Response.WoodAnderson(x, rec.RateHz, response.UhrhammerCollins1990, band)
		if err != nil {
			t.Fatal(err)
		}
		wa += peak(trace) / 2
		pgv = math.Max(pgv, peak(motion(x, response.Velocity)))
		pga = math.Max(pga, peak(motion(x, response.Acceleration)))
	}
	r := e.HypocentralKm
	m.ml = math.Log10(wa) + 1.110*math.Log10(r/100) + 0.00189*(r-100) + 3.0 // Hutton & Boore 1987
	m.pgv, m.pga = math.Log10(100*pgv), math.Log10(100*pga)
	sp := e.S.First().TimeS - e.P.First().TimeS
	pd := motion(floats(w[0]), response.Displacement)
	m.pd = math.Log10(100 * peak(pd[:preroll+int(math.Min(3, sp)*rec.RateHz)]))
	return m
}

// TestAmplitudes holds the ground motion against what networks observe, as
// means over mechanisms and scattering.
func TestAmplitudes(t *testing.T) {
	bb := recorder(t, "broadband")
	var sum, count float64
	for _, m := range []float64{2.5, 3.5, 4.5, 5.5} {
		for _, dist := range []float64{20, 60, 120} {
			var mean measures
			const n = 8
			for k := range uint64(n) {
				x := measure(t, bb, quake(k*31+uint64(10*m)+uint64(dist), m, dist))
				mean.ml += x.ml / n
				mean.pgv += x.pgv / n
				mean.pga += x.pga / n
				mean.pd += x.pd / n
			}
			sum, count = sum+mean.ml-m, count+1
			r := math.Hypot(dist, 10)
			// Hutton & Boore (1987), Wood–Anderson.
			if math.Abs(mean.ml-m) > 0.35 {
				t.Errorf("M %.1f at %3.0f km: ML %.2f", m, dist, mean.ml)
			}
			// Wu & Zhao (2006), P displacement in three seconds; σ 0.3 for one record.
			wu := 4.748 + 1.371*mean.pd + 1.883*math.Log10(r)
			// Kuyuk & Allen (2013).
			ka := 5.39 + 1.23*mean.pd + 1.38*math.Log10(dist)
			if m >= 3.5 && (math.Abs(wu-m) > 0.8 || math.Abs(ka-m) > 0.8) {
				t.Errorf("M %.1f at %3.0f km: %.2f by Wu & Zhao, %.2f by Kuyuk & Allen", m, dist, wu, ka)
			}
			// GB 18306-2015, Tibetan region, PGV, between the relations of the
			// short and the long axis, which hold for moderate earthquakes.
			lo := -1.301 + .741*m - 1.696*math.Log10(dist+.612*math.Exp(.457*m))
			hi := -.064 + .766*m - 2.205*math.Log10(dist+2.647*math.Exp(.366*m))
			if m >= 4.5 && (mean.pgv < math.Min(lo, hi)-0.3 || mean.pgv > math.Max(lo, hi)+0.3) {
				t.Errorf("M %.1f at %3.0f km: lg PGV %.2f, want %.2f to %.2f", m, dist, mean.pgv, lo, hi)
			}
			t.Logf("M %.1f at %3.0f km: ML %.2f, lg PGV %.2f (GB 18306 %.2f to %.2f), lg PGA %.2f, Pd: M %.2f Wu & Zhao, %.2f Kuyuk & Allen",
				m, dist, mean.ml, mean.pgv, lo, hi, mean.pga, wu, ka)
		}
	}
	if bias := sum / count; math.Abs(bias) > 0.2 {
		t.Errorf("ML is %+.2f off on average", bias)
	}
}

// TestNothingBeforeP looks at what a picker of great sensitivity would see:
// before P there must be nothing that rises out of the quietest noise.
func TestNothingBeforeP(t *testing.T) {
	bb := recorder(t, "broadband")
	for _, m := range []float64{2, 3, 4, 5, 6, 7} {
		for _, dist := range []float64{10, 80, 300} {
			e := quake(uint64(m*dist), m, dist)
			for c, w := range e.Waves([]Recorder{bb})[0] {
				onset := (e.OriginS+e.P.First().TimeS)*100 - float64(w.First)
				x := floats(w)
				early := peak(x[:int(onset)-2])
				// One sample's delay shows a trace of the first motion.
				if early > 0.2+0.02*peak(x[:int(onset)+20]) {
					t.Errorf("M %g at %g km, component %d: %.2f counts before P", m, dist, c, early)
				}
			}
		}
	}
}

// TestOnsets wants P when it should come, and P's first motion with the sign
// of the mechanism wherever the onset is clear.
func TestOnsets(t *testing.T) {
	bb := recorder(t, "broadband")
	const n = 60
	var late []float64
	right, clear := 0, 0
	for key := range uint64(n) {
		dist := 10 + 3*float64(key)
		e := quake(key, 3+0.03*float64(key), dist)
		w := e.Waves([]Recorder{bb})[0][0]
		x := floats(w)
		onset := (e.OriginS+e.P.First().TimeS)*100 - float64(w.First) // in samples
		first := peak(x[int(onset) : int(onset)+40])
		k := int(onset)
		for math.Abs(x[k]) < 0.2*first {
			k++
		}
		late = append(late, (float64(k)-onset)/100)
		f := Radiate(e.StrikeDeg, e.DipDeg, e.RakeDeg, e.P.First().TakeoffDeg, e.AzimuthDeg).P
		if math.Abs(f) > 0.3 && !e.P.Head.Head {
			clear++
			if math.Signbit(x[int(onset)+2]) == math.Signbit(f) {
				right++
			}
		}
	}
	slices.Sort(late)
	if median := late[n/2]; median < 0 || median > 0.06 {
		t.Errorf("P reaches a fifth of its first motion %.3f s late, in the middle", median)
	}
	if worst := late[n*9/10]; worst > 0.3 {
		t.Errorf("one P in ten reaches a fifth of its first motion more than %.3f s late", worst)
	}
	if clear < 15 || right < clear*9/10 {
		t.Errorf("%d of %d clear first motions have the sign of the mechanism", right, clear)
	}
}

// TestPolarisation wants the ratio of vertical to horizontal energy, half a
// second into P and three into S, between the quartiles of the 99 records with
// three components among those of northern California that Zhu & Beroza (2019)
// publish as a sample: medians 10^0.06 and 10^−0.77.
func TestPolarisation(t *testing.T) {
	bb := recorder(t, "broadband")
	const n = 24
	var p, s float64
	for key := range uint64(n) {
		e := quake(key, 4, 60)
		w := e.Waves([]Recorder{bb})[0]
		energy := func(c int, from, length float64) (sum float64) {
			i := int((e.OriginS+from)*100) - int(w[c].First)
			for _, v := range floats(w[c])[i : i+int(100*length)] {
				sum += v * v
			}
			return sum
		}
		ratio := func(from, length float64) float64 {
			return math.Log10(energy(0, from, length) / (energy(1, from, length) + energy(2, from, length)))
		}
		p += ratio(e.P.First().TimeS, 0.5) / n
		s += ratio(e.S.First().TimeS, 3) / n
	}
	if p < -0.15 || p > 0.42 {
		t.Errorf("P: vertical over horizontal energy 10^%.2f, want 10^-0.15 to 10^0.42", p)
	}
	if s < -0.99 || s > -0.54 {
		t.Errorf("S: vertical over horizontal energy 10^%.2f, want 10^-0.99 to 10^-0.54", s)
	}
	t.Logf("vertical over horizontal energy: P 10^%.2f, S 10^%.2f", p, s)
}

// TestSpectrum wants the energy of S to be that of Brune's spectrum, whatever
// the train looks like.
func TestSpectrum(t *testing.T) {
	rec := Recorder{Response: &response.Response{Input: response.Displacement, Sensitivity: 1e9, FrequencyHz: 1}, RateHz: 100}
	const n = 30
	var got, want [8]float64
	for key := range uint64(n) {
		e := quake(key, 4, 40)
		w := e.Waves([]Recorder{rec})[0]
		_, s := e.spectra(100, CornerFrequency(Moment(4), 3e6))
		i := int((e.OriginS+e.S.First().TimeS)*100) - int(w[1].First)
		const length = 1 << 13
		for c := 1; c < 3; c++ {
			x := make([]float64, length)
			w[c].Add(x, w[c].First+int64(i))
			spec := transform(x)
			for b := range got {
				f := 0.5 * math.Pow(2, float64(b)*0.7)
				for k := int(f * length / 100 / 1.2); k < int(f*length/100*1.2); k++ {
					a := spec[k] / 100 / 1e9
					got[b] += a * a
					h := s(float64(k) / length)
					want[b] += (real(h)*real(h) + imag(h)*imag(h)) / 2
				}
			}
		}
	}
	for b := range got {
		if ratio := math.Sqrt(got[b] / want[b]); ratio < 0.8 || ratio > 1.25 {
			t.Errorf("at %.2f Hz S is %.2f of its spectrum", 0.5*math.Pow(2, float64(b)*0.7), ratio)
		}
	}
}

func TestRadiation(t *testing.T) {
	// Means over the sphere are 4/15 for P and 2/5 for S (Boore & Boatwright 1984).
	var p, s, norm float64
	for i := 0.5; i < 180; i++ {
		for az := 0.5; az < 360; az += 2 {
			r := Radiate(25, 70, -30, i, az)
			w := math.Sin(i * math.Pi / 180)
			p, s, norm = p+w*r.P*r.P, s+w*(r.SV*r.SV+r.SH*r.SH), norm+w
		}
	}
	if math.Abs(p/norm-4.0/15) > 1e-3 || math.Abs(s/norm-2.0/5) > 1e-3 {
		t.Errorf("mean squares %.4f and %.4f, want %.4f and %.4f", p/norm, s/norm, 4.0/15, 2.0/5)
	}
	// A vertical strike-slip fault that strikes north, left lateral: horizontal
	// rays to the north-east are compressed, to the north-west dilated.
	if r := Radiate(0, 90, 0, 90, 45); math.Abs(r.P-1) > 1e-9 {
		t.Errorf("north-east: P %.3f, want 1", r.P)
	}
	if r := Radiate(0, 90, 0, 90, 315); math.Abs(r.P+1) > 1e-9 {
		t.Errorf("north-west: P %.3f, want −1", r.P)
	}
}

func TestInstrumentsAgree(t *testing.T) {
	// One ground motion on two instruments: the velocity sensor's acceleration
	// is the accelerometer's.
	bb, acc := recorder(t, "broadband"), recorder(t, "accelerometer")
	e := quake(3, 4.5, 30)
	w := e.Waves([]Recorder{bb, acc})
	band := response.Conditioning{Band: [4]float64{.3, .5, 20, 25}}
	a, err := bb.Response.Ground(floats(w[0][1]), 100, response.Acceleration, band)
	if err != nil {
		t.Fatal(err)
	}
	b, err := acc.Response.Ground(floats(w[1][1]), 100, response.Acceleration, band)
	if err != nil {
		t.Fatal(err)
	}
	var diff, all float64
	for i := range a[:6000] {
		diff, all = diff+(a[i]-b[i])*(a[i]-b[i]), all+a[i]*a[i]
	}
	if r := math.Sqrt(diff / all); r > 0.01 {
		t.Errorf("accelerations differ by %.2f %%", 100*r)
	}
}

func BenchmarkLocalEvent(b *testing.B) {
	recs := []Recorder{recorder(b, "broadband")}
	for key := uint64(0); b.Loop(); key++ {
		quake(key, 3.5, 60).Waves(recs)
	}
}
