package locate

import (
	"math"
	"sort"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// usedBelow is how many σ a residual may have for its arrival to count as used.
const usedBelow = 3.5

// describe writes the solution as an origin with its arrivals and their quality.
func (p *problem) describe(arrivals []seis.Arrival, c cell) seis.Origin {
	lat, lon := p.origin.ToGeo(c.x, c.y)
	o := seis.Origin{
		Time: p.ref.AddSeconds(c.t0), Latitude: lat, Longitude: lon, DepthKm: c.z,
		Method: Method.Name, Model: p.tt.Name(),
	}
	o.Arrivals = append([]seis.Arrival(nil), arrivals...)
	for i := range o.Arrivals {
		o.Arrivals[i].Weight, o.Arrivals[i].ResidualS, o.Arrivals[i].TakeoffDeg = 0, 0, math.NaN()
		if ch, ok := p.inv.Channel(o.Arrivals[i].Pick.Stream, o.Arrivals[i].Pick.Time); ok {
			o.Arrivals[i].DistanceKm, o.Arrivals[i].AzimuthDeg = geo.Distance(lat, lon, ch.Latitude, ch.Longitude)
		}
	}
	sc := newScratch(len(p.obs))
	p.evaluate(c.x, c.y, c.z, sc)
	var sum, den float64
	azimuths := map[string]float64{}
	o.NearestKm = math.Inf(1)
	for i := range p.obs {
		ob := &p.obs[i]
		a := &o.Arrivals[ob.index]
		t, _, _, ok := p.tt.Time(ob.phase, c.z, a.DistanceKm, ob.elevM)
		if !ok {
			continue
		}
		a.ResidualS = ob.t - t - c.t0
		if deg, ok := p.tt.Takeoff(ob.phase, c.z, a.DistanceKm); ok {
			a.TakeoffDeg = deg
		}
		z := a.ResidualS / sc.s[i]
		if math.Abs(z) > usedBelow {
			continue
		}
		a.Weight = ob.weight * math.Min(1, p.o.ModelErrorMinS/sc.s[i])
		sum += a.Weight * a.ResidualS * a.ResidualS
		den += a.Weight
		o.Phases++
		azimuths[a.Pick.Stream.StationID()] = a.AzimuthDeg
		o.NearestKm = math.Min(o.NearestKm, a.DistanceKm)
	}
	if den > 0 {
		o.RMSs = math.Sqrt(sum / den)
	}
	o.Stations = len(azimuths)
	az := make([]float64, 0, len(azimuths))
	for _, a := range azimuths {
		az = append(az, a)
	}
	sort.Float64s(az)
	o.GapDeg, o.SecondaryGapDeg = geo.Gaps(az)
	sort.SliceStable(o.Arrivals, func(i, j int) bool { return o.Arrivals[i].Pick.Time.Before(o.Arrivals[j].Pick.Time) })
	o.Flags = flags(&o, p.o)
	return o
}

// flags says in words what an official should know of a solution.
func flags(o *seis.Origin, op Options) []string {
	var f []string
	if o.DepthKm <= op.MinDepthKm+0.05 {
		f = append(f, "depth at the surface")
	}
	if o.DepthKm >= op.MaxDepthKm-0.05 {
		f = append(f, "depth at the limit of the search")
	}
	if o.GapDeg > 180 {
		f = append(f, "outside the network")
	}
	return f
}

func sortFloats(x []float64) { sort.Float64s(x) }
