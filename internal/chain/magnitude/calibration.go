package magnitude

import (
	"fmt"
	"math"

	"houfeng/internal/method"
)

var params = []method.Param{
	{Name: "max_distance_km", Unit: "km", Default: "600", Doc: "hypocentral distance of the farthest station measured"},
	{Name: "max_stations", Default: "80", Doc: "stations measured, the nearest"},
	{Name: "min_stations", Default: "2", Doc: "least stations used in a magnitude"},
	{Name: "min_snr", Default: "3", Doc: "least ratio of the largest Wood-Anderson amplitude of the signal to that of the 20 s before it; noise adds up to 0.12 at 3"},
	{Name: "trim", Default: "0.5", Doc: "a station magnitude farther from the median is not used"},
	{Name: "wait_s", Unit: "s", Default: "300", Doc: "measuring ends so long after the event was first heard of"},
}

// Methods declares the calibrations; the first is the default. All of them
// read the mean of the largest zero-to-peak amplitudes of the two horizontals
// of a Wood–Anderson seismogram with the constants of Uhrhammer & Collins (1990).
var Methods = []method.Method{{
	Kind: "magnitude", Name: "ml-hutton-boore-1987",
	Summary:  "ML of southern California, the relation that IASPEI's standard ML rests on: lg A + 1.110 lg(r/100) + 0.00189 (r − 100) + 3.0, r hypocentral, 10–700 km.",
	Citation: "Hutton & Boore (1987), Bull. Seism. Soc. Am. 77, 2074–2094 (relation and range: abstract); Wood-Anderson after Uhrhammer & Collins (1990), ibid. 80, 702–716",
	Params:   params,
}, {
	Kind: "magnitude", Name: "ml-di-bona-2016",
	Summary:  "ML of Italy without station corrections: lg A + 1.667 lg(r/100) + 0.001736 (r − 100) + 3.0, r hypocentral; used by INGV's pyML from 10 to 600 km.",
	Citation: "Di Bona (2016), Bull. Seism. Soc. Am. 106, 242–258",
	Params:   params,
}, {
	Kind: "magnitude", Name: "ml-richter-seiscomp",
	Summary:  "Richter's attenuation as tabulated by SeisComP: lg A − lg A₀(Δ), linear between (0, −1.3), (60, −2.8), (100, −3.0), (400, −4.5), (1000, −5.85); Δ epicentral, km.",
	Citation: "Richter (1935), Bull. Seism. Soc. Am. 25, 1–32; SeisComP documentation, magnitude ML, parameter logA0",
	Params:   params,
}}

// calibration turns an amplitude in millimetres of a Wood–Anderson seismogram
// to a magnitude, at epicentral and hypocentral distances in kilometres.
type calibration func(amplitudeMm, epicentralKm, hypocentralKm float64) float64

func calibrationNamed(name string) (calibration, error) {
	switch name {
	case "ml-hutton-boore-1987":
		return HuttonBoore1987, nil
	case "ml-di-bona-2016":
		return DiBona2016, nil
	case "ml-richter-seiscomp":
		return RichterSeisComP, nil
	}
	return nil, fmt.Errorf("magnitude: method %q is not known; there are %s, %s and %s", name, Methods[0].Name, Methods[1].Name, Methods[2].Name)
}

// nearestKm is the least distance that enters a calibration: nearer, lg r
// would make of a station above the focus a magnitude without bound.
const nearestKm = 1

// HuttonBoore1987 is L. K. Hutton and D. M. Boore (1987), "The ML scale in
// southern California", Bull. Seismol. Soc. Am. 77, 2074–2094, abstract.
// Calibrated between 10 and 700 km; magnitudes of nearer stations come out too
// large by up to some tenths.
func HuttonBoore1987(amplitudeMm, _, r float64) float64 {
	r = math.Max(r, nearestKm)
	return math.Log10(amplitudeMm) + 1.110*math.Log10(r/100) + 0.00189*(r-100) + 3.0
}

// DiBona2016 is M. Di Bona (2016), "A local magnitude scale for crustal
// earthquakes in Italy", Bull. Seismol. Soc. Am. 106, 242–258.
func DiBona2016(amplitudeMm, _, r float64) float64 {
	r = math.Max(r, nearestKm)
	return math.Log10(amplitudeMm) + 1.667*math.Log10(r/100) + 0.001736*(r-100) + 3.0
}

// logA0 is SeisComP's default table of Richter's −lg A₀ by epicentral distance.
var logA0 = [...][2]float64{{0, 1.3}, {60, 2.8}, {100, 3.0}, {400, 4.5}, {1000, 5.85}}

// RichterSeisComP is ML with Richter's attenuation in the straight pieces of
// SeisComP's default table. NaN beyond 1000 km.
func RichterSeisComP(amplitudeMm, epicentralKm, _ float64) float64 {
	for i := 1; i < len(logA0); i++ {
		a, b := logA0[i-1], logA0[i]
		if epicentralKm <= b[0] {
			return math.Log10(amplitudeMm) + a[1] + (b[1]-a[1])*(epicentralKm-a[0])/(b[0]-a[0])
		}
	}
	return math.NaN()
}

// hypocentral returns the straight distance from the focus to a station.
func hypocentral(epicentralKm, depthKm, elevationM float64) float64 {
	return math.Hypot(epicentralKm, depthKm+elevationM/1000)
}
