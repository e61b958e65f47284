package traveltime

import (
	"math"
	"slices"
	"sort"
)

// A table is made of blocks, each a grid of nodes over depth and distance. A
// node holds the time and the ray parameter, from which the slowness along the
// depth follows, so that interpolation between nodes is by cubics that have the
// right value and slope at every node. Depth nodes fall on every boundary of
// the model. A node also knows which wave it belongs to: where the first arrival
// changes from one wave to another within a cell, each wave is continued from
// the nearest of its nodes and the earlier one is taken.
//
//	block     distance            step      depth                 step
//	near      0–100 km            0.25 km   −6–36 km              0.25 km
//	regional  0–1500 km           1 km      −6–36–120–800 km      1, 2, 10 km
//	mantle    0–145°              0.1°      −6–0–100–800 km       3, 5, 10 km
//	core      145–180°            0.1°      likewise
//
// Memory is 9 bytes per node: 2.7 MB per phase for a regional model, 4.2 MB for
// a global one; 16 MB for the thousand layers that are the limit.
type table struct {
	blocks []*block
}

type node struct {
	t float32 // s; +Inf where nothing arrives
	p float32 // s/km, sign bit set where the ray leaves upwards
}

// wave says by which way a first arrival came: straight from the source (0), or
// by the part of the model along or in which it turned (its number from 1).
// Parts are layers between which the velocity jumps; a straight wave passes
// smoothly into one that turns in the part where the source is.
type wave uint8

const direct wave = 0

// parts returns the number of the part that each layer belongs to.
func (m *Model) parts(ph Phase) []wave {
	p := make([]wave, len(m.layers))
	n := wave(1)
	for i := range m.layers {
		if i > 0 {
			above, below := m.velocities(ph, m.layers[i].TopKm)
			if math.Abs(above-below) > 0.005*above && n < 255 {
				n++
			}
		}
		p[i] = n
	}
	return p
}

// layerAt returns the layer just below a depth.
func (m *Model) layerAt(z float64) int {
	i := 0
	for i+1 < len(m.layers) && m.layers[i+1].TopKm <= z {
		i++
	}
	return i
}

type block struct {
	x0, dx, x1 float64 // km
	nx         int
	z          []float64
	u          [][2]float64 // slowness just below z[i] and just above z[i+1]
	radius     float64
	index      []uint16 // interval of z by equal steps of zStep
	zStep      float64
	nodes      []node // row by row, a row per depth
	waves      []wave // of the nodes
	part       []wave // of the model, from z[i] to z[i+1]
}

// steps returns depths from..to with the given step, without the last.
func steps(from, to, step float64) []float64 {
	var z []float64
	for i := 0; ; i++ {
		v := from + float64(i)*step
		if v >= to-1e-9 {
			return z
		}
		z = append(z, v)
	}
}

func join(a ...[]float64) []float64 {
	var z []float64
	for _, v := range a {
		z = append(z, v...)
	}
	return z
}

func newTable(m *Model, ph Phase) *table {
	near := append(steps(TopKm, 36, 0.25), 36)
	regional := append(join(steps(TopKm, 36, 1), steps(36, 120, 2), steps(120, BottomKm, 10)), BottomKm)
	mantle := append(join(steps(TopKm, 0, 3), steps(0, 100, 5), steps(100, BottomKm, 10)), BottomKm)
	t := &table{}
	add := func(z []float64, x0, x1, dx float64) {
		t.blocks = append(t.blocks, newBlock(m, ph, z, x0, x1, dx))
	}
	add(near, 0, 100, 0.25)
	add(regional, 0, RegionalMaxKm, 1)
	if m.Global() {
		add(mantle, 0, coreLimitKm, DegreeKm/10)
		add(mantle, coreLimitKm, 180*DegreeKm, DegreeKm/10)
	}
	levels := join(near, regional)
	if m.Global() {
		levels = join(levels, mantle, steps(BottomKm, EarthRadiusKm-20, 20), []float64{EarthRadiusKm - 10, EarthRadiusKm - 2})
	} else {
		levels = append(levels, steps(BottomKm, 1200, 25)...)
	}
	tr := newTracer(m, ph, levels)
	f := newFiller(m, ph, tr, t)
	f.run()
	return t
}

func newBlock(m *Model, ph Phase, z []float64, x0, x1, dx float64) *block {
	z = slices.Clone(z)
	top, bottom := z[0], z[len(z)-1]
	for _, l := range m.layers {
		if l.TopKm > top && l.TopKm < bottom {
			z = append(z, l.TopKm)
		}
	}
	sort.Float64s(z)
	b := &block{x0: x0, dx: dx, x1: x1, radius: m.radius}
	for _, v := range z {
		if n := len(b.z); n > 0 && v-b.z[n-1] < 1e-9 {
			continue
		}
		b.z = append(b.z, v)
	}
	b.nx = int(math.Round((x1-x0)/dx)) + 1
	b.nodes = make([]node, b.nx*len(b.z))
	b.waves = make([]wave, len(b.nodes))
	for i := range b.nodes {
		b.nodes[i].t = float32(math.Inf(1))
	}
	parts := m.parts(ph)
	for i := 0; i+1 < len(b.z); i++ {
		_, v0 := m.velocities(ph, b.z[i])
		v1, _ := m.velocities(ph, b.z[i+1])
		b.u = append(b.u, [2]float64{1 / v0, 1 / v1})
		b.part = append(b.part, parts[m.layerAt(b.z[i])])
	}
	b.zStep = 0.25
	for i, j := 0, 0; float64(i)*b.zStep < bottom-top; i++ {
		for b.z[j+1] <= top+float64(i)*b.zStep+1e-9 {
			j++
		}
		b.index = append(b.index, uint16(j))
	}
	return b
}

