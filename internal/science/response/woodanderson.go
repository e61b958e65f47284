package response

import (
	"fmt"
	"math"
)

// TorsionSeismometer are the constants of a Wood–Anderson seismometer.
type TorsionSeismometer struct {
	PeriodS float64 // free period T₀
	Damping float64 // h
	Gain    float64 // static magnification G
}

// UhrhammerCollins1990 are the constants in use since R. A. Uhrhammer and E. R.
// Collins, "Synthesis of Wood-Anderson seismograms from broadband digital
// records", Bull. Seismol. Soc. Am. 80, 702–716 (1990), which found a
// magnification of 2080 ± 60 where 2800 had been believed; adopted by IASPEI
// (Summary of magnitude working group recommendations, 2013, ML).
var UhrhammerCollins1990 = TorsionSeismometer{PeriodS: 0.8, Damping: 0.7, Gain: 2080}

// Original are the constants of the maker (Anderson & Wood 1925), with which
// magnitudes before 1990 were computed. They give ML larger by about 0.13.
var Original = TorsionSeismometer{PeriodS: 0.8, Damping: 0.8, Gain: 2800}

// At returns millimetres of trace per metre of ground displacement at f Hz:
//
//	1000·G·s²/(s² + 2hω₀s + ω₀²)
func (w TorsionSeismometer) At(f float64) complex128 {
	s := complex(0, 2*math.Pi*f)
	w0 := 2 * math.Pi / w.PeriodS
	return complex(1000*w.Gain, 0) * s * s / (s*s + complex(2*w.Damping*w0, 0)*s + complex(w0*w0, 0))
}

// WoodAnderson returns the Wood–Anderson seismogram, in millimetres of zero-to-peak
// trace amplitude, of a window of counts at rateHz. A velocity sensor is
// integrated on the way, which asks for a lower limit in c.Band; 0.05 to 0.1 Hz
// are well below what the Wood–Anderson passes.
func (r *Response) WoodAnderson(counts []float64, rateHz float64, w TorsionSeismometer, c Conditioning) ([]float64, error) {
	if err := r.Check(); err != nil {
		return nil, fmt.Errorf("simulate Wood-Anderson: %w", err)
	}
	if w.PeriodS <= 0 || w.Gain <= 0 {
		return nil, fmt.Errorf("simulate Wood-Anderson: period %v s and gain %v must be positive", w.PeriodS, w.Gain)
	}
	out, err := shape(counts, rateHz, c, func(f float64) complex128 { return r.AtUnit(f, Displacement) }, w.At)
	if err != nil {
		return nil, fmt.Errorf("simulate Wood-Anderson: %w", err)
	}
	return out, nil
}
