// Package publish decides when what is believed of an earthquake is said aloud:
// it gathers origins, magnitudes and intensities and makes numbered revisions
// of events of them.
//
// A revision is never changed once said. The first one is made at the tick that
// follows the first origin; a further one when something material has changed
// and the growing interval since the last has passed, so that the first seconds
// are early and the minutes after are quiet. A withdrawn origin makes a
// rejected revision at once. What has changed too little for a revision of its
// own is said once, as a final one, when the event is closed.
//
// Start with [New]. The heart, [Core], is fed with values and knows no bus.
package publish

import (
	"context"
	"fmt"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// Stage is the heart on the bus: it listens to [bus.Origins],
// [bus.Magnitudes], [bus.Intensities] and [bus.Ticks] and says [bus.Events].
type Stage struct {
	bus  bus.Bus
	core *Core
}

// New makes the stage. It hears nothing before [Stage.Subscribe].
func New(b bus.Bus, opts Options) *Stage {
	return &Stage{bus: b, core: NewCore(opts)}
}

// Subscribe joins the stage to its bus. What other stages say while they handle
// a tick is heard after it, and said at the next.
func (s *Stage) Subscribe() error {
	const name = "publish"
	err := bus.Handle(s.bus, bus.Origins, name, func(_ context.Context, o seis.Origin) error {
		s.core.Origin(o)
		return nil
	})
	if err == nil {
		err = bus.Handle(s.bus, bus.Magnitudes, name, func(_ context.Context, m bus.EventMagnitude) error {
			s.core.Magnitude(m.EventID, m.Magnitude)
			return nil
		})
	}
	if err == nil {
		err = bus.Handle(s.bus, bus.Intensities, name, func(_ context.Context, m bus.EventIntensities) error {
			s.core.Intensities(m.EventID, m.Stations)
			return nil
		})
	}
	if err == nil {
		err = bus.Handle(s.bus, bus.Ticks, name, s.tick)
	}
	if err != nil {
		return fmt.Errorf("subscribe publish: %w", err)
	}
	return nil
}

func (s *Stage) tick(ctx context.Context, now seis.Time) error {
	for _, e := range s.core.Tick(now) {
		// Revisions never change, so that event and number name the content.
		id := fmt.Sprintf("%s/%d", e.ID, e.Revision)
		if err := bus.Publish(ctx, s.bus, bus.Events, e.ID, id, e); err != nil {
			return fmt.Errorf("publish event %s revision %d: %w", e.ID, e.Revision, err)
		}
	}
	return nil
}
