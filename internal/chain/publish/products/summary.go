package products

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"houfeng/internal/seis"
)

// summary is the content of summary.json. Times are ISO 8601 in UTC; what is
// not known is null or left out.
type summary struct {
	Format   string       `json:"format"`
	Version  string       `json:"version"` // of the program
	Clock    span         `json:"clock"`   // first and last tick
	Setup    setup        `json:"setup"`
	Receipts receipts     `json:"receipts"`
	Streams  []streamLine `json:"streams"`
	Picks    pickCounts   `json:"picks"`
	Events   eventCounts  `json:"events"`
	Course   []eventLine  `json:"event_list"` // rejected ones too
}

type span struct {
	Start seis.Time `json:"start"`
	End   seis.Time `json:"end"`
}

type setup struct {
	ConfigSHA256 string     `json:"config_sha256,omitempty"`
	Inventory    []fileLine `json:"inventory"`
	Models       []fileLine `json:"models"`
}

type fileLine struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

type receipts struct {
	Accepted  int       `json:"accepted"`
	Duplicate int       `json:"duplicate"`
	Refused   int       `json:"refused"`
	Reasons   []reason  `json:"refused_by_reason"` // most frequent first
	Listed    []receipt `json:"not_accepted"`      // in order of arrival
	NotListed int       `json:"not_listed"`        // beyond the first thousand of a verdict
}

type reason struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// receipt is one arrival that was not accepted.
type receipt struct {
	Serial   uint64 `json:"serial"`   // journal entry
	From     string `json:"from"`     // file or peer
	Position int64  `json:"position"` // offset in the file, or sequence number; −1 if none
	Bytes    int    `json:"bytes"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason"`
}

type streamLine struct {
	Stream   string    `json:"stream"`
	Records  int       `json:"records"`
	Samples  int       `json:"samples"`
	RateHz   number    `json:"rate_hz"`
	Start    seis.Time `json:"start"`
	End      seis.Time `json:"end"` // just after the last sample
	Gaps     int       `json:"gaps"`
	Overlaps int       `json:"overlaps"`
	Note     string    `json:"note,omitempty"`
}

type pickCounts struct {
	Total      int `json:"total"`
	P          int `json:"p"`
	S          int `json:"s"`
	Associated int `json:"associated"` // with an event that stands
}

type eventCounts struct {
	Published int `json:"published"` // stand at the end of the run
	Rejected  int `json:"rejected"`  // were published and withdrawn
	Revisions int `json:"revisions"`
}

type eventLine struct {
	ID       string     `json:"id"`
	Status   string     `json:"status"`
	Revision int        `json:"revision"`
	Region   string     `json:"region,omitempty"`
	Time     seis.Time  `json:"time"`
	Flags    []string   `json:"flags,omitempty"`
	Course   []revision `json:"revisions"`
}

// revision is what was said when.
type revision struct {
	Revision      int         `json:"revision"`
	Status        seis.Status `json:"status"`
	Made          seis.Time   `json:"made"`
	AfterS        number      `json:"after_origin_s"` // made − origin time
	Time          seis.Time   `json:"time"`
	Latitude      number      `json:"latitude"`
	Longitude     number      `json:"longitude"`
	DepthKm       number      `json:"depth_km"`
	Phases        int         `json:"phases"`
	Magnitude     number      `json:"magnitude"`
	MagnitudeType string      `json:"magnitude_type,omitempty"`
	Stations      int         `json:"intensity_stations"`
	Reason        string      `json:"reason"`
}

// number is a float64 whose NaN is null in JSON, with six decimals at most.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	f = math.Round(f*1e6) / 1e6
	if f == 0 {
		f = 0 // no −0
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64), nil
}

func revisionOf(e *seis.Event) revision {
	r := revision{
		Revision: e.Revision, Status: e.Status, Made: e.Made, AfterS: number(e.Made.SecondsSince(e.Origin.Time)),
		Time: e.Origin.Time, Latitude: number(e.Origin.Latitude), Longitude: number(e.Origin.Longitude),
		DepthKm: number(e.Origin.DepthKm), Phases: e.Origin.Phases, Magnitude: number(math.NaN()),
		Stations: len(e.Intensities), Reason: e.Reason,
	}
	if m := e.Magnitude; m != nil {
		r.Magnitude, r.MagnitudeType = number(m.Value), m.Type
	}
	return r
}

func (r *Run) summaryJSON(eventOf map[string]string) ([]byte, error) {
	s := summary{
		Format: "houfeng summary 1", Version: r.setup.Version, Clock: span{r.first, r.last},
		Setup:    setup{Inventory: fileLines(r.setup.Inventory), Models: fileLines(r.setup.Models)},
		Receipts: r.receipts(),
		Streams:  []streamLine{},
		Course:   []eventLine{},
	}
	if len(r.setup.Config) > 0 {
		s.Setup.ConfigSHA256 = digest(r.setup.Config)
	}
	for _, id := range r.streamIDs() {
		st := r.streams[id]
		s.Streams = append(s.Streams, streamLine{
			Stream: id.String(), Records: st.records, Samples: st.samples, RateHz: number(st.rateHz),
			Start: st.start, End: st.end, Gaps: st.state.Gaps, Overlaps: st.state.Overlaps, Note: st.state.Note,
		})
	}
	for i := range r.picks {
		switch p := &r.picks[i]; p.Phase {
		case seis.P:
			s.Picks.P++
		case seis.S:
			s.Picks.S++
		}
		if eventOf[r.picks[i].ID] != "" {
			s.Picks.Associated++
		}
	}
	s.Picks.Total = len(r.picks)
	for _, h := range r.sorted() {
		e := &h.newest
		if e.Status == seis.Rejected {
			s.Events.Rejected++
		} else {
			s.Events.Published++
		}
		s.Events.Revisions += len(h.course)
		s.Course = append(s.Course, eventLine{
			ID: e.ID, Status: string(e.Status), Revision: e.Revision, Region: e.Region, Time: e.Origin.Time,
			Flags: e.Origin.Flags, Course: h.course,
		})
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(&s)
	return buf.Bytes(), err
}

func (r *Run) receipts() receipts {
	out := receipts{Accepted: r.accepted, Reasons: []reason{}, Listed: []receipt{}}
	for _, v := range []seis.Verdict{seis.Duplicate, seis.Refused} {
		got := r.verdicts[v]
		if got == nil {
			continue
		}
		out.Listed = append(out.Listed, got.listed...)
		out.NotListed += got.count - len(got.listed)
		if v == seis.Duplicate { // their reasons name the receipts repeated
			out.Duplicate = got.count
			continue
		}
		out.Refused = got.count
		counted := 0
		for text, n := range got.reasons {
			out.Reasons = append(out.Reasons, reason{text, n})
			counted += n
		}
		if rest := got.count - counted; rest > 0 {
			out.Reasons = append(out.Reasons, reason{"other", rest})
		}
	}
	slices.SortFunc(out.Reasons, func(a, b reason) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return cmp.Compare(a.Reason, b.Reason)
	})
	slices.SortStableFunc(out.Listed, func(a, b receipt) int { return cmp.Compare(a.Serial, b.Serial) })
	return out
}

func fileLines(files []seis.File) []fileLine {
	out := []fileLine{}
	for _, f := range files {
		out = append(out, fileLine{f.Name, len(f.Bytes), digest(f.Bytes)})
	}
	return out
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
