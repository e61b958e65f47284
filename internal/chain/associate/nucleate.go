package associate

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"sort"
	"strings"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// nucleate looks for one new event and opens it: first among the picks that no
// event explains, then, with stricter demands, also among those that one
// explains only so so. It reports whether it found one.
func (s *Stage) nucleate() bool {
	for pass := range 2 {
		if !s.fresh[pass] {
			continue
		}
		var picks []*pick
		for _, p := range s.picks {
			if p.weight > 0 && s.now.SecondsSince(p.Time) < s.o.WindowS+30 && (p.event == nil || pass == loose && s.loose(p)) {
				picks = append(picks, p)
			}
		}
		if s.open(picks, pass) {
			return true
		}
		s.fresh[pass] = false
	}
	return false
}

// The passes of nucleate.
const (
	unexplained = 0
	loose       = 1
)

// loose reports whether the event that explains p does so only so so: neither
// its P nor its S arrives close to p, whatever p was picked as. (S on the
// vertical is often picked as P.)
func (s *Stage) loose(p *pick) bool {
	for _, ph := range [2]seis.Phase{seis.P, seis.S} {
		t, _, ok := s.predict(&p.event.origin, ph, p.lat, p.lon, p.elv)
		if ok && math.Abs(p.Time.SecondsSince(p.event.origin.Time)-t) < 0.5*s.tolerance(t, p.event.nearest, ph) {
			return false
		}
	}
	return true
}

// open searches the picks and opens the first hypothesis that stands.
func (s *Stage) open(picks []*pick, pass int) bool {
	if s.stations(picks, seis.P) < s.o.MinStations || len(picks) < s.o.MinPhases {
		return false
	}
	for _, place := range s.search(picks, pass) {
		e := s.hypothesis(place, picks)
		if e == nil || pass == loose && !s.distinct(e) {
			continue
		}
		for _, p := range e.picks {
			if p.event != nil {
				p.event.drop(p)
			}
			p.event = e
		}
		e.dirty = true
		s.events = append(s.events, e)
		for _, p := range s.picks { // what the newborn explains
			if p.event == nil {
				s.join(p)
			}
		}
		return true
	}
	return false
}

// distinct reports whether a hypothesis that takes picks from other events is
// surely an earthquake of its own: seen well, with S, and elsewhere or at
// another time than they.
func (s *Stage) distinct(e *event) bool {
	if s.stations(e.picks, seis.P) <= s.o.MinStations || s.stations(e.picks, seis.S) < 3 || e.origin.RMSs > 0.5*s.o.MaxRMSs {
		return false
	}
	for _, o := range s.events {
		d, _ := geo.Distance(o.origin.Latitude, o.origin.Longitude, e.origin.Latitude, e.origin.Longitude)
		if !o.withdrawn && math.Abs(o.origin.Time.SecondsSince(e.origin.Time)) < 4 && d < 40 {
			return false
		}
	}
	return true
}

// drop takes a pick out of an event.
func (e *event) drop(p *pick) {
	if i := slices.Index(e.picks, p); i >= 0 {
		e.picks = slices.Delete(e.picks, i, i+1)
		e.dirty = true
	}
}

// hypothesis refines a place to an event, or returns nil when it does not
// stand. Picks and location are improved in turn.
func (s *Stage) hypothesis(place seis.Origin, free []*pick) *event {
	o := place
	var members []*pick
	for round := range 5 {
		next := s.gather(&o, free, round)
		if s.stations(next, seis.P) < s.o.MinStations || len(next) < s.o.MinPhases {
			return nil
		}
		if round > 0 && slices.Equal(next, members) {
			break
		}
		members = next
		l, err := s.loc.Fast(arrivals(members), o)
		if err != nil {
			return nil
		}
		o = l
	}
	if o.RMSs > s.o.MaxRMSs || s.unfit(members) != "" {
		return nil
	}
	o.Expected, o.Seen = s.witnesses(&o, nil)
	if o.Expected > 0 && float64(o.Seen) < s.o.MinSeen*float64(o.Expected) {
		return nil
	}
	if s.fromAfar(&o, members, free) || s.outOfReach(&o, members) {
		return nil
	}
	return &event{id: eventID(members), origin: o, nearest: s.nearest(&o, members), picks: members}
}

