package traveltime

import "math"

// A filler follows rays of decreasing parameter and draws, for every depth of
// the table, the line of time over distance between one ray and the next. A
// node keeps the earliest time drawn over it. Every line is the time along a
// path that the wave can take, so by Fermat's principle none is too early.
type filler struct {
	m       *Model
	parts   []wave
	tr      *tracer
	maxX    float64
	rows    []row
	through bool // a ray went through to the last level
}

// row is one depth of the table: the block rows that want its times, and the
// last ray that was drawn for it.
type row struct {
	level        int
	into         []target
	direct, turn point
}

type target struct {
	b     *block
	nodes []node
	waves []wave
	core  bool // only rays through the core, no diffraction along it
}

type point struct {
	x, t, p float64
	ok      bool
}

func newFiller(m *Model, ph Phase, tr *tracer, t *table) *filler {
	f := &filler{m: m, parts: m.parts(ph), tr: tr, maxX: m.MaxKm()}
	byLevel := map[int]int{}
	for _, b := range t.blocks {
		for i, z := range b.z {
			k := tr.levelAt(z)
			if k < 0 {
				continue
			}
			r, ok := byLevel[k]
			if !ok {
				r = len(f.rows)
				byLevel[k] = r
				f.rows = append(f.rows, row{level: k})
			}
			f.rows[r].into = append(f.rows[r].into, target{b, b.nodes[i*b.nx : (i+1)*b.nx], b.waves[i*b.nx : (i+1)*b.nx], b.x0 >= coreLimitKm})
		}
	}
	return f
}

