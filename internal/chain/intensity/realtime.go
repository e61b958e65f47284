package intensity

import (
	"math"

	"houfeng/internal/science/dsp"
)

// The recursive form of JMA's filter, in the manner of Kunugi et al. (2013),
// Zisin 65, 223–230: a cascade of second-order sections whose amplitude follows
// the definition. Roots were fitted to it between 0.05 and 30 Hz by least
// squares (testdata/realtime_filter.py); the analogue filter departs from the
// definition by less than 0.004 units of intensity up to 20 Hz. As it delays
// where the definition does not, intensities of records differ more: see
// TestRealtimeJMA.
//
// Single roots in Hz, pairs as frequency in Hz and damping; one zero is at 0.
var (
	rtZeros     = []float64{0.2992899, 3.6870733}
	rtPoles     = []float64{0.39655104, 1.681177, 21.853607}
	rtZeroPairs = [][2]float64{{0.79571607, 0.79392939}}
	rtPolePairs = [][2]float64{{0.63825115, 0.63273193}, {2.9434609, 3.7793843}, {13.105265, 1.133545}, {20.423952, 0.58826421}}
)

// realtimeJMA designs the filter for a rate. In units of intensity the digital
// filter departs from the definition by at most 0.02 up to 5 Hz and 0.05 up to
// 15 Hz at 100 samples per second, 0.05 and 0.2 at 50, less at higher rates.
func realtimeJMA(rate float64) ([]dsp.Section, error) {
	limit := 0.45 * rate // roots above have no meaning there
	roots := func(single []float64, pairs [][2]float64) []complex128 {
		var r []complex128
		for _, hz := range single {
			if hz < limit {
				r = append(r, complex(-2*math.Pi*hz, 0))
			}
		}
		for _, p := range pairs {
			w, h := 2*math.Pi*p[0], p[1]
			if h < 1 {
				if p[0] < limit {
					im := w * math.Sqrt(1-h*h)
					r = append(r, complex(-w*h, im), complex(-w*h, -im))
				}
				continue
			}
			d := w * math.Sqrt(h*h-1)
			for _, v := range []float64{w*h - d, w*h + d} {
				if v < 2*math.Pi*limit {
					r = append(r, complex(-v, 0))
				}
			}
		}
		return r
	}
	zeros := append([]complex128{0}, roots(rtZeros, rtZeroPairs)...)
	return dsp.Analogue(zeros, roots(rtPoles, rtPolePairs), 1, JMAFilter(1), rate)
}
