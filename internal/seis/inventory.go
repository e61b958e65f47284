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
	type epoch struct {
		id    fdsn.ID
		start Time
	}
	at := make(map[epoch]int, len(channels))
	for _, c := range channels {
		k := epoch{c.ID, c.Start}
		if i, ok := at[k]; ok {
			inv.channels[c.ID][i] = c
			continue
		}
		at[k] = len(inv.channels[c.ID])
		inv.channels[c.ID] = append(inv.channels[c.ID], c)
	}
	for _, id := range inv.IDs() {
		es := inv.channels[id]
		sort.SliceStable(es, func(i, j int) bool { return es[i].Start.Before(es[j].Start) })
		// The station's own coordinates are those of the newest epoch of its
		// first channel; a bare station entry counts only if there is nothing else.
		if old, ok := inv.stations[id.StationID()]; !ok || old.ID.Channel == "" {
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

// Epochs returns all epochs of id, oldest first; nil if it is not listed. An
// id without channel code stands for a station listed without channels.
func (inv *Inventory) Epochs(id fdsn.ID) []Channel {
	if inv == nil {
		return nil
	}
	return append([]Channel(nil), inv.channels[id]...)
}

// epoch returns the epoch of id that holds at t. Where epochs overlap, because
// an old one was never closed, the one that began last holds.
func (inv *Inventory) epoch(id fdsn.ID, t Time) (Channel, bool) {
	es := inv.channels[id]
	for i := len(es) - 1; i >= 0; i-- {
		if e := &es[i]; (e.Start.IsZero() || !t.Before(e.Start)) && (e.End.IsZero() || t.Before(e.End)) {
			return *e, true
		}
	}
	return Channel{}, false
}

// Channel returns the epoch of id that holds at t. A stream known only by its
// station (plain station tables list no channels) gets the station's
// coordinates, orientation by its component letter, and no response unless the
// table gave one for the whole station.
func (inv *Inventory) Channel(id fdsn.ID, t Time) (Channel, bool) {
	if inv == nil {
		return Channel{}, false
	}
	if e, ok := inv.epoch(id, t); ok {
		return e, true
	}
	if len(inv.channels[id]) > 0 {
		return Channel{}, false // known, but not at this time
	}
	st, ok := inv.stations[id.StationID()]
	if !ok {
		return Channel{}, false
	}
	bare := fdsn.ID{Network: id.Network, Station: id.Station}
	c := Channel{ID: id, Latitude: st.Latitude, Longitude: st.Longitude, ElevationM: st.ElevationM, StationName: st.StationName}
	if e, ok := inv.epoch(bare, t); ok {
		c.Latitude, c.Longitude, c.ElevationM = e.Latitude, e.Longitude, e.ElevationM
		c.Start, c.End = e.Start, e.End
		// A table may give one sensitivity for every channel of the station.
		c.Response, c.RateHz = e.Response, e.RateHz
	}
	c.AzimuthDeg, c.DipDeg = NominalOrientation(id)
	return c, true
}

// NominalOrientation returns azimuth and dip that the component letter stands
// for: Z up, N north, E east (SEED 2.4, appendix A). Other letters give no
// orientation and are taken as north; 2 and Y as east, 3 as up.
func NominalOrientation(id fdsn.ID) (azimuthDeg, dipDeg float64) {
	switch id.Component() {
	case "Z", "3":
		return 0, -90
	case "E", "2", "Y":
		return 90, 0
	}
	return 0, 0
}

// Station returns coordinates of "NET.STA" (from any of its channels).
func (inv *Inventory) Station(station string) (Channel, bool) {
	if inv == nil {
		return Channel{}, false
	}
	c, ok := inv.stations[station]
	return c, ok
}
