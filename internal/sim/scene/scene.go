// Package scene is the small language in which a network and what happens to
// it are described: stations that do not exist, their noise and links,
// earthquakes at a time, and what is expected of a centre that watches.
//
// Scenes are written by people who test the chain, by people who test the
// guards, and by operators who drill. The language is documented in
// docs/scenes.md; start there, then with [Parse]. Package sim turns a [Scene]
// into waveforms.
//
// Parse is bounded in every direction, never panics, and tells the line of
// every mistake. All randomness (places of a grid, aftershocks, mechanisms) is
// drawn while parsing from the scene's seed, so a Scene is fully explicit: two
// parses of the same text are equal.
package scene

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"time"

	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// Scene is a parsed scene. It is read-only after Parse.
type Scene struct {
	Name         string // as given to Parse
	Title        string
	Seed         uint64
	Start        seis.Time     // of the scene's data, "+0s"; moved to now when a scene runs live
	Length       time.Duration // of the scene's data after Start
	Backlog      time.Duration // of data before Start
	Record       time.Duration // longest record before it is flushed
	PerStation   bool          // each station is a server of its own; else one concentrator
	Networks     []Network
	Instruments  []Instrument // all that are known, built in ones first
	Stations     []Station    // sorted by network and code
	Model        Model
	Quakes       []Quake     // local earthquakes, aftershocks included, by time
	Teleseisms   []Teleseism // by time
	Dropouts     []Dropout
	Expectations []Expectation
}

// Network is a network code and its name.
type Network struct {
	Code string
	Name string
}

// Station is one site with one or more instruments.
type Station struct {
	Network     string
	Code        string
	Name        string
	Latitude    float64  // degrees
	Longitude   float64  // degrees
	ElevationM  float64  // metres above sea level
	Instruments []string // names, in order; distinct channel prefixes
	Noise       Noise
	Telemetry   Telemetry
}

// ID returns "NET.STA".
func (s *Station) ID() string { return s.Network + "." + s.Code }

// Noise is the ground noise of a site.
type Noise struct {
	// Level places the acceleration spectrum between Peterson's (1993) low
	// noise model (0) and high noise model (1), linearly in dB.
	Level float64
	// Microseism is the same for periods of 2.5 to 20 s.
	Microseism float64
	// PeakS is the period of the secondary microseism's peak, seconds.
	PeakS float64
	// CultureDB is how much louder people make the band of 1.5 to 25 Hz at
	// noon than at night (local solar time), in dB.
	CultureDB float64
	// BurstsPerHour is the mean number of short local disturbances (steps,
	// vehicles, doors) in an hour by day; a quarter of it at night.
	BurstsPerHour float64
}

// Telemetry is the way from the digitiser to the centre.
type Telemetry struct {
	Delay  time.Duration // of every packet
	Jitter time.Duration // mean of an exponential delay that is added to it
}

// Instrument is a kind of sensor with its digitiser: three components Z, N, E.
type Instrument struct {
	Name           string
	Channels       string  // band and source code: "HH"
	RateHz         float64 // samples per second
	Sensor         string  // for metadata
	Response       response.Response
	FullScale      float64 // counts; beyond it the output clips
	SelfNoiseDB    float64 // of the sensor, flat acceleration spectrum, dB relative to 1 (m/s²)²/Hz
	DigitizerNoise float64 // white noise of the digitiser, counts rms
	OffsetCounts   float64 // largest constant offset; drawn per channel
}

// Layer is one layer of the crust, from TopKm down to the next layer's top.
type Layer struct {
	TopKm float64 // below sea level
	Vp    float64 // km/s
	Vs    float64 // km/s
}

// Model says how waves travel. What the simulator uses differs from what is
// written here by Perturb and Terms, so that a locator that knows the written
// model does not know the simulator's.
type Model struct {
	Layers  []Layer
	Perturb float64 // largest relative change of a layer's velocity: 0.05 is 5 %
	TermsS  float64 // standard deviation of the station terms, seconds
}

