// Package stationxml reads and writes FDSN StationXML 1.0, 1.1 and 1.2, the
// format in which networks describe their stations and instruments.
//
// Start with [Read] and [Document]; [Document.Write] writes schema version 1.2
// and [Merge] joins documents. Everything is kept that is needed to find a
// channel at a time and to compute its instrument response, all response stages
// included; the package does not evaluate them.
//
// Not kept: comments, operators, external references, data availability, equipment
// other than sensor and data logger, uncertainties, and elements of foreign
// namespaces. They are skipped, never an error.
//
// Read is made for bytes from strangers: it is bounded in size, depth and
// counts ([Limits]), resolves no entities but XML's own five, and never panics.
// Errors name the line and the element path:
//
//	line 34: FDSNStationXML/Network[BK]/Station[BRIB]/Channel[01.BHE]/Azimuth: "abc" is not a number
//
// The package imports the standard library and houfeng/fdsn, and does no I/O
// of its own.
package stationxml

import (
	"time"

	"houfeng/fdsn"
)

// Namespace is the XML namespace of all StationXML 1.x documents.
const Namespace = "http://www.fdsn.org/xml/station/1"

// Document is one StationXML document (RootType).
type Document struct {
	SchemaVersion string // as read: "1.0", "1.1", "1.2"; written as "1.2"
	Source        string // network or organisation that the metadata comes from
	Sender        string
	Module        string // software that made the document
	ModuleURI     string
	Created       time.Time
	Networks      []Network
}

// Node is what networks, stations and channels share (BaseNodeType).
type Node struct {
	Code             string
	Start, End       time.Time // valid in [Start, End); zero: not given
	SourceID         string    // FDSN source identifier, since 1.2
	RestrictedStatus string    // "open", "closed", "partial"; "" if not given
	AlternateCode    string
	HistoricalCode   string
	Description      string
	Identifiers      []Identifier // persistent identifiers such as a DOI, since 1.1
}

// Covers reports whether the node's epoch holds at t.
func (n *Node) Covers(t time.Time) bool {
	return (n.Start.IsZero() || !t.Before(n.Start)) && (n.End.IsZero() || t.Before(n.End))
}

// Identifier is a persistent identifier.
type Identifier struct {
	Type  string // "DOI"
	Value string
}

// Network is one epoch of a network.
type Network struct {
	Node
	TotalStations    int // 0: not given
	SelectedStations int // 0: not given
	Stations         []Station
}

// Station is one epoch of a station.
type Station struct {
	Node
	Latitude         float64 // degrees, WGS 84
	Longitude        float64 // degrees
	ElevationM       float64 // metres, of the ground
	Site             Site
	Vault, Geology   string
	Creation         time.Time
	Termination      time.Time
	TotalChannels    int // 0: not given
	SelectedChannels int // 0: not given
	Channels         []Channel
}

// Site names the place of a station.
type Site struct {
	Name, Description, Town, County, Region, Country string
}

// Channel is one epoch of a channel. Its Node's Code is the channel code.
type Channel struct {
	Node
	LocationCode string   // "" or two characters, usually; blanks are trimmed
	Latitude     float64  // degrees, WGS 84
	Longitude    float64  // degrees
	ElevationM   float64  // metres, of the ground surface at the sensor
	DepthM       float64  // metres below the ground
	AzimuthDeg   *float64 // of positive motion, degrees clockwise from north; nil if not given
	DipDeg       *float64 // of positive motion, degrees down from horizontal: −90 is up; nil if not given
	Types        []string // "CONTINUOUS", "GEOPHYSICAL", …
	SampleRateHz float64  // 0: not given
	ClockDrift   *float64 // seconds per sample
	Calibration  *Units   // units of calibration input
	Sensor       *Equipment
	DataLogger   *Equipment
	Response     *Response
}

// ID returns the identifier of channel c of station s of network n.
func ID(n *Network, s *Station, c *Channel) fdsn.ID {
	return fdsn.ID{Network: n.Code, Station: s.Code, Location: c.LocationCode, Channel: c.Code}
}

// Equipment describes a sensor or data logger.
type Equipment struct {
	ResourceID                                             string
	Type, Description, Manufacturer, Vendor, Model, Serial string
	Installed, Removed                                     time.Time
}
