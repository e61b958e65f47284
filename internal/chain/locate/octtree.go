package locate

import (
	"container/heap"
	"fmt"
	"math"

	"houfeng/internal/seis"
)

// cell is a box of the search volume: centre and half sizes in km.
type cell struct {
	x, y, z, hx, hy, hz float64
	logL, t0            float64
	logP                float64 // logL + ln volume
}

type cellHeap []cell

func (h cellHeap) Len() int           { return len(h) }
func (h cellHeap) Less(i, j int) bool { return h[i].logP > h[j].logP }
func (h cellHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *cellHeap) Push(x any)        { *h = append(*h, x.(cell)) }
func (h *cellHeap) Pop() any {
	old := *h
	c := old[len(old)-1]
	*h = old[:len(old)-1]
	return c
}

// Full locates by oct-tree search around start, whose epicentre only says where
// to begin: the volume grows until the solution lies inside it.
func (l *Locator) Full(arrivals []seis.Arrival, start seis.Origin) (seis.Origin, error) {
	p, err := l.problem(arrivals, start.Latitude, start.Longitude)
	if err != nil {
		return seis.Origin{}, err
	}
	half := p.reach()
	var cells cellHeap
	var best cell
	for try := 0; ; try++ {
		cells, best = p.search(half)
		if try == 4 || math.Abs(best.x) < 0.8*half && math.Abs(best.y) < 0.8*half {
			break
		}
		lat, lon := p.origin.ToGeo(best.x, best.y)
		p.centre(lat, lon)
		half *= 1.5
	}
	best = p.polish(best)
	o := p.describe(arrivals, best)
	p.uncertainty(&o, cells, best)
	if math.Max(math.Abs(best.x), math.Abs(best.y)) > 0.95*half {
		o.Flags = append(o.Flags, "epicentre at the edge of the search")
	}
	return o, nil
}

// reach is half the width of the first search: the distance to the fourth
// nearest station and some more.
func (p *problem) reach() float64 {
	var ds []float64
	for i := range p.obs {
		ds = append(ds, math.Hypot(p.sx[i], p.sy[i]))
	}
	sortFloats(ds)
	return min(max(1.2*ds[min(len(ds)-1, 5)], 25), 300)
}

func (p *problem) search(half float64) (cellHeap, cell) {
	const nx, nz = 10, 8
	zmin, zmax := p.o.MinDepthKm, p.o.MaxDepthKm
	sc := newScratch(len(p.obs))
	best := cell{logL: math.Inf(-1)}
	eval := func(c *cell) {
		c.logL, c.t0 = p.evaluate(c.x, c.y, c.z, sc)
		c.logP = c.logL + math.Log(8*c.hx*c.hy*c.hz)
		if c.logL > best.logL {
			best = *c
		}
	}
	h := make(cellHeap, 0, nx*nx*nz+p.o.Cells)
	// Depth layers are finer near the surface: z = zmin + D·u².
	for iz := range nz {
		z0 := zmin + (zmax-zmin)*sq(float64(iz)/nz)
		z1 := zmin + (zmax-zmin)*sq(float64(iz+1)/nz)
		for iy := range nx {
			for ix := range nx {
				w := half / nx
				c := cell{x: -half + w*float64(2*ix+1), y: -half + w*float64(2*iy+1), z: (z0 + z1) / 2, hx: w, hy: w, hz: (z1 - z0) / 2}
				eval(&c)
				h = append(h, c)
			}
		}
	}
	heap.Init(&h)
	var leaves cellHeap
	for n := 0; n+8 <= p.o.Cells && len(h) > 0; {
		c := heap.Pop(&h).(cell)
		if c.hx < 0.05 && c.hz < 0.05 {
			leaves = append(leaves, c)
			continue
		}
		// Split the long directions only, so that cells stay near to cubes.
		long := math.Max(c.hx, c.hz) / 2
		kx, kz := 2, 2
		if c.hx < long {
			kx = 1
		}
		if c.hz < long {
			kz = 1
		}
		for i := range kx * kx * kz {
			d := c
			d.hx, d.hy, d.hz = c.hx/float64(kx), c.hy/float64(kx), c.hz/float64(kz)
			if kx == 2 {
				d.x += d.hx * float64(2*(i%2)-1)
				d.y += d.hy * float64(2*(i/2%2)-1)
			}
			if kz == 2 {
				d.z += d.hz * float64(2*(i/(kx*kx))-1)
			}
			eval(&d)
			heap.Push(&h, d)
			n++
		}
	}
	return append(h, leaves...), best
}

// polish climbs from the best cell to the maximum: Gauss–Newton steps along the
// ridges, then a pattern search whose steps shrink to 20 m.
func (p *problem) polish(c cell) cell {
	if n := p.descend(c); n.logL > c.logL {
		n.hx, n.hy, n.hz = 0.5, 0.5, 0.5
		c = n
	}
	sc := newScratch(len(p.obs))
	step := math.Max(c.hx, c.hz)
	if step < 0.5 {
		step = 0.5
	}
	for step > 0.02 {
		moved := false
		for _, d := range [6][3]float64{{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}} {
			n := c
			n.x, n.y = c.x+step*d[0], c.y+step*d[1]
			n.z = math.Min(math.Max(c.z+step*d[2], p.o.MinDepthKm), p.o.MaxDepthKm)
			n.logL, n.t0 = p.evaluate(n.x, n.y, n.z, sc)
			if n.logL > c.logL+1e-9 {
				c, moved = n, true
			}
		}
		if !moved {
			step /= 2
		}
	}
	return c
}

// uncertainty integrates the sampled probability for covariances, and turns
// them to the 68 % ellipse (χ² with 2 degrees of freedom: 2.30) and 1σ errors.
func (p *problem) uncertainty(o *seis.Origin, cells cellHeap, best cell) {
	var sum, mx, my, mz, mt float64
	weight := func(c *cell) float64 { return math.Exp(c.logP - best.logL) }
	for i := range cells {
		c := &cells[i]
		w := weight(c)
		sum += w
		mx += w * c.x
		my += w * c.y
		mz += w * c.z
		mt += w * c.t0
	}
	if sum <= 0 {
		return
	}
	mx, my, mz, mt = mx/sum, my/sum, mz/sum, mt/sum
	var xx, yy, xy, zz, tt float64
	for i := range cells {
		c := &cells[i]
		w := weight(c) / sum
		xx += w * (sq(c.x-mx) + c.hx*c.hx/3)
		yy += w * (sq(c.y-my) + c.hy*c.hy/3)
		zz += w * (sq(c.z-mz) + c.hz*c.hz/3)
		xy += w * (c.x - mx) * (c.y - my)
		tt += w * sq(c.t0-mt)
	}
	tr, det := xx+yy, xx*yy-xy*xy
	disc := math.Sqrt(math.Max(0, tr*tr/4-det))
	o.EllipseMajorKm = math.Sqrt(2.30 * math.Max(0, tr/2+disc))
	o.EllipseMinorKm = math.Sqrt(2.30 * math.Max(0, tr/2-disc))
	az := 0.5 * math.Atan2(2*xy, yy-xx) * 180 / math.Pi // of the major axis, from north (y)
	if az < 0 {
		az += 180
	}
	o.EllipseAzimuthDeg = az
	o.DepthSigmaKm = math.Sqrt(zz)
	o.TimeSigma = math.Sqrt(tt)
	if o.DepthSigmaKm > 10 {
		o.Flags = append(o.Flags, fmt.Sprintf("depth poorly constrained: ±%.0f km", o.DepthSigmaKm))
	}
}

func sq(x float64) float64 { return x * x }
