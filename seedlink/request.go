package seedlink

import (
	"strings"

	"houfeng/fdsn"
)

// request is what a client asked of a station or of a pattern of stations.
type request struct {
	network, station string // codes, with '*' and '?'
	selectors        []Selector
	begin            int64 // of the window, nanoseconds; only if hasBegin
	end              int64
	hasBegin, hasEnd bool
	start            start
	sequence         uint64 // where start is startAt
	fetch            bool   // give what is held, then end
	ready            bool   // DATA, FETCH or TIME was given
}

// start says with which record to begin.
type start uint8

const (
	startNext   start = iota // the next to arrive
	startOldest              // the oldest held
	startAt                  // the one with a sequence
)

func (r *request) wild() bool { return strings.ContainsAny(r.network+r.station, "*?") }

func (r *request) fits(key stationKey) bool {
	return fdsn.Match(r.network, key.network) && fdsn.Match(r.station, key.station)
}

// settle looks at a sequence asked for of a pattern: it says nothing of many
// stations, each of which counts for itself. Then the time that came with it
// chooses among all records held or, without one, the next records are given.
func (r *request) settle(held []StationInfo) {
	if r.start != startAt || !r.wild() {
		return
	}
	n := 0
	for _, st := range held {
		if r.fits(stationKey{st.Network, st.Station}) {
			n++
		}
	}
	switch {
	case n <= 1:
	case r.hasBegin:
		r.start = startOldest
	default:
		r.start = startNext
	}
}

// feed makes the feed of a station that the request covers, from the bounds of
// what the store holds. Of a station that appeared after the request was made
// (fresh) every record is wanted.
func (r *request) feed(out *outlet, key stationKey, fresh bool, store Store) *feed {
	f := &feed{out: out, key: key, request: r, whole: !r.hasBegin && !r.hasEnd}
	if fresh {
		f.done = r.fetch
		return f
	}
	first, last, ok := store.Bounds(key.network, key.station)
	if !ok {
		first, last = 1, 0
	}
	switch r.start {
	case startNext:
		f.after = last
	case startOldest:
		f.after = first - 1
	case startAt:
		f.after = resume(r.sequence, first, last)
		f.whole = f.whole || !r.hasEnd && r.resumes(f, store)
	}
	if r.fetch {
		f.until = last
		f.done = f.after >= last
	}
	return f
}

// resumes reports whether the time in DATA n time is that of the record before
// n, down to the second: then the client only says where it was, and records of
// other streams that begin earlier but come later are for it too. Otherwise
// the time chooses among the records from n on.
func (r *request) resumes(f *feed, store Store) bool {
	if f.after == 0 {
		return false
	}
	items, err := store.Read(nil, f.key.network, f.key.station, f.after-1, 1)
	if err != nil || len(items) != 1 || items[0].Sequence != f.after {
		return false
	}
	d := items[0].Start - r.begin
	return d > -1e9 && d < 1e9
}

// resume turns a sequence of which the low 24 bits are known into the sequence
// to read after: that of the newest record whose successor the client asks for.
// A record no longer held, and one that was never given (the client speaks of
// another life of the store), mean everything held: better twice than never.
func resume(low, first, last uint64) (after uint64) {
	const wrap = v3Sequence + 1
	want := last&^v3Sequence | low&v3Sequence
	if want > last+1 {
		if want < wrap {
			return first - 1
		}
		want -= wrap
	}
	// last+1 may itself begin the next round of 24 bits.
	if want+wrap == last+1 {
		want += wrap
	}
	if want < first {
		return first - 1
	}
	return want - 1
}

// takes reports whether a record lies in the window of the request.
func (r *request) takes(it *Item) bool {
	return (!r.hasBegin || it.End > r.begin) && (!r.hasEnd || it.Start < r.end)
}
