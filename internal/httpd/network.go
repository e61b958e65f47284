package httpd

import (
	"slices"
	"strings"
	"sync"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// maxStreamsKnown bounds the streams remembered, whatever arrives.
const maxStreamsKnown = 100_000

// maxPicksKept bounds the picks a new client of /stream is given.
const maxPicksKept = 512

// network is what is known of stations at this moment, gathered from the bus.
// It is safe for use by many goroutines.
type network struct {
	liveWithin time.Duration

	mu       sync.Mutex
	now      seis.Time // the chain's clock
	stations map[string]*stationNow
	streams  int    // over all stations
	ignored  uint64 // messages about streams beyond maxStreamsKnown
	picks    []seis.Pick
	trusts   []seis.Trust // in force, newest last

	// What changed since the last flush.
	newPicks   []seis.Pick
	newShaking map[string]seis.Shaking
}

type stationNow struct {
	id       string
	streams  map[fdsn.ID]*streamNow
	ids      []fdsn.ID        // of streams, sorted
	shaking  *seis.Shaking    // newest running second
	sent     stationStateJSON // last sent to /stream
	sentAt   time.Time
	sentOnce bool
}

type streamNow struct {
	end      seis.Time // of the newest sample
	latencyS float64   // arrival − end of the newest record
	rateHz   float64
	ready    bool
	note     string
	gaps     int
	overlaps int
	records  int
}

func newNetwork(liveWithin time.Duration) *network {
	return &network{liveWithin: liveWithin, stations: map[string]*stationNow{}, newShaking: map[string]seis.Shaking{}}
}

// station returns the place of a station, or nil when there are too many.
func (n *network) station(id string) *stationNow {
	st := n.stations[id]
	if st == nil {
		if len(n.stations) >= maxStreamsKnown {
			n.ignored++
			return nil
		}
		st = &stationNow{id: id, streams: map[fdsn.ID]*streamNow{}}
		n.stations[id] = st
	}
	return st
}

// stream returns the place of id, or nil when there are too many.
func (n *network) stream(id fdsn.ID) *streamNow {
	st := n.station(id.StationID())
	if st == nil {
		return nil
	}
	s := st.streams[id]
	if s == nil {
		if n.streams >= maxStreamsKnown {
			n.ignored++
			return nil
		}
		s = &streamNow{}
		st.streams[id] = s
		at, _ := slices.BinarySearchFunc(st.ids, id, fdsn.Compare)
		st.ids = slices.Insert(st.ids, at, id)
		n.streams++
	}
	return s
}

func (n *network) records(rs []*seis.Record) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range rs {
		if r.Rate <= 0 {
			continue
		}
		s := n.stream(r.ID)
		if s == nil {
			continue
		}
		if end := r.End(); end.After(s.end) {
			s.end, s.latencyS, s.rateHz = end, r.Arrived.SecondsSince(end), r.Rate
		}
	}
}

func (n *network) state(v seis.StreamState) {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.stream(v.Stream)
	if s == nil {
		return
	}
	s.ready, s.note, s.gaps, s.overlaps, s.records = v.Ready, v.Note, v.Gaps, v.Overlaps, v.Records
	if v.Last.After(s.end) {
		s.end, s.latencyS = v.Last, v.LatencyS
	}
	if s.rateHz == 0 {
		s.rateHz = v.RateHz
	}
}

func (n *network) trust(t seis.Trust) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trusts = slices.DeleteFunc(n.trusts, func(u seis.Trust) bool {
		return u.Stream == t.Stream || !u.End.IsZero() && u.End.Before(n.now)
	})
	if len(n.trusts) < 10_000 {
		n.trusts = append(n.trusts, t)
	}
}

func (n *network) shook(v seis.Shaking) {
	if v.EventID != "" { // the maximum of an event: comes with the event
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	st := n.station(v.Station)
	if st == nil || st.shaking != nil && v.Start.Before(st.shaking.Start) {
		return
	}
	st.shaking = &v
	n.newShaking[v.Station] = v
}

func (n *network) picked(p seis.Pick) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.picks) == maxPicksKept {
		n.picks = slices.Delete(n.picks, 0, maxPicksKept/4)
	}
	n.picks = append(n.picks, p)
	if len(n.newPicks) < maxPicksKept {
		n.newPicks = append(n.newPicks, p)
	}
}

func (n *network) tick(t seis.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t.After(n.now) {
		n.now = t
	}
}

// changes returns what happened since the last call, and which stations'
// states are due to be told: those that changed, and each at least every ten
// seconds for its latency.
func (n *network) changes(wall time.Time) (picks []seis.Pick, shaking []seis.Shaking, states []stationStateJSON) {
	n.mu.Lock()
	defer n.mu.Unlock()
	picks, n.newPicks = n.newPicks, nil
	for _, v := range n.newShaking {
		shaking = append(shaking, v)
	}
	clear(n.newShaking)
	slices.SortFunc(shaking, func(a, b seis.Shaking) int { return strings.Compare(a.Station, b.Station) })
	for _, st := range n.stations {
		now := n.stateOf(st)
		if !st.sentOnce || !now.sameAs(&st.sent) || wall.Sub(st.sentAt) >= 10*time.Second {
			st.sent, st.sentAt, st.sentOnce = now, wall, true
			states = append(states, now)
		}
	}
	slices.SortFunc(states, func(a, b stationStateJSON) int { return strings.Compare(a.Station, b.Station) })
	return picks, shaking, states
}

// everything returns what a new client of /stream is told first.
func (n *network) everything() (picks []seis.Pick, shaking []seis.Shaking, states []stationStateJSON) {
	n.mu.Lock()
	defer n.mu.Unlock()
	picks = slices.Clone(n.picks)
	for _, st := range n.stations {
		states = append(states, n.stateOf(st))
		if st.shaking != nil {
			shaking = append(shaking, *st.shaking)
		}
	}
	slices.SortFunc(states, func(a, b stationStateJSON) int { return strings.Compare(a.Station, b.Station) })
	slices.SortFunc(shaking, func(a, b seis.Shaking) int { return strings.Compare(a.Station, b.Station) })
	return picks, shaking, states
}

// counts counts stations by state and returns the spread of the latencies of
// live streams.
func (n *network) counts(inventory []string) (countsJSON, spreadJSON, seis.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var c countsJSON
	var latencies []float64
	for _, st := range n.stations {
		c.Total++
		switch n.stateOf(st).State {
		case stateLive:
			c.Live++
		case stateLate:
			c.Late++
		default:
			c.Silent++
		}
		for _, s := range st.streams {
			if n.live(s) {
				latencies = append(latencies, s.latencyS)
			}
		}
	}
	for _, id := range inventory {
		if n.stations[id] == nil {
			c.Total++
			c.Silent++
		}
	}
	return c, spread(latencies), n.now
}

func (n *network) live(s *streamNow) bool {
	return !s.end.IsZero() && n.now.Sub(s.end) <= n.liveWithin
}
