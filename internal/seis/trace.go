package seis

import "houfeng/fdsn"

// Trace is a run of samples without gaps.
type Trace struct {
	ID      fdsn.ID
	Start   Time
	Rate    float64   // samples per second
	Samples []float64 // counts, unless the producer says otherwise
}

// Time returns the time of sample i, which may lie outside the trace.
func (t *Trace) Time(i int) Time { return t.Start.AddSeconds(float64(i) / t.Rate) }

// End returns the time just after the last sample.
func (t *Trace) End() Time { return t.Time(len(t.Samples)) }

// Windows gives access to recent waveforms. Stages that measure an event after
// it was found read the samples here. Implementations are read only between
// ticks of the chain and need no locks.
type Windows interface {
	// Window returns the contiguous pieces of stream id that overlap
	// [start, end), cut to it, oldest first; nil when there is nothing.
	// The samples are counts and belong to the caller.
	Window(id fdsn.ID, start, end Time) []Trace
	// Streams returns the streams of station "NET.STA" that have data, sorted.
	Streams(station string) []fdsn.ID
}
