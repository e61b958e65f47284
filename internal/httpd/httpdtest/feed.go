// Package httpdtest plays a made-up network and made-up earthquakes to the
// HTTP server, so that the feeds can be tested and the console looked at
// without a chain. Nothing in it is measured: waves travel at two constant
// speeds and fade by a rule of thumb. Start with [NewFeed].
package httpdtest

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/httpd"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

const (
	stations   = 36
	rateHz     = 100
	stepNS     = int64(500 * time.Millisecond)
	centreLat  = 30.9
	centreLon  = 103.4
	countsGal  = 4000.0 // counts per gal
	noiseGal   = 0.012
	firstQuake = 20.0 // seconds after the start
)

// Feed is a made-up network that advances when told to. What it says is a
// function of its start and the number of steps.
type Feed struct {
	Bus       *bus.Local
	Catalogue *Catalogue

	start, now seis.Time
	inventory  *seis.Inventory
	sites      []*site
	quakes     []*quake
	active     []*quake // whose waves may be on their way
	serial     uint64
}

// site is one station.
type site struct {
	index    int
	id       string // NET.STA
	lat, lon float64
	packers  []*mseed.Packer // Z, N, E
	delay    time.Duration   // of its link
	until    seis.Time       // its link fails then; zero: never
	held     []*seis.Record  // on the delayed link
	known    bool            // in the inventory
}

// NewFeed makes a feed that begins at start, with a catalogue of the days
// before. The first earthquake comes 20 s later.
func NewFeed(start seis.Time) *Feed {
	f := &Feed{Bus: bus.NewLocal(), Catalogue: &Catalogue{}, start: start, now: start}
	var channels []seis.Channel
	for i := range stations {
		// A spiral with the golden angle covers the plane evenly.
		r, a := 18+155*math.Sqrt((float64(i)+0.3)/stations), float64(i)*2.399963
		s := &site{index: i, id: fmt.Sprintf("XX.HF%02d", i+1), known: i != 33}
		s.lat = centreLat + r*math.Cos(a)/111.2
		s.lon = centreLon + r*math.Sin(a)/(111.2*math.Cos(s.lat*math.Pi/180))
		switch i {
		case 11:
			s.until = start.AddSeconds(45)
		case 23:
			s.delay = 8 * time.Second
		}
		for _, c := range []string{"Z", "N", "E"} {
			id := fdsn.ID{Network: "XX", Station: fmt.Sprintf("HF%02d", i+1), Channel: "HN" + c}
			s.packers = append(s.packers, &mseed.Packer{ID: id, Rate: rateHz, Encoding: mseed.Steim2, RecordLength: 256, TimingQuality: 100, ClockLocked: true})
			if s.known {
				channels = append(channels, seis.Channel{ID: id, Latitude: s.lat, Longitude: s.lon, ElevationM: 500 + 40*float64(i),
					RateHz: rateHz, StationName: fmt.Sprintf("Made-up site %d", i+1), DipDeg: map[string]float64{"Z": -90}[c],
					AzimuthDeg: map[string]float64{"E": 90}[c],
					Response:   &response.Response{Input: response.Acceleration, Sensitivity: countsGal * 100, FrequencyHz: 1}})
			}
		}
		f.sites = append(f.sites, s)
	}
	f.inventory = seis.NewInventory(channels)
	f.history()
	for n := range 200 { // for as long as anybody looks
		f.quakes = append(f.quakes, f.newQuake(n))
	}
	return f
}

// Sources are what an httpd.Server shows of the feed.
func (f *Feed) Sources(console fs.FS) httpd.Sources {
	return httpd.Sources{
		Catalogue: f.Catalogue, Bus: f.Bus, Console: console,
		Inventory: func() *seis.Inventory { return f.inventory },
		QuakeML: func(ctx context.Context, id string) ([]byte, error) {
			if _, err := f.Catalogue.Event(ctx, id); err != nil {
				return nil, err
			}
			return []byte("<?xml version=\"1.0\"?>\n<q:quakeml xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\"/>\n"), nil
		},
		Parts: func() []httpd.Part {
			return []httpd.Part{{Name: "upstream made-up", OK: true, Detail: "36 stations"}}
		},
	}
}

// Now returns the feed's clock.
func (f *Feed) Now() seis.Time { return f.now }

// Run plays the feed, one step each half second, until ctx ends.
func (f *Feed) Run(ctx context.Context) error {
	t := time.NewTicker(time.Duration(stepNS))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if err := f.Step(ctx); err != nil {
				return err
			}
		}
	}
}

