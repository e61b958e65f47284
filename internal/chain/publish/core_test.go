package publish

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

var t0 = mustTime("2021-03-04T05:06:07Z")

func mustTime(s string) seis.Time {
	t, err := seis.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

// origin returns an origin of event id that rests on n stations.
func origin(id string, n int, change func(*seis.Origin)) seis.Origin {
	o := seis.Origin{EventID: id, Time: t0, Latitude: 30, Longitude: 104, DepthKm: 10, Phases: n, Stations: n}
	for i := range n {
		o.Arrivals = append(o.Arrivals, seis.Arrival{
			Pick:       seis.Pick{ID: fmt.Sprint("p", i), Stream: fdsn.ID{Network: "XX", Station: fmt.Sprint("S", i), Channel: "HHZ"}},
			Phase:      seis.P,
			DistanceKm: 10 + float64(i), AzimuthDeg: 90, Weight: 1,
		})
	}
	if change != nil {
		change(&o)
	}
	return o
}

// at returns the clock s seconds after origin time.
func at(s float64) seis.Time { return t0.AddSeconds(s) }

// step is one thing heard, and what the next tick must say.
type step struct {
	hear func(*Core)
	tick float64 // s after origin time
	want string  // "revision status: reason" of each event said, joined by "|"; "" is silence
}

func run(t *testing.T, opts Options, steps []step) {
	t.Helper()
	c := NewCore(opts)
	for i, s := range steps {
		if s.hear != nil {
			s.hear(c)
		}
		var got []string
		for _, e := range c.Tick(at(s.tick)) {
			got = append(got, fmt.Sprintf("%d %s: %s", e.Revision, e.Status, e.Reason))
			if e.Made != at(s.tick) {
				t.Errorf("step %d: made %s, want the tick %s", i, e.Made, at(s.tick))
			}
		}
		if g := strings.Join(got, "|"); g != s.want {
			t.Fatalf("step %d, tick %g s:\n got %q\nwant %q", i, s.tick, g, s.want)
		}
	}
}

func hearOrigin(n int, change func(*seis.Origin)) func(*Core) {
	return func(c *Core) { c.Origin(origin("e", n, change)) }
}

func hearMagnitude(v float64) func(*Core) {
	return func(c *Core) { c.Magnitude("e", seis.Magnitude{Type: "ML", Value: v, Count: 4}) }
}

func hearIntensities(gbt ...float64) func(*Core) {
	return func(c *Core) {
		var s []seis.Shaking
		for i, v := range gbt {
			s = append(s, seis.Shaking{Station: fmt.Sprint("XX.S", i), GBT: v, JMA: v / 2})
		}
		c.Intensities("e", s)
	}
}

func withdraw(c *Core) { c.Origin(seis.Origin{EventID: "e", Withdrawn: "seen by 1 of 9 stations"}) }

const first4 = "1 preliminary: first location from 4 stations, 4 phases"

func TestWhatMakesARevision(t *testing.T) {
	for _, tt := range []struct {
		name string
		hear func(*Core)
		want string // of the second revision; "" is none
	}{
		{"same again", hearOrigin(4, nil), ""},
		{"moved 0.4 km", hearOrigin(4, func(o *seis.Origin) { o.Latitude += 0.0036 }), ""},
		{"moved 0.6 km", hearOrigin(4, func(o *seis.Origin) { o.Latitude += 0.0054 }), "2 preliminary: epicentre moved 0.6 km"},
		{"moved 0.6 km east", hearOrigin(4, func(o *seis.Origin) { o.Longitude += 0.00623 }), "2 preliminary: epicentre moved 0.6 km"},
		{"0.09 s later", hearOrigin(4, func(o *seis.Origin) { o.Time = at(0.09) }), ""},
		{"0.11 s later", hearOrigin(4, func(o *seis.Origin) { o.Time = at(0.11) }), "2 preliminary: origin time +0.11 s"},
		{"1 km deeper", hearOrigin(4, func(o *seis.Origin) { o.DepthKm = 11 }), ""},
		{"1.5 km shallower", hearOrigin(4, func(o *seis.Origin) { o.DepthKm = 8.5 }), "2 preliminary: depth 10.0 → 8.5 km"},
		{"a phase more", hearOrigin(5, nil), "2 preliminary: phases: 1 added, now 5"},
		{"a phase less", hearOrigin(3, nil), "2 preliminary: phases: 1 removed, now 3"},
		{"a phase no longer used", hearOrigin(4, func(o *seis.Origin) { o.Arrivals[2].Weight, o.Phases = 0, 3 }), "2 preliminary: phases: 1 removed, now 3"},
		{"another phase instead", hearOrigin(4, func(o *seis.Origin) { o.Arrivals[2].Pick.ID = "q" }), "2 preliminary: phases: 1 added, 1 removed, now 4"},
		{"two more stations", hearOrigin(6, nil), "2 confirmed: phases: 2 added, now 6; confirmed by 6 stations"},
		{"six of thirteen expected", hearOrigin(6, func(o *seis.Origin) { o.Seen, o.Expected = 6, 13 }), "2 preliminary: phases: 2 added, now 6"},
		{"magnitude", hearMagnitude(4.24), "2 preliminary: ML 4.24 from 4 stations"},
		{"intensities", hearIntensities(3, 5.25), "2 preliminary: intensities: 2 added, largest 5.2 at XX.S1"},
		{"withdrawn", withdraw, "2 rejected: withdrawn: seen by 1 of 9 stations"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run(t, Options{}, []step{{hearOrigin(4, nil), 5, first4}, {tt.hear, 7, tt.want}})
		})
	}
}

