package chain

import (
	"math"
	"slices"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// station is what the conductor keeps of one station: its streams, its
// processors, and what waits to be processed or said.
type station struct {
	id         string
	streams    map[fdsn.ID]*stream
	ids        []fdsn.ID // sorted
	processors []Processor
	pending    []*seis.Record
	out        []any
}

// stream puts the records of one stream in order and keeps the recent ones.
type stream struct {
	id      fdsn.ID
	next    seis.Time // time just after the newest sample given to the processors
	rate    float64
	recent  []*seis.Record // sorted by start
	samples []float64      // scratch
}

func (s *station) work(now seis.Time, keep time.Duration) {
	emit := func(v any) { s.out = append(s.out, v) }
	for _, r := range s.pending {
		st := s.streams[r.ID]
		if st == nil {
			st = &stream{id: r.ID}
			s.streams[r.ID] = st
			i, _ := slices.BinarySearchFunc(s.ids, r.ID, fdsn.Compare)
			s.ids = slices.Insert(s.ids, i, r.ID)
		}
		st.remember(r)
		p, ok := st.packet(r)
		if !ok {
			continue
		}
		for _, pr := range s.processors {
			pr.Packet(&p, emit)
		}
	}
	clear(s.pending)
	s.pending = s.pending[:0]
	for _, st := range s.streams {
		st.forget(now.Add(-keep))
	}
	for _, pr := range s.processors {
		pr.Tick(now, emit)
	}
}

// packet cuts from r what the processors have not seen. Late records and
// repeats, which cannot be given in order of time, give a packet without
// samples, so that quality can count them.
func (st *stream) packet(r *seis.Record) (Packet, bool) {
	xs, err := r.Header.Floats(st.samples[:0])
	if len(xs) == 0 {
		return Packet{}, false // acquisition accepts only what decodes; nothing to give
	}
	_ = err // an integrity warning of the decoder; the samples are there
	st.samples = xs
	p := Packet{Record: r, Start: r.Start, Rate: r.Rate, Samples: xs}
	if st.next.IsZero() || math.Abs(st.rate/r.Rate-1) > 1e-3 {
		p.Gap = true
	} else {
		switch off := r.Start.SecondsSince(st.next) * r.Rate; { // in samples
		case off > 0.5:
			p.Gap = true
			if off < 1e9 {
				p.Missing = int(off + 0.5)
			}
		case off < -0.5: // overlap: keep what is new
			cut := min(int(-off+0.5), len(xs))
			p.Samples, p.Start = xs[cut:], r.Start.AddSeconds(float64(cut)/r.Rate)
		}
	}
	if len(p.Samples) > 0 {
		st.rate = r.Rate
		st.next = p.Start.AddSeconds(float64(len(p.Samples)) / r.Rate)
	}
	return p, true
}

func (st *stream) remember(r *seis.Record) {
	i := len(st.recent)
	for i > 0 && r.Start.Before(st.recent[i-1].Start) {
		i--
	}
	st.recent = slices.Insert(st.recent, i, r)
}

func (st *stream) forget(before seis.Time) {
	n := 0
	for n < len(st.recent) && st.recent[n].End().Before(before) {
		n++
	}
	if n > 0 {
		st.recent = slices.Delete(st.recent, 0, n)
	}
}
