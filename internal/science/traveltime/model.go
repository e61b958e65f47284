// Package traveltime answers when the first P and the first S of an earthquake
// reach a station, for one-dimensional velocity models from a local network to
// the whole Earth.
//
// Start with [Load] (a model by name) or [ParseModel] (a model file), then ask
// [Model.Time]. The first question of a phase builds its table, in some 0.03 s
// for a regional and 0.07 s for a global model (see table.go for grids and
// memory); later ones take some 60 ns, 200 ns for a receiver above sea level.
// A Model is safe for concurrent use. Times differ from closed forms, where
// there are any, by less than 0.001 s beyond half a kilometre from the receiver
// and 0.002 s nearer; from TauP by less than 0.004 s anywhere on Earth.
//
// First arrivals are those of Fermat's principle: the earliest of direct,
// turning, head and diffracted waves. P is therefore Pg, Pb, Pn, P or Pdiff up
// to 145°, and PKP beyond; S is Sg … S, Sdiff up to 145°, never SKS.
//
// Depth is in kilometres below sea level, positive down; distance is measured
// along the surface of a sphere of 6371 km at sea level (1° is 111.195 km);
// slownesses are seconds per kilometre. The receiver is at sea level unless an
// elevation is given.
package traveltime

import (
	"fmt"
	"math"
	"sync"
)

// Phase is the kind of wave.
type Phase uint8

const (
	P Phase = iota // first arriving compressional wave
	S              // first arriving shear wave
)

func (ph Phase) String() string {
	if ph == S {
		return "S"
	}
	return "P"
}

// EarthRadiusKm is the radius of the models' sphere; DegreeKm is one degree
// along its surface.
const (
	EarthRadiusKm = 6371.0
	DegreeKm      = EarthRadiusKm * math.Pi / 180
)

// Limits of models and tables.
const (
	MaxLayers     = 1000
	TopKm         = -6.0   // tables begin here, 6 km above sea level
	BottomKm      = 800.0  // and end here
	RegionalMaxKm = 1500.0 // reach of models that do not go down to the core
	globalDepthKm = 2800.0 // a model with layers below this is the whole Earth
	coreLimitKm   = 145 * DegreeKm
)

// Layer is a part of a model in which velocities change linearly with depth.
// It reaches down to the top of the next layer; the last one is endless, and
// its bottom velocities are those at its top.
type Layer struct {
	TopKm           float64 // depth of the top; the first layer also fills what is above
	VpTop, VpBottom float64 // km/s
	VsTop, VsBottom float64 // km/s; 0 in a fluid core
}

// Model is a one-dimensional velocity model with its travel times.
type Model struct {
	Name   string
	Source string // citation, from the file's header
	layers []Layer
	radius float64 // of the Earth; huge for a flat model
	sea    int     // layer just above sea level
	tables [2]lazyTable
}

type lazyTable struct {
	once sync.Once
	t    *table
}

// NewModel makes a model of layers, ordered from the top.
func NewModel(name string, layers []Layer) (*Model, error) {
	if len(layers) == 0 || len(layers) > MaxLayers {
		return nil, fmt.Errorf("model %s: %d layers, want 1 to %d", name, len(layers), MaxLayers)
	}
	m := &Model{Name: name, layers: append([]Layer(nil), layers...), radius: EarthRadiusKm}
	last := &m.layers[len(layers)-1]
	last.VpBottom, last.VsBottom = last.VpTop, last.VsTop
	for i, l := range m.layers {
		if !(l.TopKm >= -20 && l.TopKm < EarthRadiusKm) {
			return nil, fmt.Errorf("model %s: layer %d begins at %g km, want −20 to %g", name, i+1, l.TopKm, EarthRadiusKm)
		}
		if i > 0 && !(l.TopKm > m.layers[i-1].TopKm) {
			return nil, fmt.Errorf("model %s: layer %d at %g km is not below layer %d at %g km", name, i+1, l.TopKm, i, m.layers[i-1].TopKm)
		}
		for _, v := range []float64{l.VpTop, l.VpBottom} {
			if !(v >= 0.1 && v <= 20) {
				return nil, fmt.Errorf("model %s: layer %d at %g km has Vp %g km/s, want 0.1 to 20", name, i+1, l.TopKm, v)
			}
		}
		for j, v := range []float64{l.VsTop, l.VsBottom} {
			vp := []float64{l.VpTop, l.VpBottom}[j]
			if v == 0 && l.TopKm >= globalDepthKm && l.VsTop == l.VsBottom {
				continue // fluid core
			}
			if !(v >= 0.05 && v < vp) {
				return nil, fmt.Errorf("model %s: layer %d at %g km has Vs %g km/s, want 0.05 to less than Vp %g", name, i+1, l.TopKm, v, vp)
			}
		}
	}
	for m.sea+1 < len(m.layers) && m.layers[m.sea+1].TopKm < 0 {
		m.sea++
	}
	return m, nil
}

