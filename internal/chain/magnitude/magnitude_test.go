package magnitude

import (
	"context"
	"math"
	"strings"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestSynthetic: the amplitude of known ground motion, through velocity and
// acceleration alike, at frequencies on both sides of the seismometer's own.
func TestSynthetic(t *testing.T) {
	for _, f := range []float64{0.8, 1.25, 3, 8} {
		for _, band := range []string{"HH", "HN"} {
			s := newScene(t)
			u := 1e-5
			sens := 6e8
			if band == "HN" {
				sens = 4e6
			}
			s.instrument("AAA", band, 30, sens, 2, 60, burst(u, f, 30))
			s.instrument("BBB", band, 80, sens, 2, 60, burst(u, f, 80))
			s.start(Options{})
			s.locate(20, nil)
			s.run(21, 60, 1)
			m := s.last()
			if m.Type != "ML" || m.Method != "ml-hutton-boore-1987" || m.Count != 2 {
				t.Fatalf("%s %g Hz: %+v", band, f, m)
			}
			for name, r := range map[string]float64{"AAA": 30, "BBB": 80} {
				sm := of(t, m, name)
				if want := expected(u, f, r); math.Abs(sm.Value-want) > 0.02 || !sm.Used || sm.Reason != "" {
					t.Errorf("%s %g Hz: %s has ML %.3f, want %.3f (%+v)", band, f, name, sm.Value, want, sm)
				}
				if math.Abs(sm.DistanceKm-r) > 0.01 || sm.Unit != "mm" || math.Abs(sm.PeriodS*f-1) > 0.1 || sm.HighPassHz != 0 {
					t.Errorf("%s %g Hz: %+v", band, f, sm)
				}
				if d := sm.Time.SecondsSince(s.ot) - (r/sceneS + 2); math.Abs(d) > 1 {
					t.Errorf("%s %g Hz: peak of %s is %.2f s from the burst", band, f, name, d)
				}
			}
			a, b := of(t, m, "AAA").Value, of(t, m, "BBB").Value
			if math.Abs(m.Value-(a+b)/2) > 1e-9 || math.Abs(m.Sigma-math.Abs(a-b)/math.Sqrt2) > 1e-9 {
				t.Errorf("%v ± %v of %v and %v", m.Value, m.Sigma, a, b)
			}
		}
	}
}

// TestReasons: what keeps a station out is said, and the others make the magnitude.
func TestReasons(t *testing.T) {
	u := 1e-5
	for _, tt := range []struct {
		name   string
		make   func(s *scene)
		want   string // reason of station CCC; "" if used
		stream string // of station CCC
	}{
		{"good", func(s *scene) { s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50)) }, "", "HH"},
		{"no response", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for i := range s.channels {
				if s.channels[i].ID.Station == "CCC" {
					s.channels[i].Response = nil
				}
			}
		}, "no response", "HH"},
		{"clipped at the digitizer, accelerometer beside it", func(s *scene) {
			s.instrument("CCC", "HH", 50, 1e11, 2, 60, burst(u, 3, 50))
			s.instrument("CCC", "HN", 50, 4e6, 2, 60, burst(u, 3, 50))
		}, "", "HN"},
		{"clipped alone", func(s *scene) { s.instrument("CCC", "HH", 50, 1e11, 2, 60, burst(u, 3, 50)) }, "clipped: ", "HH"},
		{"flat tops", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for id, ts := range s.win.traces {
				if id.Station == "CCC" {
					for i, v := range ts[0].Samples {
						ts[0].Samples[i] = math.Max(-20000, math.Min(20000, v))
					}
				}
			}
		}, "equal samples at the extreme", "HH"},
		{"noise", func(s *scene) { s.instrument("CCC", "HH", 50, 6e8, 2e5, 60, burst(u, 3, 50)) }, "times the noise, want 3", "HH"},
		{"dead", func(s *scene) { s.instrument("CCC", "HH", 50, 6e8, 0, 60, func(float64) float64 { return 0 }) }, "dead", "HH"},
		{"data ends with P", func(s *scene) { s.instrument("CCC", "HH", 50, 6e8, 2, 12, burst(u, 3, 50)) }, "data ends before S has passed", "HH"},
		{"a gap before S", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for id, ts := range s.win.traces {
				if id.Station == "CCC" {
					cut := int((10 - sceneStart) * sceneHz)
					second := ts[0]
					second.Start, second.Samples = ts[0].Time(cut+50), ts[0].Samples[cut+50:]
					ts[0].Samples = ts[0].Samples[:cut]
					s.win.traces[id] = append(ts, second)
				}
			}
		}, "data ends before S has passed", "HH"},
		{"no noise before P", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for id, ts := range s.win.traces {
				if id.Station == "CCC" {
					cut := int((3 - sceneStart) * sceneHz)
					ts[0].Start, ts[0].Samples = ts[0].Time(cut), ts[0].Samples[cut:]
				}
			}
		}, "no data without a gap from the noise before P on", "HH"},
		{"one component broken", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for i, v := range s.win.traces[fdsn.ID{Network: "XX", Station: "CCC", Location: "00", Channel: "HHE"}][0].Samples {
				s.win.traces[fdsn.ID{Network: "XX", Station: "CCC", Location: "00", Channel: "HHE"}][0].Samples[i] = v / 100
			}
		}, "components differ by a factor of 100: one is broken", "HH"},
		{"too slow", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for id, ts := range s.win.traces {
				if id.Station == "CCC" {
					ts[0].Rate = 10
				}
			}
		}, "10 Hz is too slow", "HH"},
		{"excluded pick", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			s.arrivals = append(s.arrivals, arrival("CCC", s.ot.AddSeconds(8), seis.Trust{Standing: seis.Excluded, Reasons: []string{"replayed records"}}))
		}, "station has an excluded pick: replayed records", "HH"},
		{"non-deciding pick", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			s.arrivals = append(s.arrivals, arrival("CCC", s.ot.AddSeconds(8), seis.Trust{Standing: seis.NonDeciding, Weight: 0.5}))
		}, "stream is non-deciding", "HH"},
		{"broken calibration", func(s *scene) { s.instrument("CCC", "HH", 50, 6e6, 2, 60, burst(100*u, 3, 50)) }, " from the median", "HH"},
		{"nothing but a vertical", func(s *scene) {
			s.instrument("CCC", "HH", 50, 6e8, 2, 60, burst(u, 3, 50))
			for id := range s.win.traces {
				if id.Station == "CCC" {
					delete(s.win.traces, id)
				}
			}
			s.win.add(seis.Trace{ID: fdsn.ID{Network: "XX", Station: "CCC", Channel: "HHZ"}, Start: s.ot, Rate: 100, Samples: make([]float64, 6000)})
		}, "no data of a horizontal seismometer or accelerometer", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			s.instrument("AAA", "HH", 30, 6e8, 2, 60, burst(u, 3, 30))
			s.instrument("BBB", "HH", 31, 6e8, 2, 60, burst(u, 3, 31))
			s.instrument("DDD", "HH", 52, 6e8, 2, 60, burst(u, 3, 52))
			tt.make(s)
			s.start(Options{WaitS: 80})
			s.locate(20, nil)
			s.run(21, 120, 1)
			m := s.last()
			sm := of(t, m, "CCC")
			if (sm.Reason == "") != (tt.want == "") || !strings.Contains(sm.Reason, tt.want) || sm.Used != (tt.want == "") {
				t.Errorf("used %v, reason %q, want %q", sm.Used, sm.Reason, tt.want)
			}
			if band := sm.Stream.Band(); band != tt.stream {
				t.Errorf("stream %s, want of %q", sm.Stream, tt.stream)
			}
			want := 3
			if tt.want == "" {
				want = 4
				if e := expected(u, 3, 50); math.Abs(sm.Value-e) > 0.02 {
					t.Errorf("ML %.3f, want %.3f", sm.Value, e)
				}
			}
			if m.Count != want {
				t.Errorf("%d stations used, want %d", m.Count, want)
			}
			if len(s.stage.events) != 0 {
				t.Error("the event is still followed")
			}
		})
	}
}

