package locate

import (
	"context"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// Stage locates candidates ([bus.Candidates]) in full and says origins
// ([bus.Origins]). A withdrawn candidate is passed on as it is.
type Stage struct {
	l   *Locator
	bus bus.Bus
}

// NewStage returns the stage and lets it listen on b.
func NewStage(l *Locator, b bus.Bus) (*Stage, error) {
	s := &Stage{l: l, bus: b}
	if err := bus.Handle(b, bus.Candidates, "locate", s.candidate); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Stage) candidate(ctx context.Context, c seis.Origin) error {
	if c.Withdrawn != "" {
		return bus.Publish(ctx, s.bus, bus.Origins, c.EventID, "", c)
	}
	o, err := s.l.Full(c.Arrivals, c)
	if err != nil {
		// The associator located it before; say what it found rather than nothing.
		o = c
		o.Flags = append(o.Flags, "location not refined: "+err.Error())
	}
	o.EventID, o.Made, o.Expected, o.Seen = c.EventID, c.Made, c.Expected, c.Seen
	return bus.Publish(ctx, s.bus, bus.Origins, o.EventID, "", o)
}