func TestLeastDifferences(t *testing.T) {
	run(t, Options{}, []step{
		{hearOrigin(4, nil), 5, first4},
		{hearMagnitude(4.20), 10, "2 preliminary: ML 4.20 from 4 stations"},
		{hearMagnitude(4.24), 20, ""},
		{hearMagnitude(4.25), 30, "3 preliminary: ML 4.20 → ML 4.25"},
		{hearIntensities(3.0), 50, "4 preliminary: intensities: 1 added, largest 3.0 at XX.S0"},
		{hearIntensities(3.09), 70, ""},
		{hearIntensities(3.1), 90, "5 preliminary: intensities: 1 changed, largest 3.1 at XX.S0"},
		{hearIntensities(), 110, "6 preliminary: intensities: 1 removed"},
	})
}

func TestGrowingInterval(t *testing.T) {
	// An origin that gains a phase ten times a second.
	c := NewCore(Options{ConfirmStations: 1000})
	var made []float64
	for i := range 400 {
		now := 5 + float64(i)/10
		c.Origin(origin("e", 4+i, nil))
		for _, e := range c.Tick(at(now)) {
			made = append(made, math.Round(e.Made.SecondsSince(t0)*10)/10)
			if e.Origin.Phases != 4+i {
				t.Errorf("revision %d carries %d phases, want the newest origin's %d", e.Revision, e.Origin.Phases, 4+i)
			}
		}
	}
	if diff := cmp.Diff([]float64{5, 6, 8, 13, 23, 33, 43}, made); diff != "" { // the last tick is at 44.9 s
		t.Errorf("revisions made at (−want +got):\n%s", diff)
	}
}

func TestHeldBackChangeIsSaidWithoutBeingHeardAgain(t *testing.T) {
	run(t, Options{}, []step{
		{hearOrigin(4, nil), 5, first4},
		{hearOrigin(5, nil), 5.5, ""},
		{nil, 5.9, ""},
		{nil, 6, "2 preliminary: phases: 1 added, now 5"},
		{nil, 100, ""},
	})
}

func TestWithdrawalDoesNotWait(t *testing.T) {
	run(t, Options{}, []step{
		{hearOrigin(4, nil), 5, first4},
		{withdraw, 5.1, "2 rejected: withdrawn: seen by 1 of 9 stations"},
		{withdraw, 5.2, ""},          // a bus may deliver twice
		{hearMagnitude(3), 20, ""},   // measured before the withdrawal was heard
		{hearIntensities(3), 30, ""}, //
		{nil, 60, ""},                //
		{hearOrigin(4, nil), 700, "3 preliminary: stands again after its withdrawal; ML 3.00 from 4 stations; intensities: 1 added, largest 3.0 at XX.S0"},
		{withdraw, 710, "4 rejected: withdrawn: seen by 1 of 9 stations"},
	})
}

