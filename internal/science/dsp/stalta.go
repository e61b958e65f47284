package dsp

import "math"

// RecursiveSTALTA is the recursive ratio of a short to a long average of the
// squared signal (Withers et al. 1998, BSSA 88, 95–106, as in ObsPy's
// recursive_sta_lta). The zero value is not ready; use [NewRecursiveSTALTA].
type RecursiveSTALTA struct {
	STA, LTA    float64 // averages of x²
	csta, clta  float64
	nLTA, count int
}

// NewRecursiveSTALTA returns one with averages over nsta and nlta samples.
// Lengths below 1 count as 1.
func NewRecursiveSTALTA(nsta, nlta int) *RecursiveSTALTA {
	nsta, nlta = max(1, nsta), max(1, nlta)
	r := &RecursiveSTALTA{csta: 1 / float64(nsta), clta: 1 / float64(nlta), nLTA: nlta}
	r.Reset()
	return r
}

// Reset forgets the past.
func (r *RecursiveSTALTA) Reset() { r.STA, r.LTA, r.count = 0, tiny, 0 }

// tiny keeps the first division defined, as in ObsPy.
const tiny = 2.2250738585072014e-308

// Next takes a sample and returns the ratio, 0 during the first nlta samples.
// ObsPy counts the first sample of a block as 0 and starts with the second.
func (r *RecursiveSTALTA) Next(x float64) float64 {
	if r.count == 0 {
		r.count = 1
		return 0
	}
	sq := float64(x * x)
	r.STA = float64(r.csta*sq) + float64((1-r.csta)*r.STA)
	r.LTA = float64(r.clta*sq) + float64((1-r.clta)*r.LTA)
	if r.count < r.nLTA {
		r.count++
		return 0
	}
	return r.STA / r.LTA
}

// SeisComPSTALTA is the STALTA filter of SeisComP: averages of |x| in which the
// long one follows the short one, not the signal, and therefore lags behind it.
// Of the first nlta/2 samples both are the plain mean and the ratio is 1.
//
// With Freeze, the long average stands still from the moment the ratio exceeds
// On until it falls below Off (SeisComP's STALTA2), so that a long earthquake
// does not hide what follows it. Use [NewSeisComPSTALTA].
type SeisComPSTALTA struct {
	STA, LTA float64 // averages of |x|
	Freeze   bool
	On, Off  float64

	ista, ilta float64
	warm, n    int
	frozen     bool
}

// NewSeisComPSTALTA returns one with averages over nsta and nlta samples.
func NewSeisComPSTALTA(nsta, nlta int) *SeisComPSTALTA {
	nsta, nlta = max(1, nsta), max(1, nlta)
	return &SeisComPSTALTA{ista: 1 / float64(nsta), ilta: 1 / float64(nlta), warm: nlta / 2}
}

// Reset forgets the past; Freeze, On and Off stay.
func (s *SeisComPSTALTA) Reset() { s.STA, s.LTA, s.n, s.frozen = 0, 0, 0, false }

// Warm reports whether the averages have been filled.
func (s *SeisComPSTALTA) Warm() bool { return s.n >= s.warm }

// Next takes a sample and returns the ratio. While both averages are zero
// (a dead channel) the ratio is 1.
func (s *SeisComPSTALTA) Next(x float64) float64 {
	a := math.Abs(x)
	if s.n < s.warm {
		s.LTA = (float64(float64(s.n)*s.LTA) + a) / float64(s.n+1)
		s.STA = s.LTA
		s.n++
		return 1
	}
	if !s.frozen {
		s.LTA += float64((s.STA - s.LTA) * s.ilta)
	}
	s.STA += float64((a - s.STA) * s.ista)
	if s.LTA == 0 {
		return 1
	}
	ratio := s.STA / s.LTA
	if s.Freeze {
		switch {
		case !s.frozen && ratio > s.On:
			s.frozen = true
		case s.frozen && ratio < s.Off:
			s.frozen = false
		}
	}
	return ratio
}

// ClassicSTALTA fills dst with the ratio of the means of x² over the last nsta
// and nlta samples, both ending at the sample, 0 for the first nlta−1 samples
// (ObsPy's classic_sta_lta). dst may be x.
func ClassicSTALTA(dst, x []float64, nsta, nlta int) {
	nsta, nlta = max(1, nsta), max(1, nlta)
	// Prefix sums in blocks would drift on long data; running sums restarted
	// at every nlta samples do not.
	sq := make([]float64, len(x))
	for i, v := range x {
		sq[i] = v * v
	}
	var sta, lta float64
	for i := range sq {
		if i%nlta == 0 && i > 0 {
			sta, lta = 0, 0
			for j := max(0, i-nsta); j < i; j++ {
				sta += sq[j]
			}
			for j := max(0, i-nlta); j < i; j++ {
				lta += sq[j]
			}
		}
		sta += sq[i]
		lta += sq[i]
		if i >= nsta {
			sta -= sq[i-nsta]
		}
		if i >= nlta {
			lta -= sq[i-nlta]
		}
		switch {
		case i < nlta-1 || lta <= 0:
			dst[i] = 0
		default:
			dst[i] = (sta / float64(nsta)) / (lta / float64(nlta))
		}
	}
}
