package products

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/quakeml"
)

const kmPerDegree = 6371.0 * math.Pi / 180 // of arc; QuakeML gives distances in degrees

// QuakeML writes events as a QuakeML 1.2 document, in the order given.
func QuakeML(events []seis.Event, opts Options) ([]byte, error) {
	var b bytes.Buffer
	if err := quakeml.Write(&b, Parameters(events, opts)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Parameters puts events in QuakeML's words. Every identifier is made from the
// event's id and revision or, for picks, from the pick's id.
func Parameters(events []seis.Event, opts Options) *quakeml.EventParameters {
	if opts.Authority == "" {
		opts.Authority = "local"
	}
	ep := &quakeml.EventParameters{PublicID: quakeml.NewID(opts.Authority, "catalogue")}
	for i := range events {
		w := writer{opts: opts, e: &events[i]}
		ep.Events = append(ep.Events, w.event())
	}
	return ep
}

// writer puts one event in QuakeML's words.
type writer struct {
	opts Options
	e    *seis.Event
}

// id names a part of this revision of the event.
func (w *writer) id(kind string, parts ...string) quakeml.ID {
	return quakeml.NewID(w.opts.Authority, append([]string{kind, w.e.ID, strconv.Itoa(w.e.Revision)}, parts...)...)
}

func (w *writer) method(name string) quakeml.ID {
	if name == "" {
		return ""
	}
	return quakeml.NewID(w.opts.Authority, "method", name)
}

func (w *writer) made(t seis.Time, version string) *quakeml.CreationInfo {
	at := moment(t)
	return &quakeml.CreationInfo{AgencyID: w.opts.Agency, CreationTime: &at, Version: version}
}

func (w *writer) event() quakeml.Event {
	e := w.e
	out := quakeml.Event{
		PublicID:          quakeml.NewID(w.opts.Authority, "event", e.ID),
		PreferredOriginID: w.id("origin"),
		Type:              quakeml.EventType(e.Type),
		CreationInfo:      w.made(e.Made, strconv.Itoa(e.Revision)),
		Origins:           []quakeml.Origin{w.origin()},
	}
	if e.Status == seis.Rejected {
		out.Type = quakeml.NotExisting
	}
	if e.Region != "" {
		out.Descriptions = []quakeml.EventDescription{{Text: e.Region, Type: "region name"}}
	}
	if e.Reason != "" {
		out.Comments = append(out.Comments, quakeml.Comment{Text: fmt.Sprintf("revision %d: %s", e.Revision, e.Reason)})
	}
	if t := strongest(e.Intensities); t.station != "" {
		out.Comments = append(out.Comments, quakeml.Comment{Text: "largest instrumental intensity " + t.gbt + " (GB/T 17742-2020) at " + t.station})
	}
	for i := range e.Origin.Arrivals {
		out.Picks = append(out.Picks, w.pick(&e.Origin.Arrivals[i].Pick))
	}
	if e.Magnitude != nil {
		w.magnitude(&out)
	}
	return out
}

func (w *writer) origin() quakeml.Origin {
	o := &w.e.Origin
	depth := quakeml.About(o.DepthKm*1000, o.DepthSigmaKm*1000)
	out := quakeml.Origin{
		PublicID:         w.id("origin"),
		Time:             quakeml.TimeQuantity{Value: moment(o.Time), Uncertainty: positive(o.TimeSigma)},
		Longitude:        quakeml.Exactly(o.Longitude),
		Latitude:         quakeml.Exactly(o.Latitude),
		Depth:            &depth,
		DepthType:        quakeml.DepthFromLocation,
		MethodID:         w.method(o.Method),
		Type:             "hypocenter",
		Region:           w.e.Region,
		EvaluationMode:   quakeml.Automatic,
		EvaluationStatus: quakeml.EvaluationStatus(w.e.Status),
		Quality: &quakeml.OriginQuality{
			AssociatedPhases: count(len(o.Arrivals)), UsedPhases: count(o.Phases), UsedStations: count(o.Stations),
			StandardError: finite(o.RMSs), Gap: finite(o.GapDeg), SecondaryGap: positive(o.SecondaryGapDeg),
			MinimumDistance: positive(o.NearestKm / kmPerDegree),
		},
		CreationInfo: w.made(o.Made, ""),
	}
	if o.DepthFixed {
		out.DepthType = quakeml.DepthOperatorAssigned
	}
	if o.Model != "" {
		out.EarthModelID = quakeml.NewID(w.opts.Authority, "model", o.Model)
	}
	if major, minor := positive(o.EllipseMajorKm*1000), positive(o.EllipseMinorKm*1000); major != nil && minor != nil {
		level := 68.0
		out.Uncertainty = &quakeml.OriginUncertainty{
			MaxHorizontal: major, MinHorizontal: minor, AzimuthMax: finite(o.EllipseAzimuthDeg),
			PreferredDescription: quakeml.UncertaintyEllipse, ConfidenceLevel: &level,
		}
	}
	for _, f := range o.Flags {
		out.Comments = append(out.Comments, quakeml.Comment{Text: f})
	}
	if o.Expected > 0 {
		out.Comments = append(out.Comments, quakeml.Comment{Text: fmt.Sprintf("seen by %d of %d stations expected to see it", o.Seen, o.Expected)})
	}
	for i := range o.Arrivals {
		a := &o.Arrivals[i]
		arrival := quakeml.Arrival{
			PublicID: w.id("arrival", a.Pick.ID), PickID: w.pickID(&a.Pick), Phase: string(a.Phase),
			Azimuth: finite(a.AzimuthDeg), Distance: finite(a.DistanceKm / kmPerDegree),
			TimeResidual: finite(a.ResidualS), TimeWeight: finite(a.Weight),
		}
		if v := finite(a.TakeoffDeg); v != nil {
			q := quakeml.Exactly(*v)
			arrival.TakeoffAngle = &q
		}
		out.Arrivals = append(out.Arrivals, arrival)
	}
	return out
}

func (w *writer) pickID(p *seis.Pick) quakeml.ID {
	return quakeml.NewID(w.opts.Authority, "pick", p.ID)
}

func (w *writer) pick(p *seis.Pick) quakeml.Pick {
	out := quakeml.Pick{
		PublicID:       w.pickID(p),
		Time:           quakeml.TimeQuantity{Value: moment(p.Time), Uncertainty: positive(p.SigmaS)},
		WaveformID:     waveform(p.Stream),
		MethodID:       w.method(p.Method),
		PhaseHint:      string(p.Phase),
		EvaluationMode: quakeml.Automatic,
		CreationInfo:   w.made(p.Made, ""),
	}
	switch {
	case p.Polarity > 0:
		out.Polarity = quakeml.Positive
	case p.Polarity < 0:
		out.Polarity = quakeml.Negative
	}
	if p.Trust.Standing != seis.Use {
		text := "stream is " + p.Trust.Standing.String()
		if len(p.Trust.Reasons) > 0 {
			text += ": " + strings.Join(p.Trust.Reasons, "; ")
		}
		out.Comments = []quakeml.Comment{{Text: text}}
	}
	return out
}

func (w *writer) magnitude(out *quakeml.Event) {
	m := w.e.Magnitude
	out.PreferredMagnitudeID = w.id("magnitude", m.Type)
	mag := quakeml.Magnitude{
		PublicID: out.PreferredMagnitudeID, Mag: quakeml.About(m.Value, m.Sigma), Type: m.Type,
		StationCount: count(m.Count), OriginID: out.PreferredOriginID, MethodID: w.method(m.Method),
		EvaluationMode: quakeml.Automatic, EvaluationStatus: quakeml.EvaluationStatus(w.e.Status),
		CreationInfo: w.made(m.Made, ""),
	}
	for i := range m.Stations {
		s := &m.Stations[i]
		if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
			continue
		}
		wave := waveform(s.Stream)
		station := quakeml.StationMagnitude{
			PublicID: w.id("stationmagnitude", s.Type, s.Stream.String()), OriginID: out.PreferredOriginID,
			Mag: quakeml.Exactly(s.Value), Type: s.Type, WaveformID: &wave,
		}
		weight := 1.0
		if !s.Used {
			weight = 0
			if s.Reason != "" {
				station.Comments = []quakeml.Comment{{Text: "not used: " + s.Reason}}
			}
		}
		if a, ok := w.amplitude(s); ok {
			station.AmplitudeID = a.PublicID
			out.Amplitudes = append(out.Amplitudes, a)
		}
		out.StationMagnitudes = append(out.StationMagnitudes, station)
		mag.Contributions = append(mag.Contributions, quakeml.Contribution{
			StationMagnitudeID: station.PublicID, Residual: finite(s.Value - m.Value), Weight: &weight,
		})
	}
	out.Magnitudes = []quakeml.Magnitude{mag}
}

func (w *writer) amplitude(s *seis.StationMagnitude) (quakeml.Amplitude, bool) {
	if !(s.Amplitude > 0) || math.IsInf(s.Amplitude, 0) {
		return quakeml.Amplitude{}, false
	}
	wave := waveform(s.Stream)
	a := quakeml.Amplitude{
		PublicID: w.id("amplitude", s.Type, s.Stream.String()), Generic: quakeml.Exactly(s.Amplitude),
		Type: "A" + s.Type, Category: "point", Unit: quakeml.OtherUnit, WaveformID: &wave,
		EvaluationMode: quakeml.Automatic, MagnitudeHint: s.Type,
	}
	switch s.Unit {
	case "mm": // of a Wood–Anderson seismogram; the standard knows only metres
		a.Generic.Value, a.Unit = s.Amplitude/1000, quakeml.Metres
	case "m":
		a.Unit = quakeml.Metres
	case "m/s":
		a.Unit = quakeml.MetresPerSecond
	}
	if !s.Time.IsZero() {
		a.ScalingTime = &quakeml.TimeQuantity{Value: moment(s.Time)}
	}
	if s.PeriodS > 0 {
		q := quakeml.Exactly(s.PeriodS)
		a.Period = &q
	}
	return a, true
}

func waveform(id fdsn.ID) quakeml.WaveformID {
	return quakeml.WaveformID{Network: id.Network, Station: id.Station, Location: id.Location, Channel: id.Channel}
}

func moment(t seis.Time) quakeml.Time { return quakeml.Time{Time: t.Std(), Leap: t.Leap()} }

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func positive(v float64) *float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func count(n int) *int { return &n }
