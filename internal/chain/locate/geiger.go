package locate

import (
	"math"

	"houfeng/internal/seis"
)

// Fast locates by damped Gauss–Newton steps from start with robust weights
// (Geiger 1912; weights of the mixture likelihood). It gives no uncertainties.
func (l *Locator) Fast(arrivals []seis.Arrival, start seis.Origin) (seis.Origin, error) {
	p, err := l.problem(arrivals, start.Latitude, start.Longitude)
	if err != nil {
		return seis.Origin{}, err
	}
	o := p.describe(arrivals, p.descend(cell{z: start.DepthKm}))
	o.Method = "geiger"
	return o, nil
}

// descend takes steps from c until the likelihood stops growing.
func (p *problem) descend(c cell) cell {
	sc := newScratch(len(p.obs))
	c.logL, c.t0 = p.evaluate(c.x, c.y, c.z, sc)
	lambda := 0.1
	for range 40 {
		step := p.step(c, lambda, sc)
		n := c
		n.x, n.y = c.x+clamp(step[0], 50), c.y+clamp(step[1], 50)
		n.z = math.Min(math.Max(c.z+clamp(step[2], 20), p.o.MinDepthKm), p.o.MaxDepthKm)
		n.logL, n.t0 = p.evaluate(n.x, n.y, n.z, sc)
		if n.logL > c.logL {
			gain := n.logL - c.logL
			c = n
			lambda = math.Max(lambda/3, 1e-4)
			if gain < 1e-6 {
				break
			}
		} else if lambda *= 4; lambda > 1e4 {
			break
		}
	}
	return c
}

// step solves the damped normal equations (4 unknowns) at c.
func (p *problem) step(c cell, lambda float64, sc *scratch) [4]float64 {
	p.evaluate(c.x, c.y, c.z, sc) // sigma, outlier level
	var a [4][5]float64
	for i := range p.obs {
		o := &p.obs[i]
		d := p.distance(i, c.x, c.y)
		t, dtdd, dtdh, ok := p.tt.Time(o.phase, c.z, d, o.elevM)
		if !ok {
			continue
		}
		s, k := sc.s[i], sc.k[i]
		r := o.t - t - c.t0
		z := r / s
		g := math.Exp(-z * z / 2)
		w := o.weight * (g + 1e-3) / (g + k) / (s * s) // a far start still feels every pick
		dd := math.Max(d, 1e-3)
		row := [4]float64{dtdd * (c.x - p.sx[i]) / dd, dtdd * (c.y - p.sy[i]) / dd, dtdh, 1}
		for m := range 4 {
			for n := range 4 {
				a[m][n] += w * row[m] * row[n]
			}
			a[m][4] += w * row[m] * r
		}
	}
	// The prior, as a Gaussian that has the same slope here.
	dz, sz := c.z-p.o.DepthPriorKm, p.o.DepthPriorSigma
	w := 2 / (sz*sz + dz*dz)
	a[2][2] += w
	a[2][4] -= w * dz
	for m := range 4 {
		a[m][m] *= 1 + lambda
		a[m][m] += 1e-9
	}
	return solve4(a)
}

// solve4 is Gaussian elimination with partial pivoting.
func solve4(a [4][5]float64) (x [4]float64) {
	for i := range 4 {
		best := i
		for r := i + 1; r < 4; r++ {
			if math.Abs(a[r][i]) > math.Abs(a[best][i]) {
				best = r
			}
		}
		a[i], a[best] = a[best], a[i]
		if math.Abs(a[i][i]) < 1e-15 {
			return x
		}
		for r := i + 1; r < 4; r++ {
			f := a[r][i] / a[i][i]
			for k := i; k < 5; k++ {
				a[r][k] -= f * a[i][k]
			}
		}
	}
	for i := 3; i >= 0; i-- {
		x[i] = a[i][4]
		for k := i + 1; k < 4; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

func clamp(x, m float64) float64 { return math.Min(math.Max(x, -m), m) }
