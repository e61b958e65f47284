package ring

import (
	"slices"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// summary knows what the ring holds of each station and stream. It takes
// records segment by segment, so that it stays exact when segments are trimmed:
// 48 bytes for each stream of each segment.
type summary struct {
	mu      sync.Mutex
	streams map[streamKey]*stream
}

type streamKey struct {
	id     fdsn.ID
	format byte
}

type stream struct {
	parts []part // by segment, oldest first
}

// part is what one segment holds of a stream.
type part struct {
	segment     uint64
	first, last uint64 // sequences
	start, end  int64  // ns
	flags       uint8  // startLeap, endLeap
}

const startLeap, endLeap = 1, 2

func leapFlags(start, end seis.Time) (f uint8) {
	if start.Leap() {
		f |= startLeap
	}
	if end.Leap() {
		f |= endLeap
	}
	return f
}

func (p *part) times() (start, end seis.Time) {
	return seis.TimeOf(p.start, p.flags&startLeap != 0), seis.TimeOf(p.end, p.flags&endLeap != 0)
}

func newSummary() *summary { return &summary{streams: map[streamKey]*stream{}} }

// add notes a record. Segments and sequences of a station ascend.
func (s *summary) add(segment uint64, it *Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.merge(streamKey{it.ID, it.Format}, part{
		segment: segment, first: it.Sequence, last: it.Sequence,
		start: it.Start.Nanos(), end: it.End.Nanos(), flags: leapFlags(it.Start, it.End),
	})
}

func (s *summary) merge(k streamKey, p part) {
	st := s.streams[k]
	if st == nil {
		st = &stream{}
		s.streams[k] = st
	}
	if n := len(st.parts); n > 0 && st.parts[n-1].segment == p.segment {
		st.parts[n-1].widen(&p)
	} else {
		st.parts = append(st.parts, p)
	}
}

func (p *part) widen(q *part) {
	p.first, p.last = min(p.first, q.first), max(p.last, q.last)
	start, end := p.times()
	qstart, qend := q.times()
	if qstart.Before(start) {
		start = qstart
	}
	if qend.After(end) {
		end = qend
	}
	p.start, p.end, p.flags = start.Nanos(), end.Nanos(), leapFlags(start, end)
}

// drop forgets segment and those before it.
func (s *summary) drop(segment uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, st := range s.streams {
		n := 0
		for n < len(st.parts) && st.parts[n].segment <= segment {
			n++
		}
		if n == len(st.parts) {
			delete(s.streams, k)
		} else if n > 0 {
			st.parts = slices.Delete(st.parts, 0, n)
		}
	}
}

// inSegment calls f for what segment holds, sorted by stream and format.
func (s *summary) inSegment(segment uint64, f func(k streamKey, p part)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[streamKey]part{}
	var keys []streamKey
	for k, st := range s.streams {
		for i := len(st.parts) - 1; i >= 0 && st.parts[i].segment >= segment; i-- {
			if st.parts[i].segment == segment {
				keys = append(keys, k)
				found[k] = st.parts[i]
			}
		}
	}
	sortKeys(keys)
	for _, k := range keys {
		f(k, found[k])
	}
}

func sortKeys(keys []streamKey) {
	slices.SortFunc(keys, func(a, b streamKey) int {
		if c := fdsn.Compare(a.id, b.id); c != 0 {
			return c
		}
		return int(a.format) - int(b.format)
	})
}

// stations returns what is held, sorted by network and station, then by stream
// and format.
func (s *summary) stations() []Station {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]streamKey, 0, len(s.streams))
	for k := range s.streams {
		keys = append(keys, k)
	}
	sortKeys(keys)
	var out []Station
	for _, k := range keys {
		all := s.streams[k].parts[0]
		for _, p := range s.streams[k].parts[1:] {
			all.widen(&p)
		}
		if n := len(out); n == 0 || out[n-1].Network != k.id.Network || out[n-1].Station != k.id.Station {
			out = append(out, Station{Network: k.id.Network, Station: k.id.Station, First: all.first, Last: all.last})
		}
		st := &out[len(out)-1]
		st.First, st.Last = min(st.First, all.first), max(st.Last, all.last)
		start, end := all.times()
		st.Streams = append(st.Streams, Stream{ID: k.id, Format: k.format, Start: start, End: end})
	}
	return out
}

// check says what is wrong with an item that is to be appended.
func check(it *Item) string {
	switch {
	case it.ID.Station == "":
		return "no station code"
	case len(it.Raw) == 0:
		return "no bytes"
	}
	if err := it.ID.Check(); err != nil {
		return err.Error()
	}
	if len(it.ID.Channel) > 64 {
		return "channel code too long"
	}
	return ""
}