// Quake is a local earthquake.
type Quake struct {
	Name          string // "" if it was not given one
	Kind          string // "earthquake" or "aftershock"
	At            time.Duration
	Latitude      float64
	Longitude     float64
	DepthKm       float64
	Magnitude     float64 // moment magnitude
	StressDropMPa float64
	StrikeDeg     float64
	DipDeg        float64
	RakeDeg       float64
}

// Teleseism is a distant earthquake, seen as a plane wave.
type Teleseism struct {
	Name           string
	At             time.Duration // of the P arrival at the middle of the network
	BackazimuthDeg float64       // from the network to the earthquake
	DistanceDeg    float64
	DepthKm        float64
	Magnitude      float64
}

// Dropout is a time in which a station's link is down.
type Dropout struct {
	Station string // "NET.STA", with wildcards
	From    time.Duration
	For     time.Duration
	Lost    bool // the data of that time never comes; else it comes late
}

// ExpectKind says what an [Expectation] is about.
type ExpectKind string

const (
	ExpectEvent   ExpectKind = "event"    // an event is found
	ExpectNoEvent ExpectKind = "no event" // nothing is found in [From, By]
)

// Expectation is a statement of what a centre that watches the scene should
// say. The simulator only carries it; tests and drills judge.
type Expectation struct {
	Line int
	Kind ExpectKind
	// Quake is the index in Scene.Quakes of the event meant: the one named, or
	// the first that is not an aftershock and has the given magnitude.
	// −1 for ExpectNoEvent.
	Quake           int
	WithinKm        float64       // largest error of the epicentre; 0: not stated
	WithinS         float64       // largest error of the origin time, seconds; 0: not stated
	WithinMagnitude float64       // largest error of the magnitude; 0: not stated
	From            time.Duration // of ExpectNoEvent
	By              time.Duration // on the centre's clock, after Start; 0: by the end
}

// At returns the time that lies d after the scene's start.
func (s *Scene) At(d time.Duration) seis.Time { return s.Start.Add(d) }

// End returns the time just after the scene's last sample.
func (s *Scene) End() seis.Time { return s.Start.Add(s.Length) }

// Shifted returns a copy of the scene that starts at start. Stations,
// earthquakes and their waves stay the same; the daily course of the noise
// follows the clock.
func (s *Scene) Shifted(start seis.Time) *Scene {
	c := *s
	c.Start = start
	return &c
}

// Station returns the station "NET.STA", or nil.
func (s *Scene) Station(id string) *Station {
	for i := range s.Stations {
		if s.Stations[i].ID() == id {
			return &s.Stations[i]
		}
	}
	return nil
}

// Instrument returns the instrument of that name, or nil.
func (s *Scene) Instrument(name string) *Instrument {
	for i := range s.Instruments {
		if s.Instruments[i].Name == name {
			return &s.Instruments[i]
		}
	}
	return nil
}

// Center returns the mean of the stations' coordinates, the point to which
// teleseisms refer.
func (s *Scene) Center() (lat, lon float64) {
	if len(s.Stations) == 0 {
		return 0, 0
	}
	for i := range s.Stations {
		lat += s.Stations[i].Latitude
		lon += s.Stations[i].Longitude
	}
	n := float64(len(s.Stations))
	return lat / n, lon / n
}

// Key derives a number from the scene's seed and a label. Everything random
// hangs on such a key, so that what is drawn for one thing never depends on
// what was drawn for another before it.
func (s *Scene) Key(label string) uint64 {
	h := fnv.New64a()
	h.Write(strconv.AppendUint(nil, s.Seed, 10))
	h.Write([]byte{'/'})
	h.Write([]byte(label))
	return Mix(h.Sum64())
}

// Mix scrambles the bits of x (finaliser of SplitMix64; Steele, Lea & Flood
// 2014, figure 16), so that neighbouring keys give unrelated generators.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Rand returns a generator that depends on seed and label only.
func (s *Scene) Rand(label string) *rand.Rand {
	k := s.Key(label)
	return rand.New(rand.NewPCG(k, k^0x9e3779b97f4a7c15))
}
