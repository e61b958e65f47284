package seedlink

import (
	"maps"
	"slices"
	"strings"
)

// plan spells out entries with wildcards: a station that was received before
// is asked for by name, from its own position on, ahead of the entry that
// covers the rest. Where two entries fit a station the first one counts.
func plan(streams []StreamRequest, state State) []StreamRequest {
	list := make([]StreamRequest, 0, len(streams))
	named := make(map[string]bool)
	for _, req := range streams {
		if !strings.ContainsAny(req.Network+req.Station, "*?") {
			named[req.Network+"."+req.Station] = true
			list = append(list, req)
		}
	}
	for _, req := range streams {
		r := request{network: req.Network, station: req.Station}
		if !r.wild() {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(state)) {
			network, station, ok := strings.Cut(key, ".")
			if ok && !named[key] && plainCode(network) && plainCode(station) && r.fits(stationKey{network, station}) {
				named[key] = true
				list = append(list, StreamRequest{Network: network, Station: station, Selectors: req.Selectors})
			}
		}
	}
	for _, req := range streams {
		if strings.ContainsAny(req.Network+req.Station, "*?") {
			list = append(list, req)
		}
	}
	return list
}

// oldest is for ringserver, which numbers the packets of all stations in one
// sequence and begins all stations at one place. It returns the position least
// far along of the stations in the list, counted back from the one that was
// received last and around the wrap, and the positions of all of them, before
// which packets are to be passed over.
func oldest(list []StreamRequest, state State) (*Position, State) {
	low := make(State)
	var last Position
	for _, req := range list {
		key := req.Network + "." + req.Station
		if p, ok := state[key]; ok {
			low[key] = p
			if p.Start >= last.Start {
				last = p
			}
		}
	}
	if len(low) == 0 {
		return nil, nil
	}
	first, back := last, uint64(0)
	for _, key := range slices.Sorted(maps.Keys(low)) {
		// A position more than half the circle back is one ahead.
		if b := (last.Sequence - low[key].Sequence) & v3Sequence; b <= v3Sequence/2 && b > back {
			first, back = low[key], b
		}
	}
	return &first, low
}
