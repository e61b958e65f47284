package ground

import (
	"fmt"
	"math"
	"os"
	"testing"

	"houfeng/internal/science/response"
	"houfeng/internal/sim/scene"
)

var crustP = []Layer{{0, 6.01}, {20, 6.74}, {40, 8.00}}
var crustS = []Layer{{0, 3.47}, {20, 3.90}, {40, 4.62}}

func recorder(t testing.TB, name string) Recorder {
	sc, err := scene.Parse("t", []byte("network XX\nstation XX.A 0 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	in := sc.Instrument(name)
	return Recorder{&in.Response, in.RateHz, in.SelfNoiseDB, in.DigitizerNoise}
}

func event(key uint64, m, dist, depth float64) *LocalEvent {
	return &LocalEvent{Key: key, OriginS: 10, Magnitude: m, StressDropPa: 3e6, StrikeDeg: 30, DipDeg: 60, RakeDeg: 40,
		HypocentralKm: math.Hypot(dist, depth), AzimuthDeg: float64(key%36) * 10,
		P: NewStack(crustP).Trace(depth, 0, dist), S: NewStack(crustS).Trace(depth, 0, dist), SiteFactor: 1}
}

func TestExplore(t *testing.T) {
	bb := recorder(t, "broadband")
	for _, m := range []float64{2.5, 3, 4.5, 5, 6} {
		for _, d := range []float64{5, 20, 50, 100, 150, 200} {
			var ml, pgv, pga, pd float64
			const N = 10
			for k := range uint64(N) {
				e := event(k*7919+1, m, d, 10)
				w := e.Waves([]Recorder{bb})[0]
				var amp, vmax, amax float64
				for c := 0; c < 3; c++ {
					x := make([]float64, len(w[c].Counts))
					for i, v := range w[c].Counts {
						x[i] = float64(v)
					}
					v, _ := bb.Response.Ground(x, 100, response.Velocity, response.Conditioning{Band: [4]float64{.03, .05, 40, 45}})
					a, _ := bb.Response.Ground(x, 100, response.Acceleration, response.Conditioning{Band: [4]float64{.03, .05, 40, 45}})
					if c > 0 {
						wa, _ := bb.Response.WoodAnderson(x, 100, response.UhrhammerCollins1990, response.Conditioning{Band: [4]float64{.05, .1, 40, 45}})
						amp += peak(wa) / 2
						vmax = math.Max(vmax, peak(v))
						amax = math.Max(amax, peak(a))
					} else {
						u, _ := bb.Response.Ground(x, 100, response.Displacement, response.Conditioning{Band: [4]float64{.05, .075, 40, 45}})
						sp := e.S.First().TimeS - e.P.First().TimeS
						pd += math.Log10(100*peak(u[:preroll+int(math.Min(3, sp)*100)])) / N
					}
				}
				r := e.HypocentralKm
				ml += (math.Log10(amp) + 1.110*math.Log10(r/100) + 0.00189*(r-100) + 3.0) / N
				pgv += math.Log10(vmax*100) / N
				pga += math.Log10(amax*100) / N
			}
			r := math.Hypot(d, 10)
			fmt.Printf("M %.1f d %3.0f ML %.2f  lgPGV(cm/s) %.2f lgPGA(gal) %.2f  Pd-M(WuZhao) %.2f  KA %.2f\n", m, d, ml, pgv, pga, 4.748+1.371*pd+1.883*math.Log10(r), 5.39+1.23*pd+1.38*math.Log10(d))
		}
	}
	e := event(5, 4.5, 40, 10)
	w := e.Waves([]Recorder{bb})[0]
	f, _ := os.Create("/tmp/ev.csv")
	for i := range w[0].Counts {
		fmt.Fprintf(f, "%g,%g,%g\n", w[0].Counts[i], w[1].Counts[i], w[2].Counts[i])
	}
	f.Close()
}

func peak(x []float64) float64 {
	m := 0.0
	for _, v := range x {
		m = math.Max(m, math.Abs(v))
	}
	return m
}
