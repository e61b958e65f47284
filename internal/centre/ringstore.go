package centre

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/engine/ring"
	"houfeng/seedlink"
)

// ringStore shows the ring to SeedLink clients, station by station. It follows
// the ring's newest records in memory; the sequence numbers are the ring's own
// and survive a restart.
type ringStore struct {
	ring       ring.Ring
	perStation int // records held in memory
	log        *slog.Logger

	mu       sync.RWMutex
	stations map[stationKey]*heldStation

	watchMu  sync.Mutex
	watchers []*func(network, station string)
}

type stationKey struct{ network, station string }

type heldStation struct {
	last    uint64
	items   []seedlink.Item // oldest first
	streams map[fdsn.ID]*seedlink.StreamInfo
}

func newRingStore(r ring.Ring, perStation int, log *slog.Logger) *ringStore {
	return &ringStore{ring: r, perStation: perStation, log: log, stations: map[stationKey]*heldStation{}}
}

// follow reads the ring until ctx ends.
func (s *ringStore) follow(ctx context.Context) error {
	var after uint64
	for {
		items, err := s.ring.Read(ctx, after, 512)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ring.ErrTrimmed):
			first, _ := s.ring.Bounds()
			after = max(after, first) - min(1, max(after, first))
			continue
		}
		// A damaged record is skipped, and what lies around it is served.
		if damage := (*ring.DamageError)(nil); errors.As(err, &damage) {
			s.log.Error("ring record damaged", "error", err)
			if len(items) == 0 {
				after = max(after, damage.Resume)
			}
		} else if err != nil {
			return err
		}
		for _, it := range items {
			after = it.Position
			s.add(it)
		}
		for i, it := range items { // after all can be read
			if i == 0 || it.ID.Station != items[i-1].ID.Station || it.ID.Network != items[i-1].ID.Network {
				s.wake(it.ID.Network, it.ID.Station)
			}
		}
	}
}

func (s *ringStore) add(it ring.Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := stationKey{it.ID.Network, it.ID.Station}
	st := s.stations[k]
	if st == nil {
		st = &heldStation{streams: map[fdsn.ID]*seedlink.StreamInfo{}}
		s.stations[k] = st
	}
	if len(st.items) >= 2*s.perStation {
		st.items = slices.Clone(st.items[len(st.items)-s.perStation:])
	}
	st.items = append(st.items, seedlink.Item{Sequence: it.Sequence, ID: it.ID, Start: it.Start.Nanos(), End: it.End.Nanos(), Raw: it.Raw})
	st.last = it.Sequence
	info := st.streams[it.ID]
	if info == nil {
		info = &seedlink.StreamInfo{ID: it.ID, Format: it.Format, Start: it.Start.Nanos()}
		st.streams[it.ID] = info
	}
	info.End = max(info.End, it.End.Nanos())
}

// held returns the items of a station that are shown.
func (s *ringStore) held(st *heldStation) []seedlink.Item {
	return st.items[max(0, len(st.items)-s.perStation):]
}

// Stations implements seedlink.Store.
func (s *ringStore) Stations() []seedlink.StationInfo {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []seedlink.StationInfo
	for k, st := range s.stations {
		items := s.held(st)
		info := seedlink.StationInfo{Network: k.network, Station: k.station, First: items[0].Sequence, Last: st.last}
		for _, i := range st.streams {
			i := *i
			for _, it := range items { // the oldest still held
				if it.ID == i.ID {
					i.Start = it.Start
					break
				}
			}
			info.Streams = append(info.Streams, i)
		}
		slices.SortFunc(info.Streams, func(a, b seedlink.StreamInfo) int { return fdsn.Compare(a.ID, b.ID) })
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b seedlink.StationInfo) int {
		if c := strings.Compare(a.Network, b.Network); c != 0 {
			return c
		}
		return strings.Compare(a.Station, b.Station)
	})
	return out
}

// Bounds implements seedlink.Store.
func (s *ringStore) Bounds(network, station string) (first, last uint64, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.stations[stationKey{network, station}]
	if st == nil {
		return 0, 0, false
	}
	return s.held(st)[0].Sequence, st.last, true
}

// Read implements seedlink.Store.
func (s *ringStore) Read(dst []seedlink.Item, network, station string, after uint64, max int) ([]seedlink.Item, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.stations[stationKey{network, station}]
	if st == nil {
		return dst, nil
	}
	items := s.held(st)
	i, _ := slices.BinarySearchFunc(items, after+1, func(it seedlink.Item, seq uint64) int {
		switch {
		case it.Sequence < seq:
			return -1
		case it.Sequence > seq:
			return 1
		}
		return 0
	})
	return append(dst, items[i:min(len(items), i+max)]...), nil
}

// Watch implements seedlink.Store.
func (s *ringStore) Watch(wake func(network, station string)) (stop func()) {
	s.watchMu.Lock()
	defer s.watchMu.Unlock()
	w := &wake
	s.watchers = append(s.watchers, w)
	return func() {
		s.watchMu.Lock()
		defer s.watchMu.Unlock()
		s.watchers = slices.DeleteFunc(s.watchers, func(x *func(string, string)) bool { return x == w })
	}
}

func (s *ringStore) wake(network, station string) {
	s.watchMu.Lock()
	ws := slices.Clone(s.watchers)
	s.watchMu.Unlock()
	for _, w := range ws {
		(*w)(network, station)
	}
}

var _ seedlink.Store = (*ringStore)(nil)
