package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// A document is a revision as it is stored: JSON that any program can read,
// in which this one writes the fields in one order and without blanks, so that
// the same revision is the same text. A field more, less or elsewhere is
// another documentVersion; the reader knows all up to its own.
const (
	documentFormat  = "houfeng event"
	documentVersion = 1
)

// maxDocument bounds a document, in bytes. 1000 stations with two picks, a
// magnitude and an intensity each are 2 MB.
const maxDocument = 16 << 20

// leapMark follows the nanoseconds of a time within a leap second.
const leapMark = " leap"

// form is a pass over the fields of a document: a writer takes the values it
// is pointed to, a reader sets them.
type form interface {
	name(string)
	open(bracket string)
	close(bracket string)
	comma()
	present(name string, is bool) bool // null if not; else a value follows
	text(name string, s *string)
	item(s *string) // of a list of texts
	flag(name string, v *bool)
	integer(name string, v *int)
	number(name string, v *float64)
	time(name string, t *seis.Time)
	stream(name string, id *fdsn.ID)
	fail(why string)
}

// encode returns the document of e.
func encode(e *seis.Event) (string, error) {
	w := &writer{b: make([]byte, 0, 4096)}
	document(w, e)
	if len(w.b) > maxDocument {
		return "", fmt.Errorf("document of %d bytes, at most %d", len(w.b), maxDocument)
	}
	return string(w.b), nil
}

// decode is the inverse of encode; empty lists become nil slices.
func decode(s string) (seis.Event, error) {
	if len(s) > maxDocument {
		return seis.Event{}, fmt.Errorf("document of %d bytes, at most %d", len(s), maxDocument)
	}
	var e seis.Event
	r := &reader{s: s}
	document(r, &e)
	if r.err == nil && r.i != len(s) {
		r.fail("something follows the document")
	}
	if r.err != nil {
		return seis.Event{}, fmt.Errorf("document: %w", r.err)
	}
	return e, nil
}

