package magnitude

import (
	"math"
	"sort"
	"strings"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Speeds that bound the windows, km/s along the straight line from the focus,
// chosen so that crustal phases to 600 km lie inside: nothing comes before
// firstKmS (Pn), S has come at lateSKmS, and what surface waves can hold in
// the band of a Wood–Anderson has passed at codaKmS.
const (
	firstKmS = 8.3
	lateSKmS = 3.2
	codaKmS  = 2.7

	noiseS     = 20.0 // length of the noise window
	leastNoise = 5.0  // of it that must be there
	marginS    = 1.0  // between noise window and first arrival
	frontS     = 2.0  // tapered before the noise window
	codaS      = 10.0 // after the slowest wave
	afterSS    = 2.0  // of S that must be there for a first measurement
	tailS      = 0.5  // tapered at the end of the data, and not measured
	longTailS  = 2.0  // the same with a high-pass, before which a swell must end more softly
	gridS      = 1e-6 // by which the times of samples are rounded
)

// station is what is known of one station for one event.
type station struct {
	name                        string
	epicentralKm, hypocentralKm float64
	signal                      seis.Time // start of the signal window; noise before
	s                           seis.Time // S has come for sure
	end                         seis.Time // end of the signal window and of the taper behind it

	until  seis.Time // data was measured to here; zero: not yet
	next   seis.Time // measured again when data reaches this
	last   bool      // no more data is waited for
	done   bool
	result measurement
}

// predict sets the windows: from the picks where there are any that can be of
// this event, from bounds of the speed otherwise.
func (st *station) predict(o *seis.Origin) {
	first := o.Time.AddSeconds(st.hypocentralKm / firstKmS)
	s := o.Time.AddSeconds(st.hypocentralKm / lateSKmS)
	for i := range o.Arrivals {
		a := &o.Arrivals[i]
		if a.Pick.Stream.StationID() != st.name || a.Weight == 0 {
			continue
		}
		after := a.Pick.Time.SecondsSince(o.Time)
		switch {
		case a.Phase == seis.P && after > -2 && after < st.hypocentralKm/lateSKmS+5:
			first = a.Pick.Time
		case a.Phase == seis.S && after > 0 && after < st.hypocentralKm/codaKmS+5:
			s = a.Pick.Time
		}
	}
	if s.Before(first) {
		s = first
	}
	st.signal = first.AddSeconds(-marginS)
	st.end = o.Time.AddSeconds(st.hypocentralKm/codaKmS + codaS + longTailS)
	st.s = s
	st.next = s.AddSeconds(afterSS)
}

// inherit keeps what was measured under an earlier revision of the origin
// when the windows are the same but for a second: then only the distance, and
// so the magnitude, is new.
func (st *station) inherit(old *station) {
	near := func(a, b seis.Time) bool { return math.Abs(a.SecondsSince(b)) <= 1 }
	st.last = old.last
	if old.until.IsZero() || !near(st.signal, old.signal) || !near(st.end, old.end) || !near(st.s, old.s) {
		return
	}
	st.signal, st.end, st.s = old.signal, old.end, old.s
	st.until, st.next, st.done, st.result = old.until, old.next, old.done, old.result
}

// grown reports whether the station has to be measured: its data reaches the
// next mark, or no more is waited for.
func (s *Stage) grown(st *station) bool {
	if st.last {
		return true
	}
	for _, sn := range s.sensors(st.name) {
		for _, id := range sn.streams {
			if s.reached(id, st.next) {
				return true
			}
		}
	}
	return false
}

// reached reports whether the data of id goes up to t, reading a second of it.
func (s *Stage) reached(id fdsn.ID, t seis.Time) bool {
	for _, tr := range s.win.Window(id, t.AddSeconds(-1), t.AddSeconds(0.5)) {
		if tr.Rate > 0 && !tr.End().Before(t.AddSeconds(-gridS)) {
			return true
		}
	}
	return false
}

// advance sets the next mark once the data was measured up to until: a quarter
// of the window more, at least a second, so that a whole window costs a fixed
// number of measurements.
func (st *station) advance(until seis.Time) {
	st.until = until
	step := math.Max(1, 0.25*until.SecondsSince(st.signal))
	st.next = until.AddSeconds(step)
	if st.next.After(st.end) {
		st.next = st.end
	}
	st.done = st.last || !until.Before(st.end.AddSeconds(-gridS))
}

// sensor is the horizontals of one instrument.
type sensor struct {
	band    string
	streams []fdsn.ID // sorted; one or two
	rank    int
}

// minRateHz is the least sampling rate: a Wood–Anderson answers up to some 5 Hz
// with what an earthquake sends.
const minRateHz = 15

// sensors returns the sensors of a station that may be measured, in the order
// in which they are tried: broadband and short-period velocity first, as less
// noisy, accelerometers after them for when these are clipped.
func (s *Stage) sensors(name string) []sensor {
	type key struct{ loc, band string }
	by := map[key]*sensor{}
	var keys []key
	for _, id := range s.win.Streams(name) {
		rank, ok := rankOf(id)
		if !ok {
			continue
		}
		k := key{id.Location, id.Band()}
		if by[k] == nil {
			by[k] = &sensor{band: id.Band(), rank: rank}
			keys = append(keys, k)
		}
		by[k].streams = append(by[k].streams, id)
	}
	out := make([]sensor, 0, len(keys))
	for _, k := range keys {
		sn := by[k]
		sort.Slice(sn.streams, func(i, j int) bool { return fdsn.Compare(sn.streams[i], sn.streams[j]) < 0 })
		if len(sn.streams) > 2 {
			sn.streams = sn.streams[:2]
		}
		out = append(out, *sn)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		if a.rank != b.rank {
			return a.rank < b.rank
		}
		return fdsn.Compare(a.streams[0], b.streams[0]) < 0
	})
	return out
}

// rankOf orders sensors by instrument, then by band: HH before BH before the
// short-period EH and SH, which the microseism does not reach but whose
// response is known less well (SEED 2.4, appendix A). ok is false for what is
// no horizontal of a seismometer or accelerometer in a fast enough band.
func rankOf(id fdsn.ID) (rank int, ok bool) {
	band, source, comp := id.Codes()
	switch comp {
	case "N", "E", "1", "2", "X", "Y", "R", "T":
	default:
		return 0, false
	}
	switch source {
	case "H":
	case "L":
		rank = 10 // low gain
	case "P":
		rank = 20 // geophone
	case "N", "G":
		rank = 30
	default:
		return 0, false
	}
	switch band {
	case "H":
	case "C", "F", "G", "D":
		rank++
	case "B":
		rank += 2
	case "E":
		rank += 3
	case "S":
		rank += 4
	default:
		return 0, false
	}
	return rank, true
}

// stationStream stands for a station of which no stream could be measured.
func stationStream(name string) fdsn.ID {
	net, sta, _ := strings.Cut(name, ".")
	return fdsn.ID{Network: net, Station: sta}
}
