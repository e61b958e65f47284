package pick

import (
	"houfeng/internal/chain"
	"houfeng/internal/seis"
)

// Station picks the data of one station.
type Station struct {
	o       Options
	sensors []*sensor // in order of appearance, which the journal fixes
	by      map[key]*sensor
}

type key struct{ location, band string }

// NewStation returns the processor of a station.
func NewStation(o Options) *Station {
	o.fill()
	return &Station{o: o, by: map[key]*sensor{}}
}

// Packet implements chain.Processor.
func (s *Station) Packet(p *chain.Packet, _ chain.Emit) {
	id := p.Record.ID
	k := key{id.Location, id.Band()}
	sn := s.by[k]
	if sn == nil {
		sn = &sensor{o: &s.o}
		s.by[k] = sn
		s.sensors = append(s.sensors, sn)
	}
	if err := sn.packet(p); err != nil {
		// A rate for which there is no filter. Without one the component has
		// no history, and the sensor is not picked.
		return
	}
}

// Tick implements chain.Processor.
func (s *Station) Tick(now seis.Time, emit chain.Emit) {
	for _, sn := range s.sensors {
		if sn.vertical == nil || sn.vertical.x == nil {
			continue
		}
		sn.onsets(now, emit)
		if len(sn.shears) > 0 {
			sn.shearLook(now, emit)
		}
	}
}

var _ chain.Processor = (*Station)(nil)
