package pick

import (
	"math"

	"houfeng/internal/chain"
	"houfeng/internal/seis"
)

// Onset refinement, in seconds.
const (
	lookBackS  = 3.0  // noise before the trigger that AIC sees
	secondS    = 1.5  // the same in the second pass, around the first find
	noiseGapS  = 0.15 // between noise window and onset
	sameOnsetS = 0.7  // triggers closer than this to a pick are its own
)

// onsets refines the triggers for which enough data has come.
func (s *sensor) onsets(now seis.Time, emit chain.Emit) {
	for len(s.pending) > 0 {
		c, trig := s.vertical, s.pending[0]
		after := int(s.o.RefineS * c.rate)
		if c.x.next < trig+after {
			return
		}
		s.pending = s.pending[1:]
		p, ok := s.refine(c, trig, after)
		if !ok || !s.lastP.IsZero() && math.Abs(p.Time.SecondsSince(s.lastP)) < sameOnsetS {
			continue
		}
		p.Made = now
		if !s.lastP.IsZero() && p.Time.SecondsSince(s.lastP) < s.o.SMaxS && s.horizontal(p.Time) {
			continue // an S wave on the vertical
		}
		s.lastP = p.Time
		emit(p)
		if len(s.hor) == 2 && s.hor[0].rate == c.rate && s.hor[1].rate == c.rate {
			s.shears = append(s.shears, newShear(&p, c.rate))
		}
	}
}

// refine turns a trigger to a pick: AIC in two passes, then signal, noise and
// first motion around it.
func (s *sensor) refine(c *component, trig, after int) (seis.Pick, bool) {
	back := int(lookBackS * c.rate)
	x, from := c.x.slice(s.scratch, trig-back, trig+after)
	s.scratch = x
	k, width, ok := split(int(0.1*c.rate), x)
	if !ok {
		return seis.Pick{}, false
	}
	// Second pass: a shorter window around the first find, so that a stronger
	// phase behind the onset does not draw the split to itself.
	b := max(0, k-int(secondS*c.rate))
	e := min(len(x), k+int(0.5*s.o.RefineS*c.rate))
	if k2, w2, ok := split(int(0.05*c.rate), x[b:e]); ok {
		k, width = b+k2, w2
	}
	noise := rms(x, k-int(2.5*c.rate), k-int(noiseGapS*c.rate))
	signal := peak(x, k, k+after)
	if noise <= 0 || signal < s.o.MinSNR*noise {
		return seis.Pick{}, false
	}
	// A spike rings once in the filter; ground motion goes on.
	if late := rms(x, k+int(0.35*c.rate), len(x)); late < 1.2*noise {
		return seis.Pick{}, false
	}
	snr := signal / noise
	p := seis.Pick{
		Stream: c.id, Phase: seis.P, Time: c.time(float64(from + k)),
		SigmaS: sigmaOf(math.Max(0.03, 0.5*width/c.rate), 0.3, snr, c.rate),
		SNR:    snr, Amplitude: signal, Method: Methods[0].Name,
	}
	if snr >= 8 && p.SigmaS <= 0.1 {
		p.Polarity = firstMotion(x[k:], 3*noise)
	}
	p.ID = pickID(&p)
	return p, true
}

// firstMotion is the sign of the first extreme beyond level.
func firstMotion(x []float64, level float64) seis.Polarity {
	for i := 1; i+1 < len(x); i++ {
		if v := x[i]; math.Abs(v) > level && math.Abs(v) >= math.Abs(x[i-1]) && math.Abs(v) >= math.Abs(x[i+1]) {
			if v > 0 {
				return 1
			}
			return -1
		}
	}
	return 0
}

// horizontal reports whether motion right after t is mostly horizontal, more
// than before: what tells S from P on the vertical.
func (s *sensor) horizontal(t seis.Time) bool {
	if len(s.hor) < 2 || s.hor[0].x == nil || s.hor[1].x == nil {
		return false
	}
	energy := func(c *component) float64 {
		i := int(c.number(t) + 0.5)
		x, _ := c.x.slice(nil, i, i+int(0.5*c.rate))
		return sq(rms(x, 0, len(x)))
	}
	h, z := energy(s.hor[0])+energy(s.hor[1]), energy(s.vertical)
	return z > 0 && h > 2.5*z
}

func sq(x float64) float64 { return x * x }
