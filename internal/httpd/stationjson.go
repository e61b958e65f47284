package httpd

import (
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// The states of a station, by its newest sample.
const (
	stateLive   = "live"   // not older than Options.LiveWithin
	stateLate   = "late"   // not older than ten minutes
	stateSilent = "silent" // older, or nothing yet
)

const lateSeconds = 600

// stationStateJSON is what changes about a station.
type stationStateJSON struct {
	Station  string   `json:"station"`
	State    string   `json:"state"`
	Standing string   `json:"standing"` // best of its streams: "use", "non-deciding", "excluded"
	Reasons  []string `json:"reasons"`  // of that standing
	Ready    bool     `json:"ready"`    // the picker's filters are warm on at least one stream
	NewestMs millis   `json:"newest_ms"`
	LatencyS num      `json:"latency_s"` // of the newest record
	Note     string   `json:"note"`
}

// sameAs compares without what changes with every record.
func (a *stationStateJSON) sameAs(b *stationStateJSON) bool {
	return a.State == b.State && a.Standing == b.Standing && a.Ready == b.Ready && a.Note == b.Note &&
		slices.Equal(a.Reasons, b.Reasons)
}

type stationProperties struct {
	Station    string              `json:"station"`
	Name       string              `json:"name"`
	ElevationM num                 `json:"elevation_m"`
	State      string              `json:"state"`
	Standing   string              `json:"standing"`
	Reasons    []string            `json:"reasons"`
	Ready      bool                `json:"ready"`
	NewestMs   millis              `json:"newest_ms"`
	LatencyS   num                 `json:"latency_s"`
	Note       string              `json:"note"`
	Shaking    *runningStationJSON `json:"shaking"` // newest second, null if none
	Streams    []streamJSON        `json:"streams"`
}

type streamJSON struct {
	Stream      string `json:"stream"`
	RateHz      num    `json:"rate_hz"`
	Live        bool   `json:"live"`
	Ready       bool   `json:"ready"`
	Standing    string `json:"standing"`
	HasResponse bool   `json:"has_response"`
	NewestMs    millis `json:"newest_ms"`
	LatencyS    num    `json:"latency_s"`
	Gaps        int    `json:"gaps"`
	Overlaps    int    `json:"overlaps"`
	Records     int    `json:"records"`
	Note        string `json:"note"`
}

type countsJSON struct {
	Total  int `json:"total"`
	Live   int `json:"live"`
	Late   int `json:"late"`
	Silent int `json:"silent"`
}

// spreadJSON is the distribution of the latencies of live streams, in seconds:
// arrival less the end of the newest record.
type spreadJSON struct {
	Median num `json:"median"`
	P95    num `json:"p95"`
	Max    num `json:"max"`
}

func spread(v []float64) spreadJSON {
	if len(v) == 0 {
		return spreadJSON{unknown, unknown, unknown}
	}
	slices.Sort(v)
	at := func(q float64) num { return round(v[int(q*float64(len(v)-1)+0.5)], 2) }
	return spreadJSON{at(0.5), at(0.95), at(1)}
}

// stateOf sums up a station; the caller holds n.mu.
func (n *network) stateOf(st *stationNow) stationStateJSON {
	out := stationStateJSON{Station: st.id, State: stateSilent, Standing: seis.Use.String(), Reasons: []string{}, LatencyS: unknown}
	var newest *streamNow
	var best *seis.Trust
	for _, id := range st.ids {
		s := st.streams[id]
		if newest == nil || s.end.After(newest.end) {
			newest = s
		}
		out.Ready = out.Ready || s.ready
		if out.Note == "" {
			out.Note = s.note
		}
		if t := n.trustOf(id); best == nil || t.Standing < best.Standing {
			best = t
		}
	}
	if best != nil {
		out.Standing, out.Reasons = best.Standing.String(), list(best.Reasons)
	}
	if newest != nil && !newest.end.IsZero() {
		out.NewestMs, out.LatencyS = millis(newest.end), round(newest.latencyS, 2)
		switch {
		case n.live(newest):
			out.State = stateLive
		case n.now.SecondsSince(newest.end) <= lateSeconds:
			out.State = stateLate
		}
	}
	return out
}

// fullUse is the trust in a stream of which nothing was said.
var fullUse seis.Trust

// trustOf returns the newest trust that covers the stream now.
func (n *network) trustOf(id fdsn.ID) *seis.Trust {
	for i := len(n.trusts) - 1; i >= 0; i-- {
		if n.trusts[i].Covers(id, n.now) {
			return &n.trusts[i]
		}
	}
	return &fullUse
}

// stationFeature describes a station from the inventory and from what arrived.
// known are the streams that the inventory lists for it.
func (n *network) stationFeature(id string, inv *seis.Inventory, known []fdsn.ID) featureJSON[stationProperties] {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := stationProperties{Station: id, State: stateSilent, Standing: seis.Use.String(), Reasons: []string{}, ElevationM: unknown, LatencyS: unknown, Streams: []streamJSON{}}
	f := featureJSON[stationProperties]{Type: "Feature", ID: id}
	if c, ok := inv.Station(id); ok {
		p.Name, p.ElevationM = c.StationName, round(c.ElevationM, 1)
		f.Geometry = point(c.Longitude, c.Latitude, c.ElevationM)
	}
	ids := known
	st := n.stations[id]
	if st != nil {
		now := n.stateOf(st)
		p.State, p.Standing, p.Reasons, p.Ready = now.State, now.Standing, now.Reasons, now.Ready
		p.NewestMs, p.LatencyS, p.Note = now.NewestMs, now.LatencyS, now.Note
		if st.shaking != nil {
			v := encodeRunning(st.shaking)
			p.Shaking = &v
		}
		ids = append(slices.Clone(known), st.ids...)
		slices.SortFunc(ids, fdsn.Compare)
		ids = slices.Compact(ids)
	}
	for _, sid := range ids {
		out := streamJSON{Stream: sid.String(), RateHz: unknown, LatencyS: unknown, Standing: n.trustOf(sid).Standing.String()}
		if c, ok := inv.Channel(sid, n.now); ok {
			out.HasResponse = c.HasResponse()
			if c.RateHz > 0 {
				out.RateHz = num(c.RateHz)
			}
		}
		if st != nil && st.streams[sid] != nil {
			s := st.streams[sid]
			out.RateHz, out.Live, out.Ready, out.Note = num(s.rateHz), n.live(s), s.ready, s.note
			out.NewestMs, out.LatencyS = millis(s.end), round(s.latencyS, 2)
			out.Gaps, out.Overlaps, out.Records = s.gaps, s.overlaps, s.records
		}
		p.Streams = append(p.Streams, out)
	}
	f.Properties = p
	return f
}
