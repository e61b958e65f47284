package metadata

import (
	"fmt"
	"math"
	"strings"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
	"houfeng/stationxml"
)

// document adds the channels of a StationXML document. A station without
// channels, as in documents of level station, is added by its codes alone.
func (b *builder) document(doc *stationxml.Document) {
	for ni := range doc.Networks {
		n := &doc.Networks[ni]
		for si := range n.Stations {
			s := &n.Stations[si]
			if len(s.Channels) == 0 {
				b.add(0, seis.Channel{
					ID: fdsn.ID{Network: n.Code, Station: s.Code}, Start: instant(s.Start), End: instant(s.End),
					Latitude: s.Latitude, Longitude: s.Longitude, ElevationM: s.ElevationM, StationName: s.Site.Name,
				})
			}
			for ci := range s.Channels {
				b.channel(n, s, &s.Channels[ci])
			}
		}
	}
}

func (b *builder) channel(n *stationxml.Network, s *stationxml.Station, c *stationxml.Channel) {
	id := stationxml.ID(n, s, c)
	az, dip := seis.NominalOrientation(id)
	if c.AzimuthDeg != nil {
		az = *c.AzimuthDeg
	}
	if c.DipDeg != nil {
		dip = *c.DipDeg
	}
	out := seis.Channel{
		ID: id, Start: instant(c.Start), End: instant(c.End),
		Latitude: c.Latitude, Longitude: c.Longitude, ElevationM: c.ElevationM, DepthM: c.DepthM,
		AzimuthDeg: az, DipDeg: dip, RateHz: c.SampleRateHz,
		Sensor: sensorName(c.Sensor), StationName: s.Site.Name,
	}
	resp, notes := Response(c.Response)
	for _, note := range notes {
		b.problemf(0, "%s from %s: %s", id, startText(out.Start), note)
	}
	if resp == nil && len(notes) == 0 && measuresMotion(id) {
		b.problemf(0, "%s from %s: no instrument response", id, startText(out.Start))
	}
	out.Response = resp
	b.add(0, out)
}

// measuresMotion reports whether the instrument code is that of a seismometer,
// geophone or accelerometer (SEED 2.4, appendix A).
func measuresMotion(id fdsn.ID) bool {
	_, source, _ := id.Codes()
	switch source {
	case "H", "L", "P", "N", "G":
		return true
	}
	return false
}

func sensorName(e *stationxml.Equipment) string {
	if e == nil {
		return ""
	}
	for _, s := range []string{e.Description, strings.TrimSpace(e.Manufacturer + " " + e.Model), e.Type} {
		if s != "" {
			return s
		}
	}
	return ""
}

// instant converts to seis.Time. Years that it can not hold (documents write
// 2599 or 3000 for "open") become the zero Time, which stands for that.
func instant(t time.Time) seis.Time {
	if y := t.Year(); t.IsZero() || y < 1678 || y > 2261 {
		return seis.Time{}
	}
	return seis.FromTime(t)
}

// Response makes an instrument response from the stages of a StationXML
// document: the overall sensitivity, and poles and zeros of all analogue
// stages. It is nil when the channel records no ground motion or there is no
// sensitivity; notes say what a person should know.
func Response(in *stationxml.Response) (_ *response.Response, notes []string) {
	if in == nil {
		return nil, nil
	}
	value, freq, unit := sensitivity(in, &notes)
	u, si, ok := response.ParseUnit(unit)
	switch {
	case value == 0 && in.Polynomial != nil:
		return nil, append(notes, "polynomial response: not used for amplitudes")
	case value == 0 && len(in.Stages) == 0:
		return nil, nil
	case value == 0:
		return nil, append(notes, "no sensitivity and no stage gains")
	case !ok && unit == "":
		return nil, append(notes, "sensitivity without input units: not used")
	case !ok:
		return nil, notes // pressure, mass position, …: sound, but no ground motion
	}
	r := &response.Response{Input: u, Sensitivity: value / si, FrequencyHz: freq}
	pz := &response.PolesZeros{A0: 1}
	a0Hz, analogue := 0.0, 0
	var ignored []ignoredStage
	for i := range in.Stages {
		st := &in.Stages[i]
		if st.PolesZeros == nil {
			if st.Kind() != "Gain" && !trivial(st) {
				ignored = append(ignored, ignoredStage{st.Number, st.Kind()})
			}
			continue
		}
		zeros, poles, a0, ok := st.PolesZeros.Radians()
		if !ok {
			ignored = append(ignored, ignoredStage{st.Number, "digital PolesZeros"})
			continue
		}
		one := &response.Response{FrequencyHz: st.PolesZeros.NormalisationHz, PolesZeros: &response.PolesZeros{Zeros: zeros, Poles: poles, A0: a0}}
		one, note := one.Normalised(st.PolesZeros.NormalisationHz)
		if note != "" {
			notes = append(notes, fmt.Sprintf("stage %d: %s", st.Number, note))
		}
		if analogue == 0 {
			a0Hz = st.PolesZeros.NormalisationHz
		}
		analogue++
		pz.Zeros, pz.Poles, pz.A0 = append(pz.Zeros, zeros...), append(pz.Poles, poles...), pz.A0*one.PolesZeros.A0
	}
	if analogue > 0 && len(pz.Zeros)+len(pz.Poles) > 0 {
		r.PolesZeros = pz
		// What was wrong with a factor has been said above; here it is only
		// moved to the frequency of the sensitivity.
		r, _ = r.Normalised(a0Hz)
		if math.IsInf(r.PolesZeros.A0, 0) || math.IsNaN(r.PolesZeros.A0) || r.PolesZeros.A0 == 0 {
			return nil, append(notes, "poles and zeros can not be normalised: not used")
		}
	}
	r.Ignored = ignoredText(ignored)
	return r, notes
}