func arrival(station string, at seis.Time, trust seis.Trust) seis.Arrival {
	return seis.Arrival{
		Pick:  seis.Pick{Stream: fdsn.ID{Network: "XX", Station: station, Location: "00", Channel: "HHZ"}, Phase: seis.P, Time: at, Trust: trust},
		Phase: seis.P, Weight: trust.PickWeight(),
	}
}

// TestMicroseism: a swell hides a small earthquake from the Wood–Anderson; cut
// off, it is measured, and the cut is told.
func TestMicroseism(t *testing.T) {
	const u = 2e-8
	s := newScene(t)
	for i, name := range []string{"AAA", "BBB", "CCC"} {
		r := 30 + 10*float64(i)
		s.instrument(name, "HH", r, 6e8, 0.5, 60, both(burst(u, 4, r), microseism(2e-6)))
	}
	s.start(Options{})
	s.locate(20, nil)
	s.run(21, 60, 1)
	m := s.last()
	for i, name := range []string{"AAA", "BBB", "CCC"} {
		sm := of(t, m, name)
		if want := expected(u, 4, 30+10*float64(i)); sm.HighPassHz == 0 || !sm.Used || math.Abs(sm.Value-want) > 0.05 {
			t.Errorf("%s: ML %.3f, want %.3f; %+v", name, sm.Value, want, sm)
		}
	}
}

