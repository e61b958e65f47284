package ground

import "math"

// Constants of the source region.
const (
	density = 2800.0 // kg/m³
	alpha   = 6000.0 // m/s
	beta    = 3500.0 // m/s
)

// Moment returns the seismic moment in N·m of a moment magnitude (Hanks &
// Kanamori 1979 in the form of IASPEI 2013: Mw = (lg M₀ − 9.1)/1.5).
func Moment(mw float64) float64 { return math.Pow(10, 1.5*mw+9.1) }

// CornerFrequency returns the corner frequency of the S spectrum in Hz for a
// moment in N·m and a stress drop in Pa (Brune 1970; Boore 2003, equation 4,
// in SI units: fc = 0.4906·β·(Δσ/M₀)^⅓).
func CornerFrequency(moment, stressDrop float64) float64 {
	return 0.4906 * beta * math.Cbrt(stressDrop/moment)
}

// cornerRatio is the corner frequency of P over that of S (Madariaga 1976
// gives 1.5 for a circular crack).
const cornerRatio = 1.5

// Radiation holds the radiation coefficients of P, SV and SH.
type Radiation struct{ P, SV, SH float64 }

// Root mean squares over the focal sphere (Boore & Boatwright 1984).
const (
	meanP = 0.52
	meanS = 0.63
	// For the spectrum of S, Boore (2003, page 640) takes 0.55.
	spectralS = 0.55
)

// Radiate returns the far-field radiation of a double couple (Aki & Richards
// 2002, equations 4.89 to 4.91). Angles are degrees: strike, dip and rake of
// the fault, takeoff from straight down, azimuth from the source to the station.
func Radiate(strike, dip, rake, takeoff, azimuth float64) Radiation {
	const d = math.Pi / 180
	sl, cl := math.Sincos(rake * d)
	sd, cd := math.Sincos(dip * d)
	s2d, c2d := math.Sincos(2 * dip * d)
	si, ci := math.Sincos(takeoff * d)
	s2i, c2i := math.Sincos(2 * takeoff * d)
	p := (azimuth - strike) * d
	sp, cp := math.Sincos(p)
	s2p, c2p := math.Sincos(2 * p)
	return Radiation{
		P: cl*sd*si*si*s2p - cl*cd*s2i*cp +
			sl*s2d*(ci*ci-si*si*sp*sp) + sl*c2d*s2i*sp,
		SV: sl*c2d*c2i*sp - cl*cd*c2i*cp +
			0.5*cl*sd*s2i*s2p - 0.5*sl*s2d*s2i*(1+sp*sp),
		SH: cl*cd*ci*sp + cl*sd*si*c2p +
			sl*c2d*ci*cp - 0.5*sl*s2d*si*s2p,
	}
}
