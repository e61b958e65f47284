package dsp

import "math"

// Filter runs a cascade of second-order sections over a stream, causally and
// in a single pass. It is not safe for concurrent use; copy with [Filter.Clone].
type Filter struct {
	s []stage
}

// stage is a section with the two delays of the transposed direct form II.
type stage struct {
	Section
	d1, d2 float64
}

// NewFilter returns a filter at rest.
func NewFilter(sos []Section) *Filter {
	f := &Filter{s: make([]stage, len(sos))}
	for i, c := range sos {
		f.s[i].Section = c
	}
	return f
}

// Next filters one sample.
func (f *Filter) Next(x float64) float64 {
	for i := range f.s {
		s := &f.s[i]
		y := float64(s.B0*x) + s.d1
		s.d1 = float64(s.B1*x) + s.d2 - float64(s.A1*y)
		s.d2 = float64(s.B2*x) - float64(s.A2*y)
		x = y
	}
	return x
}

// Run filters src into dst, which must be as long and may be src. The result
// is that of calling Next for each sample, bit for bit.
func (f *Filter) Run(dst, src []float64) {
	dst = dst[:len(src)]
	st := f.s
	if len(st) == 0 {
		copy(dst, src)
		return
	}
	for len(st) >= 4 {
		run4((*[4]stage)(st), dst, src)
		st, src = st[4:], dst
	}
	if len(st) >= 2 {
		run2((*[2]stage)(st), dst, src)
		st, src = st[2:], dst
	}
	if len(st) == 1 {
		run1(&st[0], dst, src)
	}
}

func run1(s *stage, dst, src []float64) {
	c, d1, d2 := s.Section, s.d1, s.d2
	dst = dst[:len(src)]
	for i, x := range src {
		y := float64(c.B0*x) + d1
		d1 = float64(c.B1*x) + d2 - float64(c.A1*y)
		d2 = float64(c.B2*x) - float64(c.A2*y)
		dst[i] = y
	}
	s.d1, s.d2 = d1, d2
}

// run2 and run4 carry a sample through several sections at once: a section
// waits for its own last result, and the processor fills the wait with the
// others.
func run2(s *[2]stage, dst, src []float64) {
	p, q := s[0].Section, s[1].Section
	p1, p2, q1, q2 := s[0].d1, s[0].d2, s[1].d1, s[1].d2
	dst = dst[:len(src)]
	for i, x := range src {
		y := float64(p.B0*x) + p1
		p1 = float64(p.B1*x) + p2 - float64(p.A1*y)
		p2 = float64(p.B2*x) - float64(p.A2*y)
		z := float64(q.B0*y) + q1
		q1 = float64(q.B1*y) + q2 - float64(q.A1*z)
		q2 = float64(q.B2*y) - float64(q.A2*z)
		dst[i] = z
	}
	s[0].d1, s[0].d2, s[1].d1, s[1].d2 = p1, p2, q1, q2
}

func run4(s *[4]stage, dst, src []float64) {
	p1, p2, q1, q2 := s[0].d1, s[0].d2, s[1].d1, s[1].d2
	r1, r2, t1, t2 := s[2].d1, s[2].d2, s[3].d1, s[3].d2
	dst = dst[:len(src)]
	for i, x := range src {
		y := float64(s[0].B0*x) + p1
		p1 = float64(s[0].B1*x) + p2 - float64(s[0].A1*y)
		p2 = float64(s[0].B2*x) - float64(s[0].A2*y)
		x = float64(s[1].B0*y) + q1
		q1 = float64(s[1].B1*y) + q2 - float64(s[1].A1*x)
		q2 = float64(s[1].B2*y) - float64(s[1].A2*x)
		y = float64(s[2].B0*x) + r1
		r1 = float64(s[2].B1*x) + r2 - float64(s[2].A1*y)
		r2 = float64(s[2].B2*x) - float64(s[2].A2*y)
		x = float64(s[3].B0*y) + t1
		t1 = float64(s[3].B1*y) + t2 - float64(s[3].A1*x)
		t2 = float64(s[3].B2*y) - float64(s[3].A2*x)
		dst[i] = x
	}
	s[0].d1, s[0].d2, s[1].d1, s[1].d2 = p1, p2, q1, q2
	s[2].d1, s[2].d2, s[3].d1, s[3].d2 = r1, r2, t1, t2
}

// Reset puts the filter into the state that it has after an endless constant
// input x0. A stream that begins at x0 then shows no start transient: a
// high-pass begins at 0, a low-pass at x0. Reset(0) is the filter at rest.
func (f *Filter) Reset(x0 float64) {
	x := x0
	for i := range f.s {
		s := &f.s[i]
		y := x * (s.B0 + s.B1 + s.B2) / (1 + s.A1 + s.A2)
		s.d2 = s.B2*x - s.A2*y
		s.d1 = s.B1*x - s.A1*y + s.d2
		x = y
	}
}

// Clone returns a filter with the same state.
func (f *Filter) Clone() *Filter {
	return &Filter{s: append([]stage(nil), f.s...)}
}

// Settle estimates after how many samples the response to a step has fallen to
// 1/1000: the time during which output is not to be trusted after a gap.
func (f *Filter) Settle() int {
	worst := 0.0
	for _, s := range f.s {
		worst = max(worst, s.radius())
	}
	switch {
	case worst >= 1:
		return math.MaxInt32
	case worst == 0:
		return 2 * len(f.s)
	}
	return int(math.Ceil(math.Log(1e-3)/math.Log(worst))) + 2*len(f.s)
}

// radius returns the distance of the outer pole from the origin.
func (s Section) radius() float64 {
	if d := s.A1*s.A1 - 4*s.A2; d >= 0 {
		r := math.Sqrt(d)
		return math.Max(math.Abs(-s.A1+r), math.Abs(-s.A1-r)) / 2
	}
	return math.Sqrt(s.A2)
}