func TestWithdrawnBeforeItWasSaid(t *testing.T) {
	run(t, Options{}, []step{
		{func(c *Core) { hearOrigin(4, nil)(c); withdraw(c) }, 5, ""},
		{hearOrigin(4, nil), 6, first4},
	})
}

func TestWithdrawalOfTheUnknownIsSilent(t *testing.T) {
	run(t, Options{}, []step{{withdraw, 5, ""}})
}

func TestClosing(t *testing.T) {
	small := func(o *seis.Origin) { o.DepthKm = 10.5 }
	t.Run("nothing pending", func(t *testing.T) {
		run(t, Options{}, []step{{hearOrigin(4, nil), 5, first4}, {nil, 605, ""}, {nil, 10000, ""}})
	})
	t.Run("a small change is said once", func(t *testing.T) {
		run(t, Options{}, []step{
			{hearOrigin(4, nil), 5, first4},
			{hearOrigin(4, small), 100, ""},
			{nil, 604.9, ""},
			{nil, 605, "2 final: closed: small changes since revision 1"},
			{nil, 10000, ""},
		})
	})
	t.Run("the last revision counts", func(t *testing.T) {
		run(t, Options{}, []step{
			{hearOrigin(4, nil), 5, first4},
			{hearOrigin(4, small), 100, ""},
			{hearMagnitude(3), 300, "2 preliminary: ML 3.00 from 4 stations"},
			{nil, 899, ""},
			{nil, 900, ""}, // revision 2 carried the small change too
		})
	})
	t.Run("a late phase goes on with the numbers", func(t *testing.T) {
		run(t, Options{}, []step{
			{hearOrigin(4, nil), 5, first4},
			{nil, 700, ""},
			{hearOrigin(5, nil), 800, "2 preliminary: phases: 1 added, now 5"},
		})
	})
	t.Run("an old event found late stays open", func(t *testing.T) {
		run(t, Options{}, []step{
			{hearOrigin(4, nil), 86400, first4},
			{hearOrigin(5, nil), 86500, "2 preliminary: phases: 1 added, now 5"},
		})
	})
}

func TestMemoryIsBounded(t *testing.T) {
	c := NewCore(Options{MaxOpen: 10, MaxClosed: 5})
	for i := range 1000 {
		id := fmt.Sprint("e", i)
		if i%3 == 0 {
			c.Magnitude(id, seis.Magnitude{Type: "ML"}) // of an event nobody located
		} else {
			c.Origin(origin(id, 4, nil))
		}
		c.Tick(at(float64(i)))
		if len(c.open) > 10 || len(c.closed) > 5 || len(c.order) != len(c.closed) {
			t.Fatalf("after %d events: %d open, %d closed, %d in order", i+1, len(c.open), len(c.closed), len(c.order))
		}
	}
	c.Tick(at(2000))
	if len(c.open) != 0 {
		t.Errorf("%d events still open after everything was quiet", len(c.open))
	}
}

func TestRegion(t *testing.T) {
	for _, tt := range []struct {
		azimuth float64 // from the epicentre to the station
		want    string
	}{
		{0, "10 km S of XX.S0"}, {90, "10 km W of XX.S0"}, {180, "10 km N of XX.S0"},
		{350, "10 km S of XX.S0"}, {225, "10 km NE of XX.S0"}, {359.999, "10 km S of XX.S0"},
		{-90, "10 km E of XX.S0"}, {math.NaN(), "11 km W of XX.S1"},
	} {
		o := origin("e", 4, func(o *seis.Origin) { o.Arrivals[0].AzimuthDeg = tt.azimuth })
		if got := region(&o); got != tt.want {
			t.Errorf("azimuth %g: %q, want %q", tt.azimuth, got, tt.want)
		}
	}
	if got := region(&seis.Origin{}); got != "" {
		t.Errorf("without arrivals: %q", got)
	}
}