// TestOneStation is no network magnitude.
func TestOneStation(t *testing.T) {
	s := newScene(t)
	s.instrument("AAA", "HH", 30, 6e8, 2, 60, burst(1e-5, 3, 30))
	s.start(Options{})
	s.locate(20, nil)
	s.run(21, 60, 1)
	if len(s.said) != 0 {
		t.Errorf("said %+v", s.said)
	}
}

// TestGrows: a first value comes as soon as two stations have seen S, others
// follow as seismograms grow, and when they are whole nothing is read any more.
func TestGrows(t *testing.T) {
	s := newScene(t)
	for i, name := range []string{"AAA", "BBB", "CCC", "DDD"} {
		r := 20 + 40*float64(i)
		s.instrument(name, "HH", r, 6e8, 2, 120, burst(sized(3, 3, r), 3, r))
	}
	s.start(Options{})
	s.locate(6, nil)
	s.run(6.5, 110, 0.5)
	if first := s.said[0]; first.Count != 2 || first.Made.SecondsSince(s.ot) > 60/sceneS+afterSS+4 {
		t.Errorf("first value after %.1f s of %d stations", first.Made.SecondsSince(s.ot), first.Count)
	}
	for i := 1; i < len(s.said); i++ {
		if s.said[i].Count < s.said[i-1].Count {
			t.Errorf("stations went from %d to %d", s.said[i-1].Count, s.said[i].Count)
		}
	}
	if m := s.last(); m.Count != 4 {
		t.Errorf("%d stations in the end", m.Count)
	}
	reads, said := s.win.reads, len(s.said)
	s.run(110.5, 119, 0.5)
	if s.win.reads != reads || len(s.said) != said {
		t.Errorf("%d samples read and %d values said after everything was measured", s.win.reads-reads, len(s.said)-said)
	}
	// The whole of the windows is 4 stations × 2 components × some 60 s; reading
	// it a few times over is what growing may cost.
	if limit := 12 * 4 * 2 * 60 * int(sceneHz); reads > limit {
		t.Errorf("%d samples read, more than %d", reads, limit)
	}
}

