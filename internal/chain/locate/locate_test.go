package locate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// halfSpace is the Earth in which everything can be checked by hand.
type halfSpace struct{ vp, vs float64 }

func (h halfSpace) Name() string { return "half-space" }

func (h halfSpace) Time(ph seis.Phase, z, d, elev float64) (t, dtdd, dtdh float64, ok bool) {
	v := h.vp
	if ph == seis.S {
		v = h.vs
	}
	dz := z + elev/1000
	r := math.Max(math.Hypot(d, dz), 1e-6)
	return r / v, d / r / v, dz / r / v, true
}

func (h halfSpace) Takeoff(_ seis.Phase, z, d float64) (float64, bool) {
	return 180 - math.Atan2(d, z)*180/math.Pi, true
}

// network is n stations scattered over a square of half width km.
func network(n int, half float64, seed uint64) *seis.Inventory {
	rng := rand.New(rand.NewPCG(seed, 1))
	l := geo.NewLocal(30, 104)
	var cs []seis.Channel
	for i := range n {
		lat, lon := l.ToGeo((2*rng.Float64()-1)*half, (2*rng.Float64()-1)*half)
		for _, c := range []string{"HHZ", "HHN", "HHE"} {
			cs = append(cs, seis.Channel{ID: fdsn.ID{Network: "XX", Station: fmt.Sprintf("S%02d", i), Channel: c}, Latitude: lat, Longitude: lon, ElevationM: rng.Float64() * 1000})
		}
	}
	return seis.NewInventory(cs)
}

var origin0 = seis.TimeOf(1_700_000_000_000_000_000, false)

// observe makes the arrivals of an earthquake with errors of 1σ = noise.
func observe(inv *seis.Inventory, tt TravelTimes, lat, lon, depth, noise float64, rng *rand.Rand) []seis.Arrival {
	var out []seis.Arrival
	for _, st := range inv.Stations() {
		c, _ := inv.Station(st)
		d, _ := geo.Distance(lat, lon, c.Latitude, c.Longitude)
		for _, ph := range []seis.Phase{seis.P, seis.S} {
			t, _, _, _ := tt.Time(ph, depth, d, c.ElevationM)
			id := c.ID
			id.Channel = map[seis.Phase]string{seis.P: "HHZ", seis.S: "HHN"}[ph]
			out = append(out, seis.Arrival{Phase: ph, Pick: seis.Pick{Stream: id, Phase: ph, Time: origin0.AddSeconds(t + noise*rng.NormFloat64()), SigmaS: math.Max(noise, 0.02)}})
		}
	}
	return out
}

func TestExactPicksGiveTheSource(t *testing.T) {
	tt := halfSpace{6, 3.46}
	inv := network(12, 60, 1)
	l := New(tt, inv, Options{ModelErrorMinS: 0.1, DepthPriorSigma: 1000})
	for _, src := range [][3]float64{{30, 104, 10}, {30.3, 104.2, 3}, {29.8, 103.9, 25}, {30.9, 104.9, 15}} {
		arr := observe(inv, tt, src[0], src[1], src[2], 0, rand.New(rand.NewPCG(2, 2)))
		start := seis.Origin{Latitude: 30, Longitude: 104, DepthKm: 12}
		for name, locate := range map[string]func([]seis.Arrival, seis.Origin) (seis.Origin, error){"fast": l.Fast, "full": l.Full} {
			o, err := locate(arr, start)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := geo.Distance(src[0], src[1], o.Latitude, o.Longitude)
			if d > 0.3 || math.Abs(o.DepthKm-src[2]) > 0.8 || math.Abs(o.Time.SecondsSince(origin0)) > 0.1 {
				t.Errorf("%s, source %v: %.2f km off, depth %.2f, time %+.3f s, rms %.3f", name, src, d, o.DepthKm, o.Time.SecondsSince(origin0), o.RMSs)
			}
		}
	}
}

