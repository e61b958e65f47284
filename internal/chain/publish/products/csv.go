package products

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"

	"houfeng/internal/seis"
)

// table writes rows of comma-separated values (RFC 4180 with LF). What is not
// known is an empty field.
type table struct {
	buf bytes.Buffer
	w   *csv.Writer
}

func newTable(columns ...string) *table {
	t := &table{}
	t.w = csv.NewWriter(&t.buf)
	t.row(columns...)
	return t
}

func (t *table) row(fields ...string) { t.w.Write(fields) } // errors are kept for Flush

func (t *table) bytes() ([]byte, error) {
	t.w.Flush()
	return t.buf.Bytes(), t.w.Error()
}

// num prints v with the given number of decimals; NaN and infinities are empty.
func num(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" { // no −0
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// known prints v unless it is zero, which stands for "not determined".
func known(v float64, decimals int) string {
	if v == 0 {
		return ""
	}
	return num(v, decimals)
}

// wide prints v with six significant digits, for values of any size.
func wide(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

func when(t seis.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.String()
}

func eventsCSV(events []seis.Event, firstMade func(id string) seis.Time) ([]byte, error) {
	t := newTable("event_id", "revision", "status", "time", "latitude", "longitude", "depth_km", "depth_fixed",
		"time_sigma_s", "ellipse_major_km", "ellipse_minor_km", "ellipse_azimuth_deg", "depth_sigma_km",
		"gap_deg", "secondary_gap_deg", "rms_s", "nearest_km", "phases", "stations", "stations_seen", "stations_expected",
		"magnitude", "magnitude_type", "magnitude_sigma", "magnitude_stations",
		"max_gbt_intensity", "max_jma_intensity", "max_pga_gal", "max_pgv_cm_s", "max_intensity_station",
		"region", "method", "model", "flags", "first_made", "made", "reason")
	for i := range events {
		e := &events[i]
		o := &e.Origin
		mag, magType, magSigma, magCount := "", "", "", ""
		if m := e.Magnitude; m != nil {
			mag, magType, magSigma, magCount = num(m.Value, 2), m.Type, num(m.Sigma, 2), strconv.Itoa(m.Count)
		}
		top := strongest(e.Intensities)
		t.row(e.ID, strconv.Itoa(e.Revision), string(e.Status), when(o.Time), num(o.Latitude, 5), num(o.Longitude, 5),
			num(o.DepthKm, 3), strconv.FormatBool(o.DepthFixed),
			known(o.TimeSigma, 3), known(o.EllipseMajorKm, 3), known(o.EllipseMinorKm, 3), num(o.EllipseAzimuthDeg, 1), known(o.DepthSigmaKm, 3),
			num(o.GapDeg, 1), num(o.SecondaryGapDeg, 1), num(o.RMSs, 4), num(o.NearestKm, 3),
			strconv.Itoa(o.Phases), strconv.Itoa(o.Stations), strconv.Itoa(o.Seen), strconv.Itoa(o.Expected),
			mag, magType, magSigma, magCount,
			top.gbt, top.jma, top.pga, top.pgv, top.station,
			e.Region, o.Method, o.Model, strings.Join(o.Flags, "; "), when(firstMade(e.ID)), when(e.Made), e.Reason)
	}
	return t.bytes()
}

// top holds the largest values over the stations, each its own, and the
// station with the largest GB/T 17742 intensity.
type top struct{ gbt, jma, pga, pgv, station string }

func strongest(s []seis.Shaking) top {
	if len(s) == 0 {
		return top{}
	}
	most := func(value func(*seis.Shaking) float64) (float64, int) {
		v, at := math.NaN(), -1
		for i := range s {
			if x := value(&s[i]); !math.IsNaN(x) && (at < 0 || x > v) {
				v, at = x, i
			}
		}
		return v, at
	}
	gbt, at := most(func(s *seis.Shaking) float64 { return s.GBT })
	jma, _ := most(func(s *seis.Shaking) float64 { return s.JMA })
	pga, _ := most(func(s *seis.Shaking) float64 { return s.PGA })
	pgv, _ := most(func(s *seis.Shaking) float64 { return s.PGV })
	out := top{gbt: num(gbt, 2), jma: num(jma, 2), pga: wide(pga), pgv: wide(pgv)}
	if at >= 0 {
		out.station = s[at].Station
	}
	return out
}

func picksCSV(picks []seis.Pick, eventOf map[string]string) ([]byte, error) {
	picks = slices.Clone(picks)
	slices.SortStableFunc(picks, func(a, b seis.Pick) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Stream.String(), b.Stream.String()), cmp.Compare(a.ID, b.ID))
	})
	t := newTable("pick_id", "network", "station", "location", "channel", "phase", "time", "sigma_s", "snr",
		"amplitude_counts", "polarity", "method", "standing", "weight", "event_id", "made")
	for i := range picks {
		p := &picks[i]
		t.row(p.ID, p.Stream.Network, p.Stream.Station, p.Stream.Location, p.Stream.Channel, string(p.Phase),
			when(p.Time), num(p.SigmaS, 4), wide(p.SNR), wide(p.Amplitude), polarity(p.Polarity), p.Method,
			p.Trust.Standing.String(), num(p.Trust.PickWeight(), 3), eventOf[p.ID], when(p.Made))
	}
	return t.bytes()
}

func polarity(p seis.Polarity) string {
	switch {
	case p > 0:
		return "up"
	case p < 0:
		return "down"
	}
	return ""
}

func intensityCSV(events []seis.Event) ([]byte, error) {
	t := newTable("event_id", "station", "stream", "latitude", "longitude", "distance_km",
		"pga_north_gal", "pga_east_gal", "pga_up_gal", "pga_gal", "pgv_cm_s",
		"gbt_intensity", "jma_intensity", "components", "start", "window_s", "flags", "made")
	for i := range events {
		for j := range events[i].Intensities {
			s := &events[i].Intensities[j]
			t.row(events[i].ID, s.Station, s.Stream.String(), num(s.Latitude, 5), num(s.Longitude, 5), num(s.DistanceKm, 3),
				wide(s.PGANorth), wide(s.PGAEast), wide(s.PGAUp), wide(s.PGA), wide(s.PGV),
				num(s.GBT, 2), num(s.JMA, 2), strconv.Itoa(s.Components), when(s.Start), num(s.WindowS, 2),
				strings.Join(s.Flags, "; "), when(s.Made))
		}
	}
	return t.bytes()
}
