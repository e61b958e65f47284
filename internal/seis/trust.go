package seis

import "houfeng/fdsn"

// Standing says how the chain may use a stream. Data is labelled and weighed
// down, never dropped.
type Standing uint8

const (
	Use         Standing = 0 // fully
	NonDeciding Standing = 1 // may support a decision, never make one
	Excluded    Standing = 2 // shown, not used
)

func (s Standing) String() string {
	switch s {
	case NonDeciding:
		return "non-deciding"
	case Excluded:
		return "excluded"
	}
	return "use"
}

// Trust is the one word by which defence speaks to the chain: the standing of
// a stream during an interval, and why. The zero Trust is full use.
type Trust struct {
	Stream     string // "NET.STA.LOC.CHA", with wildcards
	Start, End Time   // zero End: until further notice
	Standing   Standing
	Weight     float64 // 0–1, multiplies the weight of picks; meaningful unless Standing is Use
	Reasons    []string
	FateGroups []string // what the stream shares with others: router, link, provider
	Made       Time
}

// Covers reports whether the trust speaks of stream id at t.
func (t *Trust) Covers(id fdsn.ID, at Time) bool {
	return fdsn.MatchID(t.Stream, id) && !at.Before(t.Start) && (t.End.IsZero() || at.Before(t.End))
}

// PickWeight returns the factor for a pick's weight: 1, Weight, or 0.
func (t *Trust) PickWeight() float64 {
	switch t.Standing {
	case Use:
		return 1
	case NonDeciding:
		return t.Weight
	}
	return 0
}

// StreamState is the health of one stream as the chain sees it, said when it
// changes and at least once a minute.
type StreamState struct {
	Stream   fdsn.ID
	Last     Time    // end of the newest sample
	LatencyS float64 // arrival − end of record
	RateHz   float64
	Ready    bool    // filters are warm and data is current: silence means something
	NoiseRMS float64 // counts, in the picker's band, outside triggers
	Gaps     int     // since the start
	Overlaps int
	Records  int
	Note     string // "no response", "no inventory", "rate 1 Hz is below 10 Hz", …
	Made     Time
}