// Layers returns a copy of the layers.
func (m *Model) Layers() []Layer { return append([]Layer(nil), m.layers...) }

// Global reports whether the model goes down to the core, so that it has times
// for all distances and not only to RegionalMaxKm.
func (m *Model) Global() bool {
	return m.layers[len(m.layers)-1].TopKm >= globalDepthKm
}

// MaxKm returns the largest distance that the model has times for.
func (m *Model) MaxKm() float64 {
	if m.Global() {
		return 180 * DegreeKm
	}
	return RegionalMaxKm
}

// Velocity returns the velocity of a phase in km/s at a depth; just below a
// boundary that lies at the depth. It is 0 where there is no S wave.
func (m *Model) Velocity(ph Phase, depthKm float64) float64 {
	_, below := m.velocities(ph, depthKm)
	return below
}

// velocities returns the velocities just above and just below a depth.
func (m *Model) velocities(ph Phase, z float64) (above, below float64) {
	i := 0
	for i+1 < len(m.layers) && m.layers[i+1].TopKm <= z {
		i++
	}
	below = m.inLayer(i, ph, z)
	above = below
	if i > 0 && m.layers[i].TopKm == z {
		above = m.inLayer(i-1, ph, z)
	}
	return above, below
}

func (m *Model) inLayer(i int, ph Phase, z float64) float64 {
	l := m.layers[i]
	top, bottom := l.VpTop, l.VpBottom
	if ph == S {
		top, bottom = l.VsTop, l.VsBottom
	}
	if i+1 == len(m.layers) || z <= l.TopKm {
		return top
	}
	return top + (bottom-top)*(z-l.TopKm)/(m.layers[i+1].TopKm-l.TopKm)
}

// Time returns the travel time of the first arrival of a phase in seconds from
// a source at depthKm to a receiver at sea level at distKm, and its derivatives
// in s/km: dtdd with distance (the ray parameter at the surface) and dtdh with
// the depth of the source (negative when the ray leaves downwards). ok is false
// outside the table ([TopKm], [BottomKm], [Model.MaxKm]) and where the phase
// does not arrive.
func (m *Model) Time(ph Phase, depthKm, distKm float64) (t, dtdd, dtdh float64, ok bool) {
	return m.table(ph).time(depthKm, distKm)
}

// TimeDeg is [Model.Time] for a distance in degrees; dtdd is in s/degree.
func (m *Model) TimeDeg(ph Phase, depthKm, deg float64) (t, dtdd, dtdh float64, ok bool) {
	t, dtdd, dtdh, ok = m.table(ph).time(depthKm, deg*DegreeKm)
	return t, dtdd * DegreeKm, dtdh, ok
}

// Takeoff returns the angle at which the first arrival leaves the source, in
// degrees from straight down (0) to straight up (180); NaN without an arrival.
func (m *Model) Takeoff(ph Phase, depthKm, distKm float64) float64 {
	_, p, q, ok := m.Time(ph, depthKm, distKm)
	if !ok {
		return math.NaN()
	}
	return math.Atan2(p*m.radius/(m.radius-depthKm), -q) * 180 / math.Pi
}

// Prepare builds the tables now instead of at the first question.
func (m *Model) Prepare() {
	m.table(P)
	m.table(S)
}

func (m *Model) table(ph Phase) *table {
	if ph > S {
		ph = P
	}
	l := &m.tables[ph]
	l.once.Do(func() { l.t = newTable(m, ph) })
	return l.t
}
