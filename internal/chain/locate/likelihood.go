package locate

import (
	"math"
	"slices"
)

// outlierRange is the width (s) over which an outlier may lie with equal
// probability.
const outlierRange = 20

// scratch holds what evaluating one hypocentre needs.
type scratch struct {
	t, r, s, k []float64 // travel time, observed − travel time, sigma, outlier level
	order      []int
}

func newScratch(n int) *scratch {
	return &scratch{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]int, n)}
}

// evaluate returns the log likelihood of a hypocentre (km on the plane, depth)
// with the origin time that maximises it. Each observation contributes
//
//	w · ln( exp(−z²/2) + k ),  z = (t_obs − T − t0)/σ,  k = ε/(1−ε)·√(2π)·σ/range
//
// so that an observation far off costs no more than ln k, wherever it lies. The
// normalisation 1/σ is left out, as in NonLinLoc: since σ grows with travel time
// it would draw the hypocentre towards the stations.
func (p *problem) evaluate(x, y, depth float64, sc *scratch) (logL, t0 float64) {
	eps := p.o.OutlierShare
	nearest := math.Inf(1)
	for i := range p.obs {
		o := &p.obs[i]
		t, _, _, ok := p.tt.Time(o.phase, depth, p.distance(i, x, y), o.elevM)
		sc.t[i] = t
		if !ok {
			sc.t[i] = math.Inf(1)
		}
		nearest = math.Min(nearest, sc.t[i])
	}
	for i := range p.obs {
		o, t := &p.obs[i], sc.t[i]
		if math.IsInf(t, 1) {
			sc.s[i], sc.k[i], sc.r[i] = t, 0, 0
			continue
		}
		s := p.sigma(o, t, nearest)
		sc.r[i], sc.s[i] = o.t-t, s
		sc.k[i] = eps / (1 - eps) * math.Sqrt(2*math.Pi) * s / outlierRange
	}
	t0 = p.originTime(sc)
	for i := range p.obs {
		if math.IsInf(sc.s[i], 1) {
			logL -= 10 * p.obs[i].weight // the phase cannot arrive here
			continue
		}
		z := (sc.r[i] - t0) / sc.s[i]
		logL += p.obs[i].weight * math.Log(math.Exp(-z*z/2)+sc.k[i])
	}
	dz := (depth - p.o.DepthPriorKm) / p.o.DepthPriorSigma
	return logL - math.Log1p(dz*dz), t0 // a Cauchy prior: deep earthquakes are rare, not impossible
}

// originTime starts at the weighted median and takes three steps of
// iteratively reweighted least squares with the weights of the mixture.
func (p *problem) originTime(sc *scratch) float64 {
	idx := sc.order[:0]
	var total float64
	for i := range p.obs {
		if !math.IsInf(sc.s[i], 1) {
			idx = append(idx, i)
			total += p.obs[i].weight / sc.s[i]
		}
	}
	if len(idx) == 0 {
		return 0
	}
	slices.SortFunc(idx, func(a, b int) int {
		switch {
		case sc.r[a] < sc.r[b]:
			return -1
		case sc.r[a] > sc.r[b]:
			return 1
		}
		return a - b
	})
	t0, acc := sc.r[idx[len(idx)-1]], 0.0
	for _, i := range idx {
		if acc += p.obs[i].weight / sc.s[i]; acc >= total/2 {
			t0 = sc.r[i]
			break
		}
	}
	for range 3 {
		var num, den float64
		for _, i := range idx {
			z := (sc.r[i] - t0) / sc.s[i]
			g := math.Exp(-z * z / 2)
			w := p.obs[i].weight * g / (g + sc.k[i]) / (sc.s[i] * sc.s[i])
			num += w * (sc.r[i] - t0)
			den += w
		}
		if den <= 0 {
			break
		}
		t0 += num / den
	}
	return t0
}
