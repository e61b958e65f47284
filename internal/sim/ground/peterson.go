package ground

import "math"

// segment is one line of Peterson's noise models: dB = A + B·lg T from period
// FromS on.
type segment struct{ fromS, a, b float64 }

// Coefficients of the new low and high noise models, acceleration in dB
// relative to 1 (m/s²)²/Hz (J. Peterson, "Observations and modeling of seismic
// background noise", U.S. Geol. Survey Open-File Report 93-322, 1993, tables 3
// and 4).
var (
	lowNoise = []segment{
		{0.10, -162.36, 5.64}, {0.17, -166.70, 0}, {0.40, -170.00, -8.30}, {0.80, -166.40, 28.90},
		{1.24, -168.60, 52.48}, {2.40, -159.98, 29.81}, {4.30, -141.10, 0}, {5.00, -71.36, -99.77},
		{6.00, -97.26, -66.49}, {10.00, -132.18, -31.57}, {12.00, -205.27, 36.16}, {15.60, -37.65, -104.33},
		{21.90, -114.37, -47.10}, {31.60, -160.58, -16.28}, {45.00, -187.50, 0}, {70.00, -216.47, 15.70},
		{101.00, -185.00, 0}, {154.00, -168.34, -7.61}, {328.00, -217.43, 11.90}, {600.00, -258.28, 26.60},
		{10000.00, -346.88, 48.75},
	}
	highNoise = []segment{
		{0.10, -108.73, -17.23}, {0.22, -150.34, -80.50}, {0.32, -122.31, -23.87}, {0.80, -116.85, 32.51},
		{3.80, -108.48, 18.08}, {4.60, -74.66, -32.95}, {6.30, 0.66, -127.18}, {7.90, -93.37, -22.42},
		{15.40, 73.54, -162.98}, {20.00, -151.52, 10.01}, {354.80, -206.66, 31.63},
	}
)

// LowNoise returns Peterson's new low noise model at a period, as acceleration
// in dB relative to 1 (m/s²)²/Hz. It is defined from 0.1 to 10⁵ s and held
// constant outside.
func LowNoise(periodS float64) float64 { return peterson(lowNoise, periodS) }

// HighNoise returns Peterson's new high noise model likewise.
func HighNoise(periodS float64) float64 { return peterson(highNoise, periodS) }

func peterson(model []segment, periodS float64) float64 {
	t := math.Max(0.1, math.Min(1e5, periodS))
	i := len(model) - 1
	for i > 0 && t < model[i].fromS {
		i--
	}
	return model[i].a + model[i].b*math.Log10(t)
}
