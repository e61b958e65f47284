// Package magnitude measures the local magnitude ML of each event from
// Wood–Anderson seismograms.
//
// [Stage] is the story: it listens to origins, measures the horizontals of the
// stations around (station.go, measure.go), turns amplitudes to magnitudes by a
// calibration (calibration.go) and says the network magnitude (network.go)
// on [bus.Magnitudes], again whenever it has changed because more of the
// seismograms has come or the origin moved.
//
// Stations up to 600 km are measured: farther away a Wood–Anderson shows little of
// earthquakes below ML 5, and surface waves would come after measuring ends.
// Only two full stations make a magnitude. A station without instrument
// response, whose stream is excluded or may not decide, whose record is clipped
// without an accelerometer beside it, or whose signal does not stand out of the
// noise, is listed with the reason and not used.
package magnitude

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"

	"houfeng/internal/engine/bus"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Options of the stage; zero values stand for the defaults in [Methods].
type Options struct {
	Method        string  // name of one of Methods; "": ml-hutton-boore-1987
	MaxDistanceKm float64 // hypocentral; 0: 600
	MaxStations   int     // nearest stations measured; 0: 80
	MinStations   int     // least stations used in a magnitude, at least 2; 0: 2
	MinSNR        float64 // least ratio of the peaks of signal and noise; 0: 3
	Trim          float64 // a station value farther from the median is not used; 0: 0.5
	WaitS         float64 // measuring ends so long after an event was first heard of; 0: 300 s
}

func (o *Options) fill() error {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	if o.Method == "" {
		o.Method = Methods[0].Name
	}
	if o.MaxStations == 0 {
		o.MaxStations = 80
	}
	if o.MinStations == 0 {
		o.MinStations = 2
	}
	def(&o.MaxDistanceKm, 600)
	def(&o.MinSNR, 3)
	def(&o.Trim, 0.5)
	def(&o.WaitS, 300)
	if o.MinStations < 2 {
		return fmt.Errorf("magnitude: min_stations is %d, want at least 2: one station is no network magnitude", o.MinStations)
	}
	return nil
}

const (
	// everyS is the least time between two looks at one event.
	everyS = 1.0
	// perLook is how many stations are measured at one look, nearest first;
	// the others wait for the next. One station costs some milliseconds.
	perLook = 10
	// maxEvents bounds the events followed at the same time.
	maxEvents = 64
	// maxTrusts bounds the standings remembered.
	maxTrusts = 4096
)

// Stage measures magnitudes. Its handlers are called by the bus, one at a time.
type Stage struct {
	inv    *seis.Inventory
	win    seis.Windows
	bus    bus.Bus
	opts   Options
	cal    calibration
	now    seis.Time
	events []*event // in order of first origin
	trusts []seis.Trust
}

// event is an event whose magnitude is being measured.
type event struct {
	origin   seis.Origin
	deadline seis.Time
	next     seis.Time // not looked at before
	stations []*station
	said     string // digest of what was said last
}

// New returns the stage and lets it listen on b.
func New(inv *seis.Inventory, win seis.Windows, b bus.Bus, opts Options) (*Stage, error) {
	if err := opts.fill(); err != nil {
		return nil, err
	}
	cal, err := calibrationNamed(opts.Method)
	if err != nil {
		return nil, err
	}
	s := &Stage{inv: inv, win: win, bus: b, opts: opts, cal: cal}
	const me = "magnitude"
	if err := bus.Handle(b, bus.Trusts, me, s.trust); err != nil {
		return nil, err
	}
	if err := bus.Handle(b, bus.Origins, me, s.origin); err != nil {
		return nil, err
	}
	if err := bus.Handle(b, bus.Ticks, me, s.tick); err != nil {
		return nil, err
	}
	return s, nil
}

// trust remembers a stream's standing; the newest word counts.
func (s *Stage) trust(_ context.Context, t seis.Trust) error {
	for i := range s.trusts {
		if s.trusts[i].Stream == t.Stream && s.trusts[i].Start == t.Start {
			s.trusts = append(s.trusts[:i], s.trusts[i+1:]...)
			break
		}
	}
	if len(s.trusts) >= maxTrusts {
		s.trusts = s.trusts[1:]
	}
	s.trusts = append(s.trusts, t)
	for _, e := range s.events {
		if !t.End.IsZero() && t.End.Before(e.origin.Time) {
			continue
		}
		e.next = s.now // at the next tick
	}
	return nil
}

