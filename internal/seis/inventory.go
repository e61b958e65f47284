package seis

import (
	"sort"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
)

// Channel is one epoch of one stream's metadata.
type Channel struct {
	ID          fdsn.ID
	Start, End  Time    // valid in [Start, End); zero End is open
	Latitude    float64 // degrees
	Longitude   float64 // degrees
	ElevationM  float64 // metres above sea level, of the ground
	DepthM      float64 // metres below the ground
	AzimuthDeg  float64 // of positive motion, clockwise from north
	DipDeg      float64 // of positive motion, down from the horizontal; −90 is up
	RateHz      float64 // nominal samples per second; 0 if unknown
	Sensor      string
	Response    *response.Response // nil: "no response", not used for magnitude
	StationName string
}

// HasResponse reports whether amplitudes of the channel can be turned to
// physical units.
func (c *Channel) HasResponse() bool {
	return c != nil && c.Response != nil && c.Response.Sensitivity != 0
}

// Inventory is what is known of the network's instruments. It is read-only
// once built. The zero Inventory knows nothing.
type Inventory struct {
	channels map[fdsn.ID][]Channel // epochs sorted by start
	stations map[string]Channel    // any channel, for coordinates, by "NET.STA"
}

// NewInventory builds an inventory. Later duplicates of the same id and start
// replace earlier ones.
func NewInventory(channels []Channel) *Inventory {
	inv := &Inventory{channels: map[fdsn.ID][]Channel{}, stations: map[string]Channel{}}
	for _, c := range channels {
		es := inv.channels[c.ID]
		replaced := false
		for i := range es {
			if es[i].Start == c.Start {
				es[i], replaced = c, true
			}
		}
		if !replaced {
			es = append(es, c)
		}
		sort.SliceStable(es, func(i, j int) bool { return es[i].Start.Before(es[j].Start) })
		inv.channels[c.ID] = es
	}
	for _, id := range inv.IDs() {
		es := inv.channels[id]
		if _, ok := inv.stations[id.StationID()]; !ok {
			inv.stations[id.StationID()] = es[len(es)-1]
		}
	}
	return inv
}

// IDs returns all stream ids, sorted.
func (inv *Inventory) IDs() []fdsn.ID {
	if inv == nil {
		return nil
	}
	ids := make([]fdsn.ID, 0, len(inv.channels))
	for id := range inv.channels {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return fdsn.Compare(ids[i], ids[j]) < 0 })
	return ids
}

// Stations returns all station ids ("NET.STA"), sorted.
func (inv *Inventory) Stations() []string {
	if inv == nil {
		return nil
	}
	s := make([]string, 0, len(inv.stations))
	for k := range inv.stations {
		s = append(s, k)
	}
	sort.Strings(s)
	return s
}

// Channel returns the epoch of id that holds at t. A stream known only by its
// station (plain station tables list no channels) gets the station's
// coordinates, orientation by its component letter, and no response.
func (inv *Inventory) Channel(id fdsn.ID, t Time) (Channel, bool) {
	if inv == nil {
		return Channel{}, false
	}
	for _, e := range inv.channels[id] {
		if !t.Before(e.Start) && (e.End.IsZero() || t.Before(e.End)) {
			return e, true
		}
	}
	if len(inv.channels[id]) > 0 {
		return Channel{}, false // known, but not at this time
	}
	st, ok := inv.stations[id.StationID()]
	if !ok {
		return Channel{}, false
	}
	c := Channel{ID: id, Latitude: st.Latitude, Longitude: st.Longitude, ElevationM: st.ElevationM, StationName: st.StationName}
	switch id.Component() {
	case "Z":
		c.DipDeg = -90
	case "E":
		c.AzimuthDeg = 90
	}
	// A table may give one sensitivity for every channel of the station.
	if any, ok := inv.channels[fdsn.ID{Network: id.Network, Station: id.Station}]; ok && len(any) > 0 {
		c.Response, c.RateHz = any[0].Response, any[0].RateHz
	}
	return c, true
}

// Station returns coordinates of "NET.STA" (from any of its channels).
func (inv *Inventory) Station(station string) (Channel, bool) {
	if inv == nil {
		return Channel{}, false
	}
	c, ok := inv.stations[station]
	return c, ok
}