// digest returns the SHA-256 of a document in hexadecimal digits.
func digest(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

func document(f form, e *seis.Event) {
	format, version := documentFormat, documentVersion
	f.open("{")
	f.text("format", &format)
	f.integer("version", &version)
	if format != documentFormat || version != documentVersion {
		f.fail(fmt.Sprintf("format %q version %d, want %q version %d", format[:min(len(format), 24)], version, documentFormat, documentVersion))
		return
	}
	event(f, e)
	f.close("}")
}

func event(f form, e *seis.Event) {
	f.text("id", &e.ID)
	f.integer("revision", &e.Revision)
	f.text("status", (*string)(&e.Status))
	f.text("type", &e.Type)
	object(f, "origin", &e.Origin, origin)
	if f.present("magnitude", e.Magnitude != nil) {
		if e.Magnitude == nil {
			e.Magnitude = new(seis.Magnitude)
		}
		f.open("{")
		magnitude(f, e.Magnitude)
		f.close("}")
	}
	list(f, "intensities", &e.Intensities, shaking)
	f.text("region", &e.Region)
	f.text("reason", &e.Reason)
	f.time("made", &e.Made)
}

func origin(f form, o *seis.Origin) {
	f.text("event_id", &o.EventID)
	f.time("time", &o.Time)
	f.number("time_sigma_s", &o.TimeSigma)
	f.number("latitude", &o.Latitude)
	f.number("longitude", &o.Longitude)
	f.number("depth_km", &o.DepthKm)
	f.flag("depth_fixed", &o.DepthFixed)
	f.number("depth_sigma_km", &o.DepthSigmaKm)
	f.number("ellipse_major_km", &o.EllipseMajorKm)
	f.number("ellipse_minor_km", &o.EllipseMinorKm)
	f.number("ellipse_azimuth_deg", &o.EllipseAzimuthDeg)
	f.number("gap_deg", &o.GapDeg)
	f.number("secondary_gap_deg", &o.SecondaryGapDeg)
	f.number("rms_s", &o.RMSs)
	f.number("nearest_km", &o.NearestKm)
	f.integer("phases", &o.Phases)
	f.integer("stations", &o.Stations)
	f.integer("expected", &o.Expected)
	f.integer("seen", &o.Seen)
	list(f, "arrivals", &o.Arrivals, arrival)
	f.text("method", &o.Method)
	f.text("model", &o.Model)
	texts(f, "flags", &o.Flags)
	f.text("withdrawn", &o.Withdrawn)
	f.time("made", &o.Made)
}

func arrival(f form, a *seis.Arrival) {
	object(f, "pick", &a.Pick, pick)
	f.text("phase", (*string)(&a.Phase))
	f.number("distance_km", &a.DistanceKm)
	f.number("azimuth_deg", &a.AzimuthDeg)
	f.number("takeoff_deg", &a.TakeoffDeg)
	f.number("residual_s", &a.ResidualS)
	f.number("weight", &a.Weight)
}

func pick(f form, p *seis.Pick) {
	f.text("id", &p.ID)
	f.stream("stream", &p.Stream)
	f.text("phase", (*string)(&p.Phase))
	f.time("time", &p.Time)
	f.number("sigma_s", &p.SigmaS)
	f.number("snr", &p.SNR)
	f.number("amplitude", &p.Amplitude)
	small(f, "polarity", &p.Polarity)
	f.text("method", &p.Method)
	f.time("made", &p.Made)
	object(f, "trust", &p.Trust, trust)
}

func trust(f form, t *seis.Trust) {
	f.text("stream", &t.Stream)
	f.time("start", &t.Start)
	f.time("end", &t.End)
	small(f, "standing", &t.Standing)
	f.number("weight", &t.Weight)
	texts(f, "reasons", &t.Reasons)
	texts(f, "fate_groups", &t.FateGroups)
	f.time("made", &t.Made)
}

func magnitude(f form, m *seis.Magnitude) {
	f.text("type", &m.Type)
	f.number("value", &m.Value)
	f.number("sigma", &m.Sigma)
	f.integer("count", &m.Count)
	f.text("method", &m.Method)
	list(f, "stations", &m.Stations, stationMagnitude)
	f.time("made", &m.Made)
}

func stationMagnitude(f form, m *seis.StationMagnitude) {
	f.stream("stream", &m.Stream)
	f.text("type", &m.Type)
	f.number("value", &m.Value)
	f.number("amplitude", &m.Amplitude)
	f.text("unit", &m.Unit)
	f.time("time", &m.Time)
	f.number("period_s", &m.PeriodS)
	f.number("distance_km", &m.DistanceKm)
	f.number("snr", &m.SNR)
	f.number("high_pass_hz", &m.HighPassHz)
	f.flag("used", &m.Used)
	f.text("reason", &m.Reason)
}

func shaking(f form, s *seis.Shaking) {
	f.text("station", &s.Station)
	f.stream("stream", &s.Stream)
	f.text("event_id", &s.EventID)
	f.time("start", &s.Start)
	f.number("window_s", &s.WindowS)
	f.number("latitude", &s.Latitude)
	f.number("longitude", &s.Longitude)
	f.number("distance_km", &s.DistanceKm)
	f.number("pga_gal", &s.PGA)
	f.number("pgv_cm_s", &s.PGV)
	f.number("pga_north_gal", &s.PGANorth)
	f.number("pga_east_gal", &s.PGAEast)
	f.number("pga_up_gal", &s.PGAUp)
	f.number("gbt", &s.GBT)
	f.number("jma", &s.JMA)
	f.integer("components", &s.Components)
	texts(f, "flags", &s.Flags)
	f.time("made", &s.Made)
}

func object[T any](f form, name string, v *T, fields func(form, *T)) {
	f.name(name)
	f.open("{")
	fields(f, v)
	f.close("}")
}

func list[T any](f form, name string, s *[]T, fields func(form, *T)) {
	items(f, name, s, func(v *T) {
		f.comma()
		f.open("{")
		fields(f, v)
		f.close("}")
	})
}

func texts(f form, name string, s *[]string) { items(f, name, s, f.item) }

func items[T any](f form, name string, s *[]T, each func(*T)) {
	f.name(name)
	f.open("[")
	if r, ok := f.(*reader); ok {
		*s = nil
		for r.more() {
			*s = append(*s, *new(T))
			each(&(*s)[len(*s)-1])
		}
	} else {
		for i := range *s {
			each(&(*s)[i])
		}
	}
	f.close("]")
}

// small passes an integer of one byte.
func small[T ~int8 | ~uint8](f form, name string, v *T) {
	n := int(*v)
	f.integer(name, &n)
	if *v = T(n); int(*v) != n {
		f.fail(fmt.Sprintf("%s %d is out of range", name, n))
	}
}