// origin takes a revision of an event's location, or its withdrawal.
func (s *Stage) origin(ctx context.Context, o seis.Origin) error {
	at := -1
	for i, e := range s.events {
		if e.origin.EventID == o.EventID {
			at = i
		}
	}
	if o.Withdrawn != "" {
		if at >= 0 {
			s.events = append(s.events[:at], s.events[at+1:]...)
		}
		return nil
	}
	if o.Made.After(s.now) {
		s.now = o.Made
	}
	if at < 0 {
		if len(s.events) >= maxEvents {
			s.events = s.events[1:]
		}
		s.events = append(s.events, &event{deadline: s.now.AddSeconds(s.opts.WaitS)})
		at = len(s.events) - 1
	}
	e := s.events[at]
	e.origin = o
	e.stations = s.around(&o, e.stations)
	return s.look(ctx, e)
}

// tick looks at the events whose time has come.
func (s *Stage) tick(ctx context.Context, now seis.Time) error {
	s.now = now
	kept := s.events[:0]
	for _, e := range s.events {
		last := !now.Before(e.deadline)
		if last || !now.Before(e.next) {
			if last {
				for _, st := range e.stations {
					st.last = true
				}
			}
			if err := s.look(ctx, e); err != nil {
				return err
			}
		}
		if !last || e.pending() {
			kept = append(kept, e)
		}
	}
	clear(s.events[len(kept):])
	s.events = kept
	return nil
}

// pending reports whether stations still wait for their last measurement.
func (e *event) pending() bool {
	for _, st := range e.stations {
		if !st.done {
			return true
		}
	}
	return false
}

// around returns the stations to measure, nearest first, with what is known of
// them from before.
func (s *Stage) around(o *seis.Origin, old []*station) []*station {
	known := make(map[string]*station, len(old))
	for _, st := range old {
		known[st.name] = st
	}
	var out []*station
	for _, name := range s.inv.Stations() {
		c, ok := s.inv.Station(name)
		if !ok {
			continue
		}
		epi, _ := geo.Distance(o.Latitude, o.Longitude, c.Latitude, c.Longitude)
		st := &station{name: name, epicentralKm: epi}
		st.hypocentralKm = hypocentral(epi, o.DepthKm, c.ElevationM)
		if !(st.hypocentralKm <= s.opts.MaxDistanceKm) {
			continue
		}
		st.predict(o)
		if k := known[name]; k != nil {
			st.inherit(k)
		}
		out = append(out, st)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].hypocentralKm < out[j].hypocentralKm })
	if len(out) <= s.opts.MaxStations {
		return out
	}
	// The nearest that have data at all; the others are no loss.
	kept := out[:0]
	for _, st := range out {
		if len(kept) < s.opts.MaxStations && len(s.win.Streams(st.name)) > 0 {
			kept = append(kept, st)
		}
	}
	return kept
}

// look measures what has grown, and says the magnitude if it has changed.
func (s *Stage) look(ctx context.Context, e *event) error {
	e.next = s.now.AddSeconds(everyS)
	n := 0
	for _, st := range e.stations {
		if n >= perLook {
			break
		}
		if st.done || !s.grown(st) {
			continue
		}
		s.measure(st, &e.origin)
		n++
	}
	m, ok := s.network(e)
	if !ok {
		return nil
	}
	digest, err := digestOf(m)
	if err != nil {
		return fmt.Errorf("magnitude of event %s: %w", e.origin.EventID, err)
	}
	if digest == e.said {
		return nil
	}
	e.said = digest
	m.Made = s.now
	return bus.Publish(ctx, s.bus, bus.Magnitudes, e.origin.EventID, e.origin.EventID+"/"+digest, bus.EventMagnitude{EventID: e.origin.EventID, Magnitude: m})
}

// digestOf is that of a magnitude without the time it was made.
func digestOf(m seis.Magnitude) (string, error) {
	m.Made = seis.Time{}
	b, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8]), nil
}
