// Package quakeml reads and writes QuakeML 1.2, Basic Event Description (BED),
// the format in which agencies exchange earthquakes.
//
// Start with [EventParameters], [Write] and [Read]. The types are those of the
// standard ("QuakeML – An XML Representation of Seismological Event Data,
// Basic Event Description, Version 1.2", Euchner & Schorlemmer 2013), in its
// words, units included: depths and horizontal uncertainties in metres,
// distances of arrivals in degrees, times in UTC, angles in degrees,
// amplitudes in SI units.
//
// Write is deterministic: the same value gives the same bytes, elements in the
// order of the struct fields and slices as they are. It refuses public
// identifiers that the schema does not allow. Read takes what others write
// (ComCat, SeisComP, ObsPy, …): elements in any order, foreign elements and
// attributes skipped, identifiers of any form. It is bounded ([Limits]) and
// never panics.
//
// Not kept: focal mechanisms and moment tensors, composite times, and the
// real-time variant of QuakeML. The package imports the standard library only
// and does no I/O of its own.
package quakeml

// XML namespaces of QuakeML 1.2.
const (
	Namespace    = "http://quakeml.org/xmlns/quakeml/1.2"
	BEDNamespace = "http://quakeml.org/xmlns/bed/1.2"
)

// EventParameters is a catalogue of events.
type EventParameters struct {
	PublicID     ID            `xml:"publicID,attr"`
	Events       []Event       `xml:"event"`
	Description  string        `xml:"description,omitempty"`
	Comments     []Comment     `xml:"comment"`
	CreationInfo *CreationInfo `xml:"creationInfo"`
}

// Event is one earthquake, or another source, with all that is said of it.
type Event struct {
	PublicID             ID                 `xml:"publicID,attr"`
	PreferredOriginID    ID                 `xml:"preferredOriginID,omitempty"`
	PreferredMagnitudeID ID                 `xml:"preferredMagnitudeID,omitempty"`
	Type                 EventType          `xml:"type,omitempty"`
	TypeCertainty        string             `xml:"typeCertainty,omitempty"` // "known", "suspected"
	Descriptions         []EventDescription `xml:"description"`
	Comments             []Comment          `xml:"comment"`
	CreationInfo         *CreationInfo      `xml:"creationInfo"`
	Origins              []Origin           `xml:"origin"`
	Magnitudes           []Magnitude        `xml:"magnitude"`
	StationMagnitudes    []StationMagnitude `xml:"stationMagnitude"`
	Amplitudes           []Amplitude        `xml:"amplitude"`
	Picks                []Pick             `xml:"pick"`
}

// EventType is what the source was; see the constants for the usual ones.
type EventType string

const (
	Earthquake  EventType = "earthquake"
	NotExisting EventType = "not existing" // the event was withdrawn
	QuarryBlast EventType = "quarry blast"
	OtherEvent  EventType = "other event"
)

// EventDescription names an event for people.
type EventDescription struct {
	Text string `xml:"text"`
	Type string `xml:"type,omitempty"` // "region name", "Flinn-Engdahl region", "earthquake name", …
}

// Comment is free text.
type Comment struct {
	ID           ID            `xml:"id,attr,omitempty"`
	Text         string        `xml:"text"`
	CreationInfo *CreationInfo `xml:"creationInfo"`
}

// CreationInfo says who made something and when.
type CreationInfo struct {
	AgencyID     string `xml:"agencyID,omitempty"`
	AgencyURI    ID     `xml:"agencyURI,omitempty"`
	Author       string `xml:"author,omitempty"`
	AuthorURI    ID     `xml:"authorURI,omitempty"`
	CreationTime *Time  `xml:"creationTime"`
	Version      string `xml:"version,omitempty"`
}

// EvaluationMode tells a person's work from a program's.
type EvaluationMode string

const (
	Automatic EvaluationMode = "automatic"
	Manual    EvaluationMode = "manual"
)

// EvaluationStatus tells how far something has been looked at.
type EvaluationStatus string

const (
	Preliminary EvaluationStatus = "preliminary"
	Confirmed   EvaluationStatus = "confirmed"
	Reviewed    EvaluationStatus = "reviewed"
	Final       EvaluationStatus = "final"
	Rejected    EvaluationStatus = "rejected"
)

// Quantity is a number with its uncertainty.
type Quantity struct {
	Value           float64  `xml:"value"`
	Uncertainty     *float64 `xml:"uncertainty"` // symmetric
	Lower           *float64 `xml:"lowerUncertainty"`
	Upper           *float64 `xml:"upperUncertainty"`
	ConfidenceLevel *float64 `xml:"confidenceLevel"` // per cent
}

// Exactly returns a quantity without uncertainty.
func Exactly(v float64) Quantity { return Quantity{Value: v} }

// About returns a quantity with a symmetric uncertainty; sigma ≤ 0 or NaN gives none.
func About(v, sigma float64) Quantity {
	if !(sigma > 0) {
		return Quantity{Value: v}
	}
	return Quantity{Value: v, Uncertainty: &sigma}
}

// TimeQuantity is an instant with its uncertainty in seconds.
type TimeQuantity struct {
	Value           Time     `xml:"value"`
	Uncertainty     *float64 `xml:"uncertainty"`
	Lower           *float64 `xml:"lowerUncertainty"`
	Upper           *float64 `xml:"upperUncertainty"`
	ConfidenceLevel *float64 `xml:"confidenceLevel"` // per cent
}

// WaveformID names the stream that something was measured on.
type WaveformID struct {
	Network  string `xml:"networkCode,attr"`
	Station  string `xml:"stationCode,attr"`
	Location string `xml:"locationCode,attr"` // "" is written as the empty location
	Channel  string `xml:"channelCode,attr,omitempty"`
	Resource string `xml:",chardata"` // identifier of the waveform, if any
}