// trivial reports whether a Coefficients or FIR stage has nothing to evaluate,
// as digitizers are usually described.
func trivial(s *stationxml.Stage) bool {
	if s.Coefficients != nil {
		return len(s.Coefficients.Numerators) == 0 && len(s.Coefficients.Denominators) == 0
	}
	return s.FIR != nil && len(s.FIR.Numerators) == 0
}

// sensitivity returns the overall sensitivity as given or, without that, the
// product of the stage gains.
func sensitivity(in *stationxml.Response, notes *[]string) (value, freq float64, unit string) {
	product, productHz, stages := 1.0, 0.0, 0
	for i := range in.Stages {
		st := &in.Stages[i]
		if st.Gain == nil || st.Gain.Value == 0 {
			continue
		}
		product *= st.Gain.Value
		if stages == 0 {
			productHz = st.Gain.FrequencyHz
		}
		stages++
		if unit == "" {
			unit = inputUnit(st)
		}
	}
	s := in.Sensitivity
	if s == nil || s.Value == 0 {
		if stages == 0 {
			return 0, 0, unit
		}
		return product, productHz, unit
	}
	if s.Input.Name != "" {
		unit = s.Input.Name
	}
	// evalresp multiplies the stages, others take the sensitivity: where the
	// two differ, so will amplitudes.
	if stages > 0 && math.Abs(product/s.Value-1) > 0.05 {
		*notes = append(*notes, fmt.Sprintf("sensitivity %.6g is used, but the stage gains multiply to %.6g", s.Value, product))
	}
	return s.Value, s.FrequencyHz, unit
}

func inputUnit(s *stationxml.Stage) string {
	switch {
	case s.PolesZeros != nil:
		return s.PolesZeros.Input.Name
	case s.Coefficients != nil:
		return s.Coefficients.Input.Name
	case s.ResponseList != nil:
		return s.ResponseList.Input.Name
	case s.FIR != nil:
		return s.FIR.Input.Name
	}
	return ""
}

type ignoredStage struct {
	number int
	kind   string
}

// ignoredText joins runs of stages: "3–9 FIR, 10 Coefficients".
func ignoredText(in []ignoredStage) string {
	var parts []string
	for i := 0; i < len(in); {
		j := i
		for j+1 < len(in) && in[j+1].kind == in[i].kind && in[j+1].number == in[j].number+1 {
			j++
		}
		if j == i {
			parts = append(parts, fmt.Sprintf("%d %s", in[i].number, in[i].kind))
		} else {
			parts = append(parts, fmt.Sprintf("%d–%d %s", in[i].number, in[j].number, in[i].kind))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

type epochKey struct {
	id    fdsn.ID
	start seis.Time
}

// difference names the first thing in which two descriptions of an epoch
// disagree beyond rounding.
func difference(a, b *seis.Channel) string {
	far := func(x, y, tol float64) bool { return math.Abs(x-y) > tol }
	switch {
	case far(a.Latitude, b.Latitude, 1e-4) || far(a.Longitude, b.Longitude, 1e-4):
		return "position"
	case far(a.ElevationM, b.ElevationM, 10) || far(a.DepthM, b.DepthM, 10):
		return "elevation"
	case far(a.AzimuthDeg, b.AzimuthDeg, 0.5) || far(a.DipDeg, b.DipDeg, 0.5):
		return "orientation"
	case (a.Response == nil) != (b.Response == nil):
		return "having a response"
	case a.Response != nil && (a.Response.Input != b.Response.Input || math.Abs(a.Response.Sensitivity/b.Response.Sensitivity-1) > 1e-3):
		return "sensitivity"
	case a.End != b.End:
		return "end"
	}
	return ""
}
