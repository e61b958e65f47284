package httpd

import (
	"fmt"
	"math"

	"houfeng/internal/seis"
)

// The outside form of an event. [eventProperties] follows the USGS ComCat
// GeoJSON summary where ComCat has a word for it (camel case, its units), so
// that existing readers work; what ComCat has no word for is in snake case
// with its unit. [eventJSON] is the whole revision in our own words.

type pointJSON struct {
	Type        string `json:"type"`
	Coordinates []num  `json:"coordinates"`
}

type featureJSON[P any] struct {
	Type       string     `json:"type"`
	ID         string     `json:"id"`
	Properties P          `json:"properties"`
	Geometry   *pointJSON `json:"geometry"`
}

type eventProperties struct {
	Mag      num    `json:"mag"`
	MagType  string `json:"magType"`
	MagError num    `json:"magError"` // standard deviation of the station values
	MagNst   int    `json:"magNst"`
	Place    string `json:"place"`
	Time     millis `json:"time"`
	Updated  millis `json:"updated"`
	URL      string `json:"url"`
	Status   string `json:"status"`
	Type     string `json:"type"`
	Title    string `json:"title"`

	Gap             num `json:"gap"`             // degrees
	RMS             num `json:"rms"`             // s
	Nst             int `json:"nst"`             // stations used
	Dmin            num `json:"dmin"`            // degrees, epicentre to the nearest station used
	HorizontalError num `json:"horizontalError"` // km, semi-major axis of the 68 % ellipse
	DepthError      num `json:"depthError"`      // km, 1σ; null when the depth was fixed

	Revision          int      `json:"revision"`
	OriginTime        stamp    `json:"origin_time"` // as Time, with all digits
	TimeErrorS        num      `json:"time_error_s"`
	DepthFixed        bool     `json:"depth_fixed"`
	NearestKm         num      `json:"nearest_km"`
	Phases            int      `json:"phases"`
	StationsExpected  int      `json:"stations_expected"`
	StationsSeen      int      `json:"stations_seen"`
	MaxGBT            num      `json:"max_gbt"` // GB/T 17742-2020 instrumental intensity
	MaxJMA            num      `json:"max_jma"` // JMA instrumental intensity
	MaxPGAGal         num      `json:"max_pga_gal"`
	MaxPGVCmS         num      `json:"max_pgv_cm_s"`
	MaxStation        string   `json:"max_station"` // where MaxGBT was measured
	IntensityStations int      `json:"intensity_stations"`
	Flags             []string `json:"flags"`
	Withdrawn         string   `json:"withdrawn"` // not empty: the event is withdrawn, and why
	Reason            string   `json:"reason"`    // what made this revision
}

// kmPerDegree is the length of a degree on a sphere of 6371 km, as ComCat's
// dmin uses it ("1 degree is approximately 111.2 kilometers").
const kmPerDegree = 6371 * math.Pi / 180