// time interpolates in the finest block that holds the point.
func (t *table) time(z, x float64) (tt, p, q float64, ok bool) {
	for _, b := range t.blocks {
		if x >= b.x0 && x <= b.x1 && z >= b.z[0] && z <= b.z[len(b.z)-1] {
			return b.time(z, x)
		}
	}
	return 0, 0, 0, false
}

func (b *block) time(z, x float64) (tt, p, q float64, ok bool) {
	f := (x - b.x0) / b.dx
	i := min(int(f), b.nx-2)
	f -= float64(i)
	j := int(b.index[min(int((z-b.z[0])/b.zStep), len(b.index)-1)])
	for j+2 < len(b.z) && b.z[j+1] <= z {
		j++
	}
	z0, z1 := b.z[j], b.z[j+1]
	h := z1 - z0
	g := (z - z0) / h

	at := [2]int{j*b.nx + i, (j+1)*b.nx + i}
	top, bot := b.nodes[at[0]:at[0]+2], b.nodes[at[1]:at[1]+2]
	if w := b.waves[at[0]]; w != b.waves[at[0]+1] || w != b.waves[at[1]] || w != b.waves[at[1]+1] {
		if tt, p, q, ok, changes := b.change(at, j, f, g); changes {
			return tt, p, q, ok
		}
	}
	t0, p0, q0, r0 := edge(top, b.u[j][0], b.radius/(b.radius-z0), f, b.dx)
	t1, p1, q1, r1 := edge(bot, b.u[j][1], b.radius/(b.radius-z1), f, b.dx)

	// Cubic in depth between the two edges, and its derivatives.
	g2 := g * g
	h01 := g2 * (3 - 2*g)
	h00 := 1 - h01
	h10, h11 := g*(1-g)*(1-g), g2*(g-1)
	tt = h00*t0 + h01*t1 + h*(h10*q0+h11*q1)
	p = h00*p0 + h01*p1 + h*(h10*r0+h11*r1)
	d := 6 * g * (1 - g)
	q = d*(t1-t0)/h + (1-g)*(1-3*g)*q0 + g*(3*g-2)*q1
	return tt, p, q, tt < math.MaxFloat32
}

// edge interpolates along a row between two nodes: time, ray parameter,
// slowness along depth, and the derivative of the latter with distance.
func edge(n []node, u, k, f, dx float64) (t, p, q, r float64) {
	ta, tb := float64(n[0].t), float64(n[1].t)
	pa, qa := n[0].slowness(u, k)
	pb, qb := n[1].slowness(u, k)
	f2 := f * f
	h01 := f2 * (3 - 2*f)
	t = (1-h01)*ta + h01*tb + dx*(f*(1-f)*(1-f)*pa+f2*(f-1)*pb)
	p = 6*f*(1-f)*(tb-ta)/dx + (1-f)*(1-3*f)*pa + f*(3*f-2)*pb
	return t, p, qa + f*(qb-qa), (qb - qa) / dx
}

// slowness returns the derivatives of the node's time: with distance, and with
// depth where the medium's slowness is u and distances are k times shorter than
// at the surface.
func (n node) slowness(u, k float64) (p, q float64) {
	p = math.Abs(float64(n.p))
	q = math.Sqrt(math.Max(0, u*u-p*p*k*k))
	if !math.Signbit(float64(n.p)) {
		q = -q
	}
	return p, q
}

// change interpolates in a cell whose nodes belong to several waves, if their
// slownesses differ so much that a cubic through them would be wrong: of every
// wave the plane through its nearest node, and of these the earliest.
func (b *block) change(at [2]int, j int, f, g float64) (tt, p, q float64, ok, changes bool) {
	h := b.z[j+1] - b.z[j]
	type corner struct {
		t, p, q, d float64
		w          wave
	}
	var cs [4]corner
	one := true
	var pMin, pMax, qMin, qMax float64
	for n := range cs {
		row, col := n/2, n%2
		k := at[row] + col
		nd := b.nodes[k]
		if float64(nd.t) > math.MaxFloat32 {
			return 0, 0, 0, false, false
		}
		pp, qq := nd.slowness(b.u[j][row], b.radius/(b.radius-b.z[j+row]))
		dx, dz := (f-float64(col))*b.dx, (g-float64(row))*h
		w := b.waves[k]
		if w == direct {
			w = b.part[j]
		}
		one = one && (n == 0 || w == cs[0].w)
		cs[n] = corner{float64(nd.t) + pp*dx + qq*dz, pp, qq, dx*dx + dz*dz, w}
		if n == 0 {
			pMin, pMax, qMin, qMax = pp, pp, qq, qq
		}
		pMin, pMax = math.Min(pMin, pp), math.Max(pMax, pp)
		qMin, qMax = math.Min(qMin, qq), math.Max(qMax, qq)
	}
	if one || (pMax-pMin)*b.dx+(qMax-qMin)*h < 0.004 {
		return 0, 0, 0, false, false
	}
	best := -1
	for n, c := range cs {
		nearest := true
		for _, o := range cs {
			nearest = nearest && (o.w != c.w || o.d >= c.d)
		}
		if nearest && (best < 0 || c.t < cs[best].t) {
			best = n
		}
	}
	c := cs[best]
	return c.t, c.p, c.q, true, true
}