// gather returns the free picks that o explains: per station and phase the one
// with the smallest residual. The first rounds are generous.
func (s *Stage) gather(o *seis.Origin, free []*pick, round int) []*pick {
	slack := []float64{1.6, 1.3, 1, 1, 1}[round]
	type key struct {
		station string
		phase   seis.Phase
	}
	best := map[key]*pick{}
	res := map[*pick]float64{}
	near := s.nearest(o, free)
	for _, p := range free {
		t, _, ok := s.predict(o, p.Phase, p.lat, p.lon, p.elv)
		if !ok {
			continue
		}
		r := math.Abs(p.Time.SecondsSince(o.Time) - t)
		if r > slack*s.tolerance(t, near, p.Phase) {
			continue
		}
		res[p] = r
		k := key{p.station, p.Phase}
		if q := best[k]; q == nil || r < res[q] {
			best[k] = p
		}
	}
	var out []*pick
	for _, p := range free { // in order of time
		if best[key{p.station, p.Phase}] == p {
			out = append(out, p)
		}
	}
	return out
}

func (s *Stage) stations(picks []*pick, ph seis.Phase) int {
	set := map[string]bool{}
	for _, p := range picks {
		if p.Phase == ph {
			set[p.station] = true
		}
	}
	return len(set)
}

// witnesses counts the healthy stations that should have seen the P wave by
// now, and those that did (a pick of any phase near it). Stations count up to
// the distance within which 70 % of the picked stations lie: nearer ones have
// no excuse, unless the waves of another event than own were passing.
func (s *Stage) witnesses(o *seis.Origin, own *event) (expected, seen int) {
	saw := map[string]bool{}
	near := s.nearest(o, s.picks)
	var ds []float64
	for _, p := range s.picks {
		t, d, ok := s.predict(o, p.Phase, p.lat, p.lon, p.elv)
		if ok && math.Abs(p.Time.SecondsSince(o.Time)-t) < 2*s.tolerance(t, near, p.Phase) && !saw[p.station] {
			saw[p.station] = true
			ds = append(ds, d)
		}
	}
	if len(ds) == 0 {
		return 0, 0
	}
	sort.Float64s(ds)
	reach := ds[min(len(ds)-1, int(0.7*float64(len(ds))))]
	ready := map[string]bool{}
	for _, h := range s.healthy() {
		t, d, ok := s.predict(o, seis.P, h.lat, h.lon, h.elv)
		// The picker needs some data after the onset.
		if ok && d <= reach && h.last.SecondsSince(o.Time) > t+3.5 && !s.busy(h, o.Time.AddSeconds(t), own) {
			ready[h.station] = true
		}
	}
	for st := range saw {
		if c, ok := s.inv.Station(st); ok {
			if _, d, ok := s.predict(o, seis.P, c.Latitude, c.Longitude, 0); ok && d <= reach {
				ready[st] = true
			}
		}
	}
	for st := range ready {
		expected++
		if saw[st] {
			seen++
		}
	}
	return expected, seen
}

// busy reports whether the waves of an open event other than own pass a station
// at a time.
func (s *Stage) busy(h sound, at seis.Time, own *event) bool {
	for _, e := range s.events {
		if e == own || e.withdrawn {
			continue
		}
		tp, _, okP := s.predict(&e.origin, seis.P, h.lat, h.lon, h.elv)
		ts, _, okS := s.predict(&e.origin, seis.S, h.lat, h.lon, h.elv)
		if dt := at.SecondsSince(e.origin.Time); okP && okS && dt > tp-1 && dt < ts+math.Max(2, 0.6*(ts-tp)) {
			return true
		}
	}
	return false
}

// sound is a station whose silence means something.
type sound struct {
	station       string
	lat, lon, elv float64
	last          seis.Time // end of its newest data
}

// healthy returns the stations with a vertical that is ready and in full
// standing, sorted.
func (s *Stage) healthy() []sound {
	if s.sounds != nil {
		return s.sounds
	}
	by := map[string]sound{}
	for id, st := range s.states {
		if id.Component() != "Z" || !st.Ready || s.trustOf(seis.Pick{Stream: id, Time: st.Last}).Standing != seis.Use {
			continue
		}
		if h, ok := by[id.StationID()]; ok && !h.last.Before(st.Last) {
			continue
		}
		if c, ok := s.inv.Channel(id, st.Last); ok {
			by[id.StationID()] = sound{id.StationID(), c.Latitude, c.Longitude, c.ElevationM - c.DepthM, st.Last}
		}
	}
	s.sounds = make([]sound, 0, len(by))
	for _, h := range by {
		s.sounds = append(s.sounds, h)
	}
	slices.SortFunc(s.sounds, func(a, b sound) int { return strings.Compare(a.station, b.station) })
	return s.sounds
}

// eventID is the event's name for ever: the hash of its first picks.
func eventID(picks []*pick) string {
	ids := make([]string, len(picks))
	for i, p := range picks {
		ids[i] = p.ID
	}
	sort.Strings(ids)
	h := sha256.New()
	for _, id := range ids {
		h.Write([]byte(id))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil))[:20]
}
