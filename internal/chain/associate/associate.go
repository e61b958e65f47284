// Package associate decides which picks belong to the same earthquake.
//
// It keeps the recent picks of all stations. New picks first join the events
// that explain them; from those that remain it looks for a new event by branch
// and bound over place and origin time ([search]), refines the find with the
// locator, and believes it only when the healthy stations nearby saw it too and
// no plane wave from afar explains it as well. Start with [Stage].
package associate

import (
	"context"
	"math"
	"sort"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/method"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Method declares the associator.
var Method = method.Method{
	Kind: "associate", Name: "branchbound",
	Summary:  "Branch and bound over cells of latitude, longitude and depth for the place from which most picks have one origin time; negative evidence of healthy silent stations; plane-wave test against distant earthquakes.",
	Citation: "Branch and bound after Münchmeyer (2024), PyOcto, Seismica 3(1); negative evidence as in earthquake early warning practice (Kohler et al. 2020, Seismol. Res. Lett. 91, 1763–1775)",
	Params: []method.Param{
		{Name: "min_stations", Default: "4", Doc: "stations with a P pick"},
		{Name: "min_phases", Default: "6", Doc: "P and S picks together"},
		{Name: "tolerance_s", Unit: "s", Default: "0.45", Doc: "residual allowed at the nearest station"},
		{Name: "tolerance_fraction", Default: "0.05", Doc: "residual allowed on top, as a fraction of the travel time beyond that to the nearest station"},
		{Name: "max_depth_km", Unit: "km", Default: "150", Doc: "deepest event looked for"},
		{Name: "min_seen", Default: "0.5", Doc: "least share of the healthy stations within reach that saw it"},
		{Name: "window_s", Unit: "s", Default: "90", Doc: "picks of one event lie at most this far apart at its birth"},
	},
}

// TravelTimes is what the associator asks of the travel-time model; see
// locate.TravelTimes.
type TravelTimes interface {
	Time(phase seis.Phase, depthKm, distKm, elevationM float64) (t, dtdd, dtdh float64, ok bool)
}

// Locator refines a hypothesis.
type Locator interface {
	Fast(arrivals []seis.Arrival, start seis.Origin) (seis.Origin, error)
}

// Options of the associator; zero values stand for the defaults in [Method].
type Options struct {
	MinStations       int
	MinPhases         int
	ToleranceS        float64
	ToleranceFraction float64
	MaxDepthKm        float64
	MinSeen           float64
	WindowS           float64
	MaxRMSs           float64 // 0: 1.2 s
	KeepS             float64 // picks may join an event this long after its origin; 0: 300 s
	MaxDistanceKm     float64 // stations farther than this do not join; 0: 1000 km
}

func (o *Options) fill() {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	if o.MinStations == 0 {
		o.MinStations = 4
	}
	if o.MinPhases == 0 {
		o.MinPhases = 6
	}
	def(&o.ToleranceS, 0.45)
	def(&o.ToleranceFraction, 0.05)
	def(&o.MaxDepthKm, 150)
	def(&o.MinSeen, 0.5)
	def(&o.WindowS, 90)
	def(&o.MaxRMSs, 1.2)
	def(&o.KeepS, 300)
	def(&o.MaxDistanceKm, 1000)
}

// pick is a pick with what the associator knows of it.
type pick struct {
	seis.Pick
	station       string
	lat, lon, elv float64
	event         *event  // that it belongs to or is explained by; nil: free
	searched      [2]bool // a search for new events has seen it, by pass
	weight        float64
}

// event is an open event.
type event struct {
	id        string
	origin    seis.Origin // newest location
	nearest   float64     // P travel time from it to the nearest member's station, s
	picks     []*pick     // members, sorted by time
	dirty     bool        // members or trust changed since it was last said
	withdrawn bool
	said      seis.Time
	times     int // said so far
}

// Stage is the associator on the bus: it listens to picks, states, trusts,
// origins and ticks, and says candidates.
type Stage struct {
	o      Options
	tt     TravelTimes
	loc    Locator
	inv    *seis.Inventory
	bus    bus.Bus
	now    seis.Time
	picks  []*pick // recent, sorted by time
	fresh  [2]bool // picks have come since the last search, by pass
	events []*event
	states map[fdsn.ID]seis.StreamState
	sounds []sound // of states and trusts; nil when they have changed
	trusts []seis.Trust
}

// New returns the associator and lets it listen on b.
func New(inv *seis.Inventory, tt TravelTimes, loc Locator, b bus.Bus, o Options) (*Stage, error) {
	o.fill()
	s := &Stage{o: o, tt: tt, loc: loc, inv: inv, bus: b, states: map[fdsn.ID]seis.StreamState{}}
	const me = "associate"
	for _, err := range []error{
		bus.Handle(b, bus.States, me, s.state),
		bus.Handle(b, bus.Trusts, me, s.trust),
		bus.Handle(b, bus.Picks, me, s.pick),
		bus.Handle(b, bus.Origins, me, s.located),
		bus.Handle(b, bus.Ticks, me, s.tick),
	} {
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Stage) state(_ context.Context, st seis.StreamState) error {
	s.states[st.Stream], s.sounds = st, nil
	return nil
}

// sameOnset is how close two picks of one phase at one station are one onset.
const sameOnset = 1.0 // s

func (s *Stage) pick(_ context.Context, p seis.Pick) error {
	c, ok := s.inv.Channel(p.Stream, p.Time)
	if !ok {
		return nil // quality has said "no inventory"
	}
	p.Trust = s.trustOf(p)
	n := &pick{Pick: p, station: p.Stream.StationID(), lat: c.Latitude, lon: c.Longitude, elv: c.ElevationM - c.DepthM, weight: p.Trust.PickWeight()}
	for i, q := range s.picks {
		if q.station == n.station && q.Phase == n.Phase && math.Abs(q.Time.SecondsSince(n.Time)) < sameOnset {
			// Two sensors of one station, or a picker's second thought: the surer one stays.
			if q.event != nil || !surer(n, q) {
				return nil
			}
			s.picks = append(s.picks[:i], s.picks[i+1:]...)
			break
		}
	}
	i := sort.Search(len(s.picks), func(i int) bool { return s.picks[i].Time.After(n.Time) })
	s.picks = append(s.picks, nil)
	copy(s.picks[i+1:], s.picks[i:])
	s.picks[i] = n
	if !s.join(n) {
		s.fresh[unexplained] = true
	} else if s.loose(n) {
		s.fresh[loose] = true
	}
	return nil
}

// surer reports whether a is the better pick of one onset: higher standing,
// then smaller uncertainty, then by stream.
func surer(a, b *pick) bool {
	if a.Trust.Standing != b.Trust.Standing {
		return a.Trust.Standing < b.Trust.Standing
	}
	if a.SigmaS != b.SigmaS {
		return a.SigmaS < b.SigmaS
	}
	return fdsn.Compare(a.Stream, b.Stream) < 0
}

func (s *Stage) tick(ctx context.Context, now seis.Time) error {
	s.now = now
	for range 4 { // several events may begin at one tick
		if !s.nucleate() {
			break
		}
	}
	for _, e := range s.events {
		// At once in the beginning, then ever more seldom, so that the locator
		// is not asked again for every pick of a large network. A withdrawal does
		// not wait.
		due := now.SecondsSince(e.said) >= math.Min(0.1*float64(e.times), 2)
		if e.dirty && (due || s.unfit(e.picks) != "") {
			if err := s.say(ctx, e); err != nil {
				return err
			}
		}
	}
	s.forget()
	return nil
}

func (s *Stage) forget() {
	keep := s.events[:0]
	for _, e := range s.events {
		if !e.withdrawn && s.now.SecondsSince(e.origin.Time) < s.o.KeepS {
			keep = append(keep, e)
		}
	}
	clear(s.events[len(keep):])
	s.events = keep
	old := s.now.AddSeconds(-s.o.KeepS)
	n := 0
	for n < len(s.picks) && s.picks[n].Time.Before(old) {
		n++
	}
	s.picks = append(s.picks[:0], s.picks[n:]...)
	if len(s.trusts) > 0 {
		t := s.trusts[:0]
		for _, x := range s.trusts {
			if x.End.IsZero() || x.End.After(old) {
				t = append(t, x)
			}
		}
		s.trusts = t
	}
}

// predict returns the travel time from an origin to a station.
func (s *Stage) predict(o *seis.Origin, ph seis.Phase, lat, lon, elv float64) (t, dist float64, ok bool) {
	dist, _ = geo.Distance(o.Latitude, o.Longitude, lat, lon)
	if dist > s.o.MaxDistanceKm {
		return 0, dist, false
	}
	t, _, _, ok = s.tt.Time(ph, o.DepthKm, dist, elv)
	return t, dist, ok
}

// tolerance is the residual allowed at a station whose travel time is t when
// that to the nearest station is nearest: what both have in common goes to the
// origin time, so that a hypothesis far away gets no more room than one nearby.
func (s *Stage) tolerance(t, nearest float64, ph seis.Phase) float64 {
	tol := math.Min(s.o.ToleranceS+s.o.ToleranceFraction*math.Max(0, t-nearest), maxTolerance)
	if ph == seis.S {
		tol *= 1.5 // S picks are less sure and their model more so
	}
	return tol
}

// maxTolerance (s) is the largest residual allowed at any distance.
const maxTolerance = 2.5

// nearest is the least P travel time from o to the stations of picks.
func (s *Stage) nearest(o *seis.Origin, picks []*pick) float64 {
	least := math.Inf(1)
	for _, p := range picks {
		if t, _, ok := s.predict(o, seis.P, p.lat, p.lon, p.elv); ok {
			least = math.Min(least, t)
		}
	}
	return least
}