// A third of the picks may be seconds off without moving the hypocentre.
func TestOutliersDoNotPull(t *testing.T) {
	tt := halfSpace{6, 3.46}
	inv := network(12, 60, 1)
	l := New(tt, inv, Options{ModelErrorMinS: 0.1})
	arr := observe(inv, tt, 30.1, 104.1, 12, 0.05, rand.New(rand.NewPCG(3, 3)))
	for i := range arr {
		if i%3 == 0 {
			arr[i].Pick.Time = arr[i].Pick.Time.AddSeconds(2 + float64(i%5))
		}
	}
	o, err := l.Full(arr, seis.Origin{Latitude: 30, Longitude: 104, DepthKm: 10})
	if err != nil {
		t.Fatal(err)
	}
	if d, _ := geo.Distance(30.1, 104.1, o.Latitude, o.Longitude); d > 1.5 {
		t.Errorf("epicentre %.2f km off", d)
	}
	for _, a := range o.Arrivals {
		if a.ResidualS > 2 && a.Weight > 0.2 {
			t.Errorf("%s %s: residual %.2f s has weight %g", a.Pick.Stream, a.Phase, a.ResidualS, a.Weight)
		}
	}
}

// The 68 % ellipse must hold the true epicentre about 68 times of 100 when the
// errors are those the locator assumes.
func TestEllipseMeansWhatItSays(t *testing.T) {
	tt := halfSpace{6, 3.46}
	inv := network(8, 50, 4)
	l := New(tt, inv, Options{ModelError: 0.001, ModelErrorMinS: 0.05})
	rng := rand.New(rand.NewPCG(5, 5))
	in, inDepth, n := 0, 0, 60
	for range n {
		arr := observe(inv, tt, 30.05, 104.1, 12, 0.1, rng)
		o, err := l.Full(arr, seis.Origin{Latitude: 30, Longitude: 104, DepthKm: 10})
		if err != nil {
			t.Fatal(err)
		}
		d, az := geo.Distance(o.Latitude, o.Longitude, 30.05, 104.1)
		a := (az - o.EllipseAzimuthDeg) * math.Pi / 180
		if sq(d*math.Cos(a)/o.EllipseMajorKm)+sq(d*math.Sin(a)/o.EllipseMinorKm) <= 1 {
			in++
		}
		if math.Abs(o.DepthKm-12) <= o.DepthSigmaKm {
			inDepth++
		}
	}
	if f := float64(in) / float64(n); f < 0.5 || f > 0.9 {
		t.Errorf("ellipse holds the epicentre in %.2f of the cases, want about 0.68", f)
	}
	if f := float64(inDepth) / float64(n); f < 0.5 || f > 0.9 {
		t.Errorf("depth ± σ holds the depth in %.2f of the cases, want about 0.68", f)
	}
}

func TestTooFewArrivals(t *testing.T) {
	l := New(halfSpace{6, 3.46}, network(2, 10, 1), Options{})
	if _, err := l.Full(nil, seis.Origin{}); err == nil {
		t.Error("no arrivals gave an origin")
	}
}

func BenchmarkFull(b *testing.B) {
	tt := halfSpace{6, 3.46}
	inv := network(20, 60, 1)
	l := New(tt, inv, Options{})
	arr := observe(inv, tt, 30.1, 104.1, 12, 0.05, rand.New(rand.NewPCG(3, 3)))
	for b.Loop() {
		if _, err := l.Full(arr, seis.Origin{Latitude: 30, Longitude: 104, DepthKm: 10}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFast(b *testing.B) {
	tt := halfSpace{6, 3.46}
	inv := network(20, 60, 1)
	l := New(tt, inv, Options{})
	arr := observe(inv, tt, 30.1, 104.1, 12, 0.05, rand.New(rand.NewPCG(3, 3)))
	for b.Loop() {
		if _, err := l.Fast(arr, seis.Origin{Latitude: 30, Longitude: 104, DepthKm: 10}); err != nil {
			b.Fatal(err)
		}
	}
}
