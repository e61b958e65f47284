package ground

import "math"

const earthRadiusKm = 6371.0

// Layer is a layer of constant velocity from TopKm downwards.
type Layer struct {
	TopKm float64 // below sea level
	V     float64 // km/s
}

// Ray is one way from the source to a station.
type Ray struct {
	TimeS      float64
	Slowness   float64 // horizontal, s/km
	TakeoffDeg float64 // at the source, from straight down
	Head       bool    // refracted along an interface below the source
}

// Rays are the direct wave and, where there is one that is earlier, the first
// head wave.
type Rays struct {
	Direct Ray
	Head   Ray // TimeS 0 if none comes before the direct wave
}

// First returns the ray that arrives first.
func (r *Rays) First() Ray {
	if r.Head.Head {
		return r.Head
	}
	return r.Direct
}

// Stack is a layered half-space in which rays are traced. It is flattened, so
// that its times are those of layers on a sphere (Chapman 1973), to 0.06 s out
// to 400 km. It is written anew here, and not taken from where the locator has
// its times, so that the two check one another.
type Stack struct {
	top, v []float64 // of the flattened layers
}

// NewStack builds a stack; the first layer must start at 0.
func NewStack(layers []Layer) *Stack {
	s := &Stack{}
	for i, l := range layers {
		bottom := l.TopKm // head waves run along the top of the half-space
		if i+1 < len(layers) {
			bottom = layers[i+1].TopKm
		}
		s.top = append(s.top, flat(l.TopKm))
		s.v = append(s.v, l.V*earthRadiusKm/(earthRadiusKm-(l.TopKm+bottom)/2))
	}
	return s
}

func flat(depthKm float64) float64 {
	return earthRadiusKm * math.Log(earthRadiusKm/(earthRadiusKm-depthKm))
}

// leg is the part of a ray in one layer.
type leg struct{ h, v float64 }

// Trace returns the rays from a source at depthKm to a station at elevationKm,
// distKm away along the surface. The ground above sea level is as fast as the
// first layer.
func (s *Stack) Trace(depthKm, elevationKm, distKm float64) Rays {
	z := flat(math.Max(depthKm, 0))
	src := 0
	for src+1 < len(s.top) && s.top[src+1] < z {
		src++
	}
	var legs []leg // from the station down to the source
	for i := 0; i <= src; i++ {
		top, bottom := s.top[i], z
		if i == 0 {
			top = -elevationKm
		}
		if i < src {
			bottom = s.top[i+1]
		}
		if bottom > top {
			legs = append(legs, leg{bottom - top, s.v[i]})
		}
	}
	var r Rays
	r.Direct = direct(legs, s.v[src], distKm)
	for n := src + 1; n < len(s.top); n++ {
		h, ok := s.head(legs, src, z, n, distKm)
		if ok && h.TimeS < r.Direct.TimeS && (!r.Head.Head || h.TimeS < r.Head.TimeS) {
			r.Head = h
		}
	}
	return r
}

// direct solves X(p) = distKm for the ray that goes upwards all the way.
func direct(legs []leg, vSource, distKm float64) Ray {
	vmax := 0.0
	for _, l := range legs {
		vmax = math.Max(vmax, l.v)
	}
	if len(legs) == 0 { // source at the surface
		return Ray{TimeS: distKm / vSource, Slowness: 1 / vSource, TakeoffDeg: 90}
	}
	reach := func(p float64) float64 {
		x := 0.0
		for _, l := range legs {
			x += l.h * p * l.v / math.Sqrt(1-p*p*l.v*l.v)
		}
		return x
	}
	// p = (1−q)/vmax with q in (0, 1]; bisect lg q, which resolves grazing rays.
	lo, hi := -15.0, 0.0
	for range 80 {
		mid := (lo + hi) / 2
		if reach((1-math.Pow(10, mid))/vmax) > distKm {
			lo = mid
		} else {
			hi = mid
		}
	}
	p := (1 - math.Pow(10, hi)) / vmax
	t := p * distKm // t = pX + Σ h·η, exact to second order in the error of p
	for _, l := range legs {
		t += l.h * math.Sqrt(1/(l.v*l.v)-p*p)
	}
	return Ray{TimeS: t, Slowness: p, TakeoffDeg: 180 - math.Asin(math.Min(1, p*vSource))*180/math.Pi}
}

// head returns the wave along the top of layer n, if it reaches distKm.
func (s *Stack) head(up []leg, src int, z float64, n int, distKm float64) (Ray, bool) {
	p := 1 / s.v[n]
	t, x := p*distKm, 0.0
	add := func(l leg) bool {
		if l.v*p >= 1 {
			return false
		}
		c := math.Sqrt(1 - p*p*l.v*l.v)
		t += l.h * c / l.v
		x += l.h * p * l.v / c
		return true
	}
	for _, l := range up {
		if !add(l) {
			return Ray{}, false
		}
	}
	for i := src; i < n; i++ { // down, and up again
		below := leg{s.top[i+1] - math.Max(z, s.top[i]), s.v[i]}
		for range 2 {
			if !add(below) {
				return Ray{}, false
			}
		}
	}
	if x > distKm {
		return Ray{}, false
	}
	return Ray{TimeS: t, Slowness: p, TakeoffDeg: math.Asin(p*s.v[src]) * 180 / math.Pi, Head: true}, true
}
