package bus

import "houfeng/internal/seis"

// The map of the centre: each topic, who says it, who listens. Every one of
// them is said while the chain acts on a tick of the journal.
var (
	// Records: accepted records of one tick, in journal order. Said by the
	// chain's conductor; ring, archive, seedlink server and console listen.
	Records = Topic[[]*seis.Record]{"records"}
	// Refusals: receipts not accepted. Said by the conductor; report and
	// console listen.
	Refusals = Topic[seis.Entry]{"refusals"}
	// States: health of a stream when it changes. Said by quality; associate
	// and console listen.
	States = Topic[seis.StreamState]{"states"}
	// Picks: said by pick; associate, report and console listen.
	Picks = Topic[seis.Pick]{"picks"}
	// Shaking: each station's motion, second by second. Said by intensity;
	// console listens.
	Shaking = Topic[seis.Shaking]{"shaking"}
	// Trusts: a stream's standing changed. Said by the conductor (defence
	// speaks through the journal); pick and associate listen.
	Trusts = Topic[seis.Trust]{"trusts"}
	// Candidates: picks that belong together, with a first location. Said by
	// associate; locate listens.
	Candidates = Topic[seis.Origin]{"candidates"}
	// Origins: located candidates. Said by locate; associate (to join later
	// picks), magnitude, intensity and publish listen.
	Origins = Topic[seis.Origin]{"origins"}
	// Magnitudes and Intensities of an event, by origin. Said by magnitude and
	// intensity; publish listens.
	Magnitudes  = Topic[EventMagnitude]{"magnitudes"}
	Intensities = Topic[EventIntensities]{"intensities"}
	// Events: a new revision. Said by publish; catalogue, report, feeds and
	// console listen.
	Events = Topic[seis.Event]{"events"}
	// Ticks: the clock moved; everything that arrived before has been handled.
	// Said by the conductor, last in its turn; every stage with a timer listens.
	Ticks = Topic[seis.Time]{"ticks"}
)

// EventMagnitude is a network magnitude of event EventID.
type EventMagnitude struct {
	EventID   string
	Magnitude seis.Magnitude
}

// EventIntensities are the station intensities of event EventID.
type EventIntensities struct {
	EventID  string
	Stations []seis.Shaking // sorted by station
}
