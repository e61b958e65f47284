package pick

import (
	"math"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/science/dsp"
	"houfeng/internal/seis"
)

// historyS is how much filtered data a component keeps: the longest S search
// and the noise before P.
const historyS = 50.0

// bridgeS is the longest gap that is bridged; after longer ones the filters
// start anew.
const bridgeS = 0.1

// component is one channel of a sensor.
type component struct {
	id     fdsn.ID
	rate   float64
	band   *dsp.Filter
	x      *history  // in the picker's band
	base   seis.Time // of sample anchor
	anchor int
	last   float64 // newest sample, counts
}

// time of sample i.
func (c *component) time(i float64) seis.Time {
	return c.base.AddSeconds((i - float64(c.anchor)) / c.rate)
}

// number of the sample at t.
func (c *component) number(t seis.Time) float64 {
	return float64(c.anchor) + t.SecondsSince(c.base)*c.rate
}

// sensor is the components that share location, band and source code.
type sensor struct {
	o        *Options
	vertical *component
	hor      []*component // by id
	trig     *trigger
	pending  []int // samples of triggers that wait for data to be refined
	lastP    seis.Time
	shears   []*shear
	scratch  []float64
}

func isHorizontal(c string) bool {
	switch c {
	case "N", "E", "1", "2", "R", "T", "X", "Y":
		return true
	}
	return false
}

func (s *sensor) component(p *chain.Packet) *component {
	id := p.Record.ID
	if s.vertical != nil && s.vertical.id == id {
		return s.vertical
	}
	for _, c := range s.hor {
		if c.id == id {
			return c
		}
	}
	c := &component{id: id}
	switch {
	case id.Component() == "Z" || id.Component() == "3":
		if s.vertical != nil {
			return nil
		}
		s.vertical = c
	case isHorizontal(id.Component()):
		if len(s.hor) == 2 {
			return nil
		}
		s.hor = append(s.hor, c)
		if len(s.hor) == 2 && fdsn.Compare(s.hor[1].id, s.hor[0].id) < 0 {
			s.hor[0], s.hor[1] = s.hor[1], s.hor[0]
		}
	default:
		return nil
	}
	return c
}

// packet filters the samples into the history; the vertical's also go through
// the trigger.
func (s *sensor) packet(p *chain.Packet) error {
	c := s.component(p)
	if c == nil || p.Rate < s.o.MinRateHz || len(p.Samples) == 0 {
		return nil
	}
	if p.Gap || c.rate != p.Rate {
		if c.rate == p.Rate && p.Missing > 0 && float64(p.Missing) <= bridgeS*p.Rate && c.x != nil {
			for i := 1; i <= p.Missing; i++ { // in a straight line
				s.sample(c, c.last+(p.Samples[0]-c.last)*float64(i)/float64(p.Missing+1))
			}
		} else if err := s.reset(c, p); err != nil {
			return err
		}
	}
	c.base, c.anchor = p.Start, c.x.next
	for _, v := range p.Samples {
		s.sample(c, v)
	}
	return nil
}

// reset forgets all about a component: after a gap its past says nothing.
func (s *sensor) reset(c *component, p *chain.Packet) error {
	high := math.Min(s.o.BandHighHz, 0.4*p.Rate)
	low := math.Min(s.o.BandLowHz, high/2)
	sos, err := dsp.BandPass(2, low, high, p.Rate)
	if err != nil {
		return err
	}
	f := dsp.NewFilter(sos)
	f.Reset(p.Samples[0])
	c.rate, c.band, c.x = p.Rate, f, newHistory(int(historyS*p.Rate))
	if c == s.vertical {
		s.trig = newTrigger(s.o, p.Rate)
		s.pending = s.pending[:0]
	}
	s.shears = nil
	return nil
}

func (s *sensor) sample(c *component, v float64) {
	c.last = v
	y := c.band.Next(v)
	c.x.push(y)
	if c == s.vertical && s.trig.next(y) {
		s.pending = append(s.pending, c.x.next-1)
	}
}
