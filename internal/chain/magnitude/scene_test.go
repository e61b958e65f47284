package magnitude

import (
	"context"
	"math"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/science/geo"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// scene is an earthquake at 30° N 100° E, 10 km deep, with stations made for
// the test.
type scene struct {
	t        testing.TB
	ot       seis.Time
	channels []seis.Channel
	win      *recordings
	bus      *bus.Local
	stage    *Stage
	said     []seis.Magnitude
	arrivals []seis.Arrival
}

const (
	sceneLat, sceneLon, sceneDepth = 30.0, 100.0, 10.0
	sceneHz                        = 100.0
	sceneStart                     = -40.0 // of the data, seconds after the origin time
	sceneS                         = 3.5   // km/s
)

func newScene(t testing.TB) *scene {
	ot, err := seis.ParseTime("2024-05-06T07:08:09.5Z")
	if err != nil {
		t.Fatal(err)
	}
	return &scene{t: t, ot: ot, win: &recordings{}}
}

// again returns the scene before anything was said, with samples of its own.
func (s *scene) again() *scene {
	n := &scene{t: s.t, ot: s.ot, channels: s.channels, win: &recordings{}}
	for id, ts := range s.win.traces {
		for _, t := range ts {
			t.ID, t.Samples = id, append([]float64(nil), t.Samples...)
			n.win.add(t)
		}
	}
	return n
}

// motion is the ground displacement in metres at a station, t seconds after the
// origin time.
type motion func(t float64) float64

// burst is a wave train of amplitude u metres and frequency f that is strongest
// two seconds after S, at distance r.
func burst(u, f, r float64) motion {
	at := r/sceneS + 2
	return func(t float64) float64 {
		return u * math.Exp(-math.Pow((t-at)/1.2, 2)) * math.Sin(2*math.Pi*f*(t-at)+0.3)
	}
}

// microseism is a 5 s swell.
func microseism(u float64) motion {
	return func(t float64) float64 { return u * math.Sin(2*math.Pi*0.2*t) }
}

func both(a, b motion) motion { return func(t float64) float64 { return a(t) + b(t) } }

// coordinates returns the place of a station at hypocentral distance r north
// of the epicentre.
func coordinates(r float64) (lat, lon float64) {
	return geo.Destination(sceneLat, sceneLon, 0, math.Sqrt(r*r-sceneDepth*sceneDepth))
}

// instrument adds the two horizontals of a sensor with flat response that
// recorded m, on top of noise of so many counts. seconds is how long the
// record goes on after the origin time.
func (s *scene) instrument(station, band string, r, sensitivity, noise, seconds float64, m motion) {
	s.t.Helper()
	in := response.Velocity
	if band[1] == 'N' {
		in = response.Acceleration
	}
	lat, lon := coordinates(r)
	for i, comp := range []string{"E", "N"} {
		id := fdsn.ID{Network: "XX", Station: station, Location: "00", Channel: band + comp}
		az, dip := seis.NominalOrientation(id)
		s.channels = append(s.channels, seis.Channel{
			ID: id, Latitude: lat, Longitude: lon, AzimuthDeg: az, DipDeg: dip, RateHz: sceneHz,
			Response: &response.Response{Input: in, Sensitivity: sensitivity, FrequencyHz: 1},
		})
		tr := seis.Trace{ID: id, Start: s.ot.AddSeconds(sceneStart), Rate: sceneHz}
		seed := uint64(len(station)*1000 + i + int(station[len(station)-1]))
		for k := 0; k < int((seconds-sceneStart)*sceneHz); k++ {
			t := sceneStart + float64(k)/sceneHz
			const h = 1e-3 // s, of the differences that make velocity and acceleration
			var v float64
			if in == response.Velocity {
				v = (m(t+h) - m(t-h)) / (2 * h)
			} else {
				v = (m(t+h) - 2*m(t) + m(t-h)) / (h * h)
			}
			seed = seed*6364136223846793005 + 1442695040888963407
			tr.Samples = append(tr.Samples, math.Round(v*sensitivity+noise*(float64(seed>>40)/(1<<23)-1)))
		}
		s.win.add(tr)
	}
}

// start builds the stage.
func (s *scene) start(opts Options) {
	s.t.Helper()
	s.bus = bus.NewLocal()
	var err error
	if s.stage, err = New(seis.NewInventory(s.channels), s.win, s.bus, opts); err != nil {
		s.t.Fatal(err)
	}
	err = bus.Handle(s.bus, bus.Magnitudes, "test", func(_ context.Context, m bus.EventMagnitude) error {
		if m.EventID != "event" {
			s.t.Errorf("magnitude of event %q", m.EventID)
		}
		s.said = append(s.said, m.Magnitude)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// locate says an origin, at seconds after the origin time.
func (s *scene) locate(seconds float64, change func(*seis.Origin)) {
	s.t.Helper()
	o := seis.Origin{
		EventID: "event", Time: s.ot, Latitude: sceneLat, Longitude: sceneLon, DepthKm: sceneDepth,
		Arrivals: s.arrivals, Made: s.ot.AddSeconds(seconds),
	}
	if change != nil {
		change(&o)
	}
	s.win.avail = s.ot.AddSeconds(seconds)
	if err := bus.Publish(context.Background(), s.bus, bus.Origins, o.EventID, "", o); err != nil {
		s.t.Fatal(err)
	}
}

// run lets the clock go from one time to another, in steps.
func (s *scene) run(from, to, step float64) {
	s.t.Helper()
	for t := from; t <= to+1e-9; t += step {
		s.win.avail = s.ot.AddSeconds(t)
		if err := bus.Publish(context.Background(), s.bus, bus.Ticks, "", "", s.win.avail); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *scene) last() seis.Magnitude {
	s.t.Helper()
	if len(s.said) == 0 {
		s.t.Fatal("no magnitude was said")
	}
	return s.said[len(s.said)-1]
}

// of returns the station magnitude of a station.
func of(t testing.TB, m seis.Magnitude, station string) seis.StationMagnitude {
	t.Helper()
	for _, sm := range m.Stations {
		if sm.Stream.Station == station {
			return sm
		}
	}
	t.Fatalf("station %s is not in the magnitude of %d stations", station, len(m.Stations))
	return seis.StationMagnitude{}
}

// sized is the amplitude of the burst that makes ML at r km.
func sized(ml, f, r float64) float64 { return 1e-5 * math.Pow(10, ml-expected(1e-5, f, r)) }

// expected is ML of a burst of u metres at f Hz and r km.
func expected(u, f, r float64) float64 {
	h := response.UhrhammerCollins1990.At(f)
	return HuttonBoore1987(u*math.Hypot(real(h), imag(h)), 0, r)
}
