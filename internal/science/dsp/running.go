package dsp

// RunningMean removes the mean of the last n samples, the sample itself
// included: SeisComP's RMHP, a cheap high-pass that forgets an offset after n
// samples. While fewer than n samples are known it removes their mean. The sum
// is formed anew each time the window has gone round once, so that rounding
// does not pile up over the months of a stream.
type RunningMean struct {
	buf  []float64
	pos  int
	full bool
	sum  float64
}

// NewRunningMean returns one over n samples (n < 1 counts as 1).
func NewRunningMean(n int) *RunningMean { return &RunningMean{buf: make([]float64, max(1, n))} }

// Reset forgets the past.
func (r *RunningMean) Reset() { r.pos, r.full, r.sum = 0, false, 0 }

// Next takes a sample and returns it without the mean.
func (r *RunningMean) Next(x float64) float64 {
	r.push(x)
	return x - r.Mean()
}

func (r *RunningMean) push(x float64) {
	if r.full {
		r.sum -= r.buf[r.pos]
	}
	r.buf[r.pos] = x
	r.sum += x
	r.pos++
	if r.pos == len(r.buf) {
		r.pos, r.full = 0, true
		r.sum = 0
		for _, v := range r.buf {
			r.sum += v
		}
	}
}

// Mean returns the mean of the window, 0 before the first sample.
func (r *RunningMean) Mean() float64 {
	n := r.Len()
	if n == 0 {
		return 0
	}
	return r.sum / float64(n)
}

// Len returns how many samples the window holds.
func (r *RunningMean) Len() int {
	if r.full {
		return len(r.buf)
	}
	return r.pos
}

// Run removes the running mean from src into dst, which may be src.
func (r *RunningMean) Run(dst, src []float64) {
	for i, x := range src {
		dst[i] = r.Next(x)
	}
}

// InitialTaper multiplies the first n samples of a stream with a rising cosine
// from 0 to 1 (SeisComP's ITAPER), to hide the start transient of what follows.
type InitialTaper struct {
	w []float64
	i int
}

// NewInitialTaper returns one over n samples.
func NewInitialTaper(n int) *InitialTaper {
	w := make([]float64, max(0, n))
	for i := range w {
		w[i] = halfCosine(i, n)
	}
	return &InitialTaper{w: w}
}

// Reset starts the taper again.
func (t *InitialTaper) Reset() { t.i = 0 }

// Next takes a sample and returns it tapered.
func (t *InitialTaper) Next(x float64) float64 {
	if t.i < len(t.w) {
		x *= t.w[t.i]
		t.i++
	}
	return x
}

// Integrator integrates by the trapezoid rule, from 0 at the first sample. It
// keeps any offset for ever; follow it with a high-pass.
type Integrator struct {
	dt, last, sum float64
	started       bool
}

// NewIntegrator returns one for a sampling rate.
func NewIntegrator(rate float64) *Integrator { return &Integrator{dt: 1 / rate} }

// Reset forgets the past; the integral begins at 0 again.
func (g *Integrator) Reset() { g.last, g.sum, g.started = 0, 0, false }

// Next takes a sample and returns the integral up to it.
func (g *Integrator) Next(x float64) float64 {
	if g.started {
		g.sum += float64((x + g.last) * 0.5 * g.dt)
	}
	g.last, g.started = x, true
	return g.sum
}

// Run integrates src into dst, which may be src.
func (g *Integrator) Run(dst, src []float64) {
	for i, x := range src {
		dst[i] = g.Next(x)
	}
}

// Differentiator is the central difference (x[i+1] − x[i−1])·rate/2, which
// answers one sample late: its output at sample i+1 belongs to sample i. The
// first two outputs are 0 and the plain difference.
type Differentiator struct {
	rate, x1, x2 float64
	n            int
}

// NewDifferentiator returns one for a sampling rate.
func NewDifferentiator(rate float64) *Differentiator { return &Differentiator{rate: rate} }

// Reset forgets the past.
func (d *Differentiator) Reset() { d.n = 0 }

// Next takes sample i+1 and returns the derivative at sample i.
func (d *Differentiator) Next(x float64) (y float64) {
	switch d.n {
	case 0:
	case 1:
		y = (x - d.x1) * d.rate
	default:
		y = (x - d.x2) * (d.rate / 2)
	}
	d.n = min(d.n+1, 2)
	d.x2, d.x1 = d.x1, x
	return y
}
