package ringtest

import (
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/engine/ring"
)

// Summary returns what Stations must say of a ring that holds items.
func Summary(items []ring.Item) []ring.Station {
	var out []ring.Station
	for _, it := range items {
		i := slices.IndexFunc(out, func(s ring.Station) bool {
			return s.Network == it.ID.Network && s.Station == it.ID.Station
		})
		if i < 0 {
			i = len(out)
			out = append(out, ring.Station{Network: it.ID.Network, Station: it.ID.Station, First: it.Sequence})
		}
		st := &out[i]
		st.Last = it.Sequence
		k := slices.IndexFunc(st.Streams, func(s ring.Stream) bool { return s.ID == it.ID && s.Format == it.Format })
		if k < 0 {
			k = len(st.Streams)
			st.Streams = append(st.Streams, ring.Stream{ID: it.ID, Format: it.Format, Start: it.Start, End: it.End})
		}
		s := &st.Streams[k]
		if it.Start.Before(s.Start) {
			s.Start = it.Start
		}
		if it.End.After(s.End) {
			s.End = it.End
		}
	}
	for _, st := range out {
		slices.SortFunc(st.Streams, func(a, b ring.Stream) int {
			if c := fdsn.Compare(a.ID, b.ID); c != 0 {
				return c
			}
			return int(a.Format) - int(b.Format)
		})
	}
	slices.SortFunc(out, func(a, b ring.Station) int {
		return fdsn.Compare(fdsn.ID{Network: a.Network, Station: a.Station}, fdsn.ID{Network: b.Network, Station: b.Station})
	})
	return out
}