// TestRevision: an origin that moved changes distances, one that is withdrawn
// ends it, and without change nothing is said again.
func TestRevision(t *testing.T) {
	s := newScene(t)
	s.instrument("AAA", "HH", 30, 6e8, 2, 60, burst(1e-5, 3, 30))
	s.instrument("BBB", "HH", 50, 6e8, 2, 60, burst(1e-5, 3, 50))
	s.start(Options{})
	s.locate(20, nil)
	s.run(21, 58, 1)
	before, said := s.last(), len(s.said)
	s.locate(58, nil)
	if len(s.said) != said {
		t.Error("the same origin makes another magnitude")
	}
	s.locate(58.2, func(o *seis.Origin) { o.DepthKm = 12 })
	after := s.last()
	if d := after.Value - before.Value; len(s.said) != said+1 || d < 0.005 || d > 0.05 {
		t.Errorf("2 km deeper changes ML by %.3f (%d said)", d, len(s.said)-said)
	}
	s.locate(58.5, func(o *seis.Origin) { o.Withdrawn = "felt by nobody" })
	if len(s.stage.events) != 0 {
		t.Error("a withdrawn event is followed")
	}
	said = len(s.said)
	s.run(59, 60, 1)
	if len(s.said) != said {
		t.Error("a withdrawn event has a magnitude")
	}
}

// TestTrusts: a stream that is excluded leaves the magnitude at the next tick,
// and comes back when it is believed again.
func TestTrusts(t *testing.T) {
	s := newScene(t)
	for i, name := range []string{"AAA", "BBB", "CCC"} {
		r := 30 + 10*float64(i)
		s.instrument(name, "HH", r, 6e8, 2, 60, burst(1e-5, 3, r))
	}
	s.start(Options{})
	s.locate(20, nil)
	s.run(21, 50, 1)
	trust := func(st seis.Standing) {
		t.Helper()
		tr := seis.Trust{Stream: "XX.BBB", Standing: st, Reasons: []string{"clock"}}
		if err := bus.Publish(context.Background(), s.bus, bus.Trusts, tr.Stream, "", tr); err != nil {
			t.Fatal(err)
		}
	}
	if s.last().Count != 3 {
		t.Fatalf("%d stations", s.last().Count)
	}
	trust(seis.Excluded)
	s.run(51, 52, 1)
	if m := s.last(); m.Count != 2 || of(t, m, "BBB").Reason != "stream is excluded: clock" {
		t.Errorf("%d stations, %+v", m.Count, of(t, m, "BBB"))
	}
	trust(seis.Use)
	s.run(53, 54, 1)
	if m := s.last(); m.Count != 3 || !of(t, m, "BBB").Used {
		t.Errorf("%d stations, %+v", m.Count, of(t, m, "BBB"))
	}
}

// TestManyStations: the nearest that have data are measured, some at each look.
func TestManyStations(t *testing.T) {
	s := newScene(t)
	for i := range 30 {
		name := "S" + string(rune('A'+i%26)) + string(rune('A'+i/26))
		r := 20 + float64(i)
		s.instrument(name, "HH", r, 6e8, 2, 60, burst(1e-5, 3, r))
	}
	for i := range 10 { // known, without data
		lat, lon := coordinates(15 + float64(i))
		s.channels = append(s.channels, seis.Channel{ID: fdsn.ID{Network: "XX", Station: "N" + string(rune('A'+i)), Channel: "HHN"}, Latitude: lat, Longitude: lon})
	}
	s.start(Options{MaxStations: 25})
	s.locate(58, nil)
	if n := s.last().Count; n != perLook {
		t.Errorf("%d stations measured at one look, want %d", n, perLook)
	}
	s.run(59, 62, 1)
	m := s.last()
	if m.Count != 25 || len(m.Stations) != 25 {
		t.Errorf("%d stations, %d used", len(m.Stations), m.Count)
	}
	for i := 1; i < len(m.Stations); i++ {
		if m.Stations[i].DistanceKm < m.Stations[i-1].DistanceKm {
			t.Error("stations are not sorted by distance")
		}
	}
}

