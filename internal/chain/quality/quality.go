// Package quality watches the health of every stream: is its data current, is
// anything missing, may it be used for amplitudes. What it says ([bus.States])
// tells the associator which stations' silence means something.
package quality

import (
	"fmt"
	"math"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/seis"
)

// Options of quality.
type Options struct {
	MinRateHz   float64 // streams slower than this are not picked; 0: 10
	WarmUpS     float64 // data needed after a gap before silence means something; 0: 30 s
	MaxLatencyS float64 // data older than this is not current; 0: 20 s
	RepeatS     float64 // a state is said again at least this often; 0: 60 s
}

func (o *Options) fill() {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.MinRateHz, 10)
	def(&o.WarmUpS, 30)
	def(&o.MaxLatencyS, 20)
	def(&o.RepeatS, 60)
}

// Station watches the streams of one station.
type Station struct {
	o       Options
	inv     *seis.Inventory
	streams []*watch // in order of appearance, which the journal fixes
	by      map[fdsn.ID]*watch
}

type watch struct {
	state     seis.StreamState
	since     seis.Time // start of the gap-free data
	sq        float64   // running mean square of first differences
	said      seis.Time
	saidState seis.StreamState
}

// NewStation returns the processor of a station; inv may be nil.
func NewStation(inv *seis.Inventory, o Options) *Station {
	o.fill()
	return &Station{o: o, inv: inv, by: map[fdsn.ID]*watch{}}
}

// Packet implements chain.Processor.
func (s *Station) Packet(p *chain.Packet, _ chain.Emit) {
	id := p.Record.ID
	w := s.by[id]
	if w == nil {
		w = &watch{state: seis.StreamState{Stream: id, RateHz: p.Rate}}
		w.state.Note = s.note(p)
		s.by[id] = w
		s.streams = append(s.streams, w)
	}
	w.state.Records++
	w.state.LatencyS = p.Record.Arrived.SecondsSince(p.Record.End())
	if len(p.Samples) < p.Record.Count {
		w.state.Overlaps++
	}
	if len(p.Samples) == 0 {
		return
	}
	if p.Gap {
		if !w.since.IsZero() {
			w.state.Gaps++
		}
		w.since = p.Start
	}
	if p.Rate != w.state.RateHz {
		w.state.RateHz = p.Rate
		w.state.Note = s.note(p)
	}
	w.state.Last = p.Start.AddSeconds(float64(len(p.Samples)) / p.Rate)
	// Noise: first differences are a high-pass that needs no state; 30 s memory.
	k := 1 - math.Exp(-float64(len(p.Samples))/p.Rate/30)
	var sum float64
	for i := 1; i < len(p.Samples); i++ {
		d := p.Samples[i] - p.Samples[i-1]
		sum += d * d
	}
	if n := len(p.Samples) - 1; n > 0 {
		w.sq += k * (sum/float64(n) - w.sq)
	}
	w.state.NoiseRMS = math.Sqrt(w.sq)
}

func (s *Station) note(p *chain.Packet) string {
	if p.Rate < s.o.MinRateHz {
		return fmt.Sprintf("rate %g Hz is below %g Hz: not picked", p.Rate, s.o.MinRateHz)
	}
	c, ok := s.inv.Channel(p.Record.ID, p.Record.Start)
	switch {
	case !ok:
		return "no response, not in the inventory: not located, not used for magnitude"
	case !c.HasResponse():
		return "no response: not used for magnitude and intensity"
	}
	return ""
}

// Tick implements chain.Processor.
func (s *Station) Tick(now seis.Time, emit chain.Emit) {
	for _, w := range s.streams {
		age := now.SecondsSince(w.state.Last)
		w.state.Ready = w.state.RateHz >= s.o.MinRateHz &&
			w.state.Last.SecondsSince(w.since) >= s.o.WarmUpS && age <= s.o.MaxLatencyS
		o, n := &w.saidState, &w.state
		if w.said.IsZero() || o.Ready != n.Ready || o.Gaps != n.Gaps || o.Note != n.Note ||
			now.SecondsSince(w.said) >= s.o.RepeatS ||
			n.Ready && n.Last.SecondsSince(o.Last) >= 5 {
			w.state.Made = now
			w.said, w.saidState = now, w.state
			emit(w.state)
		}
	}
}
