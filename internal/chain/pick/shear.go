package pick

import (
	"math"

	"houfeng/internal/chain"
	"houfeng/internal/seis"
)

// The S search moves in steps of data time, so that its result does not depend
// on how the data was cut to packets.
const (
	stepS     = 0.25 // s between looks
	smoothS   = 0.3  // s, smoothing of the horizontal energy
	earliestS = 0.35 // s after P that S is looked for
)

// shear is the search for the S wave that belongs to one P pick.
type shear struct {
	p     seis.Pick
	rate  float64
	next  seis.Time // data time of the next look
	done  bool
	floor float64 // counts: horizontal motion must exceed this; grows with every S found
	from  float64 // s after P where the next S may begin
}

func newShear(p *seis.Pick, rate float64) *shear {
	return &shear{p: *p, rate: rate, next: p.Time.AddSeconds(earliestS + 4*stepS), floor: 0.55 * p.Amplitude}
}

// shearLook advances the searches to the data there is.
func (s *sensor) shearLook(now seis.Time, emit chain.Emit) {
	keep := s.shears[:0]
	for _, sh := range s.shears {
		for !sh.done && s.have(sh.next) {
			if p, ok := s.look(sh); ok {
				p.Made = now
				emit(p)
			}
			sh.next = sh.next.AddSeconds(stepS)
			if sh.next.SecondsSince(sh.p.Time) > s.o.SMaxS {
				sh.done = true
			}
		}
		if !sh.done {
			keep = append(keep, sh)
		}
	}
	s.shears = keep
}

// have reports whether all three components reach data time t.
func (s *sensor) have(t seis.Time) bool {
	for _, c := range [3]*component{s.vertical, s.hor[0], s.hor[1]} {
		if c.x == nil || c.number(t) > float64(c.x.next) {
			return false
		}
	}
	return true
}

// look decides at data time sh.next whether S is in the data so far: the
// largest horizontal motion must be clearly larger than the P wave and already
// be fading, and AIC must split the horizontals before it with motion growing.
func (s *sensor) look(sh *shear) (seis.Pick, bool) {
	h1, h2 := s.hor[0], s.hor[1]
	n := int(sh.next.SecondsSince(sh.p.Time)*sh.rate + 0.5)
	i1, i2 := int(h1.number(sh.p.Time)+0.5), int(h2.number(sh.p.Time)+0.5)
	lead := int(2 * sh.rate)
	x1, from1 := h1.x.slice(nil, i1-lead, i1+n)
	x2, from2 := h2.x.slice(nil, i2-lead, i2+n)
	if from1 != i1-lead || from2 != i2-lead || len(x1) != len(x2) || len(x1) < lead+n {
		return seis.Pick{}, false // P is at the start of the data
	}
	// Where is the largest smoothed horizontal energy?
	w := int(smoothS * sh.rate)
	skip := lead + int(earliestS*sh.rate)
	var acc, best float64
	at := -1
	for i := range x1 {
		acc += x1[i]*x1[i] + x2[i]*x2[i]
		if i >= w {
			acc -= x1[i-w]*x1[i-w] + x2[i-w]*x2[i-w]
		}
		if i > skip && acc > best {
			best, at = acc, i
		}
	}
	if at < 0 || math.Sqrt(best/float64(w)) < sh.floor {
		return seis.Pick{}, false
	}
	toMax := float64(at-lead) / sh.rate // s after P
	if float64(len(x1)-at)/sh.rate < math.Max(0.8, 0.35*toMax) {
		return seis.Pick{}, false // still growing, or may be
	}
	// AIC of both horizontals between P and the maximum.
	b := lead + int(math.Max(sh.from, math.Max(earliestS*0.6, 0.12*toMax))*sh.rate)
	e := min(at+w/2, len(x1))
	if b >= e {
		return seis.Pick{}, false
	}
	k, width, ok := split(int(0.08*sh.rate), x1[b:e], x2[b:e])
	if !ok {
		return seis.Pick{}, false
	}
	k += b
	sp := float64(k-lead) / sh.rate
	win := int(math.Min(math.Max(0.3, 0.3*sp), 2) * sh.rate)
	before := math.Hypot(rms(x1, max(lead, k-win), k), rms(x2, max(lead, k-win), k))
	after := math.Hypot(rms(x1, k, k+win), rms(x2, k, k+win))
	if before <= 0 || after < s.o.SMinSNR*before {
		return seis.Pick{}, false
	}
	// P coda on the horizontals can look like S. Motion that later grows well
	// beyond this one is picked too; the associator chooses by travel time.
	sh.floor, sh.from = 1.5*math.Sqrt(best/float64(w)), sp+0.3
	c := h1
	if rms(x2, k, k+win) > rms(x1, k, k+win) {
		c = h2
	}
	snr := after / before
	p := seis.Pick{
		Stream: c.id, Phase: seis.S, Time: sh.p.Time.AddSeconds(sp),
		SigmaS: sigmaOf(math.Max(0.06, 0.5*width/sh.rate), 0.25, snr, sh.rate),
		SNR:    snr, Amplitude: math.Max(peak(x1, k, k+win), peak(x2, k, k+win)), Method: Methods[1].Name,
	}
	p.ID = pickID(&p)
	return p, true
}