// TestCuts: when and how often the clock ticks changes nothing in the end, and
// the same ticks give the same messages.
func TestCuts(t *testing.T) {
	made := newScene(t)
	for i, name := range []string{"AAA", "BBB", "CCC"} {
		r := 25 + 30*float64(i)
		made.instrument(name, "HH", r, 6e8, 50, 70, burst(1e-5, 2, r))
	}
	build := func(step float64) []seis.Magnitude {
		s := made.again()
		s.start(Options{})
		s.locate(5, nil)
		s.run(5+step, 66, step)
		s.run(66, 69, 1)
		return s.said
	}
	want := build(1)
	if diff := cmp.Diff(want, build(1), cmp.AllowUnexported(seis.Time{})); diff != "" {
		t.Errorf("a second run: %s", diff)
	}
	whole := want[len(want)-1]
	rapid.Check(t, func(rt *rapid.T) {
		said := build(rapid.Float64Range(0.3, 12).Draw(rt, "step"))
		if diff := cmp.Diff(whole, said[len(said)-1], cmp.AllowUnexported(seis.Time{}), cmpopts.IgnoreFields(seis.Magnitude{}, "Made")); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestOddOrigins: picks that can not be of the event, data that are no numbers
// and origins that lie nowhere give no magnitude or the right one, and no panic.
func TestOddOrigins(t *testing.T) {
	made := newScene(t)
	for i, name := range []string{"AAA", "BBB", "CCC"} {
		r := 30 + 10*float64(i)
		made.instrument(name, "HH", r, 6e8, 2, 60, burst(sized(3, 3, r), 3, r))
	}
	rapid.Check(t, func(rt *rapid.T) {
		s := made.again()
		bad := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), 1e300}).Draw(rt, "sample")
		for _, id := range s.win.Streams("XX.CCC") {
			if ts := s.win.traces[id]; rapid.Bool().Draw(rt, "broken") {
				ts[0].Samples[rapid.IntRange(0, len(ts[0].Samples)-1).Draw(rt, "at")] = bad
			}
		}
		for range rapid.IntRange(0, 4).Draw(rt, "picks") {
			a := arrival(rapid.SampledFrom([]string{"AAA", "BBB", "ZZZ"}).Draw(rt, "station"), s.ot.AddSeconds(rapid.Float64Range(-1e4, 1e4).Draw(rt, "time")), seis.Trust{})
			a.Phase = rapid.SampledFrom([]seis.Phase{seis.P, seis.S, "Pn"}).Draw(rt, "phase")
			// A pick near the event would be believed, and rightly so.
			if d := a.Pick.Time.SecondsSince(s.ot); d < -2 || d > 30 {
				s.arrivals = append(s.arrivals, a)
			}
		}
		s.start(Options{})
		s.locate(20, nil)
		s.run(21, 58, 3)
		if m := s.last(); math.Abs(m.Value-3) > 0.02 || m.Count < 2 {
			rt.Fatalf("ML %.3f of %d, want 3: %+v", m.Value, m.Count, m.Stations)
		}
		said := len(s.said)
		s.locate(58, func(o *seis.Origin) {
			o.Latitude = rapid.SampledFrom([]float64{math.NaN(), 95, -30}).Draw(rt, "latitude")
		})
		if len(s.said) != said {
			rt.Fatalf("a magnitude of nowhere: %+v", s.last())
		}
	})
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		opts Options
		want string
	}{
		{Options{Method: "mw"}, `method "mw" is not known; there are ml-hutton-boore-1987`},
		{Options{MinStations: 1}, "want at least 2"},
	} {
		b := bus.NewLocal()
		if _, err := New(nil, &recordings{}, b, tt.opts); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %s", tt.opts, err, tt.want)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{3, 1}, 2}, {[]float64{5, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(tt.in); got != tt.want {
			t.Errorf("median of %v is %v, want %v", tt.in, got, tt.want)
		}
	}
}

// BenchmarkEvent follows one event on 40 stations of three components for two
// minutes of ticks twice a second.
func BenchmarkEvent(b *testing.B) {
	s := newScene(b)
	for i := range 40 {
		name := "S" + string(rune('A'+i%26)) + string(rune('A'+i/26))
		r := 20 + 4*float64(i)
		s.instrument(name, "HH", r, 6e8, 2, 120, burst(sized(3, 3, r), 3, r))
	}
	b.ReportAllocs()
	for b.Loop() {
		s.said = nil
		s.start(Options{})
		s.locate(6, nil)
		s.run(6.5, 118, 0.5)
		if s.last().Count != 40 {
			b.Fatal(s.last().Count)
		}
	}
}