func (tr *tracer) levelAt(z float64) int {
	lo, hi := 0, len(tr.z)
	for lo < hi {
		if mid := (lo + hi) / 2; tr.z[mid] < z-1e-9 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(tr.z) && math.Abs(tr.z[lo]-z) < 1e-8 {
		return lo
	}
	return -1
}

func (f *filler) run() {
	ps, critical := f.tr.parameters()
	creep := f.tr.creeping()
	var r ray
	for _, p := range ps {
		if critical[p] {
			f.tr.trace(p, true, &r)
			f.draw(&r, true)
			f.tr.trace(p, false, &r)
			f.draw(&r, false)
			continue
		}
		f.tr.trace(p, false, &r)
		f.draw(&r, true)
	}
	// The fastest first: a slower one ends where it falls behind.
	for i := len(ps) - 1; i >= 0; i-- {
		if p := ps[i]; creep[p] && (i == 0 || ps[i-1] != p) {
			f.tr.trace(p, true, &r)
			f.drawLines(&r, 0)
			if grazed := r.n - 1; grazed >= 0 {
				f.tr.trace(p, false, &r)
				f.drawLines(&r, grazed+1)
			}
		}
	}
}

// drawAntipode ends the branch of rays through the Earth's centre, which the
// levels do not quite reach, at 180°.
func (f *filler) drawAntipode() {
	if !f.m.Global() {
		return
	}
	end := 180 * DegreeKm
	for i := range f.rows {
		w := &f.rows[i]
		if a := w.turn; a.ok && a.x > 0.99*end && a.x < end {
			// T is even about 180°: its slope falls linearly to 0.
			w.segment(a, point{end, a.t + a.p*(end-a.x)/2, 0, true}, f.parts[len(f.parts)-1], false, f.maxX)
		}
	}
}

// creeping returns the slownesses at which a wave runs along a level: below a
// sudden increase of velocity (head waves), and above a decrease, be it sudden
// or gradual (diffraction into the shadow).
func (tr *tracer) creeping() map[float64]bool {
	c := map[float64]bool{}
	if len(tr.sub) > 0 {
		c[tr.sub[tr.receiver].top] = true
		c[tr.sub[len(tr.sub)-1].bottom] = true
	}
	for k := 1; k < len(tr.sub); k++ {
		a, b := tr.sub[k-1].bottom, tr.sub[k].top
		switch {
		case b < a:
			c[b] = true
		case b > a, tr.sub[k].bottom > b && tr.sub[k-1].top >= a:
			c[a] = true
		}
	}
	return c
}

// draw draws from the last ray to this one in every row. With join false the
// turning branch begins anew, as the ray passes a level that the last one
// grazed.
func (f *filler) draw(r *ray, join bool) {
	by := f.turnedIn(r)
	if r.n == len(f.tr.z) && !r.turn && !f.through {
		f.through = true
		f.drawAntipode()
	}
	for i := range f.rows {
		w := &f.rows[i]
		if w.level >= r.n {
			w.direct.ok, w.turn.ok = false, false
			continue
		}
		cx, ct := r.x[w.level], r.t[w.level]
		d := point{math.Abs(cx), math.Abs(ct), r.p, true}
		w.segment(w.direct, d, direct, w.level > f.tr.receiver, f.maxX)
		w.direct = d
		v := point{2*r.tx - cx, 2*r.tt - ct, r.p, r.turn && !r.echo}
		if !join && w.turn.ok && math.Abs(w.turn.x-v.x) > 1e-6 {
			w.turn.ok = false
		}
		w.segment(w.turn, v, by, false, f.maxX)
		w.turn = v
	}
}

// drawLines lets the ray run along the level that it grazes, to the end of the
// table. A ray that turns there (from 0) does so for sources above the level;
// one that passes does so on its way up from sources below it.
func (f *filler) drawLines(r *ray, from int) {
	by := f.turnedIn(r)
	for i := range f.rows {
		w := &f.rows[i]
		if w.level >= r.n || w.level < from {
			continue
		}
		cx, ct := r.x[w.level], r.t[w.level]
		if from > 0 {
			w.line(point{cx, ct, r.p, true}, by, w.level > f.tr.receiver)
		} else if r.turn {
			w.line(point{2*r.tx - cx, 2*r.tt - ct, r.p, true}, by, false)
		}
	}
}

// line draws a line from a on. It ends where a faster wave has overtaken it: the
// first arrival is nowhere slower again.
func (w *row) line(a point, by wave, up bool) {
	for _, g := range w.into {
		if g.core {
			continue
		}
		for i := max(0, int(math.Ceil((a.x-g.b.x0)/g.b.dx-1e-9))); i < g.b.nx; i++ {
			t := float32(a.t + a.p*(g.b.x0+float64(i)*g.b.dx-a.x))
			n := &g.nodes[i]
			if t < n.t {
				g.set(i, t, a.p, by, up)
			} else if math.Abs(float64(n.p)) <= a.p && t > n.t {
				break
			}
		}
	}
}

func (g *target) set(i int, t float32, p float64, by wave, up bool) {
	g.nodes[i] = node{t, float32(p)}
	if up {
		g.nodes[i].p = -g.nodes[i].p
	}
	g.waves[i] = by
}

func (w *row) segment(a, b point, by wave, up bool, maxX float64) {
	if !b.ok {
		return
	}
	if !a.ok || a.x == b.x {
		a = b
	}
	if a.x > b.x {
		a, b = b, a
	}
	if a.x > maxX {
		return
	}
	w.drawInto(a, b, by, up)
}

func (w *row) drawInto(a, b point, by wave, up bool) {
	h := b.x - a.x
	for _, g := range w.into {
		i0 := int(math.Ceil((a.x-g.b.x0)/g.b.dx - 1e-9))
		i1 := int(math.Floor((b.x-g.b.x0)/g.b.dx + 1e-9))
		for i := max(0, i0); i <= min(g.b.nx-1, i1); i++ {
			t, p := a.t, a.p
			if h > 0 {
				s := (g.b.x0 + float64(i)*g.b.dx - a.x) / h
				s = math.Max(0, math.Min(1, s))
				h01 := s * s * (3 - 2*s)
				t = (1-h01)*a.t + h01*b.t + h*(s*(1-s)*(1-s)*a.p+s*s*(s-1)*b.p)
				p = 6*s*(1-s)*(b.t-a.t)/h + (1-s)*(1-3*s)*a.p + s*(3*s-2)*b.p
				p = math.Max(math.Min(a.p, b.p), math.Min(math.Max(a.p, b.p), p))
			}
			if float32(t) < g.nodes[i].t {
				g.set(i, float32(t), p, by, up)
			}
		}
	}
}

// turnedIn names the wave of a ray by the part of the model in which it turns:
// that just below the last level reached, whose slowness it has when it only
// grazes it.
func (f *filler) turnedIn(r *ray) wave {
	if r.n == 0 {
		return direct
	}
	k := r.n - 1
	i := f.m.layerAt(f.tr.z[k])
	if k < len(f.tr.sub) && f.tr.sub[k].top < r.p && i > 0 && f.m.layers[i].TopKm == f.tr.z[k] {
		i-- // reflected, or along the bottom of the layer above
	}
	return f.parts[i]
}
