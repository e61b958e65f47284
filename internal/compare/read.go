package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"houfeng/internal/seis"
	"houfeng/quakeml"
)

// ErrFormat is returned for bytes that are none of the formats read.
var ErrFormat = errors.New("neither QuakeML, nor GeoJSON, nor a table with columns time, latitude and longitude")

// maxEvents bounds a catalogue.
const maxEvents = 5_000_000

// Read reads a catalogue: QuakeML, ComCat GeoJSON (a collection or the detail of
// one event), or a table with a header (comma, tab, semicolon or bar between
// columns, whose names are recognised in their usual spellings, ComCat's and
// the FDSN text format included). Withdrawn events are left out, as are
// entries that are not complete; problems says which, in words. The error is
// ErrFormat where nothing can be made of b.
func Read(b []byte) (events []Event, problems []string, err error) {
	head := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(head) == 0:
		return nil, nil, fmt.Errorf("%w: it is empty", ErrFormat)
	case head[0] == '<':
		return readQuakeML(head)
	case head[0] == '{':
		return readGeoJSON(head)
	}
	return readTable(head)
}

func readQuakeML(b []byte) (events []Event, problems []string, err error) {
	ep, err := quakeml.Read(bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	for i := range ep.Events {
		q := &ep.Events[i]
		if q.Type == quakeml.NotExisting {
			continue
		}
		o := preferred(q.Origins, func(o *quakeml.Origin) bool { return o.PublicID == q.PreferredOriginID })
		if o == nil {
			problems = append(problems, fmt.Sprintf("event %s has no origin", q.PublicID))
			continue
		}
		if o.EvaluationStatus == quakeml.Rejected {
			continue
		}
		e := Event{
			ID: string(q.PublicID), Time: seis.TimeOf(o.Time.Value.UnixNano(), o.Time.Value.Leap),
			Latitude: o.Latitude.Value, Longitude: o.Longitude.Value, DepthKm: math.NaN(), Magnitude: math.NaN(),
		}
		if o.Depth != nil {
			e.DepthKm = o.Depth.Value / 1000
		}
		if m := preferred(q.Magnitudes, func(m *quakeml.Magnitude) bool { return m.PublicID == q.PreferredMagnitudeID }); m != nil {
			e.Magnitude, e.MagnitudeType = m.Mag.Value, m.Type
		}
		if why := e.check(); why != "" {
			problems = append(problems, fmt.Sprintf("event %s: %s", q.PublicID, why))
			continue
		}
		events = append(events, e)
	}
	return events, problems, nil
}

// preferred returns the element that is the one, or else the first, or nil.
func preferred[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	if len(list) > 0 {
		return &list[0]
	}
	return nil
}

// feature is the part of ComCat's GeoJSON that is compared
// (earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php).
type feature struct {
	Type       string    `json:"type"`
	ID         any       `json:"id"`
	Features   []feature `json:"features"` // of a collection
	Properties struct {
		Time    any      `json:"time"` // milliseconds since 1970, or ISO 8601
		Mag     *float64 `json:"mag"`
		MagType string   `json:"magType"`
		Status  string   `json:"status"`
	} `json:"properties"`
	Geometry struct {
		Coordinates []*float64 `json:"coordinates"` // longitude, latitude, depth (km)
	} `json:"geometry"`
}

func readGeoJSON(b []byte) (events []Event, problems []string, err error) {
	var top feature
	if err := json.Unmarshal(b, &top); err != nil {
		return nil, nil, fmt.Errorf("read GeoJSON: %w", err)
	}
	list := []feature{top}
	switch top.Type {
	case "FeatureCollection":
		list = top.Features
	case "Feature":
	default:
		return nil, nil, fmt.Errorf("%w: JSON of type %q, want Feature or FeatureCollection", ErrFormat, top.Type)
	}
	for i := range list {
		f := &list[i]
		if f.Properties.Status == "deleted" {
			continue
		}
		e, why := f.event()
		if why == "" {
			why = e.check()
		}
		if why != "" {
			problems = append(problems, fmt.Sprintf("feature %d (%v): %s", i+1, f.ID, why))
			continue
		}
		events = append(events, e)
	}
	return events, problems, nil
}

func (f *feature) event() (e Event, why string) {
	e = Event{DepthKm: math.NaN(), Magnitude: math.NaN(), MagnitudeType: f.Properties.MagType}
	if f.ID != nil {
		e.ID = fmt.Sprint(f.ID)
	}
	c := f.Geometry.Coordinates
	if len(c) < 2 || c[0] == nil || c[1] == nil {
		return e, "no coordinates"
	}
	e.Longitude, e.Latitude = *c[0], *c[1]
	if len(c) > 2 && c[2] != nil {
		e.DepthKm = *c[2]
	}
	if f.Properties.Mag != nil {
		e.Magnitude = *f.Properties.Mag
	}
	switch t := f.Properties.Time.(type) {
	case float64:
		if math.Abs(t) > 9e15 {
			return e, fmt.Sprintf("time %g ms is beyond reason", t)
		}
		e.Time = seis.FromTime(time.UnixMilli(int64(t)))
	case string:
		var err error
		if e.Time, err = parseTime(t); err != nil {
			return e, err.Error()
		}
	default:
		return e, "no time"
	}
	return e, ""
}

// check says what is wrong with an event, "" if nothing.
func (e *Event) check() string {
	switch {
	case !(e.Latitude >= -90 && e.Latitude <= 90):
		return fmt.Sprintf("latitude %g is not within ±90°", e.Latitude)
	case !(e.Longitude >= -180 && e.Longitude <= 360):
		return fmt.Sprintf("longitude %g is not within ±180°", e.Longitude)
	case e.Time.IsZero():
		return "no time"
	}
	return ""
}