func eventFeature(e *seis.Event) featureJSON[eventProperties] {
	o := &e.Origin
	p := eventProperties{
		Mag: unknown, MagError: unknown, Place: e.Region, Time: millis(o.Time), Updated: millis(e.Made),
		URL: "events/" + e.ID, Status: string(e.Status), Type: e.Type,
		Gap: round(o.GapDeg, 1), RMS: round(o.RMSs, 3), Nst: o.Stations, Dmin: round(o.NearestKm/kmPerDegree, 4),
		HorizontalError: round(o.EllipseMajorKm, 3), DepthError: unknown,
		Revision: e.Revision, OriginTime: stamp(o.Time), TimeErrorS: round(o.TimeSigma, 3), DepthFixed: o.DepthFixed,
		NearestKm: round(o.NearestKm, 2), Phases: o.Phases, StationsExpected: o.Expected, StationsSeen: o.Seen,
		MaxGBT: unknown, MaxJMA: unknown, MaxPGAGal: unknown, MaxPGVCmS: unknown,
		IntensityStations: len(e.Intensities), Flags: list(o.Flags), Withdrawn: o.Withdrawn, Reason: e.Reason,
	}
	if !o.DepthFixed {
		p.DepthError = round(o.DepthSigmaKm, 3)
	}
	where := e.Region
	if where == "" {
		where = coordinates(o.Latitude, o.Longitude)
	}
	p.Title = "M ? - " + where
	if m := e.Magnitude; m != nil {
		p.Mag, p.MagType, p.MagError, p.MagNst = round(m.Value, 2), m.Type, round(m.Sigma, 2), m.Count
		p.Title = fmt.Sprintf("M %.1f - %s", m.Value, where)
	}
	for i := range e.Intensities {
		v := &e.Intensities[i]
		if greater(v.GBT, p.MaxGBT) {
			p.MaxGBT, p.MaxStation = round(v.GBT, 1), v.Station
		}
		if greater(v.JMA, p.MaxJMA) {
			p.MaxJMA = jmaTenths(v.JMA)
		}
		if greater(v.PGA, p.MaxPGAGal) {
			p.MaxPGAGal = signif(v.PGA, 4)
		}
		if greater(v.PGV, p.MaxPGVCmS) {
			p.MaxPGVCmS = signif(v.PGV, 4)
		}
	}
	return featureJSON[eventProperties]{Type: "Feature", ID: e.ID, Properties: p,
		Geometry: point(o.Longitude, o.Latitude, o.DepthKm)}
}

// greater reports whether x is a number and above so far, or the first.
func greater(x float64, soFar num) bool {
	return !math.IsNaN(x) && (math.IsNaN(float64(soFar)) || x > float64(soFar))
}

// point is nil when the place is not known.
func point(lon, lat, z float64) *pointJSON {
	if math.IsNaN(lon) || math.IsNaN(lat) {
		return nil
	}
	return &pointJSON{"Point", []num{round(lon, 5), round(lat, 5), round(z, 3)}}
}

func coordinates(lat, lon float64) string {
	ns, ew := "N", "E"
	if lat < 0 {
		ns = "S"
	}
	if lon < 0 {
		ew = "W"
	}
	return fmt.Sprintf("%.2f°%s %.2f°%s", math.Abs(lat), ns, math.Abs(lon), ew)
}

// list makes sure that no strings are [], not null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

type eventJSON struct {
	ID          string         `json:"id"`
	Revision    int            `json:"revision"`
	Status      string         `json:"status"`
	Type        string         `json:"type"`
	Region      string         `json:"region"`
	Reason      string         `json:"reason"`
	Made        stamp          `json:"made"`
	Origin      originJSON     `json:"origin"`
	Magnitude   *magnitudeJSON `json:"magnitude"`
	Intensities []shakingJSON  `json:"intensities"`
}

type originJSON struct {
	Time              stamp         `json:"time"`
	TimeMs            millis        `json:"time_ms"`
	TimeSigmaS        num           `json:"time_sigma_s"`
	LatitudeDeg       num           `json:"latitude_deg"`
	LongitudeDeg      num           `json:"longitude_deg"`
	DepthKm           num           `json:"depth_km"`
	DepthFixed        bool          `json:"depth_fixed"`
	DepthSigmaKm      num           `json:"depth_sigma_km"` // null if fixed
	EllipseMajorKm    num           `json:"ellipse_major_km"`
	EllipseMinorKm    num           `json:"ellipse_minor_km"`
	EllipseAzimuthDeg num           `json:"ellipse_azimuth_deg"`
	GapDeg            num           `json:"gap_deg"`
	SecondaryGapDeg   num           `json:"secondary_gap_deg"`
	RMSS              num           `json:"rms_s"`
	NearestKm         num           `json:"nearest_km"`
	Phases            int           `json:"phases"`
	Stations          int           `json:"stations"`
	StationsExpected  int           `json:"stations_expected"`
	StationsSeen      int           `json:"stations_seen"`
	Method            string        `json:"method"`
	Model             string        `json:"model"`
	Flags             []string      `json:"flags"`
	Withdrawn         string        `json:"withdrawn"`
	Made              stamp         `json:"made"`
	Arrivals          []arrivalJSON `json:"arrivals"`
}

