package intensity

import (
	"math"
	"slices"
	"strings"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/engine/bus"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

var quake = seis.Origin{EventID: "e1", Time: mustTime("2026-01-01T00:01:00Z"), Latitude: 30, Longitude: 104, DepthKm: 10}

// shake adds 200 s of a stream in counts: noise of amplitude 1 gal and, from 5 s
// after the origin, a decaying tone of the given amplitude.
func shake(w *fakeWindows, c seis.Channel, gal float64) {
	const rate = 100
	x := make([]float64, 200*rate)
	seed := uint32(7)
	for i := range x {
		seed = seed*1664525 + 1013904223
		x[i] = 500 + perGal*0.1*(float64(seed>>8)/(1<<24)-0.5)
		if t := float64(i)/rate - 65; t > 0 {
			x[i] += perGal * gal * math.Exp(-t/5) * math.Sin(2*math.Pi*3*t)
		}
	}
	w.add(seis.Trace{ID: c.ID, Start: quake.Time.AddSeconds(-60), Rate: rate, Samples: x})
}

type scene struct {
	*testing.T
	b   bus.Bus
	win *fakeWindows
	got *[]bus.EventIntensities
}

func newScene(t *testing.T, channels []seis.Channel, gal float64) *scene {
	s := &scene{T: t, b: bus.NewLocal(), win: &fakeWindows{}}
	s.got = listen(t, s.b)
	for _, c := range channels {
		shake(s.win, c, gal)
	}
	if _, err := New(seis.NewInventory(channels), s.win, s.b, Options{}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) at(seconds float64) { say(s.T, s.b, bus.Ticks, quake.Time.AddSeconds(seconds)) }

func (s *scene) last() []seis.Shaking {
	if len(*s.got) == 0 {
		return nil
	}
	return (*s.got)[len(*s.got)-1].Stations
}

func TestStageMeasures(t *testing.T) {
	far := accelerometer("FAR")
	for i := range far {
		far[i].Latitude = 33.5 // 388 km
	}
	quiet := accelerometer("QUIET")
	noResponse := accelerometer("NORESP")
	for i := range noResponse {
		noResponse[i].Response = nil
	}
	loud := append(accelerometer("ZZZ"), accelerometer("AAA")...)
	s := newScene(t, slices.Concat(loud, far, noResponse), 40)
	for _, c := range quiet {
		shake(s.win, c, 0)
	}
	s2 := seis.NewInventory(slices.Concat(loud, far, noResponse, quiet))
	b := bus.NewLocal()
	got := listen(t, b)
	if _, err := New(s2, s.win, b, Options{}); err != nil {
		t.Fatal(err)
	}
	say(t, b, bus.Origins, quake)
	say(t, b, bus.Ticks, quake.Time.AddSeconds(120))
	if len(*got) != 1 {
		t.Fatalf("said %d times, want once", len(*got))
	}
	var names []string
	for _, v := range (*got)[0].Stations {
		names = append(names, v.Station)
		if v.EventID != "e1" || v.Components != 3 || v.DistanceKm > 1 || len(v.Flags) > 0 || v.Stream.Channel != "HN" {
			t.Errorf("%+v", v)
		}
		if relative(v.PGANorth, 40) > 0.1 || v.GBT < 3 || v.JMA < 3 || v.Made != quake.Time.AddSeconds(120) {
			t.Errorf("%+v", v)
		}
	}
	if strings.Join(names, " ") != "XX.AAA XX.ZZZ" {
		t.Errorf("stations %v, want the two loud ones, sorted", names)
	}
}

func TestStageFollowsTheShaking(t *testing.T) {
	s := newScene(t, accelerometer("AAA"), 40)
	s.win.now = quake.Time.AddSeconds(4)
	say(s.T, s.b, bus.Origins, quake)
	s.at(4)
	if s.last() != nil {
		t.Fatalf("said %v before the waves came", s.last())
	}
	before := 0
	for sec := 5.0; sec <= 320; sec++ {
		s.win.now = quake.Time.AddSeconds(sec)
		s.at(sec)
		s.at(sec + 0.3) // a second tick within the second changes nothing
		if n := len(*s.got); sec < 60 && n > before+1 {
			t.Fatalf("said %d times within a second", n-before)
		}
		before = len(*s.got)
	}
	full := s.last()
	if len(full) != 1 || slices.Contains(full[0].Flags, "shaking not over") {
		t.Fatalf("at the end: %+v", full)
	}
	first := (*s.got)[0].Stations[0]
	if !slices.Contains(first.Flags, "shaking not over") || first.PGA > full[0].PGA {
		t.Errorf("first: %+v", first)
	}
	if n := len(*s.got); n < 3 || n > 60 {
		t.Errorf("said %d times", n)
	}
	n := len(*s.got)
	s.win.now = seis.Time{}
	s.at(400)
	if len(*s.got) != n {
		t.Error("said again after the event was over")
	}
}

func TestStageWithdrawnAndMoved(t *testing.T) {
	s := newScene(t, accelerometer("AAA"), 40)
	say(s.T, s.b, bus.Origins, quake)
	s.at(100)
	if len(s.last()) != 1 {
		t.Fatalf("%v", s.last())
	}
	moved := quake
	moved.Latitude = 30.2
	say(s.T, s.b, bus.Origins, moved)
	s.at(100.2) // at once, though the last look was not a second ago
	if d := s.last()[0].DistanceKm; math.Abs(d-22.17) > 0.05 {
		t.Errorf("distance %v km after the origin moved, want 22.17", d)
	}
	gone := quake
	gone.Withdrawn = "was noise"
	n := len(*s.got)
	say(s.T, s.b, bus.Origins, gone)
	s.at(150)
	if len(*s.got) != n {
		t.Error("a withdrawn event was measured")
	}
}

func TestStageTrust(t *testing.T) {
	acc := accelerometer("AAA")
	vel := []seis.Channel{
		channel("XX.AAA..HHZ", 0, -90, response.Velocity),
		channel("XX.AAA..HHN", 0, 0, response.Velocity),
		channel("XX.AAA..HHE", 90, 0, response.Velocity),
	}
	s := newScene(t, slices.Concat(acc, vel), 40)
	say(s.T, s.b, bus.Trusts, seis.Trust{Stream: "XX.AAA.*.HN?", Standing: seis.NonDeciding, Weight: 0.5})
	say(s.T, s.b, bus.Origins, quake)
	s.at(100)
	if v := s.last()[0]; v.Stream.Channel != "HN" || !slices.Contains(v.Flags, "stream is non-deciding") {
		t.Errorf("%+v", v)
	}
	say(s.T, s.b, bus.Trusts, seis.Trust{Stream: "XX.AAA.*.HNE", Standing: seis.Excluded})
	say(s.T, s.b, bus.Origins, quake)
	s.at(110)
	if v := s.last()[0]; v.Stream.Channel != "HH" || !slices.Contains(v.Flags, "from velocity") {
		t.Errorf("%+v", v)
	}
}

// TestVelocityGivesTheSame differentiates what was integrated.
func TestVelocityGivesTheSame(t *testing.T) {
	acc, vel := accelerometer("AAA"), accelerometer("BBB")
	s := newScene(t, acc, 40)
	for i := range vel {
		vel[i].Response = &response.Response{Input: response.Velocity, Sensitivity: perGal * 100, FrequencyHz: 1}
		vel[i].ID.Channel = "HH" + vel[i].ID.Component()
		tr := s.win.traces[acc[i].ID][0]
		x := append([]float64(nil), tr.Samples...)
		sum := 0.0
		for j := range x {
			sum += (x[j] - 500) / 100
			x[j] = sum
		}
		s.win.add(seis.Trace{ID: vel[i].ID, Start: tr.Start, Rate: 100, Samples: x})
	}
	b := bus.NewLocal()
	got := listen(t, b)
	if _, err := New(seis.NewInventory(slices.Concat(acc, vel)), s.win, b, Options{}); err != nil {
		t.Fatal(err)
	}
	say(t, b, bus.Origins, quake)
	say(t, b, bus.Ticks, quake.Time.AddSeconds(100))
	v := (*got)[0].Stations
	if len(v) != 2 || math.Abs(v[0].GBT-v[1].GBT) > 0.02 || math.Abs(v[0].JMA-v[1].JMA) > 0.02 || relative(v[0].PGA, v[1].PGA) > 0.01 {
		t.Errorf("acceleration %+v\nvelocity %+v", v[0], v[1])
	}
}

// TestTurned measures a sensor whose horizontals are coded 1 and 2.
func TestTurned(t *testing.T) {
	acc := accelerometer("AAA")
	odd := []seis.Channel{
		channel("XX.BBB..HNZ", 0, 90, response.Acceleration), // upside down
		channel("XX.BBB..HN1", 30, 0, response.Acceleration),
		channel("XX.BBB..HN2", 120, 0, response.Acceleration),
	}
	s := newScene(t, nil, 0)
	amp := []float64{10, 20, 40} // up, north, east
	for i, c := range acc {
		shake(s.win, c, amp[i])
	}
	z, n, e := s.win.traces[acc[0].ID][0], s.win.traces[acc[1].ID][0], s.win.traces[acc[2].ID][0]
	sin, cos := math.Sincos(30 * math.Pi / 180)
	mix := func(c seis.Channel, f func(i int) float64) {
		x := make([]float64, len(z.Samples))
		for i := range x {
			x[i] = f(i)
		}
		s.win.add(seis.Trace{ID: c.ID, Start: z.Start, Rate: 100, Samples: x})
	}
	mix(odd[0], func(i int) float64 { return -z.Samples[i] })
	mix(odd[1], func(i int) float64 { return n.Samples[i]*cos + e.Samples[i]*sin })
	mix(odd[2], func(i int) float64 { return -n.Samples[i]*sin + e.Samples[i]*cos })
	b := bus.NewLocal()
	got := listen(t, b)
	if _, err := New(seis.NewInventory(slices.Concat(acc, odd)), s.win, b, Options{}); err != nil {
		t.Fatal(err)
	}
	say(t, b, bus.Origins, quake)
	say(t, b, bus.Ticks, quake.Time.AddSeconds(100))
	v := (*got)[0].Stations
	for _, p := range [][2]float64{{v[0].PGAUp, v[1].PGAUp}, {v[0].PGANorth, v[1].PGANorth}, {v[0].PGAEast, v[1].PGAEast}, {v[0].PGA, v[1].PGA}, {v[0].JMA, v[1].JMA}} {
		if relative(p[1], p[0]) > 1e-6 {
			t.Errorf("turned %v, want %v", p[1], p[0])
		}
	}
	// Codes N and E are taken at their word, with a flag.
	odd[1].ID.Channel, odd[2].ID.Channel = "HNN", "HNE"
	sn := sensors(seis.NewInventory(odd), s.ids(odd), quake.Time)[0]
	if sn.turn != nil || len(sn.flags) != 2 || !strings.Contains(sn.flags[0], "azimuth 30°") {
		t.Errorf("%v %v", sn.turn, sn.flags)
	}
	odd[2].ID.Channel, odd[2].AzimuthDeg, odd[1].ID.Channel = "HN2", 31, "HN1"
	if sn := sensors(seis.NewInventory(odd), s.ids(odd), quake.Time)[0]; sn.turn != nil || sn.flags[0] != "orientation unknown" {
		t.Errorf("two components in one direction: %v", sn.flags)
	}
}

func TestGapsClipsAndMissing(t *testing.T) {
	acc := accelerometer("AAA")
	s := newScene(t, nil, 0)
	for i, c := range acc {
		if i == 0 {
			continue // no vertical
		}
		shake(s.win, c, 40)
	}
	// A gap of 0.2 s long before, and one of 10 s after the shaking; one clip.
	id := acc[1].ID
	tr := s.win.traces[id][0]
	tr.Samples[6600], tr.Samples[6601] = 1<<23-1, 1<<23-1
	s.win.traces[id] = []seis.Trace{
		{ID: id, Start: tr.Start, Rate: 100, Samples: tr.Samples[:3000]},
		{ID: id, Start: tr.Time(3020), Rate: 100, Samples: tr.Samples[3020:12000]},
		{ID: id, Start: tr.Time(13000), Rate: 100, Samples: tr.Samples[13000:]},
	}
	b := bus.NewLocal()
	got := listen(t, b)
	if _, err := New(seis.NewInventory(acc), s.win, b, Options{}); err != nil {
		t.Fatal(err)
	}
	say(t, b, bus.Origins, quake)
	say(t, b, bus.Ticks, quake.Time.AddSeconds(140))
	v := (*got)[0].Stations[0]
	if v.Components != 2 || !math.IsNaN(v.PGAUp) || relative(v.PGAEast, 40) > 0.1 {
		t.Errorf("%+v", v)
	}
	if math.Abs(v.WindowS-(120-31)) > 1.5 {
		t.Errorf("window %v s, want from 30 s before the first wave to the long gap", v.WindowS)
	}
	for _, f := range []string{"gap", "clipped", "2 of 3 components"} {
		if !slices.Contains(v.Flags, f) {
			t.Errorf("flags %v lack %q", v.Flags, f)
		}
	}
}

func (s *scene) ids(cs []seis.Channel) (ids []fdsn.ID) {
	for _, c := range cs {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestStationGapAndSwitch: nothing is said while filters settle, and another
// instrument takes over from one that is silent.
func TestStationGapAndSwitch(t *testing.T) {
	acc := accelerometer("AAA")
	vel := []seis.Channel{channel("XX.AAA..HHZ", 0, -90, response.Velocity)}
	st := NewStation("XX.AAA", seis.NewInventory(slices.Concat(acc, vel)), Options{})
	var got []seis.Shaking
	emit := func(v any) { got = append(got, v.(seis.Shaking)) }
	send := func(c seis.Channel, from, to int, gap bool) {
		for sec := from; sec < to; sec++ {
			x := make([]float64, 100)
			for i := range x {
				x[i] = 1000 + perGal*10*math.Sin(2*math.Pi*2*(float64(sec)+float64(i)/100))
			}
			start := quake.Time.AddSeconds(float64(sec))
			st.Packet(&chain.Packet{Record: &seis.Record{ID: c.ID, Arrived: start.AddSeconds(1)}, Start: start, Rate: 100, Samples: x, Gap: gap && sec == from}, emit)
		}
	}
	each := func(from, to int, gap bool) {
		for sec := from; sec < to; sec++ {
			for _, c := range acc {
				send(c, sec, sec+1, gap && sec == from)
			}
		}
	}
	each(0, 40, true)
	if len(got) != 30 || got[0].Start != quake.Time.AddSeconds(warmS) {
		t.Fatalf("%d seconds said, the first %v", len(got), got[0].Start)
	}
	for i, v := range got {
		if v.Components != 3 || relative(v.PGANorth, 10) > 0.05 || v.Start != quake.Time.AddSeconds(float64(warmS+i)) {
			t.Fatalf("second %d: %+v", i, v)
		}
	}
	if v := got[29]; relative(v.PGA, 10*math.Sqrt(3)) > 0.05 || relative(v.PGV, 10*math.Sqrt(3)/(4*math.Pi)) > 0.05 {
		t.Errorf("PGA %v PGV %v", v.PGA, v.PGV)
	}
	got = nil
	each(60, 80, true)
	if len(got) != 10 || got[0].Start != quake.Time.AddSeconds(70) {
		t.Fatalf("after the gap: %d seconds, the first %v", len(got), got)
	}
	got = nil
	send(vel[0], 80, 240, true)
	if len(got) == 0 {
		t.Fatal("the seismometer did not take over")
	}
	if v := got[len(got)-1]; v.Stream.Channel != "HH" || v.Components != 1 || !slices.Contains(v.Flags, "from velocity") {
		t.Errorf("%+v", v)
	}
	if got[0].Start.SecondsSince(quake.Time) > 200 {
		t.Errorf("took over only at %v", got[0].Start)
	}
}

// TestStationCuts: how the samples are cut into packets changes nothing.
func TestStationCuts(t *testing.T) {
	acc := accelerometer("AAA")
	run := func(step int) (out []seis.Shaking) {
		s := newScene(t, acc, 30)
		st := NewStation("XX.AAA", seis.NewInventory(acc), Options{})
		n := len(s.win.traces[acc[0].ID][0].Samples)
		for at := 0; at < n; at += step {
			for _, c := range acc {
				tr := s.win.traces[c.ID][0]
				st.Packet(&chain.Packet{Record: &seis.Record{ID: c.ID}, Start: tr.Time(at), Rate: 100, Samples: tr.Samples[at:min(n, at+step)], Gap: at == 0},
					func(v any) { out = append(out, v.(seis.Shaking)) })
			}
		}
		return out
	}
	a, b := run(100), run(412)
	if len(a) < 150 || len(a) != len(b) {
		t.Fatalf("%d and %d seconds", len(a), len(b))
	}
	for i := range a {
		if !sameShaking(a[i], b[i]) {
			t.Fatalf("second %d: %+v\n%+v", i, a[i], b[i])
		}
	}
}
