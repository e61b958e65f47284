package stationxml

import "math"

// Response is the instrument response of a channel: overall sensitivity and
// the stages from ground motion to counts.
type Response struct {
	Sensitivity *Sensitivity // nil: not given
	Polynomial  *Polynomial  // InstrumentPolynomial, instead of Sensitivity
	Stages      []Stage      // in the order of the document
}

// Units names a physical unit. Since 1.1 SI names in lower case are asked for
// ("m/s"), before that upper case was usual ("M/S").
type Units struct {
	Name, Description string
}

// Gain is a gain at a frequency (GainType).
type Gain struct {
	Value       float64
	FrequencyHz float64
}

// Sensitivity is the product of all stage gains: output units per input unit
// at FrequencyHz.
type Sensitivity struct {
	Gain
	Input, Output Units
	Range         *FrequencyRange
}

// FrequencyRange is the band in which the sensitivity holds within VariationDB.
type FrequencyRange struct {
	StartHz, EndHz, VariationDB float64
}

// Stage is one step of the response. At most one of PolesZeros, Coefficients,
// ResponseList, FIR and Polynomial is set; none for a pure gain.
type Stage struct {
	Number       int
	PolesZeros   *PolesZeros
	Coefficients *Coefficients
	ResponseList *ResponseList
	FIR          *FIR
	Polynomial   *Polynomial
	Decimation   *Decimation
	Gain         *Gain // nil only for a polynomial
}

// Kind names the element that describes the stage: "PolesZeros",
// "Coefficients", "ResponseList", "FIR", "Polynomial" or "Gain".
func (s *Stage) Kind() string {
	switch {
	case s.PolesZeros != nil:
		return "PolesZeros"
	case s.Coefficients != nil:
		return "Coefficients"
	case s.ResponseList != nil:
		return "ResponseList"
	case s.FIR != nil:
		return "FIR"
	case s.Polynomial != nil:
		return "Polynomial"
	}
	return "Gain"
}

// Filter is what the five kinds of stage share (BaseFilterType).
type Filter struct {
	ResourceID, Name, Description string
	Input, Output                 Units
}

// Transfer function types of PolesZeros and Coefficients.
const (
	LaplaceRadians = "LAPLACE (RADIANS/SECOND)"
	LaplaceHertz   = "LAPLACE (HERTZ)"
	DigitalZ       = "DIGITAL (Z-TRANSFORM)"

	AnalogRadians = "ANALOG (RADIANS/SECOND)"
	AnalogHertz   = "ANALOG (HERTZ)"
	Digital       = "DIGITAL"
)

// PolesZeros is a transfer function
//
//	H(s) = A0·Π(s−z)/Π(s−p)
//
// where s is iω for LaplaceRadians, if for LaplaceHertz, and z = e^(iωΔt) takes
// its place for DigitalZ. Zeros and poles are kept in the units of the document;
// [PolesZeros.Radians] converts.
type PolesZeros struct {
	Filter
	Type            string  // LaplaceRadians, LaplaceHertz or DigitalZ
	A0              float64 // NormalizationFactor
	NormalisationHz float64 // frequency at which |H| is 1
	Zeros, Poles    []complex128
}

// Radians returns zeros, poles and normalisation factor in rad/s. With
// s = 2π·(if) each factor (if − p) is (s − 2πp)/2π, so A0 grows by
// (2π)^(poles − zeros) (SEED 2.4, appendix C; evalresp does the same). ok is
// false for a digital filter, which has no such form.
func (p *PolesZeros) Radians() (zeros, poles []complex128, a0 float64, ok bool) {
	switch p.Type {
	case LaplaceRadians:
		return append([]complex128(nil), p.Zeros...), append([]complex128(nil), p.Poles...), p.A0, true
	case LaplaceHertz:
		scale := func(in []complex128) []complex128 {
			out := make([]complex128, len(in))
			for i, c := range in {
				out[i] = complex(2*math.Pi*real(c), 2*math.Pi*imag(c))
			}
			return out
		}
		return scale(p.Zeros), scale(p.Poles), p.A0 * math.Pow(2*math.Pi, float64(len(p.Poles)-len(p.Zeros))), true
	}
	return nil, nil, 0, false
}

// Coefficients is a rational transfer function. Without denominators and with
// Type Digital it is a FIR filter.
type Coefficients struct {
	Filter
	Type                     string // AnalogRadians, AnalogHertz or Digital
	Numerators, Denominators []float64
}

// ResponseList is a response given as a table.
type ResponseList struct {
	Filter
	Elements []ResponseListElement
}

// ResponseListElement is one line of a ResponseList.
type ResponseListElement struct {
	FrequencyHz, Amplitude, PhaseDeg float64
}

// FIR is a finite impulse response filter. With Symmetry "ODD" or "EVEN" only
// the first half of the coefficients is given: ODD means an odd number of
// coefficients in all, the middle one once.
type FIR struct {
	Filter
	Symmetry   string // "NONE", "EVEN", "ODD"
	Numerators []float64
}

// All returns the coefficients with the symmetric half filled in.
func (f *FIR) All() []float64 {
	n := f.Numerators
	out := append([]float64(nil), n...)
	from := len(n) - 1
	switch f.Symmetry {
	case "ODD":
		from--
	case "EVEN":
	default:
		return out
	}
	for i := from; i >= 0; i-- {
		out = append(out, n[i])
	}
	return out
}

// Polynomial is a non-linear response, kept as data: input units as a Maclaurin
// series of output units.
type Polynomial struct {
	Filter
	Approximation                   string // "MACLAURIN"
	FrequencyLowHz, FrequencyHighHz float64
	Low, High                       float64 // approximation bounds, in output units
	MaxError                        float64
	Coefficients                    []float64
}

// Decimation says how a digital stage changes the sample rate.
type Decimation struct {
	InputRateHz float64
	Factor      int
	Offset      int
	DelayS      float64 // estimated delay of the stage
	CorrectionS float64 // time shift already applied to the time stamps
}