// Whatever is heard: numbers rise by one, intervals are kept but for
// withdrawals, one revision per event and tick, and the same input says the same.
func TestRevisionsOfAnyCourse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := NewCore(Options{}), NewCore(Options{})
		last := map[string]seis.Event{}
		now := 5.0
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"e", "f", "g"}).Draw(t, "event")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			default:
				n := rapid.IntRange(3, 12).Draw(t, "stations")
				d := rapid.Float64Range(-3, 3).Draw(t, "depth")
				o := origin(id, n, func(o *seis.Origin) { o.DepthKm += d })
				a.Origin(o)
				b.Origin(o)
			case 0:
				o := seis.Origin{EventID: id, Withdrawn: "w"}
				a.Origin(o)
				b.Origin(o)
			case 1, 2:
				m := seis.Magnitude{Type: "ML", Value: rapid.Float64Range(0, 9).Draw(t, "magnitude")}
				a.Magnitude(id, m)
				b.Magnitude(id, m)
			}
			now += rapid.SampledFrom([]float64{0.1, 0.1, 0.5, 3, 700}).Draw(t, "wait")
			said, again := a.Tick(at(now)), b.Tick(at(now))
			if diff := cmp.Diff(said, again, cmp.AllowUnexported(seis.Time{})); diff != "" {
				t.Fatalf("two cores differ: %s", diff)
			}
			seen := map[string]bool{}
			for i, e := range said {
				if seen[e.ID] || i > 0 && said[i-1].ID > e.ID {
					t.Fatalf("tick says %s twice or out of order", e.ID)
				}
				seen[e.ID] = true
				old := last[e.ID]
				if e.Revision != old.Revision+1 {
					t.Fatalf("%s: revision %d after %d", e.ID, e.Revision, old.Revision)
				}
				if wait := a.opts.interval(old.Revision); e.Status != seis.Rejected && old.Revision > 0 && e.Made.Sub(old.Made) < wait {
					t.Fatalf("%s: revision %d came %s after the one before, want at least %s", e.ID, e.Revision, e.Made.Sub(old.Made), wait)
				}
				if e.Status == seis.Rejected && old.Status == seis.Rejected {
					t.Fatalf("%s: rejected twice", e.ID)
				}
				if old.Status == seis.Confirmed && e.Status == seis.Preliminary {
					t.Fatalf("%s: confirmed, then preliminary", e.ID)
				}
				if e.Reason == "" {
					t.Fatalf("%s revision %d gives no reason", e.ID, e.Revision)
				}
				last[e.ID] = e
			}
		}
	})
}

func TestIntervals(t *testing.T) {
	o := Options{}.withDefaults()
	var got []time.Duration
	for n := range 7 {
		got = append(got, o.interval(n))
	}
	want := []time.Duration{0, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 10 * time.Second, 10 * time.Second}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(−want +got):\n%s", diff)
	}
}

// An event that could be sized but has no magnitude waits for one, or for many
// stations; where nothing can be sized there is nothing to wait for.
func TestUnsizedEventsWait(t *testing.T) {
	few := func(o *seis.Origin) { o.Stations = 9 }
	many := func(o *seis.Origin) { o.Stations = 10 }
	for name, c := range map[string]struct {
		sizable bool
		hear    func(*Core)
		want    int
	}{
		"few stations":     {true, hearOrigin(9, few), 0},
		"many stations":    {true, hearOrigin(9, many), 1},
		"with a magnitude": {true, func(c *Core) { hearOrigin(9, few)(c); hearMagnitude(2.1)(c) }, 1},
		"no responses":     {false, hearOrigin(9, few), 1},
	} {
		core := NewCore(Options{Sizable: func(seis.Origin) bool { return c.sizable }})
		c.hear(core)
		if got := len(core.Tick(at(20))); got != c.want {
			t.Errorf("%s: %d revisions, want %d", name, got, c.want)
		}
	}
}
