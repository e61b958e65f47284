package httpd

import (
	"net/http"
	"slices"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

type stationsJSON struct {
	Type     string                           `json:"type"`
	Metadata stationsMetadata                 `json:"metadata"`
	Features []featureJSON[stationProperties] `json:"features"`
}

type stationsMetadata struct {
	CentreMs millis     `json:"centre_ms"`
	Counts   countsJSON `json:"stations"`
}

// getStations answers /stations.geojson: every station of the inventory and
// every one that sends; the latter have no geometry if the inventory does not
// know them.
func (s *Server) getStations(w http.ResponseWriter, r *http.Request) {
	if s.src.Inventory == nil && s.src.Bus == nil {
		off("inventory")(w, r)
		return
	}
	var inv *seis.Inventory
	if s.src.Inventory != nil {
		inv = s.src.Inventory()
	}
	known := s.index.of(inv)
	ids := append(inv.Stations(), s.net.stationIDs()...)
	slices.Sort(ids)
	ids = slices.Compact(ids)

	counts, _, now := s.net.counts(inv.Stations())
	out := stationsJSON{Type: "FeatureCollection", Features: make([]featureJSON[stationProperties], 0, len(ids))}
	out.Metadata = stationsMetadata{CentreMs: millis(now), Counts: counts}
	for _, id := range ids {
		out.Features = append(out.Features, s.net.stationFeature(id, inv, known[id]))
	}
	s.respondJSON(w, r, geoJSON, out)
}

func (n *network) stationIDs() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids := make([]string, 0, len(n.stations))
	for id := range n.stations {
		ids = append(ids, id)
	}
	return ids
}

// streamIndex lists the streams of each station of the newest inventory, which
// changes rarely.
type streamIndex struct {
	mu    sync.Mutex
	inv   *seis.Inventory
	known map[string][]fdsn.ID
}

// of returns the streams of each station in the inventory, sorted.
func (x *streamIndex) of(inv *seis.Inventory) map[string][]fdsn.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known != nil && x.inv == inv {
		return x.known
	}
	known := map[string][]fdsn.ID{}
	for _, id := range inv.IDs() {
		if id.Channel != "" {
			known[id.StationID()] = append(known[id.StationID()], id)
		}
	}
	x.inv, x.known = inv, known
	return known
}
