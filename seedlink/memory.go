package seedlink

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"houfeng/fdsn"
)

// ErrStations is returned by Memory.Append when a record of a new station
// comes and as many stations as allowed are held. The record was not kept.
var ErrStations = errors.New("no room for another station")

// MemoryConfig bounds a Memory. The zero value gives the defaults.
type MemoryConfig struct {
	PerStation    int    // records held per station; 0 means 4096
	Stations      int    // stations held; 0 means 10000
	FirstSequence uint64 // of every station's first record; 0 means 1
}

// Memory is a Store in memory: of each station it holds the newest records.
// Its methods may be called by any number of goroutines.
type Memory struct {
	config MemoryConfig

	mu       sync.RWMutex
	stations map[stationKey]*memoryStation

	watchMu  sync.Mutex
	watchers atomic.Pointer[[]*watcher]
}

type stationKey struct{ network, station string }

type watcher struct{ wake func(network, station string) }

// memoryStation holds items[head], items[head+1], … in a circle; the newest
// has sequence next−1.
type memoryStation struct {
	description string
	next        uint64
	items       []Item
	head        int
	streams     map[fdsn.ID]*memoryStream
}

type memoryStream struct {
	format byte
	end    int64 // of the newest record
	held   int   // records
}

// NewMemory returns an empty Memory.
func NewMemory(c MemoryConfig) *Memory {
	if c.PerStation <= 0 {
		c.PerStation = 4096
	}
	if c.Stations <= 0 {
		c.Stations = 10000
	}
	if c.FirstSequence == 0 {
		c.FirstSequence = 1
	}
	return &Memory{config: c, stations: make(map[stationKey]*memoryStation)}
}

// Append adds a record and wakes the readers of its station; start and end
// are its first sample and the time just after its last, in nanoseconds since
// 1970 UTC. It keeps raw, which must not be changed afterwards. It returns the
// record's sequence, or ErrStations, or the reason why id names no station.
func (m *Memory) Append(id fdsn.ID, start, end int64, raw []byte) (uint64, error) {
	m.mu.Lock()
	st, err := m.station(id)
	if err != nil {
		m.mu.Unlock()
		return 0, err
	}
	seq := st.next
	st.next++
	st.push(Item{Sequence: seq, ID: id, Start: start, End: end, Raw: raw}, m.config.PerStation)
	m.mu.Unlock()
	if w := m.watchers.Load(); w != nil {
		for _, watch := range *w {
			watch.wake(id.Network, id.Station)
		}
	}
	return seq, nil
}

// Describe sets the description of a station, which clients see in INFO
// STATIONS; the station is known from then on.
func (m *Memory) Describe(network, station, description string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	st, err := m.station(fdsn.ID{Network: network, Station: station})
	if err == nil {
		st.description = description
	}
	return err
}

func (m *Memory) station(id fdsn.ID) (*memoryStation, error) {
	key := stationKey{id.Network, id.Station}
	if st := m.stations[key]; st != nil {
		return st, nil
	}
	if err := id.Check(); err != nil {
		return nil, fmt.Errorf("keep record of %s: %w", id, err)
	}
	if id.Station == "" {
		return nil, fmt.Errorf("keep record of %s: station code is empty", id)
	}
	if len(m.stations) >= m.config.Stations {
		return nil, fmt.Errorf("keep record of %s: %w (%d held)", id, ErrStations, len(m.stations))
	}
	st := &memoryStation{next: m.config.FirstSequence, streams: make(map[fdsn.ID]*memoryStream)}
	m.stations[key] = st
	return st, nil
}

func (s *memoryStation) push(it Item, limit int) {
	stream := s.streams[it.ID]
	if stream == nil {
		stream = &memoryStream{}
		s.streams[it.ID] = stream
	}
	stream.format, stream.end = formatOf(it.Raw), it.End
	stream.held++
	if len(s.items) < limit {
		s.items = append(s.items, it)
		return
	}
	old := &s.items[s.head]
	if o := s.streams[old.ID]; o != nil {
		if o.held--; o.held == 0 {
			delete(s.streams, old.ID)
		}
	}
	*old = it
	s.head = (s.head + 1) % len(s.items)
}

func (s *memoryStation) at(i int) *Item { return &s.items[(s.head+i)%len(s.items)] }

func (s *memoryStation) bounds() (first, last uint64) {
	return s.next - uint64(len(s.items)), s.next - 1
}

// Bounds implements Store.
func (m *Memory) Bounds(network, station string) (first, last uint64, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	st := m.stations[stationKey{network, station}]
	if st == nil {
		return 0, 0, false
	}
	first, last = st.bounds()
	return first, last, true
}

// Read implements Store.
func (m *Memory) Read(dst []Item, network, station string, after uint64, max int) ([]Item, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	st := m.stations[stationKey{network, station}]
	if st == nil {
		return dst, nil
	}
	first, last := st.bounds()
	if after >= last {
		return dst, nil
	}
	if after+1 < first {
		after = first - 1
	}
	n := min(int(last-after), max)
	for i := range n {
		dst = append(dst, *st.at(int(after+1-first) + i))
	}
	return dst, nil
}

// Stations implements Store. The time covered by a stream runs from the oldest
// record held to the one that arrived last.
func (m *Memory) Stations() []StationInfo {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]StationInfo, 0, len(m.stations))
	for key, st := range m.stations {
		info := StationInfo{Network: key.network, Station: key.station, Description: st.description}
		if len(st.items) > 0 {
			info.First, info.Last = st.bounds()
			info.Streams = st.streamInfo()
		}
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b StationInfo) int {
		return stationKey{a.Network, a.Station}.compare(stationKey{b.Network, b.Station})
	})
	return out
}

func (s *memoryStation) streamInfo() []StreamInfo {
	starts := make(map[fdsn.ID]int64, len(s.streams))
	for i := 0; i < len(s.items) && len(starts) < len(s.streams); i++ {
		it := s.at(i)
		if _, seen := starts[it.ID]; !seen {
			starts[it.ID] = it.Start
		}
	}
	out := make([]StreamInfo, 0, len(s.streams))
	for id, stream := range s.streams {
		out = append(out, StreamInfo{ID: id, Format: stream.format, Start: starts[id], End: stream.end})
	}
	slices.SortFunc(out, func(a, b StreamInfo) int { return fdsn.Compare(a.ID, b.ID) })
	return out
}

// Watch implements Store.
func (m *Memory) Watch(wake func(network, station string)) (stop func()) {
	mine := &watcher{wake}
	m.watchMu.Lock()
	defer m.watchMu.Unlock()
	m.setWatchers(append(m.currentWatchers(), mine))
	return func() {
		m.watchMu.Lock()
		defer m.watchMu.Unlock()
		m.setWatchers(slices.DeleteFunc(m.currentWatchers(), func(w *watcher) bool { return w == mine }))
	}
}

func (m *Memory) currentWatchers() []*watcher {
	if w := m.watchers.Load(); w != nil {
		return slices.Clone(*w)
	}
	return nil
}

func (m *Memory) setWatchers(w []*watcher) { m.watchers.Store(&w) }
