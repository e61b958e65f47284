package centre

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/chain/associate"
	"houfeng/internal/chain/locate"
	"houfeng/internal/engine/bus"
	"houfeng/internal/science/geo"
	"houfeng/internal/science/traveltime"
	"houfeng/internal/seis"
)

// desk is associator and locator on a bus, fed with picks made up for the test.
type desk struct {
	t       *testing.T
	bus     *bus.Local
	inv     *seis.Inventory
	model   *Model
	rng     *rand.Rand
	picks   []seis.Pick
	origins map[string][]seis.Origin // by event
}

var start = seis.TimeOf(1_750_000_000_000_000_000, false)

func newDesk(t *testing.T, stations int, spacingKm float64) *desk {
	t.Helper()
	m, err := traveltime.Load("iasp91")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, bus: bus.NewLocal(), model: &Model{m}, rng: rand.New(rand.NewPCG(1, 2)), origins: map[string][]seis.Origin{}}
	l := geo.NewLocal(35, 105)
	n := int(math.Ceil(math.Sqrt(float64(stations))))
	var cs []seis.Channel
	for i := range stations {
		lat, lon := l.ToGeo((float64(i%n)-float64(n-1)/2)*spacingKm, (float64(i/n)-float64(n-1)/2)*spacingKm)
		for _, c := range []string{"HHZ", "HHN", "HHE"} {
			cs = append(cs, seis.Channel{ID: fdsn.ID{Network: "XX", Station: fmt.Sprintf("S%02d", i), Channel: c}, Latitude: lat, Longitude: lon})
		}
	}
	d.inv = seis.NewInventory(cs)
	loc := locate.New(d.model, d.inv, locate.Options{})
	if _, err := associate.New(d.inv, d.model, loc, d.bus, associate.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := locate.NewStage(loc, d.bus); err != nil {
		t.Fatal(err)
	}
	if err := bus.Handle(d.bus, bus.Origins, "test", func(_ context.Context, o seis.Origin) error {
		d.origins[o.EventID] = append(d.origins[o.EventID], o)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) pick(st string, ph seis.Phase, at seis.Time) {
	id := fdsn.ID{Network: "XX", Station: st[3:], Channel: map[seis.Phase]string{seis.P: "HHZ", seis.S: "HHN"}[ph]}
	d.picks = append(d.picks, seis.Pick{ID: fmt.Sprintf("%s|%s|%d", id, ph, at.Nanos()), Stream: id, Phase: ph, Time: at, SigmaS: 0.05, SNR: 20, Amplitude: 1000})
}

// quake adds the picks of an earthquake, with travel times 3 % off and scatter,
// at the stations within reach.
func (d *desk) quake(at seis.Time, lat, lon, depth, reachKm float64) {
	for _, st := range d.inv.Stations() {
		c, _ := d.inv.Station(st)
		dist, _ := geo.Distance(lat, lon, c.Latitude, c.Longitude)
		if dist > reachKm {
			continue
		}
		for _, ph := range []seis.Phase{seis.P, seis.S} {
			if t, _, _, ok := d.model.Time(ph, depth, dist, 0); ok && (ph == seis.P || d.rng.Float64() < 0.7) {
				d.pick(st, ph, at.AddSeconds(1.03*t+0.1*d.rng.NormFloat64()))
			}
		}
	}
}

// noise adds picks at random: n per station and minute.
func (d *desk) noise(perMinute, seconds float64) {
	for _, st := range d.inv.Stations() {
		for t := d.rng.ExpFloat64() * 60 / perMinute; t < seconds; t += d.rng.ExpFloat64() * 60 / perMinute {
			d.pick(st, seis.P, start.AddSeconds(t))
		}
	}
}

// run gives each pick 2 s after its time, states of all streams, and ticks.
func (d *desk) run(seconds float64) {
	ctx := context.Background()
	slices.SortFunc(d.picks, func(a, b seis.Pick) int { return a.Time.Compare(b.Time) })
	next := 0
	for s := 0.0; s < seconds; s += 0.5 {
		now := start.AddSeconds(s)
		for _, id := range d.inv.IDs() {
			d.must(bus.Publish(ctx, d.bus, bus.States, "", "", seis.StreamState{Stream: id, Last: now.AddSeconds(-1), RateHz: 100, Ready: true}))
		}
		for next < len(d.picks) && d.picks[next].Time.AddSeconds(2).Before(now) {
			p := d.picks[next]
			p.Made = now
			d.must(bus.Publish(ctx, d.bus, bus.Picks, "", p.ID, p))
			next++
		}
		d.must(bus.Publish(ctx, d.bus, bus.Ticks, "", "", now))
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// newest returns the newest origin of each event that stands.
func (d *desk) newest() []seis.Origin {
	var out []seis.Origin
	for _, os := range d.origins {
		if o := os[len(os)-1]; o.Withdrawn == "" {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b seis.Origin) int { return a.Time.Compare(b.Time) })
	return out
}

func (d *desk) near(o seis.Origin, at seis.Time, lat, lon, depth float64) {
	d.t.Helper()
	km, _ := geo.Distance(lat, lon, o.Latitude, o.Longitude)
	if dt := o.Time.SecondsSince(at); km > 4 || math.Abs(dt) > 1 || math.Abs(o.DepthKm-depth) > 10 {
		d.t.Errorf("event %.1f km and %+.2f s off, depth %.1f km for %.1f: %d phases, rms %.2f", km, dt, o.DepthKm, depth, o.Phases, o.RMSs)
	}
}

func TestOneQuakeOneEvent(t *testing.T) {
	d := newDesk(t, 40, 25)
	at := start.AddSeconds(120)
	d.quake(at, 35.1, 105.2, 12, 200)
	d.noise(0.3, 400)
	d.run(500)
	got := d.newest()
	if len(got) != 1 {
		t.Fatalf("%d events, want 1: %+v", len(got), got)
	}
	d.near(got[0], at, 35.1, 105.2, 12)
	first := d.origins[got[0].EventID][0]
	if wait := first.Made.SecondsSince(at); wait > 20 {
		t.Errorf("first origin %.1f s after origin time, want within 20 s", wait)
	}
}

func TestTwoQuakesAMinuteApart(t *testing.T) {
	d := newDesk(t, 40, 25)
	a, b := start.AddSeconds(120), start.AddSeconds(150)
	d.quake(a, 35.3, 104.6, 10, 90)
	d.quake(b, 34.7, 105.5, 15, 90)
	d.noise(0.3, 400)
	d.run(500)
	got := d.newest()
	if len(got) != 2 {
		t.Fatalf("%d events, want 2", len(got))
	}
	d.near(got[0], a, 35.3, 104.6, 10)
	d.near(got[1], b, 34.7, 105.5, 15)
}

// S on the vertical is picked as P, and a second S is picked in the coda: they
// belong to the one earthquake.
func TestLaterPhasesMakeNoEvent(t *testing.T) {
	d := newDesk(t, 40, 25)
	at := start.AddSeconds(120)
	d.quake(at, 34.6, 104.8, 12, 160)
	for _, st := range d.inv.Stations() {
		c, _ := d.inv.Station(st)
		dist, _ := geo.Distance(34.6, 104.8, c.Latitude, c.Longitude)
		if ts, _, _, ok := d.model.Time(seis.S, 12, dist, 0); ok && dist < 160 {
			d.pick(st, seis.P, at.AddSeconds(1.03*ts+0.2*d.rng.NormFloat64()))
			d.pick(st, seis.S, at.AddSeconds(1.03*ts+2+d.rng.ExpFloat64()))
		}
	}
	d.run(400)
	if n := len(d.origins); n != 1 {
		t.Errorf("%d events, want 1: %+v", n, d.newest())
	}
}

func TestNoiseMakesNoEvent(t *testing.T) {
	d := newDesk(t, 40, 25)
	d.noise(1, 300)
	d.run(350)
	if n := len(d.origins); n > 0 {
		t.Errorf("%d events of five minutes of noise with a pick a minute at 40 stations: %+v", n, d.newest())
	}
}

// P of a distant earthquake sweeps over the network at 15 km/s.
func TestTeleseismMakesNoEvent(t *testing.T) {
	for _, speed := range []float64{12, 25} {
		d := newDesk(t, 40, 25)
		l := geo.NewLocal(35, 105)
		for _, st := range d.inv.Stations() {
			c, _ := d.inv.Station(st)
			x, y := l.ToKm(c.Latitude, c.Longitude)
			dt := (0.8*x + 0.6*y) / speed
			d.pick(st, seis.P, start.AddSeconds(300+dt+0.15*d.rng.NormFloat64()))
			if d.rng.Float64() < 0.3 { // something in the coda
				d.pick(st, seis.P, start.AddSeconds(300+dt+5+60*d.rng.Float64()))
			}
		}
		d.noise(0.3, 700)
		d.run(700)
		if n := len(d.origins); n > 0 {
			t.Errorf("%g km/s: %d events: %+v", speed, n, d.newest())
		}
	}
}

// When the streams that carry an event are excluded it is withdrawn; when
// others carry it too it is located without them.
func TestStandingRevisesOpenEvents(t *testing.T) {
	d := newDesk(t, 25, 20)
	at := start.AddSeconds(100)
	d.quake(at, 35, 105, 10, 70)
	d.run(180)
	if len(d.newest()) != 1 {
		t.Fatalf("%d events, want 1", len(d.newest()))
	}
	before := d.newest()[0]
	st := before.Arrivals[0].Pick.Stream.StationID()
	ctx := context.Background()
	trust := func(stream string) {
		d.must(bus.Publish(ctx, d.bus, bus.Trusts, stream, "", seis.Trust{Stream: stream, Standing: seis.Excluded, Reasons: []string{"test"}}))
		d.must(bus.Publish(ctx, d.bus, bus.Ticks, "", "", start.AddSeconds(181)))
	}
	trust(st)
	d.must(bus.Publish(ctx, d.bus, bus.Ticks, "", "", start.AddSeconds(185)))
	after := d.newest()[0]
	if after.Phases >= before.Phases {
		t.Errorf("%d phases after the station was excluded, %d before", after.Phases, before.Phases)
	}
	for _, a := range after.Arrivals {
		if a.Pick.Stream.StationID() == st && a.Weight > 0 {
			t.Errorf("%s has weight %g though excluded", a.Pick.Stream, a.Weight)
		}
	}
	trust("XX")
	if n := len(d.newest()); n != 0 {
		t.Errorf("%d events stand though all streams are excluded", n)
	}
}
