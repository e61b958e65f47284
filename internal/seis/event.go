package seis

import "houfeng/fdsn"

// Phase names an arrival ("P", "S").
type Phase string

const (
	P Phase = "P" // first arriving compressional wave
	S Phase = "S" // first arriving shear wave
)

// Polarity is the direction of first ground motion, +1 up, −1 down, 0 unknown.
type Polarity int8

// Pick is an onset found in the data of one stream.
type Pick struct {
	ID        string // hex digest of stream, phase and time
	Stream    fdsn.ID
	Phase     Phase
	Time      Time
	SigmaS    float64 // 1σ uncertainty of Time, seconds
	SNR       float64 // peak amplitude after to rms before the onset
	Amplitude float64 // peak in the picker's band after the onset, counts
	Polarity  Polarity
	Method    string // as listed by `houfeng methods`
	Made      Time   // chain's clock when the pick was made
	Trust     Trust  // of the stream at Time
}

// Arrival ties a pick to an origin.
type Arrival struct {
	Pick       Pick
	Phase      Phase
	DistanceKm float64 // epicentral
	AzimuthDeg float64 // from the epicentre to the station
	TakeoffDeg float64 // at the source, from down; NaN if unknown
	ResidualS  float64 // observed − computed
	Weight     float64 // 0–1 in the location; 0 = not used
}

// Origin is a solution for where and when.
type Origin struct {
	EventID      string // set once the event is born
	Time         Time
	TimeSigma    float64 // s, 1σ
	Latitude     float64
	Longitude    float64
	DepthKm      float64 // below sea level
	DepthFixed   bool
	DepthSigmaKm float64 // 1σ; 0 if fixed
	// 68 % confidence ellipse of the epicentre.
	EllipseMajorKm, EllipseMinorKm, EllipseAzimuthDeg float64
	GapDeg                                            float64   // largest azimuthal gap
	SecondaryGapDeg                                   float64   // largest gap when any one station is left out
	RMSs                                              float64   // weighted rms of the residuals of the arrivals used
	NearestKm                                         float64   // epicentral distance of the nearest station used
	Phases                                            int       // arrivals used
	Stations                                          int       // stations used
	Expected                                          int       // healthy stations that should have seen it
	Seen                                              int       // of these, how many did
	Arrivals                                          []Arrival // sorted by pick time, then stream
	Method, Model                                     string
	Flags                                             []string // "depth at surface", "outside network", … for a person
	Withdrawn                                         string   // not empty: the event is withdrawn, and why (Arrivals may then be empty)
	Made                                              Time
}

// StationMagnitude is one station's (or channel's) estimate. Where it rests on
// two components, Stream is that with the larger amplitude.
type StationMagnitude struct {
	Stream     fdsn.ID
	Type       string
	Value      float64
	Amplitude  float64 // in Unit
	Unit       string  // "mm" of a Wood–Anderson seismogram, …
	Time       Time    // of the peak
	PeriodS    float64 // 0 if not measured
	DistanceKm float64 // hypocentral
	SNR        float64 // peak of the signal over peak of the noise before it; 0 if not measured
	HighPassHz float64 // corner below which the seismogram was cut because of noise; 0: none
	Used       bool    // in the network magnitude
	Reason     string  // why not used
}

// Magnitude is a network magnitude.
type Magnitude struct {
	Type     string // "ML"
	Value    float64
	Sigma    float64 // standard deviation of the station values
	Count    int     // stations used
	Method   string
	Stations []StationMagnitude
	Made     Time
}

// Shaking is the motion of the ground at one station: during one second
// (Window 1 s, live) or during an event.
type Shaking struct {
	Station                  string  // "NET.STA"
	Stream                   fdsn.ID // sensor used; Channel is band+source ("HN")
	EventID                  string  // "" for the running value
	Start                    Time
	WindowS                  float64
	Latitude, Longitude      float64
	DistanceKm               float64  // epicentral; NaN without an event
	PGA                      float64  // gal, peak of the three-component vector, 0.1–10 Hz
	PGV                      float64  // cm/s, peak of the three-component vector, 0.1–10 Hz
	PGANorth, PGAEast, PGAUp float64  // gal, peak of each component, unfiltered but for the mean; NaN if none
	GBT                      float64  // GB/T 17742-2020 instrumental intensity, 1.0–12.0
	JMA                      float64  // JMA instrumental intensity
	Components               int      // 3, or what there was
	Flags                    []string // "clipped", "from velocity", …
	Made                     Time
}

// Status of an event.
type Status string

const (
	Preliminary Status = "preliminary"
	Confirmed   Status = "confirmed"
	Final       Status = "final"
	Rejected    Status = "rejected"
)

// Event is one revision of what is believed of one earthquake. Revisions are
// kept, never overwritten.
type Event struct {
	ID          string // hash of the first origin's picks; fixed at birth
	Revision    int    // from 1
	Status      Status
	Type        string // "earthquake"
	Origin      Origin
	Magnitude   *Magnitude // nil until there is one
	Intensities []Shaking  // one per station, sorted by station
	Region      string
	Reason      string // what made this revision
	Made        Time   // chain's clock
}
