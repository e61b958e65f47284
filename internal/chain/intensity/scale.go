package intensity

import (
	"math"
	"strconv"

	"houfeng/internal/method"
)

// Methods are the intensity scales that the chain computes.
var Methods = []method.Method{
	{
		Kind:     "intensity",
		Name:     "gbt17742",
		Summary:  "Instrumental seismic intensity of the People's Republic of China, from peak acceleration and velocity in 0.1–10 Hz.",
		Citation: "GB/T 17742-2020, The Chinese seismic intensity scale; formulas as in independent implementations, filters as in Measure",
		Params: []method.Param{
			{Name: "max_distance_km", Unit: "km", Default: "300", Doc: "stations farther from the epicentre are not measured"},
			{Name: "min_snr", Default: "5", Doc: "peak acceleration over the rms before the first wave; quieter stations are not reported"},
			{Name: "lead_s", Unit: "s", Default: "30", Doc: "data before the earliest possible arrival; its mean is removed"},
			{Name: "measure_s", Unit: "s", Default: "300", Doc: "an event is measured for this long after its origin time"},
		},
	},
	{
		Kind:     "intensity",
		Name:     "jma1996",
		Summary:  "Instrumental seismic intensity (keisoku shindo) of the Japan Meteorological Agency, by Fourier transform over the event; second by second with a recursive filter.",
		Citation: "Japan Meteorological Agency, notification 4 of 1996 (Heisei 8); Kunugi, Aoi, Nakamura, Suzuki, Morikawa & Fujiwara (2013), Zisin 65, 223–230, for the recursive form",
	},
}

// GBT returns the instrumental intensity of GB/T 17742-2020 from the peaks of
// the three-component vectors of acceleration (gal = cm/s²) and velocity (cm/s)
// in 0.1–10 Hz:
//
//	I_A = 3.17 lg PGA + 6.59   (PGA in m/s²)
//	I_V = 3.00 lg PGV + 9.77   (PGV in m/s)
//	I   = I_V, if both are at least 6.0; else (I_A + I_V)/2
//
// clamped to 1.0–12.0. The value is not rounded: see [RoundGBT]. The formulas
// are those on which independent implementations agree; the text of the
// standard was not at hand.
func GBT(pgaGal, pgvCms float64) (i, ia, iv float64) {
	ia = 3.17*math.Log10(pgaGal/100) + 6.59
	iv = 3.00*math.Log10(pgvCms/100) + 9.77
	i = (ia + iv) / 2
	if ia >= 6 && iv >= 6 {
		i = iv
	}
	return math.Max(1, math.Min(12, i)), ia, iv
}

// RoundGBT rounds an intensity to the one decimal in which it is published.
func RoundGBT(i float64) float64 { return math.Round(i*10) / 10 }

// GBTDegree returns the degree, 1 to 12, of an intensity: the nearest integer.
func GBTDegree(i float64) int {
	return int(math.Max(1, math.Min(12, math.Floor(RoundGBT(i)+0.5))))
}

// GBTName returns the degree as it is printed, "Ⅰ" to "Ⅻ".
func GBTName(degree int) string {
	if degree < 1 || degree > 12 {
		return strconv.Itoa(degree)
	}
	return string(rune('Ⅰ' + degree - 1))
}

// JMA returns the instrumental intensity of the acceleration a0 (gal) that the
// filtered vector exceeds for 0.3 s in total, I = 2 lg a0 + 0.94, not rounded.
// Without any motion it is −Inf, as the definition says; [MinJMA] is what the
// chain reports then.
func JMA(a0 float64) float64 { return 2*math.Log10(a0) + 0.94 }

// MinJMA is the smallest JMA intensity reported; it is far below what any
// instrument resolves.
const MinJMA = -3.0

// RoundJMA rounds as the notification prescribes: the third decimal is rounded,
// the second cut off.
func RoundJMA(i float64) float64 {
	return math.Floor(math.Round(i*100)/10) / 10
}

// jmaClasses are the classes of the scale with the lowest intensity of each.
var jmaClasses = []struct {
	from        float64
	class, word string
}{
	{math.Inf(-1), "0", "0"}, {0.5, "1", "1"}, {1.5, "2", "2"}, {2.5, "3", "3"}, {3.5, "4", "4"},
	{4.5, "5-", "5 lower"}, {5.0, "5+", "5 upper"}, {5.5, "6-", "6 lower"}, {6.0, "6+", "6 upper"}, {6.5, "7", "7"},
}

// JMAClass returns the class of an intensity, "0" to "4", "5-", "5+", "6-",
// "6+" or "7", and its name in words ("5 lower").
func JMAClass(i float64) (class, word string) {
	r := RoundJMA(i)
	k := 0
	for j := range jmaClasses {
		if r >= jmaClasses[j].from {
			k = j
		}
	}
	return jmaClasses[k].class, jmaClasses[k].word
}

// JMAFilter is the amplitude of the JMA filter at a frequency: the product of
// the period effect (1/f)^½, a high-cut and a low-cut filter.
func JMAFilter(hz float64) float64 {
	if hz <= 0 {
		return 0
	}
	y := hz / 10
	y2 := y * y
	high := 1 + y2*(0.694+y2*(0.241+y2*(0.0557+y2*(0.009664+y2*(0.00134+y2*0.000155)))))
	l := hz / 0.5
	return math.Sqrt(1/hz) / math.Sqrt(high) * math.Sqrt(-math.Expm1(-l*l*l))
}
