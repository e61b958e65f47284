package intensity

import (
	"context"
	"math"
	"slices"

	"houfeng/internal/engine/bus"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Slowest and fastest waves that bound an earthquake's shaking at a station.
const (
	fastestKmS = 8.5 // no first P of a crustal earthquake is faster within 300 km
	slowestKmS = 2.5
	marginS    = 5  // the first wave may come so much earlier than the origin says
	quietS     = 20 // after that a station is measured once more, at the end
	settleS    = 5  // shaking is complete so long after the slowest wave at the earliest
)

// Stage measures events.
type Stage struct {
	inv     *seis.Inventory
	windows seis.Windows
	bus     bus.Bus
	opt     Options
	events  []*event // in order of birth
	trusts  []seis.Trust
}

// event is an earthquake that is being measured.
type event struct {
	id       string
	origin   seis.Origin
	measured seis.Time // tick of the last measurement; zero: never
	over     bool      // this is the last one
	stations map[string]*shaken
	said     []seis.Shaking
}

// shaken is what was last measured at a station.
type shaken struct {
	key   sensorKey
	start seis.Time // of the window asked for
	end   seis.Time // of the data that there were
	value seis.Shaking
	felt  bool // stood out of the noise
}

// New makes the stage and subscribes it to b: it listens to origins, trusts and
// ticks, and says intensities.
func New(inv *seis.Inventory, win seis.Windows, b bus.Bus, opt Options) (*Stage, error) {
	s := &Stage{inv: inv, windows: win, bus: b, opt: opt.withDefaults()}
	if err := bus.Handle(b, bus.Origins, "intensity", s.origin); err != nil {
		return nil, err
	}
	if err := bus.Handle(b, bus.Trusts, "intensity", s.trust); err != nil {
		return nil, err
	}
	if err := bus.Handle(b, bus.Ticks, "intensity", s.tick); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Stage) trust(_ context.Context, t seis.Trust) error {
	s.trusts = append(s.trusts, t)
	return nil
}

// standing returns the lowest standing of a sensor's streams at a time; of each
// stream the newest word counts.
func (s *Stage) standing(sn *sensor, at seis.Time) seis.Standing {
	worst := seis.Use
	for i := range sn.ch {
		if !sn.has[i] {
			continue
		}
		for j := len(s.trusts) - 1; j >= 0; j-- {
			if s.trusts[j].Covers(sn.ch[i].ID, at) {
				worst = max(worst, s.trusts[j].Standing)
				break
			}
		}
	}
	return worst
}

func (s *Stage) origin(_ context.Context, o seis.Origin) error {
	if o.EventID == "" {
		return nil
	}
	i := slices.IndexFunc(s.events, func(e *event) bool { return e.id == o.EventID })
	switch {
	case o.Withdrawn != "":
		if i >= 0 {
			s.events = slices.Delete(s.events, i, i+1)
		}
	case i < 0:
		s.events = append(s.events, &event{id: o.EventID, origin: o, stations: map[string]*shaken{}})
	default:
		e := s.events[i]
		e.origin = o
		e.measured = seis.Time{} // look again at once
	}
	return nil
}

// tick measures what is due. An event of age a is measured again after a tenth
// of a, and not more often than once a second: new data changes the peaks of an
// old event less and less, and the windows grow. The last look comes when its
// time is over.
func (s *Stage) tick(ctx context.Context, now seis.Time) error {
	kept := s.events[:0]
	for _, e := range s.events {
		age := now.SecondsSince(e.origin.Time)
		over := age >= s.opt.MeasureS
		if over || e.measured.IsZero() || now.SecondsSince(e.measured) >= math.Max(1, age/10) {
			e.measured, e.over = now, over
			if err := s.measure(ctx, e, now); err != nil {
				return err
			}
		}
		if !over {
			kept = append(kept, e)
		}
	}
	clear(s.events[len(kept):])
	s.events = kept
	return nil
}

func (s *Stage) measure(ctx context.Context, e *event, now seis.Time) error {
	var out []seis.Shaking
	for _, id := range s.inv.Stations() {
		st, _ := s.inv.Station(id)
		dist, _ := geo.Distance(e.origin.Latitude, e.origin.Longitude, st.Latitude, st.Longitude)
		if !(dist <= s.opt.MaxDistanceKm) {
			delete(e.stations, id)
			continue
		}
		w := s.station(e, id, dist, now)
		if w == nil {
			delete(e.stations, id)
			continue
		}
		e.stations[id] = w
		if w.felt {
			out = append(out, w.value)
		}
	}
	if len(out) == 0 && len(e.said) == 0 || slices.EqualFunc(out, e.said, sameShaking) {
		return nil
	}
	e.said = out
	return bus.Publish(ctx, s.bus, bus.Intensities, e.id, "",
		bus.EventIntensities{EventID: e.id, Stations: slices.Clone(out)})
}

// sameShaking compares everything but when it was made.
func sameShaking(a, b seis.Shaking) bool {
	same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
	return a.Station == b.Station && a.Stream == b.Stream && a.Start == b.Start &&
		same(a.PGA, b.PGA) && same(a.PGV, b.PGV) && same(a.GBT, b.GBT) && same(a.JMA, b.JMA) &&
		same(a.PGANorth, b.PGANorth) && same(a.PGAEast, b.PGAEast) && same(a.PGAUp, b.PGAUp) &&
		same(a.DistanceKm, b.DistanceKm) && slices.Equal(a.Flags, b.Flags)
}

// station measures one station, or returns what is known of it when no data
// came since; nil when there is nothing to measure.
func (s *Stage) station(e *event, id string, dist float64, now seis.Time) *shaken {
	hypo := math.Hypot(dist, math.Max(0, e.origin.DepthKm))
	// Whole seconds, so that a small move of the origin keeps the window.
	first := math.Floor(hypo / fastestKmS)
	arrival := e.origin.Time.AddSeconds(first)
	start := arrival.AddSeconds(-s.opt.LeadS)
	end := e.origin.Time.AddSeconds(s.opt.MeasureS)
	complete := e.origin.Time.AddSeconds(hypo/slowestKmS + settleS)

	for _, sn := range sensors(s.inv, s.windows.Streams(id), e.origin.Time) {
		standing := s.standing(sn, e.origin.Time)
		if standing == seis.Excluded {
			continue
		}
		old := e.stations[id]
		if old != nil && old.key == sn.key && old.start == start {
			// Where shaking has been over for some time the next look is the last.
			done := !e.over && old.end.After(complete.AddSeconds(quietS))
			if done || !s.grown(sn, old.end, end) {
				return old
			}
		}
		d := gather(s.windows, sn, start, end)
		if d == nil || !d.end().After(arrival.AddSeconds(1)) {
			continue
		}
		// The origin may be wrong by a few seconds; where the lead is long
		// enough, noise ends and shaking begins so much earlier.
		lead := arrival.SecondsSince(d.start)
		if lead >= marginS+5 {
			lead -= marginS
		}
		before := int(lead * d.rate)
		p, err := Measure(d.acc, before, d.rate)
		if err != nil {
			continue // a rate too low for the band
		}
		w := &shaken{key: sn.key, start: start, end: d.end()}
		w.felt = p.PGA > 0 && !(p.PGA < s.opt.MinSNR*p.Noise)
		gb, _, _ := GBT(p.PGA, p.PGV)
		st := sn.station()
		w.value = seis.Shaking{
			Station: id, Stream: sn.stream(), EventID: e.id,
			Start: d.start, WindowS: d.end().SecondsSince(d.start),
			Latitude: st.Latitude, Longitude: st.Longitude, DistanceKm: dist,
			PGA: p.PGA, PGV: p.PGV, PGAUp: p.Each[up], PGANorth: p.Each[north], PGAEast: p.Each[east],
			GBT: gb, JMA: math.Max(MinJMA, JMA(p.A0)), Components: d.components(), Made: now,
			Flags: append(slices.Clone(sn.flags), d.flags...),
		}
		if p.Noise == 0 {
			w.value.Flags = append(w.value.Flags, "no noise before the event")
		}
		if standing == seis.NonDeciding {
			w.value.Flags = append(w.value.Flags, "stream is "+standing.String())
		}
		if d.end().Before(complete) {
			w.value.Flags = append(w.value.Flags, "shaking not over")
		}
		return w
	}
	return e.stations[id]
}

// grown reports whether any component has data after the end of what was
// measured.
func (s *Stage) grown(sn *sensor, from, to seis.Time) bool {
	for i := range sn.ch {
		if sn.has[i] && len(s.windows.Window(sn.ch[i].ID, from, to)) > 0 {
			return true
		}
	}
	return false
}