type arrivalJSON struct {
	Pick       pickJSON `json:"pick"`
	Phase      string   `json:"phase"`
	DistanceKm num      `json:"distance_km"`
	AzimuthDeg num      `json:"azimuth_deg"`
	TakeoffDeg num      `json:"takeoff_deg"`
	ResidualS  num      `json:"residual_s"`
	Weight     num      `json:"weight"`
}

type magnitudeJSON struct {
	Type     string                 `json:"type"`
	Value    num                    `json:"value"`
	Sigma    num                    `json:"sigma"`
	Count    int                    `json:"count"`
	Method   string                 `json:"method"`
	Made     stamp                  `json:"made"`
	Stations []stationMagnitudeJSON `json:"stations"`
}

type stationMagnitudeJSON struct {
	Stream        string `json:"stream"`
	Type          string `json:"type"`
	Value         num    `json:"value"`
	Amplitude     num    `json:"amplitude"`
	AmplitudeUnit string `json:"amplitude_unit"`
	Time          stamp  `json:"time"`
	PeriodS       num    `json:"period_s"` // null if not measured
	DistanceKm    num    `json:"distance_km"`
	Used          bool   `json:"used"`
	Reason        string `json:"reason"`
}

func encodeEvent(e *seis.Event) eventJSON {
	o := &e.Origin
	out := eventJSON{
		ID: e.ID, Revision: e.Revision, Status: string(e.Status), Type: e.Type, Region: e.Region,
		Reason: e.Reason, Made: stamp(e.Made), Intensities: encodeShakings(e.Intensities),
		Origin: originJSON{
			Time: stamp(o.Time), TimeMs: millis(o.Time), TimeSigmaS: num(o.TimeSigma),
			LatitudeDeg: num(o.Latitude), LongitudeDeg: num(o.Longitude), DepthKm: num(o.DepthKm),
			DepthFixed: o.DepthFixed, DepthSigmaKm: num(o.DepthSigmaKm),
			EllipseMajorKm: num(o.EllipseMajorKm), EllipseMinorKm: num(o.EllipseMinorKm), EllipseAzimuthDeg: num(o.EllipseAzimuthDeg),
			GapDeg: num(o.GapDeg), SecondaryGapDeg: num(o.SecondaryGapDeg), RMSS: num(o.RMSs), NearestKm: num(o.NearestKm),
			Phases: o.Phases, Stations: o.Stations, StationsExpected: o.Expected, StationsSeen: o.Seen,
			Method: o.Method, Model: o.Model, Flags: list(o.Flags), Withdrawn: o.Withdrawn, Made: stamp(o.Made),
			Arrivals: make([]arrivalJSON, 0, len(o.Arrivals)),
		},
	}
	if o.DepthFixed {
		out.Origin.DepthSigmaKm = unknown
	}
	for i := range o.Arrivals {
		a := &o.Arrivals[i]
		out.Origin.Arrivals = append(out.Origin.Arrivals, arrivalJSON{
			Pick: encodePick(&a.Pick), Phase: string(a.Phase), DistanceKm: num(a.DistanceKm), AzimuthDeg: num(a.AzimuthDeg),
			TakeoffDeg: num(a.TakeoffDeg), ResidualS: num(a.ResidualS), Weight: num(a.Weight),
		})
	}
	if m := e.Magnitude; m != nil {
		mj := &magnitudeJSON{Type: m.Type, Value: num(m.Value), Sigma: num(m.Sigma), Count: m.Count,
			Method: m.Method, Made: stamp(m.Made), Stations: make([]stationMagnitudeJSON, 0, len(m.Stations))}
		for i := range m.Stations {
			v := &m.Stations[i]
			period := num(v.PeriodS)
			if v.PeriodS == 0 {
				period = unknown
			}
			mj.Stations = append(mj.Stations, stationMagnitudeJSON{Stream: v.Stream.String(), Type: v.Type, Value: num(v.Value),
				Amplitude: num(v.Amplitude), AmplitudeUnit: v.Unit, Time: stamp(v.Time), PeriodS: period,
				DistanceKm: num(v.DistanceKm), Used: v.Used, Reason: v.Reason})
		}
		out.Magnitude = mj
	}
	return out
}
