package publish

import (
	"time"

	"houfeng/internal/seis"
)

// Options are the settings of the stage. A zero field takes its default, so
// that the zero Options is the default.
type Options struct {
	// Intervals are the least times from the first revision to the second,
	// from the second to the third, and so on; the last one repeats. The first
	// revision is said at once. Default 1 s, 2 s, 5 s, 10 s.
	Intervals []time.Duration
	// CloseAfter is how long after origin time, and after the last revision, an
	// event without change is closed. Default 10 min.
	CloseAfter time.Duration

	// What is worth a revision of its own.
	MoveKm    float64       // epicentre, km; default 0.5
	DepthKm   float64       // depth, km; default 1
	Shift     time.Duration // origin time; default 0.1 s
	Magnitude float64       // network magnitude; default 0.05
	Intensity float64       // at any station, either scale; default 0.1

	// ConfirmStations and ConfirmSeen make a preliminary event confirmed: it
	// rests on at least so many stations, and at least this share of the
	// stations that should have seen it did. Defaults 6 and 0.5.
	ConfirmStations int
	ConfirmSeen     float64 // 0–1

	// Sizable reports whether the stations of an origin have the responses that
	// a magnitude needs; nil: none has. An event that could be sized but has
	// no magnitude is said only when UnsizedStations located it; default 10.
	Sizable         func(seis.Origin) bool
	UnsizedStations int

	// MaxOpen and MaxClosed bound the memory: events being followed, and
	// closed events remembered so that a late word continues their revisions.
	// Defaults 1000 and 256.
	MaxOpen, MaxClosed int
}

func (o Options) withDefaults() Options {
	if o.UnsizedStations == 0 {
		o.UnsizedStations = 10
	}
	if len(o.Intervals) == 0 {
		o.Intervals = []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}
	}
	if o.CloseAfter == 0 {
		o.CloseAfter = 10 * time.Minute
	}
	if o.MoveKm == 0 {
		o.MoveKm = 0.5
	}
	if o.DepthKm == 0 {
		o.DepthKm = 1
	}
	if o.Shift == 0 {
		o.Shift = 100 * time.Millisecond
	}
	if o.Magnitude == 0 {
		o.Magnitude = 0.05
	}
	if o.Intensity == 0 {
		o.Intensity = 0.1
	}
	if o.ConfirmStations == 0 {
		o.ConfirmStations = 6
	}
	if o.ConfirmSeen == 0 {
		o.ConfirmSeen = 0.5
	}
	if o.MaxOpen == 0 {
		o.MaxOpen = 1000
	}
	if o.MaxClosed == 0 {
		o.MaxClosed = 256
	}
	return o
}

// interval returns the least time between revision n and revision n+1.
func (o *Options) interval(n int) time.Duration {
	if n < 1 {
		return 0
	}
	return o.Intervals[min(n, len(o.Intervals))-1]
}