// Advance plays the feed for a span of its own time, as fast as it can.
func (f *Feed) Advance(ctx context.Context, span time.Duration) error {
	for end := f.now.Add(span); f.now.Before(end); {
		if err := f.Step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Step advances the feed by half a second.
func (f *Feed) Step(ctx context.Context) error {
	from := f.now
	f.now = from.Add(time.Duration(stepNS))
	f.active = f.active[:0]
	for _, q := range f.quakes {
		if age := f.now.SecondsSince(q.origin); age >= 0 && age < 200 {
			f.active = append(f.active, q)
		}
	}
	if from == f.start {
		if err := f.begin(ctx); err != nil {
			return err
		}
	}
	var records []*seis.Record
	for _, s := range f.sites {
		if s.index == 7 || !s.until.IsZero() && !from.Before(s.until) {
			continue // silent from the beginning, or by now
		}
		made, err := f.measure(s, from)
		if err != nil {
			return err
		}
		s.held = append(s.held, made...)
		for len(s.held) > 0 && !s.held[0].End().Add(s.delay).After(f.now) {
			r := s.held[0]
			s.held = s.held[1:]
			f.serial++
			r.Arrived, r.Serial = f.now, f.serial
			records = append(records, r)
		}
	}
	if err := bus.Publish(ctx, f.Bus, bus.Records, "", "", records); err != nil {
		return err
	}
	if err := f.shake(ctx); err != nil {
		return err
	}
	for _, q := range f.active {
		if err := f.follow(ctx, q); err != nil {
			return err
		}
	}
	return bus.Publish(ctx, f.Bus, bus.Ticks, "", "", f.now)
}

// begin says how the streams are.
func (f *Feed) begin(ctx context.Context) error {
	for _, s := range f.sites {
		if s.index == 7 {
			continue
		}
		for _, p := range s.packers {
			v := seis.StreamState{Stream: p.ID, RateHz: rateHz, Ready: true, NoiseRMS: noiseGal * countsGal, Made: f.now}
			if !s.known {
				v.Note, v.Ready = "no inventory", false
			}
			if err := bus.Publish(ctx, f.Bus, bus.States, s.id, "", v); err != nil {
				return err
			}
		}
	}
	for i, t := range map[int]seis.Trust{
		15: {Standing: seis.Excluded, Reasons: []string{"the same samples came from two stations"}},
		19: {Standing: seis.NonDeciding, Weight: 0.3, Reasons: []string{"clock is not locked"}},
	} {
		t.Stream, t.Start, t.Made = f.sites[i].id+".*.*", f.start, f.now
		if err := bus.Publish(ctx, f.Bus, bus.Trusts, f.sites[i].id, "", t); err != nil {
			return err
		}
	}
	return nil
}

// measure makes half a second of three components from from on.
func (f *Feed) measure(s *site, from seis.Time) ([]*seis.Record, error) {
	n := int(stepNS * rateHz / 1e9)
	var out []*seis.Record
	for c, p := range s.packers {
		samples := make([]int32, n)
		for i := range samples {
			t := from.AddSeconds(float64(i) / rateHz)
			samples[i] = int32(f.motion(s, c, t) * countsGal)
		}
		raws, err := p.Add(from.Nanos(), samples)
		if err != nil {
			return nil, err
		}
		for _, raw := range raws {
			h, err := mseed.Parse(raw)
			if err != nil {
				return nil, err
			}
			out = append(out, &seis.Record{ID: h.ID, Start: seis.TimeOf(h.StartNS, h.Leap), Rate: h.Rate, Count: h.Count, Header: h})
		}
	}
	return out, nil
}

// shake says the motion of the whole second that just ended.
func (f *Feed) shake(ctx context.Context) error {
	if (f.now.Nanos()-f.start.Nanos())%1e9 != 0 {
		return nil
	}
	start := f.now.AddSeconds(-1)
	for _, s := range f.sites {
		if s.index == 7 || !s.until.IsZero() && start.After(s.until) {
			continue
		}
		pga := 0.0
		for i := range 10 {
			pga = max(pga, f.envelope(s, start.AddSeconds(float64(i)/10)))
		}
		v := shaking(s, pga)
		v.Start, v.WindowS, v.DistanceKm, v.Made = start, 1, math.NaN(), f.now
		if err := bus.Publish(ctx, f.Bus, bus.Shaking, s.id, "", v); err != nil {
			return err
		}
	}
	return nil
}
