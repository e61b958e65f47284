package associate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// join lets the open events explain a new pick: as a member, or as coda of
// phases that the station has seen. It reports whether one did.
func (s *Stage) join(p *pick) bool {
	var best *event
	bestR := math.Inf(1)
	for _, e := range s.events {
		if e.withdrawn {
			continue
		}
		t, _, ok := s.predict(&e.origin, p.Phase, p.lat, p.lon, p.elv)
		if !ok {
			continue
		}
		r := math.Abs(p.Time.SecondsSince(e.origin.Time) - t)
		if r < s.tolerance(t, e.nearest, p.Phase) && r < bestR && e.has(p.station, p.Phase) == nil {
			best, bestR = e, r
		}
	}
	if best != nil {
		best.add(p)
		return true
	}
	for _, e := range s.events {
		if !e.withdrawn && s.coda(e, p) {
			p.event = e
			return true
		}
	}
	return false
}

// codaRatio is how much larger than the event's own waves at a station a pick
// must be to count as something new.
const codaRatio = 3

// coda reports whether p is a trigger on the later waves of e: near the
// predicted P or S, or between P and the end of the S coda at a station that
// saw e, and not much larger than what e did there.
func (s *Stage) coda(e *event, p *pick) bool {
	tp, _, okP := s.predict(&e.origin, seis.P, p.lat, p.lon, p.elv)
	ts, _, okS := s.predict(&e.origin, seis.S, p.lat, p.lon, p.elv)
	if !okP || !okS {
		return false
	}
	dt := p.Time.SecondsSince(e.origin.Time)
	if dt < tp-1.5 || dt > ts+math.Max(2, 0.6*(ts-tp)) {
		return false
	}
	if math.Abs(dt-tp) < s.tolerance(tp, e.nearest, seis.P) || math.Abs(dt-ts) < s.tolerance(ts, e.nearest, seis.S) {
		return true
	}
	own := 0.0
	for _, q := range e.picks {
		if q.station == p.station && q.Stream.Band() == p.Stream.Band() && q.Stream.Location == p.Stream.Location && q.Time.Before(p.Time) {
			own = math.Max(own, q.Amplitude)
		}
	}
	return own > 0 && p.Amplitude <= codaRatio*own
}

func (e *event) has(station string, ph seis.Phase) *pick {
	for _, q := range e.picks {
		if q.station == station && q.Phase == ph {
			return q
		}
	}
	return nil
}

func (e *event) add(p *pick) {
	p.event = e
	i := sort.Search(len(e.picks), func(i int) bool { return e.picks[i].Time.After(p.Time) })
	e.picks = slices.Insert(e.picks, i, p)
	e.dirty = true
}

// say publishes the event's members as a candidate, or withdraws it when they
// no longer carry an event.
func (s *Stage) say(ctx context.Context, e *event) error {
	e.dirty = false
	e.times++
	c := e.origin
	c.EventID, c.Made, c.Flags = e.id, s.now, nil
	c.Arrivals = arrivals(e.picks)
	c.Expected, c.Seen = s.witnesses(&c, e)
	why := s.unfit(e.picks)
	if why == "" && c.Expected >= 6 && float64(c.Seen) < 0.7*s.o.MinSeen*float64(c.Expected) {
		why = fmt.Sprintf("seen by %d of the %d healthy stations nearby", c.Seen, c.Expected)
	}
	if why != "" {
		e.withdrawn = true
		c.Withdrawn = why
		for _, p := range s.picks {
			if p.event == e {
				p.event = nil
			}
		}
	}
	e.said = s.now
	return bus.Publish(ctx, s.bus, bus.Candidates, e.id, "", c)
}

// unfit says why picks carry no event, "" if they do. Only streams in full use
// decide.
func (s *Stage) unfit(picks []*pick) string {
	stations, phases := map[string]bool{}, 0
	for _, p := range picks {
		if p.Trust.Standing == seis.Use {
			phases++
			if p.Phase == seis.P {
				stations[p.station] = true
			}
		}
	}
	if len(stations) < s.o.MinStations || phases < s.o.MinPhases {
		return "too few arrivals of streams in full standing remain"
	}
	return ""
}

func arrivals(picks []*pick) []seis.Arrival {
	out := make([]seis.Arrival, len(picks))
	for i, p := range picks {
		out[i] = seis.Arrival{Pick: p.Pick, Phase: p.Phase}
	}
	return out
}

// located takes the full location of an event: later picks are joined by it,
// and members that it contradicts are let go.
func (s *Stage) located(_ context.Context, o seis.Origin) error {
	for _, e := range s.events {
		if e.id != o.EventID || e.withdrawn || o.Withdrawn != "" {
			continue
		}
		e.origin, e.nearest = o, s.nearest(&o, e.picks)
		keep := e.picks[:0]
		for _, p := range e.picks {
			t, _, ok := s.predict(&o, p.Phase, p.lat, p.lon, p.elv)
			if r := p.Time.SecondsSince(o.Time) - t; !ok || math.Abs(r) > 2*s.tolerance(t, e.nearest, p.Phase) {
				p.event = nil
				if s.coda(e, p) {
					p.event = e
				}
				e.dirty = true
				continue
			}
			keep = append(keep, p)
		}
		clear(e.picks[len(keep):])
		e.picks = keep
		// Free picks that the better location explains.
		for _, p := range s.picks {
			if p.event == nil {
				s.join(p)
			}
		}
	}
	return nil
}

// trust takes a change of a stream's standing and has the open events that
// rest on it said again.
func (s *Stage) trust(_ context.Context, t seis.Trust) error {
	s.trusts, s.sounds = append(s.trusts, t), nil
	for _, p := range s.picks {
		if !t.Covers(p.Stream, p.Time) {
			continue
		}
		p.Trust = s.trustOf(p.Pick)
		p.weight = p.Trust.PickWeight()
		if p.event != nil {
			p.event.dirty = true
		} else {
			s.fresh[unexplained] = true
		}
	}
	return nil
}

// trustOf is the newest word on the pick's stream at its time.
func (s *Stage) trustOf(p seis.Pick) seis.Trust {
	for i := len(s.trusts) - 1; i >= 0; i-- {
		if s.trusts[i].Covers(p.Stream, p.Time) {
			return s.trusts[i]
		}
	}
	return p.Trust
}
