package seedlink

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"houfeng/fdsn"
)

// TestMemory compares a Memory with a plain list of all that was appended.
func TestMemory(t *testing.T) {
	ids := []fdsn.ID{abcZ, abcN, abc00, defZ, ghiZ}
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 7).Draw(t, "per station")
		first := rapid.Uint64Range(0, 5).Draw(t, "first sequence")
		m := NewMemory(MemoryConfig{PerStation: limit, FirstSequence: first})
		first = max(first, 1)
		all := map[stationKey][]Item{}
		for i := range rapid.IntRange(0, 60).Draw(t, "records") {
			id := rapid.SampledFrom(ids).Draw(t, "id")
			key := stationKey{id.Network, id.Station}
			it := Item{Sequence: first + uint64(len(all[key])), ID: id, Start: int64(i), End: int64(i + 1), Raw: []byte{byte(i)}}
			seq, err := m.Append(id, it.Start, it.End, it.Raw)
			if err != nil || seq != it.Sequence {
				t.Fatalf("Append gave %d, %v, want %d", seq, err, it.Sequence)
			}
			all[key] = append(all[key], it)
		}
		for key, items := range all {
			held := items[max(0, len(items)-limit):]
			lo, hi, ok := m.Bounds(key.network, key.station)
			if !ok || lo != held[0].Sequence || hi != held[len(held)-1].Sequence {
				t.Fatalf("bounds %d %d %v, want those of %v", lo, hi, ok, held)
			}
			after := rapid.Uint64Range(0, first+uint64(len(items))+2).Draw(t, "after")
			n := rapid.IntRange(0, 10).Draw(t, "max")
			var want []Item
			for _, it := range held {
				if it.Sequence > after && len(want) < n {
					want = append(want, it)
				}
			}
			got, err := m.Read(nil, key.network, key.station, after, n)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Fatalf("Read after %d, at most %d: %v (-want +got):\n%s", after, n, err, diff)
			}
		}
		stations := m.Stations()
		if len(stations) != len(all) {
			t.Fatalf("%d stations, want %d", len(stations), len(all))
		}
		for _, st := range stations {
			items := all[stationKey{st.Network, st.Station}]
			held := items[max(0, len(items)-limit):]
			want := map[fdsn.ID]StreamInfo{}
			for _, it := range held {
				s, seen := want[it.ID]
				if !seen {
					s = StreamInfo{ID: it.ID, Format: '2', Start: it.Start}
				}
				s.End = it.End
				want[it.ID] = s
			}
			if !slices.IsSortedFunc(st.Streams, func(a, b StreamInfo) int { return fdsn.Compare(a.ID, b.ID) }) || len(st.Streams) != len(want) {
				t.Fatalf("streams %v, want %v", st.Streams, want)
			}
			for _, s := range st.Streams {
				if s != want[s.ID] {
					t.Fatalf("stream %v, want %v", s, want[s.ID])
				}
			}
		}
	})
}

func TestMemoryRefuses(t *testing.T) {
	m := NewMemory(MemoryConfig{Stations: 1})
	if _, err := m.Append(fdsn.ID{Network: "X X", Station: "ABC"}, 0, 1, nil); err == nil {
		t.Error("a network with a blank was taken")
	}
	if _, err := m.Append(fdsn.ID{Network: "XX"}, 0, 1, nil); err == nil {
		t.Error("an empty station was taken")
	}
	fill(m, abcZ, epoch, 1)
	if _, err := m.Append(defZ, 0, 1, nil); !errors.Is(err, ErrStations) {
		t.Errorf("second station: %v, want ErrStations", err)
	}
	if err := m.Describe("XX", "DEF", "x"); !errors.Is(err, ErrStations) {
		t.Errorf("description of a second station: %v, want ErrStations", err)
	}
	if _, _, ok := m.Bounds("XX", "DEF"); ok {
		t.Error("the station that was refused is known")
	}
}

// TestMemoryWatch wakes those who watch, and only them.
func TestMemoryWatch(t *testing.T) {
	m := NewMemory(MemoryConfig{})
	var a, b []string
	stopA := m.Watch(func(network, station string) {
		if _, last, _ := m.Bounds(network, station); last == 0 {
			t.Error("woken before the record can be read")
		}
		a = append(a, network+"."+station)
	})
	stopB := m.Watch(func(network, station string) { b = append(b, network+"."+station) })
	fill(m, abcZ, epoch, 1)
	stopA()
	fill(m, ghiZ, epoch, 1)
	stopB()
	fill(m, defZ, epoch, 1)
	if !slices.Equal(a, []string{"XX.ABC"}) || !slices.Equal(b, []string{"XX.ABC", "YY.GHI"}) {
		t.Errorf("woken: %v and %v", a, b)
	}
}
